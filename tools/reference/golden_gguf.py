#!/usr/bin/env python3
"""Write tests/golden/data/gguf/: blocks by llama.cpp's own quantiser, and a small file by the `gguf` package's writer.

    python golden_gguf.py [OUT]

blocks.safetensors  `rows` F32 [n, 512], and for every type its U8 bytes, as `ggml_quantize_chunk` gives them
small.gguf          one value of each kind and tensors whose bytes need padding, by gguf.GGUFWriter
made_by.json        versions
"""

from __future__ import annotations

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
    versions = {"gguf": version("gguf"), "llama.cpp": llama_cpp.version()}
    common.write_json(out / "made_by.json", {**common.made_by(), **versions})
    print(out, sum(path.stat().st_size for path in out.iterdir()), "bytes")


if __name__ == "__main__":
    main()
