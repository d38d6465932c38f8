"""What was found: a file for each section, in it a record for each piece, so that the tables can be made of many runs
and say what each one was."""

from __future__ import annotations

import fcntl
import json
import subprocess
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import common

from .work import ROOT, WORK

RESULTS = ROOT / "docs/numerics"
SECTIONS = ["nf4", "checkpoint", "training", "merge", "decoding", "exports", "handover"]
SECTIONS += ["goldens", "scores", "suite", "walk"]


def keep(section: str, name: str, gpu: str | None, found: dict) -> dict:
    """
    Put a piece into docs/numerics/SECTION.json, in the place of the record that has its name and GPU. `found` must be
    small; "broken" in it is a list of broken bounds.
    """
    made = {key: value for key, value in common.made_by().items() if key != "command"}
    record = {"name": name, "gpu": gpu, **now(), "versions": made, **found}
    WORK.mkdir(parents=True, exist_ok=True)
    # Pieces may run side by side, and each reads and writes the whole file.
    with open(WORK / "records.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        others = [other for other in kept(section) if place(other) != place(record)]
        write(RESULTS / f"{section}.json", [*others, record])
    return record


def write(path: Path, records: Iterable[dict]) -> None:
    """
    Records by name and GPU. Who it is, what was found, the brace and the comma have a line each, so that git merges
    branches that ran neighbouring pieces or added some, and stops only where both ran the same.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Whoever is interrupted leaves the file of before.
    fresh = path.with_suffix(".new")
    fresh.write_text("[\n" + "\n,\n".join(map(lines, sorted(records, key=place))) + "\n]\n", encoding="utf-8")
    fresh.replace(path)


def lines(record: dict) -> str:
    who = {key: record[key] for key in ("name", "gpu")}
    found = {key: value for key, value in record.items() if key not in who}
    return f"{compact(who)[:-1]},\n{compact(found)[1:-1]}\n}}"


def compact(value: dict) -> str:
    return json.dumps(value, ensure_ascii=False)


def place(record: dict) -> tuple[str, str]:
    return record["name"], record["gpu"] or ""


def now() -> dict[str, str]:
    """
    Day and commit, with a + where what runs is not what was committed. `keep` takes those in `found`, where a piece
    was run earlier than it is compared.
    """

    def git(*arguments: str) -> str:
        return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True).stdout.strip()

    changed = git("status", "--porcelain", "--", "src", "shaders", "scripts", "tests", "tools")
    return {"date": date.today().isoformat(), "commit": git("rev-parse", "--short", "HEAD") + ("+" if changed else "")}


def kept(section: str) -> list[dict]:
    """Every record of a section, by name and GPU."""
    path = RESULTS / f"{section}.json"
    return sorted(json.loads(path.read_text(encoding="utf-8")), key=place) if path.exists() else []
