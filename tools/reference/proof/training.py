"""Tokens, loss curves and per-row losses: each case trained by trl and by us from the same initial adapter."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path

import compare
from cases import Case
from sample_rows import convert

from . import records
from .work import ROOT, WORK, model_folder, say, script, tune

# Runs this short are shown step by step.
SHOWN_STEPS = 8


def reference_of(case: Case, model: Path, reuse: bool) -> Path:
    """Train with trl, unless `reuse` and the same was trained before."""
    folder = WORK / "reference" / (case.like or case.name)
    stamp = folder / "case.json"
    if reuse and stamp.exists() and stamp.read_text() == wanted(case) and (folder / "eval.json").exists():
        return folder
    write_inputs(case, folder)
    script(
        "train_reference.py",
        "--model",
        model,
        "--data",
        folder / "data.jsonl",
        "--config",
        folder / "run.json",
        "--out",
        folder,
        "--random-b",
        case.random_b,
        "--threads",
        2 if case.slow else 1,
        *(["--brief"] if case.slow else []),
    )
    stamp.write_text(wanted(case))
    return folder


def wanted(case: Case, ours: bool = False) -> str:
    """What the reference depends on; with `ours` also where and in which type our side computes."""
    run = {key: value for key, value in case.run_file().items() if ours or key not in ("quantization", "optim_args")}
    return json.dumps([run, case.model, case.source, case.form, case.rows, case.random_b], sort_keys=True)


def run_file(case: Case) -> Path:
    """Ours; the reference's own lies beside its results."""
    path = WORK / "run-files" / f"{case.name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(case.run_file(), indent=2))
    return path


def write_inputs(case: Case, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    convert(ROOT / f"public/samples/{case.source}.json", folder / "data.jsonl", case.form, case.rows)
    (folder / "run.json").write_text(json.dumps(case.run_file(), indent=2))


def adopt(case: Case, gpu: str, ours: Path, theirs: Path) -> None:
    """Take runs made elsewhere with the case's own run file and rows into the work folder; refuse others."""
    understood = json.loads((theirs / "reference.json").read_text())["run"]
    other = {
        key: (value, understood[key])
        for key, value in case.run_file().items()
        if key in understood and differs(value, understood[key])
    }
    if other:
        raise SystemExit(f"{theirs} is not a run of {case.name}: {other}")
    folder = WORK / "reference" / (case.like or case.name)
    shutil.copytree(theirs, folder, dirs_exist_ok=True)
    write_inputs(case, folder)
    (folder / "case.json").write_text(wanted(case))
    mine = WORK / "ours" / gpu / case.name
    shutil.copytree(ours, mine, dirs_exist_ok=True)
    # Where and when it was run, only its own facts can say.
    facts = json.loads((mine / "facts.json").read_text()) if (mine / "facts.json").exists() else {"commit": "elsewhere"}
    (mine / "facts.json").write_text(json.dumps({**facts, "case": wanted(case, ours=True)}))


def differs(a: object, b: object) -> bool:
    if isinstance(a, dict) and isinstance(b, dict):
        return any(differs(a[key], b.get(key)) for key in a)
    return sorted(a) != sorted(b) if isinstance(a, list) else a != b


def prove_case(case: Case, gpu: str, real: Path | None, reuse: bool, brief: bool) -> dict | None:
    model = model_folder(case.model, real)
    if model is None:
        say(f"{case.name}: left out, {case.model} is not there")
        return None
    reference = reference_of(case, model, reuse)
    found = {"model": case.model, "bounds": case.bounds, "tokens": check_tokens(case, model, reference)}
    found |= check_training(case, model, reference, gpu, reuse)
    if "failed" not in found and not case.run_file()["packing"] and not brief:
        found["evaluation"] = check_evaluation(case, model, reference, gpu)
    found["broken"] = broken_bounds(case, found)
    told = {key: found.get(key) for key in ["max", "evaluation", "broken", "failed"]}
    say(f"{case.name} on {gpu}: {json.dumps(told)}")
    return records.keep("training", case.name, gpu, found)


def check_tokens(case: Case, model: Path, reference: Path) -> dict:
    done = tune("tokens", "--model", model, "--data", reference / "data.jsonl", "--config", run_file(case))
    if done.code != 0:
        return {"failed": done.last}
    theirs = [json.loads(line) for line in (reference / "tokens.jsonl").read_text().splitlines()]
    ours = [json.loads(line) for line in done.out.splitlines() if line.strip()]
    if case.run_file()["packing"]:
        return {"rows": len(ours), "different": None}
    different = sum(a["input_ids"] != b["input_ids"] or a["labels"] != b["labels"] for a, b in zip(ours, theirs))
    return {"rows": len(theirs), "different": different + abs(len(ours) - len(theirs))}


def check_training(case: Case, model: Path, reference: Path, gpu: str, reuse: bool) -> dict:
    out = WORK / "ours" / gpu / case.name
    known = json.loads((out / "facts.json").read_text()) if reuse and (out / "facts.json").exists() else {}
    if known.get("case") != wanted(case, ours=True) or not (out / "trainer_state.json").exists():
        known = {**records.now(), "case": wanted(case, ours=True)}
        # Whoever ends halfway leaves no facts behind, and so nothing to be taken for a run.
        (out / "facts.json").unlink(missing_ok=True)
        done = tune(
            "train",
            "--model",
            model,
            "--data",
            reference / "data.jsonl",
            "--config",
            run_file(case),
            "--init-lora",
            reference / "initial",
            "--out",
            out,
            "--gpu",
            gpu,
        )
        if done.code != 0:
            return {"failed": done.last}
        known |= {"adapter": done.adapter, "seconds": round(done.seconds)}
        (out / "facts.json").write_text(json.dumps(known))
    # The record tells the day and commit of the training, not of a later comparison.
    facts = {key: value for key, value in known.items() if key != "case"}
    found = compare.compare_logs(compare.log_rows(out), compare.log_rows(reference))
    weights = compare.compare_adapters(out, reference)
    shown = [{key: row[key][:2] for key in ["loss", "grad_norm"]} for row in found["table"]] if case.slow else []
    return {
        **facts,
        "steps": found["steps"],
        "max": found["max"],
        "weights": weights,
        "verdict": compare.verdict(found["steps"], found["max"], case.bounds),
        **({"log": shown} if len(shown) <= SHOWN_STEPS and shown else {}),
    }


def check_evaluation(case: Case, model: Path, reference: Path, gpu: str) -> dict:
    """The trained adapter's loss of every row, each side judging its own adapter."""
    done = tune(
        "eval",
        "--model",
        model,
        "--data",
        reference / "data.jsonl",
        "--lora",
        WORK / "ours" / gpu / case.name / "adapter",
        "--config",
        run_file(case),
        "--gpu",
        gpu,
    )
    if done.code != 0:
        return {"failed": done.last}
    ours = json.loads(done.out.splitlines()[-1])["per_row"]
    theirs = json.loads((reference / "eval.json").read_text())["trained"]["per_row"]
    if len(ours) != len(theirs):
        return {"failed": f"{len(ours)} rows, expected {len(theirs)}"}
    return {
        "rows": len(theirs),
        "worst": compare.largest_of(row_difference(a["loss"], b["loss"]) for a, b in zip(ours, theirs)),
        "wrong_counts": sum(a["num_trained_tokens"] != b["num_trained_tokens"] for a, b in zip(ours, theirs)),
    }


def row_difference(ours: float | None, theirs: float | None) -> float:
    """A row without a trained token has no loss, on both sides."""
    if ours is None or theirs is None:
        return 0.0 if ours == theirs else math.nan
    return ours - theirs


def broken_bounds(case: Case, found: dict) -> list[str]:
    broken = [f"training: {found['failed']}"] if "failed" in found else [*found["verdict"]]
    if "failed" not in found and "relative" not in (found["weights"] or {}):
        broken.append(f"adapter: {found['weights']}")
    tokens, judged = found["tokens"], found.get("evaluation")
    if "failed" in tokens or tokens["different"] or not tokens["rows"]:
        broken.append(f"tokens: {tokens}")
    # Written so that NaN breaks the bound, too.
    if judged and ("failed" in judged or judged["wrong_counts"] or not judged["worst"] <= case.bounds["loss"]):
        broken.append(f"evaluation: {judged}")
    return broken
