"""The tables of docs/numerics/results.md, made of the records, so that a row always says which run it was."""

from __future__ import annotations

from collections.abc import Callable

from ..work import ROOT
from . import exports, goldens, runs, suites

PAGE = ROOT / "docs/numerics/results.md"

TABLES: dict[str, Callable[[], str]] = {
    "versions": goldens.versions,
    "goldens": goldens.goldens,
    "nf4": runs.nf4,
    "golden-nf4": suites.golden_nf4,
    "checkpoint": runs.checkpoint,
    "adamw": suites.adamw,
    "cases": runs.cases,
    "training": runs.training,
    "steps": runs.steps,
    "tokens": goldens.tokens,
    "packing": suites.by_family("padded", "packed", "packed gradient"),
    "gradients": suites.gradients,
    "f16": suites.by_family("f16 loss"),
    "default-limits": suites.suite_counts("default-limits"),
    "determinism": suites.determinism,
    "merge": runs.merge,
    "decoding": runs.decoding,
    "cache": suites.by_family("cache"),
    "suite": suites.suite_counts("all"),
    "exports": exports.exports,
    "templates": exports.templates,
    "handover": exports.handover,
    "handover-rows": exports.handover_rows,
    "scores": goldens.scores,
    "walk": exports.walk,
    "second": suites.by_family("training loss", "training norm"),
}


def write_all() -> None:
    """Replace what stands between `<!-- prove:NAME -->` and `<!-- /prove -->`; every name must be on the page."""
    page = PAGE.read_text()
    for name, make in TABLES.items():
        before, rest = page.split(f"<!-- prove:{name} -->", 1)
        _, after = rest.split("<!-- /prove -->", 1)
        page = f"{before}<!-- prove:{name} -->\n{make()}\n<!-- /prove -->{after}"
    PAGE.write_text(page)
