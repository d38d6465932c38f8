"""Where prove.py works, and how it calls both sides."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
ROOT = HERE.parents[1]
CACHE = Path.home() / ".cache/tunetab"
WORK = Path(os.environ.get("TUNETAB_PROVE", CACHE / "prove"))


def say(*words: object) -> None:
    print(*words, file=sys.stderr, flush=True)


@dataclass
class Ended:
    code: int
    out: str
    err: str
    seconds: float

    @property
    def last(self) -> str:
        """The end of what went wrong, on one line."""
        lines = [line for line in self.err.strip().splitlines() if line.strip()]
        return " / ".join(lines[-3:])[:400] if lines else "no message"

    @property
    def adapter(self) -> str | None:
        """The GPU as the command line names it."""
        found = [line[5:].removesuffix(" (software)") for line in self.err.splitlines() if line.startswith("GPU: ")]
        return found[0] if found else None


def run(command: list[object], cwd: Path = ROOT, env: dict[str, str] | None = None) -> Ended:
    started = time.time()
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, capture_output=True, text=True, env={**os.environ, **(env or {})}
    )
    return Ended(done.returncode, done.stdout, done.stderr, time.time() - started)


def script(name: str, *arguments: object, may_fail: bool = False) -> str:
    """The output of a reference script, in a process of its own; its chatter is shown only when it fails."""
    done = run([sys.executable, HERE / name, *arguments])
    if done.code != 0 and not (may_fail and done.out.strip()):
        raise SystemExit(f"{name} {arguments}\n{done.out[-2000:]}\n{done.err[-4000:]}")
    return done.out


def tune(*arguments: object) -> Ended:
    """Our command line."""
    return run(["npm", "run", "--silent", "tune", "--", *arguments])


def probe(*arguments: object) -> Ended:
    """Our engine's insides, see probe.ts."""
    return run(["node", HERE / "probe.mjs", *arguments])


def model_folder(name: str, real: Path | None) -> Path | None:
    """A real model's folder below `real`, or a tiny one, written when it is not there yet. None: not to be had."""
    from tiny_models import MODELS

    if name not in MODELS:
        return real / name if real and (real / name / "config.json").exists() else None
    folder = WORK / "models" / name
    if not (folder / "config.json").exists():
        script("tiny_models.py", WORK / "models", name)
    return folder
