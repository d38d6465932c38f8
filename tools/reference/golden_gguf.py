#!/usr/bin/env python3
"""Write tests/golden/data/gguf/: what llama.cpp's quantiser and the `gguf` package make of rows and golden models.

    python golden_gguf.py [OUT]

blocks.safetensors  `rows` F32 [n, 512], and for every type its U8 bytes, as `ggml_quantize_chunk` gives them
small.gguf          one value of each kind and tensors whose bytes need padding, by gguf.GGUFWriter
models.json         for every golden model with its adapter worked in: name, type, shape and the first 16 digits of the
                    SHA-256 of each tensor of a GGUF file in f16 and in q8_0; Llama 3's divisors of the frequencies
made_by.json        versions
"""

from __future__ import annotations

import hashlib
import re
import sys
from importlib.metadata import version
from pathlib import Path

import common
import llama_cpp
import numpy as np

WIDTH = 512


def rows() -> np.ndarray:
    """Ordinary weights and what quantisers stumble over: ties, zeros, one sign, outliers, numbers near nothing."""
    random = np.random.default_rng(17)

    def normal(count: int, scale: float) -> np.ndarray:
        return random.standard_normal((count, WIDTH)) * scale

    sparse = normal(2, 0.05)
    sparse[random.random(sparse.shape) < 0.9] = 0
    parts = [
        normal(6, 0.02),
        normal(1, 30),
        normal(1, 1e-6),
        # Their scales are subnormal as halves, and as floats.
        normal(1, 1e-20),
        normal(1, 1e-39),
        np.zeros((1, WIDTH)),
        np.full((1, WIDTH), -0.3),
        np.abs(normal(1, 0.1)),
        -np.abs(normal(1, 0.1)),
        # Exact ties between levels, and between the largest of either sign.
        random.integers(-8, 9, (2, WIDTH)) * 0.0625,
        np.resize([0.5, -0.5, 0.25, -0.25, 0.125], (1, WIDTH)),
        random.standard_t(2, (3, WIDTH)) * 0.02,
        sparse,
    ]
    drawn = np.concatenate(parts).astype(np.float32)
    # As a bf16 checkpoint has them: many equal values.
    drawn[2:4] = (drawn[2:4].view(np.uint32) & 0xFFFF0000).view(np.float32)
    return drawn


def small_file(path: Path) -> None:
    import gguf

    writer = gguf.GGUFWriter(path, "qwen2")
    writer.add_uint32("a.u32", 4_000_000_000)
    writer.add_int32("a.i32", -7)
    writer.add_float32("a.f32", 0.1)
    writer.add_bool("a.bool", True)
    writer.add_string("a.string", "Grüße 你好 \U0001f600")
    writer.add_array("a.strings", ["", "Ġt", "中"])
    writer.add_array("a.i32s", [1, 3, 5])
    writer.add_array("a.f32s", [0.5, -1.25])
    writer.add_tensor("one", np.arange(5, dtype=np.float32))
    writer.add_tensor("two", np.arange(6, dtype=np.float16).reshape(2, 3))
    blocks = gguf.quantize(np.linspace(-1, 1, 96, dtype=np.float32).reshape(3, 32), gguf.GGMLQuantizationType.Q8_0)
    writer.add_tensor("three", blocks, raw_dtype=gguf.GGMLQuantizationType.Q8_0)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


# Whose q and k llama.cpp wants in another order: the converter's LlamaModel and what derives from it.
PERMUTED = {"llama", "mistral", "smollm3"}


def interleaved(weight: np.ndarray, heads: int) -> np.ndarray:
    """Rows [heads, 2, D/2] as [heads, D/2, 2]."""
    return weight.reshape(heads, 2, -1, *weight.shape[1:]).swapaxes(1, 2).reshape(weight.shape)


def model_tensors(family: str, root: Path) -> dict[str, dict[str, str]]:
    """Names, types, shapes and hashes of a merged golden model's tensors, for each kind of file."""
    import gguf
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    base = AutoModelForCausalLM.from_pretrained(root / family / "model", dtype=torch.float32)
    merged = PeftModel.from_pretrained(base, root / family / "adapter").merge_and_unload()
    config = merged.config
    names = gguf.get_tensor_name_map(getattr(gguf.MODEL_ARCH, {"mistral": "LLAMA"}.get(family, family.upper())), 9)
    found: dict[str, dict[str, str]] = {"f16": {}, "q8_0": {}}
    for name, value in merged.state_dict().items():
        if name == "lm_head.weight" and config.tie_word_embeddings:
            continue
        data = value.numpy()
        if family in PERMUTED and re.search(r"\.[qk]_proj\.", name):
            heads = config.num_attention_heads if ".q_proj." in name else config.num_key_value_heads
            data = interleaved(data, heads)
        to = names.get_name(name, try_suffixes=(".weight", ".bias"))
        for kind, tensors in found.items():
            wanted = "F32" if data.ndim == 1 else "F16" if kind == "f16" or data.shape[-1] % 32 else "Q8_0"
            stored = gguf.quantize(data, gguf.GGMLQuantizationType[wanted])
            shape = "x".join(map(str, data.shape))
            tensors[to] = f"{wanted} {shape} {hashlib.sha256(stored.tobytes()).hexdigest()[:16]}"
    return found


def llama3_divisors() -> dict:
    """By what transformers divides each frequency of Llama 3.2's heads."""
    from transformers import LlamaConfig
    from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

    rope = {
        "rope_type": "llama3",
        "rope_theta": 500000.0,
        "factor": 32.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 8192,
    }
    sizes = {"hidden_size": 64, "num_attention_heads": 1, "intermediate_size": 8, "vocab_size": 8}
    config = LlamaConfig(**sizes, num_hidden_layers=1, max_position_embeddings=131072, rope_parameters=rope)
    scaled = ROPE_INIT_FUNCTIONS["llama3"](config, "cpu")[0]
    plain = 1.0 / 500000.0 ** (np.arange(0, 64, 2, dtype=np.float32) / 64)
    return {"config": config.to_dict(), "divisors": [float(x) for x in plain / scaled.numpy()]}


def main() -> None:
    import torch
    from safetensors.torch import save_file

    out = (Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "tests/golden/data") / "gguf"
    out.mkdir(parents=True, exist_ok=True)
    drawn = rows()
    kinds = [kind for kind in llama_cpp.TYPES if kind != "F32"]
    tensors = {kind: torch.from_numpy(llama_cpp.quantize_rows(kind, drawn)) for kind in kinds}
    save_file({"rows": torch.from_numpy(drawn), **tensors}, out / "blocks.safetensors", metadata={"format": "pt"})
    small_file(out / "small.gguf")
    root = out.parent if (out.parent / "qwen2/model").exists() else Path(__file__).parents[2] / "tests/golden/data"
    families = [path.name for path in sorted(root.iterdir()) if (path / "adapter").exists()]
    models = {family: model_tensors(family, root) for family in families}
    common.write_json(out / "models.json", {"models": models, "llama3": llama3_divisors()})
    versions = {"gguf": version("gguf"), "llama.cpp": llama_cpp.version()}
    common.write_json(out / "made_by.json", {**common.made_by(), **versions})
    print(out, sum(path.stat().st_size for path in out.iterdir()), "bytes")


if __name__ == "__main__":
    main()
