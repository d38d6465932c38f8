"""TuneTab's checkpoints, read and written without TuneTab: adapter, optimiser's states, the run with all its steps.

A folder checkpoint-N/ holds adapter_config.json and adapter_model.safetensors (PEFT's), optimizer.safetensors,
run_state.json and, last, manifest.json with the bytes and SHA-256 of the others. The states lie in records of 256
elements of one parameter: AdamW's two moments in float32, or bitsandbytes' 8-bit codes with a scale for each.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

BLOCK = 256
CONFIG, WEIGHTS, OPTIMIZER, RUN = (
    "adapter_config.json",
    "adapter_model.safetensors",
    "optimizer.safetensors",
    "run_state.json",
)
PREFIX = "base_model.model."


class Checkpoint:
    """`parts`: [{"name", "formula": "torch" | "bnb32" | "bnb8", "parameters": [name]}], as in handover.json."""

    def __init__(self, folder: Path, parts: list[dict]):
        check(folder)
        self.folder, self.parts = folder, parts
        self.run_state = json.loads((folder / RUN).read_text(encoding="utf-8"))
        weights = load_file(folder / WEIGHTS)
        self.weights = {name.removeprefix(PREFIX).removesuffix(".weight"): value for name, value in weights.items()}
        self.packed = load_file(folder / OPTIMIZER)

    @property
    def step(self) -> int:
        return len(self.run_state["log"])

    @property
    def optimizer_steps(self) -> int:
        """Updates that were made; a step whose numbers were not finite made none."""
        return int(self.packed["counters"].view(np.uint32)[0])

    def forget(self) -> None:
        """The adapter stays; steps, states and what they were trained on do not."""
        self.run_state |= {"log": [], "data": "other"}
        self.packed["counters"] = np.zeros_like(self.packed["counters"])

    def states(self) -> dict[str, dict[str, np.ndarray]]:
        """By parameter: state1 and state2 (AdamW's exp_avg and exp_avg_sq) and, in 8 bits, absmax1 and absmax2."""
        found = {}
        for part in self.parts:
            records = self.packed[part["name"]].reshape(-1, record_bytes(part["formula"]))
            at = 0
            for name in part["parameters"]:
                shape = self.weights[name].shape
                count = -(-int(np.prod(shape)) // BLOCK)
                found[name] = unpack(records[at : at + count], part["formula"], shape)
                at += count
        return found


def record_bytes(formula: str) -> int:
    return 2 * BLOCK + 8 if formula == "bnb8" else 2 * BLOCK * 4


def unpack(records: np.ndarray, formula: str, shape: tuple[int, ...]) -> dict[str, np.ndarray]:
    size = int(np.prod(shape))
    width = BLOCK if formula == "bnb8" else BLOCK * 4
    kind = np.uint8 if formula == "bnb8" else np.float32
    halves = [np.ascontiguousarray(records[:, i * width : (i + 1) * width]).view(kind) for i in (0, 1)]
    found = {f"state{i + 1}": half.reshape(-1)[:size].reshape(shape) for i, half in enumerate(halves)}
    if formula == "bnb8":
        scales = np.ascontiguousarray(records[:, 2 * width :]).view(np.float32)
        found |= {"absmax1": scales[:, 0].copy(), "absmax2": scales[:, 1].copy()}
    return found


def pack(states: dict[str, np.ndarray], formula: str) -> np.ndarray:
    count = -(-states["state1"].size // BLOCK)
    kind = np.uint8 if formula == "bnb8" else np.float32
    halves = []
    for name in ("state1", "state2"):
        # What pads a block in 8 bits is what stands for zero there: TuneTab leaves it as it is.
        whole = np.zeros(count * BLOCK, kind)
        whole[: states[name].size] = states[name].reshape(-1)
        halves.append(whole.reshape(count, BLOCK).view(np.uint8))
    if formula == "bnb8":
        scales = np.stack([states["absmax1"], states["absmax2"]], axis=1).astype(np.float32)
        halves.append(np.ascontiguousarray(scales).view(np.uint8))
    return np.concatenate(halves, axis=1).reshape(-1)


def write(
    folder: Path,
    before: Checkpoint,
    weights: dict[str, np.ndarray],
    states: dict[str, dict[str, np.ndarray]],
    log: list[dict],
    counters: tuple[int, int],
) -> None:
    """A checkpoint after the last step of `log`: beside its place first, whole when it has its name."""
    draft = folder.with_name(folder.name + ".draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    shutil.copyfile(before.folder / CONFIG, draft / CONFIG)
    named = {f"{PREFIX}{name}.weight": np.ascontiguousarray(value) for name, value in weights.items()}
    save_file(named, draft / WEIGHTS, metadata={"format": "pt"})
    packed = {
        part["name"]: np.concatenate([pack(states[name], part["formula"]) for name in part["parameters"]])
        for part in before.parts
    }
    packed["counters"] = np.array(counters, np.uint32).view(np.uint8)
    save_file(packed, draft / OPTIMIZER)
    state = {**before.run_state, "steps": counters[0], "log": log}
    (draft / RUN).write_text(json.dumps(state, ensure_ascii=False), encoding="utf-8")
    about = {
        "step": len(log),
        "run": state["runId"],
        "began": state["began"],
        "written": datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    files = {name: described(draft / name) for name in (CONFIG, WEIGHTS, OPTIMIZER, RUN)}
    manifest = json.dumps({"version": 1, "about": about, "files": files}, indent=2)
    (draft / "manifest.json").write_text(manifest + "\n", encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)


def described(path: Path) -> dict:
    with path.open("rb") as file:
        return {"bytes": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def check(folder: Path) -> None:
    """Nothing of a damaged checkpoint is believed."""
    files = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
    for name in (CONFIG, WEIGHTS, OPTIMIZER, RUN):
        if not (folder / name).exists() or described(folder / name) != files.get(name):
            raise SystemExit(f"{folder / name} is not as it was written: copy the checkpoint again")


def latest(out: Path) -> Path | None:
    """The last whole checkpoint of a folder."""
    found = [path for path in out.glob("checkpoint-*") if (path / "manifest.json").exists()]
    return max(found, key=lambda path: int(path.name.split("-")[1]), default=None)
