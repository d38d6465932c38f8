"""What was found, one small file for each piece, so that the tables can be made of many runs and say what each one was."""

from __future__ import annotations

import json
import subprocess
from datetime import date
from pathlib import Path

import common

from .work import ROOT

RESULTS = ROOT / "docs/numerics"


def keep(section: str, name: str, gpu: str | None, found: dict) -> dict:
    """Write docs/numerics/SECTION/NAME.GPU.json. `found` must be small; "broken" in it is a list of broken bounds."""
    made = {key: value for key, value in common.made_by().items() if key != "command"}
    record = {"name": name, "gpu": gpu, **now(), "versions": made, **found}
    common.write_json(path_of(section, name, gpu), record)
    return record


def now() -> dict[str, str]:
    """
    Day and commit, with a + where what runs is not what was committed. `keep` takes those in `found`, where a piece
    was run earlier than it is compared.
    """

    def git(*arguments: str) -> str:
        return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True).stdout.strip()

    changed = git("status", "--porcelain", "--", "src", "shaders", "scripts", "tests", "tools")
    return {"date": date.today().isoformat(), "commit": git("rev-parse", "--short", "HEAD") + ("+" if changed else "")}


def path_of(section: str, name: str, gpu: str | None) -> Path:
    return RESULTS / section / ".".join([name, *([gpu] if gpu else []), "json"])


def kept(section: str) -> list[dict]:
    """Every record of a section, by name and GPU."""
    found = [json.loads(path.read_text()) for path in sorted((RESULTS / section).glob("*.json"))]
    return sorted(found, key=lambda record: (record["name"], record["gpu"] or ""))
