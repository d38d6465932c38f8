"""Shared by the reference scripts: versions, loading the NF4 base as QLoRA sees it, and small JSON helpers."""

from __future__ import annotations

import json
import os
import platform
import re
import sys
from importlib.metadata import version
from pathlib import Path

# bitsandbytes compiles some CPU fallbacks with torch.compile; eager mode gives the same arithmetic without a C++ build.
os.environ.setdefault("TORCHDYNAMO_DISABLE", "1")
# Waiting threads sleep instead of spinning: on a shared machine spinning costs far more than it saves.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("BITSANDBYTES_NOWELCOME", "1")

SEVEN = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def made_by() -> dict:
    """Versions and the command, written into every output file."""
    names = ["torch", "transformers", "peft", "trl", "bitsandbytes", "tokenizers", "safetensors"]
    return {
        "command": " ".join([Path(sys.argv[0]).name, *sys.argv[1:]]),
        "python": platform.python_version(),
        **{name: version(name) for name in names},
    }


def write_json(path: str | Path, data: object) -> None:
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(data, indent=1, ensure_ascii=False)
    flat = re.sub(r"\[[-+\d.eE,\s]+\]", lambda found: re.sub(r"\s+", " ", found[0]), text)
    path.write_text(flat + "\n", encoding="utf-8")


def read_json(path: str | Path) -> dict:
    return json.loads(Path(path).read_text(encoding="utf-8"))


def mend_bitsandbytes() -> None:
    """
    Make `dequantize_4bit` right on CPU. The AVX-512 kernel of bitsandbytes 0.50 restarts the count of blocks in every
    row and so takes wrong scales when a row is no multiple of 64 elements (80, 96, 208 columns, ...), unlike its CUDA
    kernel and its own plain implementation in backends/default. That plain one is put in its place; for whole rows the
    two agree.
    """
    global _mended
    if _mended is not None:
        return
    import torch
    from bitsandbytes.backends.default.ops import _dequantize_4bit_compute
    from bitsandbytes.backends.utils import _get_4bit_code

    def dequantize(A, absmax, blocksize, quant_type, shape, dtype):
        codes = A.view(torch.uint8).reshape(-1)
        code = _get_4bit_code(quant_type, A.device)
        return _dequantize_4bit_compute(codes, absmax.float(), code, blocksize, tuple(shape), dtype)

    _mended = torch.library.Library("bitsandbytes", "IMPL")
    _mended.impl("dequantize_4bit", dequantize, "CPU", allow_override=True)
    generator = torch.Generator().manual_seed(0)
    import bitsandbytes.functional as bnb

    weight = torch.randn(7, 96, generator=generator)
    again = bnb.dequantize_4bit(*bnb.quantize_4bit(weight, quant_type="nf4"))
    # Half of the widest gap between two NF4 values is 0.152 of a block's absmax.
    assert (again - weight).abs().max() < 0.153 * weight.abs().max(), "dequantize_4bit is still wrong"


_mended = None


def load_base(folder: str | Path, *, load_in_4bit: bool = True, double_quant: bool = True):
    """The frozen base in float32; its block linears in NF4 with float32 compute when `load_in_4bit`."""
    import torch
    from transformers import AutoModelForCausalLM, BitsAndBytesConfig

    mend_bitsandbytes()
    quantization = None
    if load_in_4bit:
        quantization = BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=double_quant,
            bnb_4bit_compute_dtype=torch.float32,
        )
    return AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, quantization_config=quantization, device_map={"": "cpu"}
    )


def dequantized_base(folder: str | Path, *, double_quant: bool = True, offsets: dict[str, float] | None = None):
    """
    A plain float32 model whose block linears hold what NF4 stands for. `offsets`: the second quantisation around these
    offsets of ours, see `recentre`.
    """
    import bitsandbytes.functional as bnb
    import torch

    quantized = load_base(folder, double_quant=double_quant and not offsets)
    plain = load_base(folder, load_in_4bit=False)
    sources = dict(quantized.named_modules())
    with torch.no_grad():
        for name, module in plain.named_modules():
            source = sources.get(name)
            if source is not None and type(source).__name__ == "Linear4bit":
                state = source.weight.quant_state
                if offsets:
                    recentre(state, offsets[name])
                weight = bnb.dequantize_4bit(source.weight.data, state)
                module.weight.copy_(weight.to(torch.float32).reshape(module.weight.shape))
    return plain


def read_offsets(checkpoint: str | Path) -> dict[str, float]:
    """Module name -> offset of the double quantisation in a bnb-4bit checkpoint of one file."""
    from safetensors import safe_open

    with safe_open(Path(checkpoint) / "model.safetensors", "pt") as file:
        states = {name: bytes(file.get_tensor(name).tolist()) for name in file.keys() if "quant_state" in name}
    return {name.split(".weight.")[0]: json.loads(state)["nested_offset"] for name, state in states.items()}


def recentre(state, offset: float) -> None:
    """
    Quantise plain f32 scales a second time, around `offset` where that is torch's mean of them but for its last bits,
    else around torch's mean. That mean is a float32 sum whose order depends on processor and threads.
    """
    import bitsandbytes.functional as bnb
    import torch

    mean, ours = state.absmax.mean(), torch.tensor(offset)
    centre = ours if (ours - mean).abs() <= mean.abs() * 2**-22 else mean
    state.absmax = bnb.dequantize_blockwise(*bnb.quantize_blockwise(state.absmax - centre, blocksize=256)) + centre


def not_loaded(info: dict) -> set[str]:
    """Tensors that a folder lacks, has too many or in other shapes, by transformers' `output_loading_info`."""
    return {str(name) for kind in ("missing_keys", "unexpected_keys", "mismatched_keys") for name in info[kind]}


def stored_types(folder: str | Path) -> dict[str, str]:
    """Name -> element type of every tensor in a folder's safetensors files."""
    from safetensors import safe_open

    found = {}
    for path in sorted(Path(folder).glob("*.safetensors")):
        with safe_open(path, "pt") as file:
            found |= {name: file.get_slice(name).get_dtype() for name in file.keys()}
    return found


def adapter_key(name: str) -> str:
    """Parameter name of a PEFT model -> the name in adapter_model.safetensors (".default" left out)."""
    return name.replace(".lora_A.default.", ".lora_A.").replace(".lora_B.default.", ".lora_B.")


def trainable(model) -> dict:
    return {adapter_key(name): p for name, p in model.named_parameters() if p.requires_grad}
