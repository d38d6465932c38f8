#!/usr/bin/env python3
"""Write tests/golden/data/configs/sampling.json: what transformers draws tokens from.

    python golden_sampling.py [OUT]         # default: tests/golden/data of this repository

For each case the probabilities of all tokens after the warpers that `generate` applies, in its order: temperature,
top-k, top-p. No two logits of a case are equal, and no set's mass is so near to p that f32 would decide.
"""

from __future__ import annotations

import sys
from pathlib import Path

import common

# (temperature, top_k, top_p); top_k 0 and top_p 1: without that warper, as `generate` leaves it out.
HOWS = [
    (1.0, 0, 1.0),
    (0.3, 0, 1.0),
    (2.0, 0, 1.0),
    (1.0, 1, 1.0),
    (0.7, 7, 1.0),
    (1.0, 0, 0.9),
    (1.5, 0, 0.5),
    (1.0, 0, 0.01),
    (0.8, 12, 0.85),
    (1.3, 40, 0.95),
    (1.0, 5, 0.2),
]
# (tokens, spread of their logits, seed)
VECTORS = [(24, 1.0, 1), (64, 3.0, 2), (300, 4.0, 3)]


def main() -> None:
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "tests/golden/data"
    vectors = []
    for tokens, spread, seed in VECTORS:
        logits = drawn(tokens, spread, seed)
        cases = [
            {"temperature": t, "top_k": k, "top_p": p, "probabilities": probabilities(logits, t, k, p)}
            for t, k, p in HOWS
        ]
        vectors.append({"logits": logits.tolist(), "cases": cases})
    common.write_json(out / "configs" / "sampling.json", {"made_by": common.made_by(), "vectors": vectors})


def drawn(tokens: int, spread: float, seed: int):
    import torch

    # In 1/16384, so that the JSON is short and exact.
    logits = torch.randn(tokens, generator=torch.Generator().manual_seed(seed)) * spread
    logits = (logits * 16384).round() / 16384
    if len(set(logits.tolist())) < tokens:
        raise SystemExit(f"two of {tokens} logits are equal: take another seed")
    return logits


def probabilities(logits, temperature: float, top_k: int, top_p: float) -> list[float]:
    from transformers import LogitsProcessorList, TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper

    warpers = LogitsProcessorList([TemperatureLogitsWarper(temperature)])
    if top_k > 0:
        warpers.append(TopKLogitsWarper(top_k))
    if top_p < 1:
        border(logits.double() / temperature, top_k, top_p)
        warpers.append(TopPLogitsWarper(top_p))
    scores = warpers(None, logits[None])[0]
    # Exactly 0 is what the warpers took away.
    return [float(f"{share:.8g}") for share in scores.double().softmax(-1).tolist()]


def border(scores, top_k: int, top_p: float) -> None:
    """Refuse a case in which a sum of shares is p but for f32's noise."""
    kept = scores.sort(descending=True).values[: top_k or None].softmax(-1).cumsum(-1)
    if (kept - top_p).abs().min() < 1e-5:
        raise SystemExit(f"top_p {top_p}: a set's mass is p itself; take another seed")


if __name__ == "__main__":
    main()
