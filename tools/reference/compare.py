#!/usr/bin/env python3
"""Two runs side by side: per-step loss, grad_norm and learning rate, and what they end with.

    python compare.py --ours DIR --theirs DIR [--loss 5e-4] [--norm 2e-3] [--quiet] [--json FILE]

DIR holds trainer_state.json and, where both have one, adapter/. Bounds: `--loss` absolute, `--norm` relative,
learning rates within 1e-6 of each other, relative. Exit code 1 when a bound is broken or the steps differ.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import common


def log_rows(folder: str | Path) -> list[dict]:
    state = common.read_json(Path(folder) / "trainer_state.json")
    return [row for row in state["log_history"] if "loss" in row]


def compare_logs(ours: list[dict], theirs: list[dict]) -> dict:
    """Largest differences over the steps that both have, and the table itself."""
    table = []
    for a, b in zip(ours, theirs):
        table.append(
            {
                "step": b["step"],
                "loss": (a["loss"], b["loss"], a["loss"] - b["loss"]),
                "grad_norm": (a["grad_norm"], b["grad_norm"], relative(a["grad_norm"], b["grad_norm"])),
                "learning_rate": (
                    a["learning_rate"],
                    b["learning_rate"],
                    relative(a["learning_rate"], b["learning_rate"]),
                ),
                **{key: (a[key], b[key], a[key] - b[key]) for key in ["epoch", "entropy", "num_tokens"]},
            }
        )
    keys = ["loss", "grad_norm", "learning_rate", "epoch", "entropy", "num_tokens"]
    largest = {key: largest_of(row[key][2] for row in table) for key in keys}
    return {"steps": (len(ours), len(theirs)), "table": table, "max": largest}


def largest_of(differences: Iterable[float]) -> float:
    """The largest magnitude; NaN where any is NaN, which max() alone would lose to the number before it."""
    sizes = [abs(x) for x in differences]
    return math.nan if any(map(math.isnan, sizes)) else max(sizes, default=0.0)


def relative(a: float, b: float) -> float:
    """The difference as a share of the reference, which is b."""
    return 0.0 if a == b else (a - b) / abs(b) if b else math.inf


def compare_adapters(ours: str | Path, theirs: str | Path) -> dict | None:
    """Largest relative difference (Frobenius) of a tensor, and which."""
    from safetensors.torch import load_file

    paths = [Path(p) / "adapter" / "adapter_model.safetensors" for p in (ours, theirs)]
    if not all(p.exists() for p in paths):
        return None
    a, b = (load_file(p) for p in paths)
    if a.keys() != b.keys():
        return {"missing": sorted(b.keys() - a.keys()), "extra": sorted(a.keys() - b.keys())}
    differences = {
        key: ((a[key].double() - b[key].double()).norm() / b[key].double().norm().clamp(min=1e-30)).item() for key in b
    }
    worst = max(differences, key=lambda key: (math.isnan(differences[key]), differences[key]))
    return {
        "worst": worst,
        "relative": differences[worst],
        "mean_relative": sum(differences.values()) / len(differences),
    }


def verdict(steps: Sequence[int], largest: dict[str, float], bounds: dict[str, float]) -> list[str]:
    """What is broken; empty when all is well. `steps`: ours and theirs; `bounds`: of "loss" and of "norm"."""
    broken = [] if steps[1] else ["the reference has no step"]
    if steps[0] != steps[1]:
        broken.append(f"steps: {steps[0]} and {steps[1]}")
    # Rate and epoch are the same formulas in double precision on both sides: a wrong one is off by far more than a
    # millionth. Entropy comes of the same logits as the loss, in nats, too; tokens are counted.
    bound_of = {"loss": bounds["loss"], "grad_norm": bounds["norm"], "learning_rate": 1e-6, "epoch": 1e-6}
    # Records from before these two were compared do not have them.
    bound_of |= {key: bound for key, bound in {"entropy": bounds["loss"], "num_tokens": 0}.items() if key in largest}
    for key, bound in bound_of.items():
        # Written so that NaN breaks the bound, too.
        if not largest[key] <= bound:
            broken.append(f"{key}: {largest[key]:.3e} > {bound:g}")
    return broken


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--ours", required=True)
    parser.add_argument("--theirs", required=True)
    parser.add_argument("--loss", type=float, default=5e-4)
    parser.add_argument("--norm", type=float, default=2e-3)
    parser.add_argument("--quiet", action="store_true")
    parser.add_argument("--json")
    args = parser.parse_args()
    found = compare_logs(log_rows(args.ours), log_rows(args.theirs))
    if not args.quiet:
        print("step        loss ours / theirs (difference)      grad_norm ours / theirs (relative)")
        for row in found["table"]:
            (a, b, d), (na, nb, nd) = row["loss"], row["grad_norm"]
            print(f"{row['step']:4d}  {a:12.6f} {b:12.6f} {d:+.2e}   {na:12.6f} {nb:12.6f} {nd:+.2e}")
    adapters = compare_adapters(args.ours, args.theirs)
    if adapters:
        print("adapter", adapters)
    broken = verdict(found["steps"], found["max"], {"loss": args.loss, "norm": args.norm})
    top = found["max"]
    print(
        f"steps {found['steps'][1]}  max |loss| {top['loss']:.2e}  max |grad_norm| {top['grad_norm']:.2e}  {'FAILED: ' + '; '.join(broken) if broken else 'ok'}"
    )
    if args.json:
        common.write_json(args.json, {"made_by": common.made_by(), **found, "adapters": adapters, "broken": broken})
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
