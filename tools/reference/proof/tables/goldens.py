"""Goldens made afresh, scores of drawn answers, and the versions of everything that was compared."""

from __future__ import annotations

from ..records import SECTIONS, kept
from .cells import stamp, table

SCORED = {
    "ifeval": "IFEval's 25 rules, strict and loose (lm_eval)",
    "texts": "exact match, F1, BLEU, chrF, ROUGE-L within 1e-6 (lm_eval, sacrebleu, rouge-score)",
    "calls": "tool calls read and matched (second implementation, held against BFCL's checker)",
    "statistics": "Wilson, bootstrap, kappa (scipy, scikit-learn)",
}


def tokens() -> str:
    rows = []
    for r in kept("goldens"):
        files = r["tests"]["files"]
        for name, what in [
            ("data-golden", "ids, labels, texts, orders of trl, made afresh"),
            ("data-masks", "properties of random conversations"),
        ]:
            passed, failed = files.get(name, [0, 1])
            rows.append([what, f"{passed} of {passed + failed} tests", stamp(r)])
    seen = set()
    for r in kept("training"):
        found = r["tokens"]
        if r["name"] in seen or "failed" in found or found["different"] is None:
            continue
        seen.add(r["name"])
        rows.append(
            [
                f"`tune tokens`, case {r['name']}",
                f"{found['rows'] - found['different']} of {found['rows']} rows",
                stamp(r),
            ]
        )
    return table(["what", "equal", "run"], rows)


def goldens() -> str:
    """Whether the committed golden files are what the real stack makes, and what tests say of the fresh ones."""
    rows = []
    for r in kept("goldens"):
        t, moved = r["tests"], ", ".join(r["changed"])
        rows.append(
            [
                f"{r['files'] - len(r['changed'])} of {r['files']}" + (f"; not {moved}" if moved else ""),
                f"{t['passed']} of {t['passed'] + t['failed']}",
                stamp(r),
            ]
        )
    return table(
        [
            "golden files with the committed content when made afresh",
            "tests without a GPU that pass on the fresh ones",
            "run",
        ],
        rows,
    )


def scores() -> str:
    """Drawn answers that the programs of the field and this repository judged, and whether the committed ones stand."""
    rows = []
    for r in kept("scores"):
        drawn, files, command = r["drawn"], r["tests"]["files"], r["command_line"]
        for name, what in SCORED.items():
            passed, failed = files.get(f"eval-{name}", [0, 1])
            count = drawn.get(name, "as committed")
            moved = "no" if f"scores/{name}.json" in r["changed"] else "yes"
            rows.append([what, count, "0" if not failed else f"**{failed} tests failed**", moved, stamp(r)])
        what = "ONNX models exported just now: answers, vectors within 1e-5, order of passages (transformers)"
        different = "-"
        # Older records have nothing of them.
        if "onnx" in r:
            _, failed = r["onnx"]["files"].get("companion-models", [0, 1])
            different = "0" if not failed else f"**{failed} tests failed**"
        rows.append([what, "as committed", different, "-", stamp(r)])
        what = "`tune score --answers`, verdicts of IFEval's rules"
        rows.append([what, command["rows"], command["different"], "-", stamp(r)])
    return table(["what", "rows drawn", "different", "committed ones made again are the same", "run"], rows)


def versions() -> str:
    """The stacks and adapters that the records name, each once."""
    every = [record for section in SECTIONS for record in kept(section)]
    stacks = sorted({", ".join(f"{k} {v}" for k, v in record["versions"].items()) for record in every})
    adapters = sorted(
        {
            f"{record['gpu']}: {record['adapter'].removesuffix(' (software)')}"
            for record in every
            if (record.get("adapter") or "").strip()
        }
    )
    return "\n".join(f"- {line}" for line in [*stacks, *adapters]) or "Not run yet."
