"""The tests themselves as proof: goldens made afresh, and the GPU suites with the figures that they reach."""

from __future__ import annotations

import json
import math
import os
import re
import shutil
from pathlib import Path

from . import records
from .work import ROOT, WORK, Ended, run, say, script

COMMITTED = ROOT / "tests/golden/data"
FRESH = WORK / "golden"
# Rows of 243: a million elements for the one step of each optimiser, instead of the committed four thousand.
LONG_ROWS = 4207


def prove_goldens() -> dict:
    """
    Make every golden file again with the real stack, name those that are no longer the committed bytes (float results
    may move in their last bits with the processor), and hold the tests against the fresh ones.
    """
    # Nothing of an earlier run may pass for made now.
    shutil.rmtree(FRESH, ignore_errors=True)
    for name in [
        "golden_models.py",
        "golden_nf4.py",
        "golden_adamw.py",
        "golden_bnb.py",
        "golden_merge.py",
        "golden_configs.py",
        "golden_schedules.py",
        "golden_sampling.py",
        "golden_gguf.py",
        "golden_safetensors.py",
    ]:
        say(f"goldens: {name}")
        script(name, FRESH)
    script("tokens_reference.py", "golden", FRESH / "tokens")
    files = sorted(
        {path.relative_to(root) for root in (COMMITTED, FRESH) for path in root.rglob("*") if path.is_file()}
    )
    # Those of the scores are the section scores'.
    files = [name for name in files if name.parts[0] != "scores"]
    changed = [str(name) for name in files if content(FRESH / name) != content(COMMITTED / name)]
    report = WORK / "unit.json"
    tests = [
        "data-golden",
        "data-masks",
        "data-epochs",
        "data-batches",
        "data-dataset",
        "data-tokenizer",
        "train-trl-log",
        "train-run-file",
        "train-schedule",
    ]
    tests += ["formats-bnb", "formats-merge", "formats-nf4", "merge-drift", "gguf-writer"]
    done = run(
        [*vitest("unit", report), *(f"tests/unit/{name}.test.ts" for name in tests)], env={"TUNETAB_GOLDEN": str(FRESH)}
    )
    found = {"files": len(files), "changed": changed, "tests": counted(report, done)}
    found["broken"] = complaints(done, found["tests"])
    say(f"goldens: {json.dumps(found)}")
    return records.keep("goldens", "unit", None, found)


def has_firefox() -> bool:
    there = Path(os.environ.get("TUNETAB_FIREFOX", "/usr/bin/firefox-esr")).exists()
    if not there:
        say("left out: Firefox is not installed (node scripts/ensure.mjs --firefox)")
    return there


def prove_suite(gpu: str, default_limits: bool) -> dict | None:
    """All kernel and golden tests on one GPU; then the optimiser's golden test once more on a million elements."""
    if gpu == "firefox" and not has_firefox():
        return None
    name = "default-limits" if default_limits else "all"
    figures = WORK / f"figures.{gpu}.{name}.jsonl"
    figures.parent.mkdir(parents=True, exist_ok=True)
    figures.write_text("")
    env = {"TUNETAB_FIGURES": str(figures), "TUNETAB_DEFAULT_LIMITS": "1" if default_limits else "0"}
    if gpu == "firefox":
        done = run(["node", "scripts/page-suite.mjs", *(["--default-limits"] if default_limits else [])], env=env)
        found: dict = {"tests": {"files": page_files(done), **last_counts(done)}}
    else:
        report = WORK / f"suite.{gpu}.{name}.json"
        env["TUNETAB_GPU"] = gpu
        done = run(vitest("kernels", report), env=env)
        found = {"tests": counted(report, done)}
    found |= {"seconds": round(done.seconds), **summed(figures)}
    found["broken"] = complaints(done, found["tests"])
    if gpu != "firefox" and not default_limits:
        ended, found["long_adamw"] = long_adamw(gpu)
        found["broken"] += complaints(ended, found["long_adamw"]["tests"])
    say(f"suite {gpu} {name}: {json.dumps(found['tests'])}")
    return records.keep("suite", name, gpu, found)


def prove_walk() -> dict | None:
    """The page in Firefox, as a person would walk through it."""
    if not has_firefox():
        return None
    done = run(["node", "scripts/firefox-walk.mjs"])
    steps = re.findall(r"^passed +(.*)$", done.out, re.M)
    counts = last_counts(done)
    found = {"steps": steps, **counts, "seconds": round(done.seconds), "broken": complaints(done, counts)}
    say(f"walk: {json.dumps(found)}")
    return records.keep("walk", "page", "firefox", found)


def long_adamw(gpu: str) -> tuple[Ended, dict]:
    """One step from given states on a million elements, made by bitsandbytes just now."""
    made = WORK / "golden-long"
    script("golden_adamw.py", made, LONG_ROWS)
    figures, report = WORK / f"figures.{gpu}.adamw.jsonl", WORK / f"suite.{gpu}.adamw.json"
    figures.write_text("")
    env = {"TUNETAB_GOLDEN": str(made), "TUNETAB_GPU": gpu, "TUNETAB_FIGURES": str(figures)}
    done = run([*vitest("kernels", report), "tests/golden/adamw.test.ts"], env=env)
    return done, {"tests": counted(report, done), **summed(figures)}


def complaints(done: Ended, tests: dict) -> list[str]:
    """What a run of tests leaves to be said; a run in which nothing passed proves nothing."""
    if tests["failed"]:
        return [f"{tests['failed']} tests failed"]
    if not tests["passed"]:
        return ["no test passed"]
    return [f"exit code {done.code}: {done.last}"] if done.code else []


def vitest(project: str, report: Path) -> list[object]:
    report.unlink(missing_ok=True)
    return [
        "node",
        "node_modules/vitest/vitest.mjs",
        "run",
        "--project",
        project,
        "--reporter=json",
        f"--outputFile.json={report}",
    ]


def counted(report: Path, done: Ended) -> dict:
    """Counts of a vitest report; a run that wrote none has failed."""
    if not report.exists():
        return {"passed": 0, "failed": 1, "skipped": 0, "files": {}, "why": done.last}
    found = json.loads(report.read_text())
    files, failures = {}, []
    for one in found["testResults"]:
        states = [test["status"] for test in one["assertionResults"]]
        files[Path(one["name"]).name.removesuffix(".test.ts")] = [states.count("passed"), states.count("failed")]
        failures += [test["fullName"] for test in one["assertionResults"] if test["status"] == "failed"]
        if one["status"] == "failed" and not states:
            failures.append(one["name"])
    skipped = found["numPendingTests"] + found.get("numTodoTests", 0)
    return {
        "passed": found["numPassedTests"],
        "failed": len(failures),
        "skipped": skipped,
        "files": files,
        "failures": failures[:10],
    }


def last_counts(done: Ended) -> dict:
    """The last line of a suite that ends with `N passed, N failed[, N skipped]`."""
    found = re.search(r"(\d+) passed, (\d+) failed(?:, (\d+) skipped)?\s*$", done.out)
    if not found:
        return {"passed": 0, "failed": 1, "skipped": 0, "why": done.last}
    return {"passed": int(found[1]), "failed": int(found[2]), "skipped": int(found[3] or 0)}


def page_files(done: Ended) -> dict:
    head = re.findall(r"^(?:firefox|chromium): (.*)$", done.out, re.M)
    return {"browser": head[0]} if head else {}


def summed(figures: Path) -> dict:
    """Of each figure how often it was taken, its largest value and its sum; and the adapter that was used."""
    adapter, found = None, {}
    for line in figures.read_text().splitlines():
        one = json.loads(line)
        if one["name"] == "adapter":
            # Firefox does not say.
            adapter = one["value"].strip() or None
            continue
        value = float("nan") if one["value"] is None else one["value"]
        entry = found.setdefault(one["name"], {"count": 0, "max": value, "sum": 0})
        entry["count"] += 1
        # NaN stays: nothing is larger than it.
        entry["max"] = entry["max"] if math.isnan(entry["max"]) or value <= entry["max"] else value
        entry["sum"] += value
    return {"adapter": adapter, "figures": found}


def content(path: Path) -> object:
    """Bytes, or JSON without the lines that say who made it; None where there is no such file."""
    if not path.exists():
        return None
    if path.suffix != ".json":
        return path.read_bytes()
    value = json.loads(path.read_text())
    if isinstance(value, dict):
        value.pop("made_by", None)
    return "any" if path.name == "made_by.json" else value
