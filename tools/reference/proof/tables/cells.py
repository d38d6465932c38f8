"""How a table of results.md is written."""

from __future__ import annotations

from collections.abc import Iterable

Cells = list[object]


def table(head: list[str], rows: Iterable[Cells]) -> str:
    lines = ["| " + " | ".join(map(str, row)) + " |" for row in rows]
    if not lines:
        return "Not run yet."
    return "\n".join(["| " + " | ".join(head) + " |", "|" + "---|" * len(head), *lines])


def stamp(record: dict) -> str:
    return f"{record['date'][5:]} {record['commit']}" + (" **broken**" if record["broken"] else "")


def small(value: float | None) -> str:
    return "?" if value is None else "0" if value == 0 else f"{value:.1e}"
