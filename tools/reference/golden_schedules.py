#!/usr/bin/env python3
"""Write tests/golden/data/configs/schedules.json: learning rates that transformers' schedules give.

    python golden_schedules.py [OUT]         # default: tests/golden/data of this repository

For each case the rates that torch's optimiser holds before each step, under
get_scheduler(name, AdamW(lr), num_warmup_steps, num_training_steps, scheduler_specific_kwargs).
"""

from __future__ import annotations

import sys
from pathlib import Path

import common

# (steps, warmup): none, one, many, nothing but warmup, a warmup longer than the run
SPANS = [(7, 0), (20, 1), (23, 6), (5, 5), (3, 9)]

CASES: dict[str, list[dict]] = {
    "linear": [{}],
    "cosine": [{}, {"num_cycles": 1.75}],
    "cosine_with_restarts": [{}, {"num_cycles": 3}],
    "cosine_with_min_lr": [{"min_lr": 3e-5}, {"min_lr_rate": 0.1, "num_cycles": 1}],
    "polynomial": [{}, {"lr_end": 1e-5, "power": 2.5}],
    "inverse_sqrt": [{}, {"timescale": 11}],
    "warmup_stable_decay": [
        {"num_decay_steps": 2},
        {"num_decay_steps": 3, "warmup_type": "cosine", "decay_type": "linear", "min_lr_ratio": 0.2},
        {"num_decay_steps": 4, "warmup_type": "1-sqrt", "decay_type": "1-sqrt"},
        {"num_decay_steps": 2, "num_stable_steps": 1, "decay_type": "cosine", "num_cycles": 0.75},
    ],
    "constant": [{}],
    "constant_with_warmup": [{}],
}
RATE = 2e-4


def main() -> None:
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "tests/golden/data"
    cases = [
        {"type": name, "kwargs": kwargs, "steps": steps, "warmup": warmup, "lr": rates(name, kwargs, steps, warmup)}
        for name, variants in CASES.items()
        for kwargs in variants
        for steps, warmup in SPANS
    ]
    (out / "configs").mkdir(parents=True, exist_ok=True)
    common.write_json(
        out / "configs" / "schedules.json", {"made_by": common.made_by(), "learning_rate": RATE, "cases": cases}
    )


def rates(name: str, kwargs: dict, steps: int, warmup: int) -> list[float]:
    import torch
    from transformers import get_scheduler

    optimizer = torch.optim.AdamW([torch.nn.Parameter(torch.zeros(1))], lr=RATE)
    schedule = get_scheduler(
        name,
        optimizer,
        num_warmup_steps=warmup,
        num_training_steps=steps,
        scheduler_specific_kwargs=dict(kwargs),
    )
    found = []
    for step in range(steps):
        found.append(optimizer.param_groups[0]["lr"])
        # Not past the end: transformers' polynomial divides by zero there when all of the run is warmup.
        if step < steps - 1:
            optimizer.step()
            schedule.step()
    return found


if __name__ == "__main__":
    main()
