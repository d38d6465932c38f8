"""Every format of `tune export`, opened by the client that it is for; see ../exports_reference.py."""

from __future__ import annotations

import importlib.util
import json
import shutil
import time
from pathlib import Path

import common
import llama_cpp

from . import records
from .work import ROOT, WORK, model_folder, run, say, script, tune

# Families, tied and untied heads, other head sizes, rotations and splits of text; rsLoRA where it says so.
MODELS = {
    "qwen2-linear": False,
    "qwen2-untied": False,
    "qwen3-odd": True,
    "llama3-wide": False,
    "smollm-wide": True,
    "mistral-odd": False,
    "smollm3-wide": False,
}
GGUF = ["f32", "f16", "bf16", "q8_0", "q4_0", "q4_k_m"]
# By how much a row's mean loss may differ from that of base and adapter in float32: weights rounded to 24, 11 and 8
# bits; 8 bits with a scale of their own for 32; four bits are told, not bounded: what they lose is the format's.
BOUNDS = {
    "peft": 1e-5,
    "mlx": 1e-4,
    "gguf-lora": 1e-3,
    "safetensors": 1e-2,
    "gguf-f32": 1e-4,
    "gguf-f16": 1e-3,
    "gguf-bf16": 1e-2,
    "gguf-q8_0": 1e-2,
}
# What ours is held against, told and not judged: the same file by llama.cpp's own quantiser, the same rounding in
# transformers.
TWIN = "llama-quantize's file"
ROUNDED = "transformers, weights rounded"
REFERENCES = (TWIN, ROUNDED)
# A greedy text may part where the two best logits are as close as what the format rounds moves them.
MARGINS = {kind: 20 * bound for kind, bound in BOUNDS.items()}


def prove_exports(name: str, real: Path | None) -> dict | None:
    """One model with an adapter, in every format, in every client that is to be had here."""
    model = model_folder(name, real)
    if model is None:
        return None
    place = WORK / "exports" / name
    shutil.rmtree(place, ignore_errors=True)
    rslora = ["--rslora"] if MODELS.get(name) else []
    changes = json.loads(
        script("exports_reference.py", "job", "--model", model, "--out", place, *rslora).splitlines()[-1]
    )
    work = common.read_json(place / "job.json")
    found: dict = {"changes_by": changes["changes_by"], "rslora": bool(rslora), "formats": {}}
    found |= {"of_the_format": [], "broken": []}
    client = Clients(model, place, work)
    for kind in ["peft", "mlx", "gguf-lora", "safetensors", "bnb-4bit", *(f"gguf-{one}" for one in GGUF)]:
        began = time.time()
        done = tune("export", "--model", model, "--lora", place / "adapter", "--format", kind, "--out", place / kind)
        if done.code != 0:
            found["broken"].append(f"{kind}: {done.last}")
            continue
        written = json.loads(done.out)
        entry = found["formats"][kind] = {"bytes": written["bytes"], "seconds": round(time.time() - began, 1)}
        for who, values in client.read(kind):
            entry[who] = values
        for who, values in entry.items():
            if not isinstance(values, dict) or who in REFERENCES:
                continue
            said = [f"{kind} in {who}: {one}" for one in complaints(kind, values)]
            found["of_the_format" if is_of_format(kind, who, entry) else "broken"] += said
    say(f"exports {name}: {json.dumps(found)}")
    return records.keep("exports", name, None, found)


class Clients:
    def __init__(self, model: Path, place: Path, work: dict):
        self.model, self.place, self.work = model, place, work

    def read(self, kind: str):
        """(client, what it made of the export) for every client that takes this format."""
        folder = self.place / kind
        if kind == "peft":
            yield (
                "transformers and peft",
                self.judged(self.python("transformers", "--model", self.model, "--lora", folder)),
            )
        elif kind == "mlx" and has_mlx():
            # mlx-lm reads rope_theta at the top of config.json alone, where ours has it and transformers 5 does not.
            base = self.place / "base"
            tune("export", "--model", self.model, "--format", "safetensors", "--out", base)
            yield "mlx-lm", self.judged(self.python("mlx", "--model", base, "--lora", folder))
        elif kind in ("safetensors", "bnb-4bit"):
            yield "transformers", self.judged(self.python("transformers", "--model", folder))
            if kind == "bnb-4bit":
                yield "bitsandbytes", self.quantised(folder)
            if kind == "safetensors":
                flags = ["--model", self.model, "--lora", self.place / "adapter", "--kind", "bf16"]
                yield ROUNDED, self.judged(self.python("rounded", *flags))
            if kind == "safetensors" and has_mlx():
                yield "mlx-lm", self.judged(self.python("mlx", "--model", folder))
        elif kind == "gguf-lora":
            base = self.place / "base.gguf"
            tune("export", "--model", self.model, "--format", "gguf-f32", "--out", base)
            yield "llama.cpp", self.llama(base, lora=file_in(folder))
        elif kind.startswith("gguf-"):
            yield "llama.cpp", self.llama(file_in(folder))
            stored = kind.removeprefix("gguf-")
            if stored == "q8_0" and shutil.which("go"):
                yield "ollama", self.ollama(folder / "Modelfile")
            if stored != "f32":
                twin = self.place / f"theirs-{stored}.gguf"
                exact = file_in(self.place / "gguf-f32")
                flags = ["--ours", file_in(folder), "--exact", exact, "--kind", stored, "--out", twin]
                yield "llama-quantize", json.loads(script("exports_reference.py", "gguf", *flags).splitlines()[-1])
                yield TWIN, self.llama(twin)
            if stored in ("f16", "bf16"):
                flags = ["--model", self.model, "--lora", self.place / "adapter", "--kind", stored]
                yield ROUNDED, self.judged(self.python("rounded", *flags))

    def python(self, *arguments: object) -> dict:
        return json.loads(script("exports_reference.py", *arguments, "--job", self.place / "job.json").splitlines()[-1])

    def llama(self, file: Path, lora: Path | None = None) -> dict:
        job = {key: self.work[key] for key in ("texts", "rows", "prompts", "stop", "max_new_tokens")}
        (self.place / "llama.json").write_text(
            json.dumps({**job, "model": str(file), **({"lora": str(lora)} if lora else {})})
        )
        done = run(["node", CLIENT, llama_cpp.install(), self.place / "llama.json"])
        if done.code != 0:
            return {"failed": done.last}
        values = json.loads(done.out)
        tokens = sum(a == b for a, b in zip(values["tokens"], self.work["tokens"]))
        return {**self.judged(values), "texts_tokenised_alike": f"{tokens} of {len(self.work['tokens'])}"}

    def quantised(self, ours: Path) -> dict:
        """Against what transformers and bitsandbytes save of the merged folder."""
        theirs = self.place / "theirs-4bit"
        script("bnb_checkpoint.py", "write", "--model", self.place / "safetensors", "--out", theirs)
        done = script("bnb_checkpoint.py", "check", "--ours", ours, "--theirs", theirs, may_fail=True)
        return json.loads(done.splitlines()[-1])

    def ollama(self, modelfile: Path) -> dict:
        return json.loads(
            script("exports_reference.py", "ollama", "--model", self.model, "--modelfile", modelfile).splitlines()[-1]
        )

    def judged(self, values: dict) -> dict:
        """Against base and adapter in float32."""
        wanted = self.work["tuned"]
        apart = [abs(a - b) for a, b in zip(values["losses"], wanted["losses"], strict=True)]
        partings = []
        for mine, theirs in zip(values["answers"], wanted["answers"]):
            at = next((i for i, (a, b) in enumerate(zip(mine["ids"], theirs["ids"])) if a != b), None)
            if at is not None:
                partings.append({"at": at, "margin": theirs["margins"][at]})
        return {
            "loss": max(apart),
            "mean_loss": abs(sum(values["losses"]) - sum(wanted["losses"])) / len(apart),
            "rows": len(wanted["losses"]),
            "texts_equal": len(wanted["answers"]) - len(partings),
            "texts": len(wanted["answers"]),
            "partings": partings,
        }


def prove_templates() -> dict:
    """The templates of the golden tokenizers, each in a Modelfile, rendered by Ollama."""
    templates = common.read_json(ROOT / "tests/golden/data/tokens/tokens.json")["templates"]
    found: dict = {"templates": {}, "broken": []}
    for name, text in templates.items():
        model = WORK / "exports/templates" / name
        shutil.rmtree(model, ignore_errors=True)
        shutil.copytree(model_folder("llama3-wide" if name == "llama3" else "qwen2-linear", None), model)
        (model / "chat_template.jinja").write_text(text, encoding="utf-8")
        done = tune("export", "--model", model, "--format", "gguf-q8_0", "--out", model / "out")
        if done.code != 0:
            found["broken"].append(f"{name}: {done.last}")
            continue
        flags = ["--model", model, "--modelfile", model / "out/Modelfile"]
        values = json.loads(script("exports_reference.py", "ollama", *flags).splitlines()[-1])
        found["templates"][name] = values
        found["broken"] += [f"{name}: {said}" for said in complaints("gguf-q8_0", values)]
    say(f"exports templates: {json.dumps(found)}")
    return records.keep("exports", "templates", None, found)


CLIENT = Path(__file__).resolve().parents[1] / "clients/llama_cpp.mjs"


def file_in(folder: Path) -> Path:
    return next(folder.glob("*.gguf"))


def has_mlx() -> bool:
    return importlib.util.find_spec("mlx_lm") is not None


def is_of_format(kind: str, who: str, entry: dict) -> bool:
    """
    Whether what is beyond a bound is the format's and its program's, not the writing's: the client's own quantiser's file
    gives the very same numbers, or peft's merge, rounded once, the same loss.
    """
    if who == "llama.cpp":
        return entry.get(TWIN) == entry[who]
    rounded = entry.get(ROUNDED) if (kind, who) == ("safetensors", "transformers") else None
    return rounded is not None and abs(rounded["loss"] - entry[who]["loss"]) <= 1e-6


def complaints(kind: str, values: dict) -> list[str]:
    if "failed" in values:
        return [values["failed"]]
    said = []
    if values.get("different") or values.get("missing") or values.get("extra"):
        said.append(f"{len(values['different'])} of {values['tensors']} tensors differ")
    if kind in BOUNDS and "loss" in values:
        # A row of a random model is no text: 8 bits move its loss more than those of a trained one.
        loss = values["mean_loss" if kind == "gguf-q8_0" else "loss"]
        if not loss <= BOUNDS[kind]:
            said.append(f"a loss differs by {loss:.1e}")
        far = [one for one in values["partings"] if not one["margin"] <= MARGINS[kind]]
        said += [f"a text parts at token {one['at']} though it led by {one['margin']:.2g}" for one in far]
    if "alike" in values and values["template"] and values["alike"] != values["conversations"]:
        said.append(f"only {values['alike']} of {values['conversations']} conversations are alike")
    tools = values.get("tools")
    if tools and not (tools["alike"] == tools["conversations"] and tools["calls_taken"]):
        said.append(f"with tools: {tools}")
    if values.get("thinking") is False:
        said.append("what a model thinks is not told from its answer")
    alike = values.get("texts_tokenised_alike")
    if alike and len(set(alike.split(" of "))) > 1:
        said.append(f"only {alike} texts get the same tokens")
    return said
