#!/usr/bin/env python3
"""Write tests/golden/data/adamw/: optimiser steps by bitsandbytes (8-bit block-wise) and torch (f32), on CPU.

    python golden_adamw.py [OUT [ROWS]]      # ROWS of 243 elements in eight.safetensors instead of 17

maps.safetensors  "signed" and "unsigned": the two dynamic maps, F32 [256]
eight.safetensors [17, 243] = 4131 elements, 17 blocks of 256 and a tail. For step s = 1..4: "grad.s", and after the
                  step "param.s", "m.s", "v.s" (U8 codes), "absmax_m.s", "absmax_v.s"; "param.0" is the start, states
                  are fresh. To check a single step from given states, start at any s.
f32.safetensors   [9, 37]: "grad.s", "param.s", "m.s", "v.s" by torch.optim.AdamW; "bnb_param.s", "bnb_m.s", "bnb_v.s"
                  are what bitsandbytes' AdamW8bit makes of a tensor this small, which keeps f32 states, and
                  PagedAdamW32bit of any.
steps.json        betas, eps, weight decay and the learning rate of every step
"""

from __future__ import annotations

import sys
from pathlib import Path

import common
import torch

RATES = [2e-3, 1e-3, 5e-4, 3e-4]
SETTINGS = dict(betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01)


def gradients(shape: tuple[int, int], seed: int) -> list[torch.Tensor]:
    """Gradients of very different size from block to block; one block all zero, one value far out."""
    generator = torch.Generator().manual_seed(seed)
    found = []
    for _ in RATES:
        g = torch.randn(shape, generator=generator).reshape(-1)
        g *= torch.logspace(-6, 0, len(g))
        g[256:512] = 0
        if len(g) > 2000:
            g[1100] = 40.0
            g[2000] = 0
        found.append(g.reshape(shape).contiguous())
    return found


def run(make, shape: tuple[int, int], seed: int, keep) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    p = torch.nn.Parameter(0.1 * torch.randn(shape, generator=generator))
    tensors = {"param.0": p.detach().clone()}
    optimizer = make([p], lr=RATES[0], **SETTINGS)
    for step, (rate, g) in enumerate(zip(RATES, gradients(shape, seed + 1)), start=1):
        optimizer.param_groups[0]["lr"] = rate
        p.grad = g.clone()
        optimizer.step()
        tensors[f"grad.{step}"] = g
        tensors[f"param.{step}"] = p.detach().clone()
        tensors |= {f"{key}.{step}": value.detach().clone() for key, value in keep(optimizer.state[p]).items()}
    return tensors


def main() -> None:
    import bitsandbytes as bnb
    from bitsandbytes.functional import create_dynamic_map
    from safetensors.torch import save_file

    out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "tests/golden/data"
    folder = out / "adamw"
    folder.mkdir(parents=True, exist_ok=True)
    eight = run(
        bnb.optim.AdamW8bit,
        (int(sys.argv[2]) if len(sys.argv) > 2 else 17, 243),
        21,
        lambda s: {"m": s["state1"], "v": s["state2"], "absmax_m": s["absmax1"], "absmax_v": s["absmax2"]},
    )
    full = run(torch.optim.AdamW, (9, 37), 31, lambda s: {"m": s["exp_avg"], "v": s["exp_avg_sq"]})
    small = run(bnb.optim.AdamW8bit, (9, 37), 31, lambda s: {"m": s["state1"], "v": s["state2"]})
    # paged_adamw_32bit keeps every tensor as the 8-bit one keeps small ones.
    paged = run(bnb.optim.PagedAdamW32bit, (9, 37), 31, lambda s: {"m": s["state1"], "v": s["state2"]})
    assert all(torch.equal(paged[key], small[key]) for key in small)
    full |= {f"bnb_{key}": value for key, value in small.items() if not key.startswith("grad.")}
    maps = {"signed": create_dynamic_map(True), "unsigned": create_dynamic_map(False)}
    for name, tensors in {"maps": maps, "eight": eight, "f32": full}.items():
        save_file(
            {k: v.contiguous() for k, v in tensors.items()}, folder / f"{name}.safetensors", metadata={"format": "pt"}
        )
    common.write_json(folder / "steps.json", {"made_by": common.made_by(), "learning_rates": RATES, **SETTINGS})
    print(folder, sum(f.stat().st_size for f in folder.iterdir()), "bytes")


if __name__ == "__main__":
    main()
