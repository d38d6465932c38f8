#!/usr/bin/env python3
"""Write tests/golden/data/configs/rate-finder.json: which learning rate fastai suggests for curves of losses.

    python golden_rate_finder.py [OUT]    # needs: pip install --no-deps fastai==2.8.12

fastai's own smoothing, schedule and `valley` run here, taken by name from the package's sources, since importing it
whole wants its vision libraries. What stands between them is LRFinder.after_batch and lr_find's cut of the curve.
"""

from __future__ import annotations

import ast
import importlib.metadata
import importlib.util
import math
import sys
from pathlib import Path

import common
import torch


def taken(path: Path, *names: str) -> dict:
    """Functions and classes of a source by their names."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    wanted = [node for node in tree.body if getattr(node, "name", None) in names]
    for node in wanted:
        node.decorator_list = []
    space = {"torch": torch, "tensor": torch.tensor, "Metric": object, "to_detach": lambda x: x.detach()}
    exec(compile(ast.Module(wanted, []), str(path), "exec"), space)
    return space


HOME = Path(importlib.util.find_spec("fastai").submodule_search_locations[0])
SCHEDULE = taken(HOME / "callback/schedule.py", "sched_exp", "valley")
SMOOTH = taken(HOME / "learner.py", "AvgSmoothLoss")["AvgSmoothLoss"]

N = 40


def curve(shape, seed: int) -> list[float]:
    noise = torch.rand(N, generator=torch.Generator().manual_seed(seed)).tolist()
    return [round(shape(i / N) * (0.95 + 0.1 * noise[i]), 4) for i in range(N)]


CURVES = {
    "a valley, then it rises": curve(lambda x: 3 - 2 * x**2 + (8 * (x - 0.75) if x > 0.75 else 0), 1),
    "it falls to the end": curve(lambda x: 3 - 2.5 * x, 2),
    "noise alone": curve(lambda x: 2.0, 3),
    "it breaks early": curve(lambda x: 3 - 4 * x + (math.exp(30 * (x - 0.3)) if x > 0.3 else 0), 4),
    "it rises at once": curve(lambda x: 1 + 2 * x, 5),
    "no number behind step 25": [*curve(lambda x: 3 - 2 * x, 6)[:25], *[math.nan] * 15],
}


def found(losses: list[float], start: float, end: float) -> dict:
    smooth, best = SMOOTH(), math.inf
    lrs, values = [], []
    for i, loss in enumerate(losses):
        lrs.append(SCHEDULE["sched_exp"](start, end, i / N))
        smooth.accumulate(type("Learner", (), {"loss": torch.tensor(loss)}))
        values.append(float(smooth.value))
        best = min(best, values[-1])
        if values[-1] > 4 * best:  # never with numbers that are none: fastai goes on to the end
            break
    rates, cut = torch.tensor(lrs[N // 10 : -5]), torch.tensor(values[N // 10 : -5])
    broken = torch.nonzero(torch.isnan(cut))
    if len(broken) > 0:
        rates, cut = rates[: min(broken)], cut[: min(broken)]
    suggestion = SCHEDULE["valley"](rates, cut, N)[0] if len(cut) > 1 else None
    numbers = [value for value in values if not math.isnan(value)]
    return {"steps": len(numbers), "rates": lrs[: len(numbers)], "smoothed": numbers, "suggestion": suggestion}


def main() -> None:
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "tests/golden/data"
    cases = [
        {"name": name, "losses": [None if math.isnan(x) else x for x in losses], **found(losses, 1e-6, 1)}
        for name, losses in CURVES.items()
    ]
    made_by = {**common.made_by(), "fastai": importlib.metadata.version("fastai")}
    common.write_json(out / "configs" / "rate-finder.json", {"made_by": made_by, "steps": N, "cases": cases})


if __name__ == "__main__":
    main()
