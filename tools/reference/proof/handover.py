"""
`tune handover`: a run goes on from its checkpoint under TRL, on one process and on two, and comes back; and its rows
are made there from the raw data, with the same ids and labels.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import common
from sample_rows import convert

from . import records
from .handover_sets import SETS
from .work import ROOT, WORK, model_folder, run, say, tune

RUN = {
    "learning_rate": 1e-3,
    "num_train_epochs": 3,
    "per_device_train_batch_size": 2,
    "gradient_accumulation_steps": 4,
    "lr_scheduler_type": "cosine",
    "warmup_steps": 3,
    "optim": "adamw_torch",
    "weight_decay": 0.01,
    "max_length": 256,
    "shuffle": True,
    "save_strategy": "steps",
    "save_steps": 6,
    "lora": {"r": 8, "lora_alpha": 16, "target_modules": common.SEVEN},
    "quantization": {"load_in_4bit": False},
}
NF4 = {"load_in_4bit": True, "bnb_4bit_compute_dtype": "float32"}
# Rows that fill neither a batch nor a step at an epoch's end.
ROWS = 41
CASES = {
    "f32": {},
    "nf4-8bit": {"optim": "adamw_8bit", "quantization": NF4, "lora": {**RUN["lora"], "r": 64}},
    "grouped": {"group_by_length": True},
}
# One process computes the same sums; two add them up in another order. 8-bit states amplify the last bits.
BOUNDS = {"one": 1e-4, "ddp": 1e-3, "fsdp2": 1e-3, "back": 1e-4}
FSDP2 = """compute_environment: LOCAL_MACHINE
distributed_type: FSDP
fsdp_config:
  fsdp_version: 2
  fsdp_auto_wrap_policy: TRANSFORMER_BASED_WRAP
  fsdp_cpu_ram_efficient_loading: false
  fsdp_reshard_after_forward: true
  fsdp_state_dict_type: FULL_STATE_DICT
mixed_precision: "no"
num_machines: 1
num_processes: 2
use_cpu: true
"""


def prove_handover(name: str, gpu: str) -> dict:
    place, model = WORK / "handover" / name, model_folder("qwen2-linear", None)
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    convert(ROOT / "public/samples/harbour-master.json", place / "data.jsonl", "messages", ROWS)
    (place / "run.json").write_text(json.dumps({**RUN, **CASES[name]}))
    found: dict = {"ways": {}, "broken": []}
    inputs = ["--model", model, "--data", place / "data.jsonl"]
    done = tune("train", *inputs, "--config", place / "run.json", "--out", place / "ours", "--gpu", gpu)
    if done.code == 0:
        found["adapter"] = done.adapter
        done = tune("handover", "--run", place / "ours/checkpoint-6", "--out", place / "project")
    if done.code != 0:
        found["broken"].append(done.last)
        return records.keep("handover", name, gpu, found)
    ours = losses(place / "ours")
    (place / "fsdp2.yaml").write_text(FSDP2)
    bin_ = Path(sys.executable).parent
    train = [place / "project/train.py", "--stop-at", 16]
    two = [bin_ / "torchrun", "--nproc_per_node", 2, "--master_port", 29531]
    ways = {"one": [sys.executable], "ddp": two}
    if name == "f32":
        ways["fsdp2"] = [bin_ / "accelerate", "launch", "--config_file", place / "fsdp2.yaml"]
    for way, launcher in ways.items():
        env = {**os.environ, "OMP_NUM_THREADS": "1", "TORCHDYNAMO_DISABLE": "1"}
        done = run([*launcher, *train, "--out", place / way], cwd=place, env=env)
        if done.code != 0:
            found["broken"].append(f"{way}: {done.last}")
            continue
        judge(found, way, ours, losses(place / way), 6)
    if (place / "ddp/checkpoint-16").exists():
        resume = ["--resume", place / "ddp/checkpoint-16", "--out", place / "back", "--gpu", gpu]
        done = tune("train", *inputs, *resume)
        found["broken"] += [] if done.code == 0 else [f"back: {done.last}"]
        if done.code == 0:
            judge(found, "back", [*losses(place / "ddp")[:16], *ours[16:]], losses(place / "back"), 16)
    say(f"handover {name}: {json.dumps(found)}")
    return records.keep("handover", name, gpu, found)


def prove_rows(gpu: str) -> dict:
    """Each set through the project that hands it over, by two processes there, beside the rows we train on."""
    place = WORK / "handover" / "rows"
    shutil.rmtree(place, ignore_errors=True)
    found: dict = {"sets": {}, "broken": []}
    for name, (make, model, settings) in SETS.items():
        folder = place / name.replace(" ", "-")
        folder.mkdir(parents=True)
        known = model if model == "builtin" else model_folder(model, None)
        short = {"max_steps": 2, "save_strategy": "steps", "save_steps": 1, "per_device_train_batch_size": 1}
        (folder / "run.json").write_text(json.dumps({**RUN, **short, "gradient_accumulation_steps": 1, **settings}))
        inputs = ["--model", known, "--data", make(folder), "--config", folder / "run.json"]
        done = tune("train", *inputs, "--out", folder / "ours", "--gpu", gpu)
        if done.code == 0:
            done = tune("handover", "--run", folder / "ours/checkpoint-1", "--out", folder / "project")
        if done.code == 0:
            # Other than the folder's own: nothing may be taken from where the data lay.
            (folder / "project").rename(folder / "moved")
            done = run([sys.executable, folder / "moved/prepare.py", "--processes", 2], cwd=place)
        if done.code != 0:
            found["broken"].append(f"{name}: {done.last}")
            continue
        found.setdefault("adapter", done.adapter)
        found["sets"][name] = rows_apart(folder / "moved")
        say(f"handover rows, {name}: {json.dumps(found['sets'][name])}")
        if found["sets"][name]["different"] or not found["sets"][name]["rows"]:
            found["broken"].append(f"{name}: rows differ")
    return records.keep("handover", "rows", gpu, found)


def rows_apart(project: Path) -> dict:
    """What prepare.py said is looked at again: every id and label of both, side by side."""
    from datasets import load_from_disk

    ours = [json.loads(line) for line in (project / "data/rows.jsonl").read_text().splitlines()]
    theirs = load_from_disk(project / "data/prepared").to_list()
    facts = common.read_json(project / "handover.json")["data"]
    same = sum(a == b for a, b in zip(ours, theirs))
    labels = [label for row in ours for label in row["labels"]]
    return {
        "shape": facts["mapping"]["format"],
        "rows": len(ours),
        "tokens": len(labels),
        "trained": sum(label != -100 for label in labels),
        "different": max(len(ours), len(theirs)) - same,
    }


def losses(folder: Path) -> list[float]:
    return [row["loss"] for row in common.read_json(folder / "trainer_state.json")["log_history"] if "loss" in row]


def judge(found: dict, way: str, ours: list[float], theirs: list[float], after: int) -> None:
    apart = [abs(a - b) for a, b in zip(ours[after:], theirs[after:])]
    found["ways"][way] = {"steps": len(apart), "loss": max(apart, default=None)}
    if not apart or not max(apart) <= BOUNDS[way]:
        found["broken"].append(f"{way}: losses differ by {max(apart, default=None)}")
    if theirs[:after] != ours[:after]:
        found["broken"].append(f"{way}: the steps before are not the run's")
