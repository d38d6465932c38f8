"""What training, weights, merging and answers came to beside the real stack, model by model."""

from __future__ import annotations

import compare
from cases import CASES, REAL

from ..records import kept
from .cells import small, stamp, table


def nf4() -> str:
    def cell(found: dict | None) -> str:
        if not found:
            return "failed"
        moved = f", {found['moved']} of them around an offset with another last bit" if found.get("moved") else ""
        return f"{found['tensors'] - len(found['different'])} of {found['tensors']}{moved}"

    rows = (
        [r["name"], r["gpu"], cell(r["kinds"].get("nested")), cell(r["kinds"].get("plain")), stamp(r)]
        for r in kept("nf4")
    )
    return table(["model", "GPU", "weights equal, double quantisation", "weights equal, f32 scales", "run"], rows)


def checkpoint() -> str:
    rows = []
    for r in kept("checkpoint"):
        for kind, found in r["kinds"].items():
            wrong = len(found["different"]) + len(found["missing"]) + len(found["extra"])
            weights, places = len(found.get("moved", {})), sum(found.get("moved", {}).values())
            moved = f"; around other offsets {weights} weights, whose scales differ by it in {places} places"
            rows.append(
                [
                    r["name"],
                    kind,
                    f"{wrong} of {found['tensors']}{moved if weights else ''}",
                    r["gpu"],
                    "the same" if found["read_alike"] else "**other**",
                    stamp(r),
                ]
            )
    return table(
        [
            "model",
            "kind",
            "tensors of the file that differ from transformers'",
            "read on",
            "what both files stand for there",
            "run",
        ],
        rows,
    )


def training() -> str:
    """Judged once more by the bounds that the cases have today: none of an earlier day stands in the table."""
    rows = []
    bounds_of = {case.name: case.bounds for case in CASES + REAL}
    for r in kept("training"):
        if "failed" in r:
            rows.append([r["name"], r["gpu"], "", f"failed: {r['failed']}", "", "", "", "", stamp(r)])
            continue
        judged, weights = r.get("evaluation", {}), r.get("weights") or {}
        worst = judged.get("failed") or (f"{small(judged['worst'])} of {judged['rows']}" if judged else "-")
        bounds = bounds_of[r["name"]]
        broken = [*r["broken"], *compare.verdict(r["steps"], r["max"], bounds)]
        rows.append(
            [
                r["name"],
                r["gpu"],
                r["steps"][0],
                f"{small(r['max']['loss'])} ({bounds['loss']:g})",
                f"{small(r['max']['grad_norm'])} ({bounds['norm']:g})",
                small(r["max"]["entropy"]) if "entropy" in r["max"] else "-",
                worst,
                small(weights.get("relative")),
                stamp({**r, "broken": broken}),
            ]
        )
    head = [
        "case",
        "GPU",
        "steps",
        "loss, largest difference (bound)",
        "grad_norm, largest relative (bound)",
        "entropy, largest difference",
        "evaluation, worst row",
        "adapter, worst tensor (of its norm)",
        "run",
    ]
    return table(head, rows)


def cases() -> str:
    """What each case changes of the settings that `Case.run_file` gives all of them."""
    rows = []
    for case in CASES + REAL:
        compute = {"compute": case.compute} if case.compute != "float32" else {}
        changed = ", ".join(f"{key} {cell(value)}" for key, value in {**case.lora, **case.run, **compute}.items())
        rows.append([case.name, case.model, case.form, changed or "-"])
    return table(["case", "model", "rows as", "settings that differ"], rows)


def cell(value: object) -> str:
    return " ".join(value) if isinstance(value, list) else str(value).lower() if isinstance(value, bool) else str(value)


def steps() -> str:
    parts = []
    for r in kept("training"):
        rows = [
            [i, f"{a:.6f}", f"{b:.6f}", f"{a - b:+.1e}", f"{na:.6f}", f"{nb:.6f}", f"{abs(na / nb - 1):.1e}"]
            for i, ((a, b), (na, nb)) in enumerate(
                ((row["loss"], row["grad_norm"]) for row in r.get("log", [])), start=1
            )
        ]
        if rows:
            head = ["step", "loss here", "loss trl", "difference", "grad_norm here", "grad_norm trl", "relative"]
            parts.append(f"{r['model']}, {r['name']}, {r['gpu']}:\n\n{table(head, rows)}")
    return "\n\n".join(parts) or "Not run yet."


def merge() -> str:
    rows = []
    for r in kept("merge"):
        for onto, found in r["bases"].items():
            d, told = found["drift"], found["readme"]
            told_or_measured = [f"{told[key]:.3g} / {d[key]:.3g}" for key in ["largest", "rms", "range", "divergence"]]
            same = f"{told['same_next']:.0f} / {d['same_next']} of {found['tokens']}"
            tied = "tied" if found["tied"] else "untied"
            around = (
                f"; {found['different_around_our_offsets']} around our offsets"
                if "different_around_our_offsets" in found
                else ""
            )
            rows.append(
                [
                    f"{r['name']} ({tied})",
                    r["gpu"],
                    onto,
                    f"{found['different']} of {found['values']}{around}",
                    *told_or_measured,
                    same,
                    stamp(r),
                ]
            )
    head = [
        "model",
        "GPU",
        "onto",
        "values that differ from PEFT's",
        "logits, README / measured: largest",
        "rms",
        "range",
        "KL, nats",
        "same next token",
        "run",
    ]
    return table(head, rows)


def decoding() -> str:
    rows = []
    for r in kept("decoding"):
        for which in ["base", "tuned"]:
            d = r.get(which)
            if not d:
                continue
            parted = "; ".join(f"at {one['at']}, {one['gap']:.2g} apart" for one in d.get("merged_partings", []))
            merged = (
                f"{d['merged_equal']} of {d['prompts']}{f' ({parted})' if parted else ''}"
                if "merged_equal" in d
                else "-"
            )
            ties = f", {d['ties']} more with ties" if d["ties"] else ""
            rows.append(
                [
                    r["name"],
                    {"base": "without", "tuned": "with"}[which],
                    r["gpu"],
                    f"{d['equal']} of {d['prompts']}{ties}",
                    d["tokens"],
                    f"{d['cache_agrees']} of {d['tokens']}",
                    small(d["logits"]),
                    merged,
                    stamp(r),
                ]
            )
    head = [
        "model",
        "adapter",
        "GPU",
        "greedy texts equal",
        "tokens",
        "of them the likeliest in a pass without the cache",
        "logits, largest difference over their range",
        "dequantised merge: texts equal (parting, its two best logits)",
        "run",
    ]
    return table(head, rows)
