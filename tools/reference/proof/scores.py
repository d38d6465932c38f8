"""
What src/eval says of answers against the programs of the field, on answers that were drawn just now; ONNX models that
are exported just now.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from . import records
from .suites import COMMITTED, complaints, content, counted, vitest
from .work import HERE, WORK, run, say, script, tune

PINS = (HERE / "requirements-scores.txt").read_text().split()
REFERENCES = ["ifeval", "texts", "calls", "statistics"]
NAMED = ["lm_eval", "nltk", "langdetect", "sacrebleu", "rouge_score", "bfcl-eval", "scipy", "scikit-learn"]
# Others than the committed files hold, and more of them; what scipy and scikit-learn compute is not drawn anew.
ONNX = WORK / "scores/onnx"
DRAWN = {"ifeval": (911, 3000), "texts": (912, 2000), "calls": (913, 3000)}


def prove_scores() -> dict:
    """
    The committed references made again, byte for byte; then fresh answers from other seeds, judged by the references
    and by the tests, and IFEval's once more through the command line, whose verdicts stand in the file's order.
    """
    # Their own wishes (every vendor's client, CUDA) are of no use here and would move the pinned stack.
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", *PINS], check=True)
    again, fresh = WORK / "scores/again", WORK / "scores/fresh"
    for folder in (again, fresh, ONNX):
        shutil.rmtree(folder, ignore_errors=True)
    for name in REFERENCES:
        say(f"scores: {name}")
        script(f"scores/{name}_reference.py", again)
        script(f"scores/{name}_reference.py", fresh, *DRAWN.get(name, ()))
    files = [f"scores/{name}.json" for name in REFERENCES]
    changed = [name for name in files if content(again / name) != content(COMMITTED / name)]
    # Labels by hand are drawn by nobody.
    shutil.copy(COMMITTED / "scores/refusals.json", fresh / "scores")
    # An exported graph's bytes are the exporter's; what counts is what it gives when it is run.
    for name in ("onnx_model", "onnx_encoder"):
        script(f"scores/{name}.py", ONNX)
    onnx_report = WORK / "scores-onnx.json"
    onnx = run(
        [*vitest("unit", onnx_report), "tests/unit/companion-models.test.ts"], env={"TUNETAB_GOLDEN": str(ONNX)}
    )
    report = WORK / "scores.json"
    tests = [f"tests/unit/eval-{name}.test.ts" for name in ("ifeval", "texts", "calls", "statistics", "kinds")]
    done = run([*vitest("unit", report), *tests], env={"TUNETAB_GOLDEN": str(fresh)})
    found = {
        "changed": changed,
        "drawn": {name: count for name, (_, count) in DRAWN.items()},
        "tests": counted(report, done),
        "onnx": counted(onnx_report, onnx),
        "command_line": judged_by_command(fresh / "scores/ifeval.json"),
        "versions": {name: version(name) for name in NAMED},
    }
    found["broken"] = [*complaints(done, found["tests"]), *complaints(onnx, found["onnx"])]
    if changed:
        found["broken"].append(f"made again, other than committed: {', '.join(changed)}")
    if found["command_line"]["different"]:
        found["broken"].append(f"tune score --answers: {found['command_line']}")
    say(f"scores: {json.dumps(found)}")
    return records.keep("scores", "unit", None, found)


def judged_by_command(golden: Path) -> dict:
    """The drawn answers as `tune score --answers` judges them, a line for each row."""
    fields = ("key", "prompt", "instruction_id_list", "kwargs", "response")
    wanted = json.loads(golden.read_text(encoding="utf-8"))["rows"]
    answers, out = WORK / "scores/answers.jsonl", WORK / "scores/judged"
    lines = [json.dumps({name: row[name] for name in fields}, ensure_ascii=False) for row in wanted]
    answers.write_text("\n".join(lines) + "\n", encoding="utf-8")
    shutil.rmtree(out, ignore_errors=True)
    done = tune("score", "--answers", answers, "--suite", "ifeval", "--out", out)
    if done.code:
        return {"rows": len(wanted), "different": len(wanted), "why": done.last}
    made = [json.loads(line) for line in (out / "verdicts.jsonl").read_text(encoding="utf-8").splitlines()]
    pairs = zip(made, wanted, strict=True)
    different = sum(one != {kind: row[kind] for kind in ("strict", "loose")} for one, row in pairs)
    return {"rows": len(wanted), "different": different}
