"""The tables of docs/numerics/results.md, made of the records, so that a row always says which run it was."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import compare
from cases import CASES, REAL

from .records import SECTIONS, kept
from .work import ROOT

PAGE = ROOT / "docs/numerics/results.md"
FAMILIES = ["qwen2", "qwen3", "llama"]
Cells = list[object]


def write_all() -> None:
    """Replace what stands between `<!-- prove:NAME -->` and `<!-- /prove -->`; every name must be on the page."""
    page = PAGE.read_text()
    for name, make in TABLES.items():
        before, rest = page.split(f"<!-- prove:{name} -->", 1)
        _, after = rest.split("<!-- /prove -->", 1)
        page = f"{before}<!-- prove:{name} -->\n{make()}\n<!-- /prove -->{after}"
    PAGE.write_text(page)


def table(head: list[str], rows: Iterable[Cells]) -> str:
    lines = ["| " + " | ".join(map(str, row)) + " |" for row in rows]
    if not lines:
        return "Not run yet."
    return "\n".join(["| " + " | ".join(head) + " |", "|" + "---|" * len(head), *lines])


def stamp(record: dict) -> str:
    return f"{record['date'][5:]} {record['commit']}" + (" **broken**" if record["broken"] else "")


def small(value: float | None) -> str:
    return "?" if value is None else "0" if value == 0 else f"{value:.1e}"


def suites(limits: str = "all") -> list[dict]:
    return [record for record in kept("suite") if record["name"] == limits]


def figures(record: dict, start: str) -> dict[str, dict]:
    """Figures whose name begins so, by what follows."""
    return {name[len(start) :].strip(): one for name, one in record["figures"].items() if name.startswith(start)}


def largest(record: dict, start: str) -> str:
    found = figures(record, start)
    return small(max(one["max"] for one in found.values())) if found else "-"


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


def golden_nf4() -> str:
    rows = []
    for r in suites():
        codes, compared, imported = (
            r["figures"].get(name) for name in ["nf4 codes", "nf4 codes compared", "imported bytes"]
        )
        if codes:
            wrong = r["figures"]["imported bytes that differ"]["sum"]
            rows.append(
                [
                    r["gpu"],
                    f"{codes['sum']} of {compared['sum']}",
                    small(r["figures"]["nf4 offset"]["max"]),
                    f"{wrong} of {imported['sum']}",
                    stamp(r),
                ]
            )
    return table(
        [
            "GPU",
            "code bytes that differ, awkward tensors",
            "offset, largest absolute difference",
            "imported bytes that differ",
            "run",
        ],
        rows,
    )


def adamw() -> str:
    rows = []
    for r in suites():
        found = r.get("long_adamw") or r
        f = found["figures"]
        if "adamw codes of m" not in f:
            continue
        n = f["adamw elements"]
        units = f["adamw parameter"]["max"] * 2**23
        rows.append(
            [
                r["gpu"],
                f"{n['count']} × {n['max']}",
                f["adamw codes of m"]["sum"],
                f["adamw codes of v"]["sum"],
                f["adamw scales"]["sum"],
                f"{units:.2f}",
                stamp(r),
            ]
        )
    return table(
        [
            "GPU",
            "steps × elements",
            "codes of m that differ",
            "codes of v",
            "scales",
            "parameters, largest difference in units of 2^-23",
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


SCORED = {
    "ifeval": "IFEval's 25 rules, strict and loose (lm_eval)",
    "texts": "exact match, F1, BLEU, chrF, ROUGE-L within 1e-6 (lm_eval, sacrebleu, rouge-score)",
    "calls": "tool calls read and matched (second implementation, held against BFCL's checker)",
    "statistics": "Wilson, bootstrap, kappa (scipy, scikit-learn)",
}


def by_family(*starts: str) -> Callable[[], str]:
    """Rows: GPUs. Columns: the largest of each figure for each family."""

    def make() -> str:
        rows = []
        for r in suites():
            if any(figures(r, start) for start in starts):
                rows.append(
                    [r["gpu"], *(largest(r, f"{start} {family}") for start in starts for family in FAMILIES), stamp(r)]
                )
        return table(["GPU", *(f"{start} {family}" for start in starts for family in FAMILIES), "run"], rows)

    return make


def gradients() -> str:
    """Each kind of tensor of each family: the largest relative error over its layers."""
    rows = []
    for r in suites():
        for family in FAMILIES:
            worst: dict[str, float] = {}
            for slot, one in figures(r, f"gradient {family} ").items():
                kind = ".".join(slot.split(".")[-2:]).replace("_proj.lora_", " ")
                worst[kind] = max(worst.get(kind, 0), one["max"])
            if worst:
                rows.append(
                    [
                        r["gpu"],
                        family,
                        *(
                            small(worst.get(f"{p} {side}")) if f"{p} {side}" in worst else "-"
                            for p in PROJECTIONS
                            for side in "AB"
                        ),
                        stamp(r),
                    ]
                )
    return table(["GPU", "model", *(f"{p} {side}" for p in PROJECTIONS for side in "AB"), "run"], rows)


PROJECTIONS = ["q", "k", "v", "o", "gate", "up", "down"]


def suite_counts(limits: str) -> Callable[[], str]:
    def make() -> str:
        rows = []
        for r in suites(limits):
            t = r["tests"]
            rows.append(
                [
                    r["gpu"],
                    (r.get("adapter") or "").strip() or t["files"].get("browser", ""),
                    t["passed"],
                    t["failed"],
                    t["skipped"],
                    r["seconds"],
                    stamp(r),
                ]
            )
        return table(["GPU", "adapter", "passed", "failed", "skipped", "seconds", "run"], rows)

    return make


def determinism() -> str:
    rows = []
    for r in suites():
        found = figures(r, "same bits")
        if found:
            rows.append(
                [
                    r["gpu"],
                    sum(one["count"] for one in found.values()),
                    sum(one["sum"] for one in found.values()),
                    stamp(r),
                ]
            )
    return table(
        ["GPU", "comparisons of all bits of an adapter or of all reported numbers", "words that differ", "run"], rows
    )


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


def exports() -> str:
    rows = []
    for r in kept("exports"):
        for kind, entry in r.get("formats", {}).items():
            for who in CLIENTS:
                values = entry.get(who)
                if not values or "loss" not in values:
                    continue
                twin = entry.get("llama-quantize's file")
                same = "the same" if twin == values else "other" if twin else "-"
                parted = "; ".join(f"at {one['at']}, led by {one['margin']:.2g}" for one in values["partings"])
                blocks = entry.get("llama-quantize") or entry.get("bitsandbytes")
                rows.append(
                    [
                        r["name"] + (" (rsLoRA)" if r["rslora"] else ""),
                        kind,
                        entry["bytes"],
                        who,
                        small(values["loss"]),
                        small(values["mean_loss"]),
                        f"{values['texts_equal']} of {values['texts']}{f' ({parted})' if parted else ''}",
                        f"{len(blocks['different'])} of {blocks['tensors']}" if blocks else "-",
                        same if who == "llama.cpp" else "-",
                        stamp(r),
                    ]
                )
    head = [
        "model",
        "format",
        "bytes",
        "client",
        "loss of a row, largest difference",
        "mean loss of 20 rows, difference",
        "greedy texts equal (parting)",
        "tensors that differ from the client's own quantiser's",
        "losses and texts of the quantiser's own file",
        "run",
    ]
    return table(head, rows)


CLIENTS = ["transformers and peft", "transformers", "mlx-lm", "llama.cpp", "transformers, weights rounded"]


def templates() -> str:
    rows = []
    for r in kept("exports"):
        told = r.get("templates") or {
            r["name"]: entry["ollama"] for entry in r["formats"].values() if "ollama" in entry
        }
        for name, values in told.items():
            said = f"{values['alike']} of {values['conversations']}" if values["template"] else "left to Ollama"
            tools = values.get("tools")
            with_tools = f"{tools['alike']} of {tools['conversations']}" if tools else "–"
            thinks = "told apart" if values.get("thinking") else "–"
            rows.append([name, said, with_tools, thinks, ", ".join(values["stop"]), stamp(r)])
    head = ["template of", "conversations with the same tokens", "with tools, but for spaces in JSON", "thinking"]
    return table([*head, "stop words", "run"], rows)


def handover() -> str:
    rows = []
    for r in kept("handover"):
        for way, found in r.get("ways", {}).items():
            rows.append([r["name"], WAYS[way], found["steps"], small(found["loss"]), stamp(r)])
    return table(["run", "goes on", "steps compared", "loss, largest difference", "run"], rows)


def handover_rows() -> str:
    rows = []
    for r in kept("handover"):
        for name, found in r.get("sets", {}).items():
            cells = [found[key] for key in ("shape", "rows", "tokens", "trained", "different")]
            rows.append([name, *cells, stamp(r)])
    return table(["data set", "shape", "rows", "tokens", "of these trained", "rows that differ", "run"], rows)


WAYS = {
    "one": "under TRL, one process",
    "ddp": "two processes, DDP over gloo",
    "fsdp2": "two processes, FSDP2 over gloo",
    "back": "here again, from the checkpoint of two processes",
}


def walk() -> str:
    rows = ([r["gpu"], step, stamp(r)] for r in kept("walk") for step in r["steps"])
    return table(["browser", "passed", "run"], rows)


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


TABLES: dict[str, Callable[[], str]] = {
    "versions": versions,
    "goldens": goldens,
    "nf4": nf4,
    "golden-nf4": golden_nf4,
    "checkpoint": checkpoint,
    "adamw": adamw,
    "cases": cases,
    "training": training,
    "steps": steps,
    "tokens": tokens,
    "packing": by_family("padded", "packed", "packed gradient"),
    "gradients": gradients,
    "f16": by_family("f16 loss"),
    "default-limits": suite_counts("default-limits"),
    "determinism": determinism,
    "merge": merge,
    "decoding": decoding,
    "cache": by_family("cache"),
    "suite": suite_counts("all"),
    "exports": exports,
    "templates": templates,
    "handover": handover,
    "handover-rows": handover_rows,
    "scores": scores,
    "walk": walk,
    "second": by_family("training loss", "training norm"),
}
