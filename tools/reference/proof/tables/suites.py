"""What the tests on GPUs reached, by the figures that they leave."""

from __future__ import annotations

from collections.abc import Callable

from ..records import kept
from .cells import small, stamp, table

FAMILIES = ["qwen2", "qwen3", "llama"]
Cells = list[object]
PROJECTIONS = ["q", "k", "v", "o", "gate", "up", "down"]


def suites(limits: str = "all") -> list[dict]:
    return [record for record in kept("suite") if record["name"] == limits]


def figures(record: dict, start: str) -> dict[str, dict]:
    """Figures whose name begins so, by what follows."""
    return {name[len(start) :].strip(): one for name, one in record["figures"].items() if name.startswith(start)}


def largest(record: dict, start: str) -> str:
    found = figures(record, start)
    return small(max(one["max"] for one in found.values())) if found else "-"


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
