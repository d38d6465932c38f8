#!/usr/bin/env python3
"""The long comparisons with the real stack, run fresh, and the tables of docs/numerics.md.

    npm run prove -- [CASE ...] [--gpu swiftshader,lavapipe] [--real DIR] [--reference-only] [--from-kept] [--no-decoding] [--no-write] [--keep-reference]

Started with any Python 3.10 or newer. It makes a virtual environment outside the repository (default
~/.cache/tunetab/venv, or $TUNETAB_VENV), installs the pinned packages there once, and starts itself again inside it.
Work files go to ~/.cache/tunetab/prove (or $TUNETAB_PROVE). Real models are compared when --real names the folder that
holds smollm2-135m and qwen2.5-coder-0.5b. Exit code 1 when a bound is broken.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CACHE = Path.home() / ".cache/tunetab"
VENV = Path(os.environ.get("TUNETAB_VENV", CACHE / "venv"))
WORK = Path(os.environ.get("TUNETAB_PROVE", CACHE / "prove"))
PINS = (HERE / "requirements.txt").read_text().split()


def enter_venv() -> None:
    """Make the environment where there is none, and continue in it."""
    python = VENV / "bin/python"
    if not python.exists():
        print(f"making {VENV}", file=sys.stderr)
        venv.create(VENV, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *PINS], check=True)
    if Path(sys.prefix).resolve() != VENV.resolve():
        os.execv(python, [str(python), str(Path(__file__).resolve()), *sys.argv[1:]])


def say(*words: object) -> None:
    print(*words, file=sys.stderr, flush=True)


def script(name: str, *arguments: object, may_fail: bool = False) -> str:
    """One of the reference scripts, in a process of its own; its chatter is shown only when it fails. Gives its stdout."""
    done = subprocess.run([sys.executable, HERE / name, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0 and not (may_fail and done.stdout.strip()):
        raise SystemExit(f"{name} {arguments}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    return done.stdout


def tune(*arguments: object) -> tuple[int, str, str, float]:
    """Our command line: exit code, stdout, stderr, seconds."""
    started = time.time()
    done = subprocess.run(["npm", "run", "--silent", "tune", "--", *map(str, arguments)], cwd=ROOT, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr, time.time() - started


def model_folder(case, real: Path | None) -> Path | None:
    if case.slow:
        return real / case.model if real and (real / case.model).exists() else None
    folder = WORK / "models" / case.model
    if not (folder / "config.json").exists():
        script("tiny_models.py", WORK / "models", case.model)
    return folder


def make_reference(case, model: Path, keep: bool) -> Path:
    from sample_rows import convert

    folder = WORK / "reference" / case.name
    wanted = json.dumps([case.run_file(), case.source, case.form, case.rows, case.random_b], sort_keys=True)
    stamp = folder / "case.json"
    if keep and stamp.exists() and stamp.read_text() == wanted and (folder / "eval.json").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    convert(ROOT / f"public/samples/{case.source}.json", folder / "data.jsonl", case.form, case.rows)
    (folder / "run.json").write_text(json.dumps(case.run_file(), indent=2))
    script("train_reference.py", "--model", model, "--data", folder / "data.jsonl", "--config", folder / "run.json",
           "--out", folder, "--random-b", case.random_b, "--threads", 2 if case.slow else 1, *(["--brief"] if case.slow else []))
    stamp.write_text(wanted)
    return folder


def check_tokens(case, model: Path, reference: Path) -> dict:
    code, out, err, _ = tune("tokens", "--model", model, "--data", reference / "data.jsonl", "--config", reference / "run.json")
    if code != 0:
        return {"failed": last_line(err)}
    theirs = [json.loads(line) for line in (reference / "tokens.jsonl").read_text().splitlines()]
    ours = [json.loads(line) for line in out.splitlines() if line.strip()]
    if case.run_file()["packing"]:
        return {"rows": len(ours), "different": None}
    different = [i for i, (a, b) in enumerate(zip(ours, theirs)) if a["input_ids"] != b["input_ids"] or a["labels"] != b["labels"]]
    return {"rows": len(theirs), "ours": len(ours), "different": len(different), "first": different[:3]}


def check_training(case, model: Path, reference: Path, gpu: str) -> dict:
    import compare

    out = WORK / "ours" / gpu / case.name
    code, _, err, seconds = tune(
        "train", "--model", model, "--data", reference / "data.jsonl", "--config", reference / "run.json",
        "--init-lora", reference / "initial", "--out", out, "--gpu", gpu,
    )
    if code != 0:
        return {"failed": last_line(err), "seconds": seconds}
    found = compare.compare_logs(compare.log_rows(out), compare.log_rows(reference))
    return {
        "steps": found["steps"][1],
        "max": found["max"],
        "adapter": compare.compare_adapters(out, reference),
        "broken": compare.verdict(found, case.bounds["loss"], case.bounds["norm"]),
        "seconds": seconds,
    }


def check_evaluation(case, model: Path, reference: Path, gpu: str) -> dict:
    """The trained adapter's loss of every row, each side judging its own adapter."""
    lora = WORK / "ours" / gpu / case.name / "adapter"
    config = {**case.run_file(), "packing": False}
    (reference / "eval-run.json").write_text(json.dumps(config, indent=2))
    code, out, err, _ = tune("eval", "--model", model, "--data", reference / "data.jsonl", "--lora", lora,
                             "--config", reference / "eval-run.json", "--gpu", gpu)
    if code != 0:
        return {"failed": last_line(err)}
    ours = json.loads(out.splitlines()[-1])["per_row"]
    theirs = json.loads((reference / "eval.json").read_text())["trained"]["per_row"]
    if len(ours) != len(theirs):
        return {"failed": f"{len(ours)} rows, expected {len(theirs)}"}
    worst = max(abs(a["loss"] - b["loss"]) for a, b in zip(ours, theirs))
    counts = sum(a["num_trained_tokens"] != b["num_trained_tokens"] for a, b in zip(ours, theirs))
    return {"rows": len(theirs), "worst": worst, "wrong_counts": counts, "broken": not worst <= case.bounds["loss"] or counts > 0}


def check_decoding(case, model: Path, gpu: str, tokens: int) -> dict:
    """Our trained adapter: greedy text and logits; merged onto either base, and the folders read by transformers."""
    lora = WORK / "ours" / gpu / case.name / "adapter"
    merges = {}
    for onto in ["original", "dequantized"]:
        out = WORK / "merged" / gpu / onto / case.name
        code, _, err, _ = tune("merge", "--model", model, "--lora", lora, "--out", out, "--onto", onto, "--gpu", gpu)
        if code != 0:
            return {"failed": f"merge onto {onto}: {last_line(err)}"}
        values = script("merged_reference.py", "--model", model, "--lora", lora, "--merged", out, "--base", onto, may_fail=True)
        merges[onto] = {key: json.loads(values)[key] for key in ["different", "values", "missing", "drift"]}
    texts = json.loads(script("decoding.py", "--model", model, "--lora", lora, "--gpu", gpu, "--tokens", tokens,
                              "--merged", WORK / "merged" / gpu / "dequantized" / case.name, may_fail=True))
    rows = texts["rows"]
    return {
        "prompts": len(rows),
        "equal": sum(row["equal"] for row in rows),
        "ties": sum(bool(row.get("tie")) for row in rows),
        "logits": max(row["logits"] for row in rows),
        "merged_equal": sum(row["merged"]["equal"] for row in rows),
        "merges": merges,
        "partings": [row for row in rows if not row["equal"]],
    }


def last_line(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return " / ".join(lines[-3:])[:400] if lines else "no message"


def prove(cases: list, gpus: list[str], real: Path | None, keep: bool, reference_only: bool, decoding: bool) -> list[dict]:
    results, decoded = [], set()
    for case in cases:
        model = model_folder(case, real)
        if model is None:
            say(f"{case.name}: left out, its model is not there")
            continue
        started = time.time()
        reference = make_reference(case, model, keep)
        say(f"{case.name}: reference {time.time() - started:.0f} s")
        if reference_only:
            continue
        row = {"case": case, "tokens": check_tokens(case, model, reference), "gpus": {}}
        say(f"  tokens {row['tokens']}")
        for gpu in gpus:
            trained = check_training(case, model, reference, gpu)
            judged = {} if "failed" in trained or case.run_file()["packing"] else check_evaluation(case, model, reference, gpu)
            row["gpus"][gpu] = {"training": trained, "evaluation": judged}
            if decoding and "failed" not in trained and case.model not in decoded:
                row["gpus"][gpu]["decoding"] = check_decoding(case, model, gpu, 20 if case.slow else 64)
                say(f"  {gpu} decoding {json.dumps(row['gpus'][gpu]['decoding'], ensure_ascii=False)}")
            keep_result(case, gpu, {"tokens": row["tokens"], **row["gpus"][gpu]})
            say(f"  {gpu} {json.dumps(trained)}\n  {gpu} evaluation {json.dumps(judged)}")
        decoded.add(case.model)
        results.append(row)
    return results


def keep_result(case, gpu: str, found: dict) -> None:
    """Results outlive the process, so that the tables can be made of several runs; each names the commit it saw."""
    head = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    path = WORK / "results" / gpu / f"{case.name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"commit": head, **found}, indent=1))


def kept_results(cases: list, gpus: list[str]) -> list[dict]:
    results = []
    for case in cases:
        paths = {gpu: WORK / "results" / gpu / f"{case.name}.json" for gpu in gpus}
        found = {gpu: json.loads(path.read_text()) for gpu, path in paths.items() if path.exists()}
        if found:
            results.append({"case": case, "tokens": next(iter(found.values()))["tokens"], "gpus": found})
    return results


def is_broken(row: dict) -> bool:
    tokens = row["tokens"]
    if "failed" in tokens or tokens.get("different") or tokens.get("ours", tokens["rows"]) != tokens["rows"]:
        return True
    for gpu in row["gpus"].values():
        training, evaluation = gpu["training"], gpu["evaluation"]
        if "failed" in training or training["broken"] or "failed" in evaluation or evaluation.get("broken"):
            return True
        if "decoding" in gpu and decoding_broken(gpu["decoding"]):
            return True
    return False


def decoding_broken(found: dict) -> bool:
    if "failed" in found or any(m["missing"] or m["different"] > m["values"] * 1e-5 for m in found["merges"].values()):
        return True
    return found["equal"] + found["ties"] < found["prompts"] or not found["logits"] <= 1e-3


def decoding_table(results: list[dict]) -> str:
    """Drift: logits of the merged folder against base + adapter, the base being the dequantised one that training saw."""
    lines = [
        "| model (adapter of case) | GPU | greedy texts equal (ties) | logits, largest difference / range (1e-3) "
        "| merged onto the original: values that differ from PEFT's merge rounded once; drift | onto the dequantised: the same; texts equal |",
        "|---|---|---|---|---|---|",
    ]
    for row in results:
        for gpu, found in row["gpus"].items():
            d = found.get("decoding")
            if d is None:
                continue
            name = f"| {row['case'].model} ({row['case'].name}) | {gpu} |"
            if "failed" in d:
                lines.append(f"{name} failed: {d['failed']} | | | |")
                continue
            a, b = d["merges"]["original"], d["merges"]["dequantized"]
            lines.append(
                f"{name} {d['equal']} of {d['prompts']} ({d['ties']}) | {d['logits']:.1e} | {a['different']} of {a['values']}; {a['drift']:.1e} "
                f"| {b['different']} of {b['values']}; {b['drift']:.1e}; {d['merged_equal']} of {d['prompts']} |"
            )
    return "\n".join(lines)


def table(results: list[dict]) -> str:
    lines = [
        "| case | tokens | GPU | steps | loss, largest difference (bound) | grad_norm, largest relative (bound) | evaluation, worst row | adapter, worst tensor | seconds |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in results:
        case, tokens = row["case"], row["tokens"]
        same = tokens.get("failed") or ("packed" if tokens["different"] is None else f"{tokens['rows'] - tokens['different']} of {tokens['rows']} equal")
        for gpu, found in row["gpus"].items():
            t, e = found["training"], found["evaluation"]
            if "failed" in t:
                lines.append(f"| {case.name} | {same} | {gpu} | failed: {t['failed']} | | | | | |")
                continue
            judged = e.get("failed") or (f"{e['worst']:.1e} of {e['rows']}" if e else "")
            adapter = f"{t['adapter']['relative']:.1e}" if t["adapter"] and "relative" in t["adapter"] else "?"
            mark = " **broken**" if t["broken"] else ""
            lines.append(
                f"| {case.name} | {same} | {gpu} | {t['steps']} | {t['max']['loss']:.1e} ({case.bounds['loss']:g}){mark} "
                f"| {t['max']['grad_norm']:.1e} ({case.bounds['norm']:g}) | {judged} | {adapter} | {t['seconds']:.0f} |"
            )
    return "\n".join(lines)


def write_table(name: str, text: str) -> None:
    path = ROOT / "docs/numerics.md"
    page = path.read_text()
    start, end = f"<!-- prove:{name} -->", "<!-- /prove -->"
    before, rest = page.split(start, 1)
    _, after = rest.split(end, 1)
    path.write_text(f"{before}{start}\n{text}\n{end}{after}")


def main() -> None:
    enter_venv()
    parser = argparse.ArgumentParser()
    parser.add_argument("cases", nargs="*")
    parser.add_argument("--gpu", default="swiftshader,lavapipe")
    parser.add_argument("--real")
    parser.add_argument("--reference-only", action="store_true")
    parser.add_argument("--keep-reference", action="store_true", help="use the references of the last time where a case has not changed")
    parser.add_argument("--from-kept", action="store_true", help="run nothing; write the tables from the results kept of earlier runs")
    parser.add_argument("--no-decoding", action="store_true")
    parser.add_argument("--no-write", action="store_true")
    args = parser.parse_args()

    import common
    from cases import CASES, REAL

    chosen = [c for c in CASES + REAL if not args.cases or c.name in args.cases]
    gpus = args.gpu.split(",")
    if args.from_kept:
        results = kept_results(chosen, gpus)
    else:
        real = Path(args.real) if args.real else None
        results = prove(chosen, gpus, real, args.keep_reference, args.reference_only, not args.no_decoding)
    if args.reference_only:
        return
    text, decoded = table(results), decoding_table(results)
    print(f"{text}\n\n{decoded}")
    made = common.made_by()
    note = ", ".join(f"{k} {made[k]}" for k in ["torch", "transformers", "peft", "trl", "bitsandbytes"])
    if not args.no_write and not args.cases:
        write_table("training", f"{text}\n\nWritten by `npm run prove` with {note}.")
        if not args.no_decoding:
            write_table("decoding", decoded)
    sys.exit(1 if any(is_broken(row) for row in results) else 0)


if __name__ == "__main__":
    main()
