#!/usr/bin/env python3
"""Write tests/golden/data/nf4/: tensors quantised by bitsandbytes on CPU, NF4 with double quantisation.

    python golden_nf4.py [OUT]

tensors.safetensors holds for every case of cases.json
    CASE.input          the tensor (f32, or bf16 where the name says so)
    CASE.codes          U8 [ceil(n/2), 1], first element in the high nibble
    CASE.absmax         F32, one per block of 64, before the second quantisation
    CASE.absmax_codes   U8, absmax - offset in the signed dynamic map
    CASE.nested_absmax  F32, one per 256 of those
    CASE.dequantized    F32, what the codes stand for (left out for the long case)
and cases.json the shape and the offset (f32 written exactly, as a decimal) of every case.
"""

from __future__ import annotations

import sys
from pathlib import Path

import common
import torch


def ties(count: int, absmax: float) -> torch.Tensor:
    """Values on and one float beside the midpoints between neighbouring codes, times absmax."""
    import bitsandbytes.functional as bnb

    code = bnb.get_4bit_type("nf4", device="cpu")
    middle = (code[:-1] + code[1:]) / 2
    beside = [middle, torch.nextafter(middle, torch.tensor(2.0)), torch.nextafter(middle, torch.tensor(-2.0))]
    values = torch.cat(beside)[: count - 1] * absmax
    values = torch.cat([torch.tensor([absmax]), values])
    return torch.cat([values, torch.zeros(count - len(values))])


def cases() -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(2)

    def normal(*shape: int) -> torch.Tensor:
        return 0.05 * torch.randn(shape, generator=generator)

    holes = normal(5, 128)
    holes[1] = 0
    holes[3, 64:] = -0.0
    small = normal(4, 64)
    small[1] *= 1e-37
    small[2] *= 1e-42
    return {
        "whole": normal(8, 128),
        "ragged": normal(7, 37),
        "short": normal(3, 11),
        "odd-tail": normal(5, 53),
        "zero-blocks": holes,
        "zero-tail": torch.cat([normal(64), torch.zeros(30)]).reshape(2, 47),
        "ties": torch.cat([ties(64, 1.0), ties(64, 3.0), ties(64, 0.7), ties(46, 3.0), ties(46, 0.7)[:46]]).reshape(
            2, -1
        ),
        "tie-tail": ties(46, 3.0).reshape(2, 23),
        "small-blocks": small,
        "bf16-many-blocks": normal(83, 199).to(torch.bfloat16),
    }


def main() -> None:
    import bitsandbytes.functional as bnb
    from safetensors.torch import save_file

    common.mend_bitsandbytes()
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "tests/golden/data"
    tensors, facts = {}, {}
    for name, tensor in cases().items():
        plain, simple = bnb.quantize_4bit(tensor, blocksize=64, quant_type="nf4", compress_statistics=False)
        codes, state = bnb.quantize_4bit(tensor, blocksize=64, quant_type="nf4", compress_statistics=True)
        assert torch.equal(plain, codes)
        tensors[f"{name}.input"] = tensor.contiguous()
        tensors[f"{name}.codes"] = codes
        tensors[f"{name}.absmax"] = simple.absmax
        tensors[f"{name}.absmax_codes"] = state.absmax
        tensors[f"{name}.nested_absmax"] = state.state2.absmax
        if tensor.numel() < 2000:
            state.dtype = torch.float32
            tensors[f"{name}.dequantized"] = bnb.dequantize_4bit(codes, state).reshape(tensor.shape)
        facts[name] = {"shape": list(tensor.shape), "dtype": str(tensor.dtype), "offset": float(state.offset)}
    tensors["quant_map"] = simple.code
    tensors["nested_quant_map"] = state.state2.code
    folder = out / "nf4"
    folder.mkdir(parents=True, exist_ok=True)
    save_file(tensors, folder / "tensors.safetensors", metadata={"format": "pt"})
    common.write_json(folder / "cases.json", {"made_by": common.made_by(), "cases": facts})
    print(folder, (folder / "tensors.safetensors").stat().st_size, "bytes")


if __name__ == "__main__":
    main()
