#!/usr/bin/env python3
"""Write tests/golden/data/scores/statistics.json: intervals and agreement from scipy and scikit-learn.

    python statistics_reference.py [OUT]        # default: tests/golden/data of this repository

wilson      successes, n and scipy's binomtest(...).proportion_ci(method="wilson").
bootstrap   values, their mean, and scipy's percentile interval over 10 000 resamples whose indices Python's own
            random.Random(0) draws one after another (scipy takes a ready distribution), so that the same seed gives the
            same interval everywhere.
paired      two lists of values, the difference of their means and its interval, drawn likewise.
kappa       two lists of labels and sklearn's cohen_kappa_score.
"""

from __future__ import annotations

import random
from types import SimpleNamespace

import common_scores
import numpy as np
from scipy import stats
from sklearn.metrics import cohen_kappa_score

RESAMPLES = 10_000


def percentile_interval(n: int, figure) -> list[float]:
    draw = random.Random(0)
    drawn = np.array([figure([draw.randrange(n) for _ in range(n)]) for _ in range(RESAMPLES)])
    ready = SimpleNamespace(bootstrap_distribution=drawn)
    done = stats.bootstrap((np.arange(n),), np.mean, n_resamples=0, bootstrap_result=ready, method="percentile")
    return [float(done.confidence_interval.low), float(done.confidence_interval.high)]


def main() -> None:
    numbers = np.random.default_rng(7)
    wilson = []
    for successes, n in [(0, 1), (1, 1), (0, 12), (12, 12), (3, 7), (45, 60), (118, 120), (1, 541), (270, 541)]:
        found = stats.binomtest(successes, n).proportion_ci(method="wilson")
        wilson.append([successes, n, float(found.low), float(found.high)])
    bootstrap = []
    for n in (2, 9, 40, 120):
        values = np.round(numbers.gamma(2, 1, n), 4)
        bootstrap.append([values.tolist(), percentile_interval(n, lambda drawn, v=values: v[drawn].mean())])
    paired = []
    for n, shift in [(8, 0.9), (40, 0.05), (40, 0.8), (120, -0.3)]:
        base = np.round(numbers.normal(2, 1, n), 4)
        candidate = np.round(base + numbers.normal(shift, 0.8, n), 4)
        gap = candidate - base
        paired.append([candidate.tolist(), base.tolist(), percentile_interval(n, lambda drawn, v=gap: v[drawn].mean())])
    kappa = []
    for n, labels in [(5, 2), (40, 2), (40, 3), (100, 4)]:
        first = numbers.integers(labels, size=n)
        second = np.where(numbers.random(n) < 0.6, first, numbers.integers(labels, size=n))
        pair = [[f"label {value}" for value in values] for values in (first, second)]
        kappa.append([*pair, float(cohen_kappa_score(*pair))])
    rows = [["wilson", wilson], ["bootstrap", bootstrap], ["paired", paired], ["kappa", kappa]]
    head = {"made_by": common_scores.made_by("scipy", "scikit-learn", "numpy")}
    common_scores.write_lines(common_scores.golden_folder() / "statistics.json", head, rows)


if __name__ == "__main__":
    main()
