"""One model at a time: NF4 and its checkpoints, merging, decoding."""

from __future__ import annotations

import json
from pathlib import Path

from cases import CASES, Case

from . import records
from .work import WORK, model_folder, probe, say, script, tune

# Of the logits' range: float32 sums in another order through the layers of a real model reach 3.5e-5.
LOGITS = 1e-4


def prove_nf4(name: str, gpu: str, real: Path | None) -> dict | None:
    """What our NF4 stands for, quantised on this GPU, against bitsandbytes; nested and plain."""
    model = model_folder(name, real)
    if model is None:
        return None
    found: dict = {"kinds": {}, "broken": []}
    for kind, flags in {"nested": [], "plain": ["--plain"]}.items():
        theirs = json.loads(script("nf4_reference.py", "--model", model, *flags).splitlines()[-1])
        done = probe("hashes", "--model", model, "--gpu", gpu, *flags)
        if done.code != 0:
            found["broken"].append(f"{kind}: {done.last}")
            continue
        ours = json.loads(done.out.splitlines()[-1])
        different = [key for key in theirs if ours.get(key) != theirs[key]]
        moved = 0
        if different and kind == "nested":
            # A float32 mean depends on the order of its sum: once more around our offsets, where they are torch's but
            # for the last bits.
            around = json.loads(
                script("nf4_reference.py", "--model", model, "--offsets", our_checkpoint(name, model)).splitlines()[-1]
            )
            still = [key for key in different if ours.get(key) != around[key]]
            moved, different = len(different) - len(still), still
        found["kinds"][kind] = {"tensors": len(theirs), "moved": moved, "different": different}
        found["adapter"] = done.adapter
        found["broken"] += [f"{kind}: {len(different)} of {len(theirs)} tensors differ"] if different else []
        if not theirs or ours.keys() != theirs.keys():
            found["broken"].append(f"{kind}: {len(ours)} tensors here, {len(theirs)} there, not the same ones")
    say(f"nf4 {name} on {gpu}: {json.dumps(found)}")
    return records.keep("nf4", name, gpu, found)


def our_checkpoint(name: str, model: Path) -> Path:
    """A bnb-4bit checkpoint of ours, for its offsets."""
    folder = WORK / "checkpoints" / name / "offsets"
    done = tune("quantize", "--model", model, "--out", folder)
    if done.code != 0:
        raise SystemExit(f"{name} could not be quantised: {done.last}")
    return folder


def prove_checkpoint(name: str, gpu: str, real: Path | None) -> dict | None:
    """
    `tune quantize` against what transformers saves, byte by byte; and what the weights of both folders stand for when
    they are loaded here, on this GPU. The one with f32 scales leaves two modules out.
    """
    model = model_folder(name, real)
    if model is None:
        return None
    found: dict = {"kinds": {}, "broken": []}
    for kind, flags, skip in [("nested", [], ""), ("plain", ["--plain"], "k_proj,model.layers.1.mlp.down_proj")]:
        place = WORK / "checkpoints" / name
        place.mkdir(parents=True, exist_ok=True)
        ours, theirs, config = place / f"ours-{kind}", place / f"theirs-{kind}", place / f"{kind}.json"
        config.write_text(json.dumps({"bnb_4bit_use_double_quant": kind == "nested"}))
        done = tune(
            "quantize", "--model", model, "--out", ours, "--config", config, *(["--skip", skip] if skip else [])
        )
        if done.code != 0:
            found["broken"].append(f"{kind}: {done.last}")
            continue
        script(
            "bnb_checkpoint.py", "write", "--model", model, "--out", theirs, *flags, *(["--skip", skip] if skip else [])
        )
        compared = json.loads(
            script("bnb_checkpoint.py", "check", "--ours", ours, "--theirs", theirs, may_fail=True).splitlines()[-1]
        )
        read = [probe("hashes", "--model", folder, "--gpu", gpu) for folder in (ours, theirs)]
        stands = [json.loads(r.out.splitlines()[-1]) if r.code == 0 else {} for r in read]
        moved = {name.removesuffix(".weight") for name in compared["moved"]}
        same = len(stands[0]) > len(moved) and all(
            stands[0][key] == stands[1].get(key) for key in stands[0].keys() - moved
        )
        found["adapter"] = read[0].adapter
        found["kinds"][kind] = {**compared, "read_alike": same}
        if compared["different"] or compared["missing"] or compared["extra"] or not same:
            found["broken"].append(f"{kind}: {found['kinds'][kind]}")
    say(f"checkpoint {name} on {gpu}: {json.dumps(found)}")
    return records.keep("checkpoint", name, gpu, found)


def adapter_of(case: Case, gpu: str) -> Path | None:
    """The adapter that training left in the work folder."""
    folder = WORK / "ours" / gpu / case.name / "adapter"
    return folder if (folder / "adapter_model.safetensors").exists() else None


def first_case_of(name: str) -> Case:
    from cases import REAL

    return next(case for case in CASES + REAL if case.model == name)


def prove_merge(name: str, gpu: str, real: Path | None) -> dict | None:
    """Both merges of the adapter that training left: bits against PEFT's, the README's drift against transformers'."""
    case = first_case_of(name)
    model, lora = model_folder(name, real), adapter_of(case, gpu)
    if model is None or lora is None:
        say(f"merge {name} on {gpu}: left out, there is no model or no adapter of {case.name}")
        return None
    found: dict = {"case": case.name, "bases": {}, "broken": []}
    for onto in ["original", "dequantized"]:
        out = merged_folder(name, gpu, onto)
        done = tune("merge", "--model", model, "--lora", lora, "--out", out, "--onto", onto, "--gpu", gpu)
        if done.code != 0:
            found["broken"].append(f"{onto}: {done.last}")
            continue
        found["adapter"] = done.adapter or found.get("adapter")
        flags = ["--model", model, "--lora", lora, "--merged", out, "--base", onto]
        values = json.loads(script("merged_reference.py", *flags, may_fail=True).splitlines()[-1])
        found["bases"][onto] = values
        different = values["different"]
        if different and onto == "dequantized":
            # A float32 mean depends on the order of its sum: once more around our offsets. Bit for bit then.
            again = json.loads(
                script(
                    "merged_reference.py", *flags, "--offsets", our_checkpoint(name, model), may_fail=True
                ).splitlines()[-1]
            )
            different = values["different_around_our_offsets"] = again["different"]
        if values["missing"] or different:
            found["broken"].append(f"{onto}: {different} values differ, missing {values['missing']}")
        # Three digits are written; f32 sums move a logit by a millionth of the range; a position is one of 16.
        noise = {"same_next": 1, "divergence": 1e-9}
        off = [
            key
            for key, told in values["readme"].items()
            if not abs(told - values["drift"][key])
            <= max(2e-2 * values["drift"][key], noise.get(key, 2e-6 * values["drift"]["range"]))
        ]
        if values["readme"].keys() != values["drift"].keys():
            found["broken"].append(f"{onto}: the README tells {list(values['readme'])} of {list(values['drift'])}")
        if off:
            found["broken"].append(f"{onto}: README and transformers disagree on {off}")
    say(f"merge {name} on {gpu}: {json.dumps(found)}")
    return records.keep("merge", name, gpu, found)


def merged_folder(name: str, gpu: str, onto: str) -> Path:
    return WORK / "merged" / gpu / onto / name


def prove_decoding(name: str, gpu: str, real: Path | None, tokens: int) -> dict | None:
    """Greedy answers of the base, and of the adapter that training left, with the merged folder beside it."""
    case = first_case_of(name)
    model, lora = model_folder(name, real), adapter_of(case, gpu)
    if model is None:
        return None
    found: dict = {"case": case.name, "tokens": tokens, "broken": []}
    if lora is None:
        say(f"decoding {name} on {gpu}: the base alone, there is no adapter of {case.name}")
    merged = merged_folder(name, gpu, "dequantized")
    more = ["--lora", lora, *(["--merged", merged] if (merged / "config.json").exists() else [])]
    for which, flags in {"base": [], **({"tuned": more} if lora else {})}.items():
        rows = json.loads(
            script(
                "decoding.py", "--model", model, "--gpu", gpu, "--tokens", tokens, *flags, may_fail=True
            ).splitlines()[-1]
        )
        found["adapter"] = rows["adapter"]
        found[which] = summary(rows["rows"])
        found["broken"] += [f"{which}: {problem}" for problem in problems(found[which])]
    say(f"decoding {name} on {gpu}: {json.dumps(found)}")
    return records.keep("decoding", name, gpu, found)


def summary(rows: list[dict]) -> dict:
    merged = [row["merged"] for row in rows if "merged" in row]
    return {
        "prompts": len(rows),
        "tokens": sum(row["tokens"] for row in rows),
        "shortest": min(row["tokens"] for row in rows),
        "equal": sum(row["equal"] for row in rows),
        "ties": sum(row["tie"] for row in rows),
        "partings": [parting for row in rows for parting in row["partings"]],
        "cache_agrees": sum(row["cache_agrees"] for row in rows),
        "logits": max(row["logits"] for row in rows),
        **(
            {
                "merged_equal": sum(row["equal"] for row in merged),
                "merged_partings": [p for row in merged for p in row["partings"]],
            }
            if merged
            else {}
        ),
    }


def problems(found: dict) -> list[str]:
    said = [] if found["shortest"] else ["an answer without a token, which equals anything"]
    if found["equal"] + found["ties"] < found["prompts"]:
        said.append(f"only {found['equal']} of {found['prompts']} texts equal")
    if found["cache_agrees"] < found["tokens"] and not found["ties"]:
        said.append(
            f"without the cache {found['tokens'] - found['cache_agrees']} of {found['tokens']} tokens are not the likeliest"
        )
    if not found["logits"] <= LOGITS:
        said.append(f"logits differ by {found['logits']:.1e} of their range")
    return said
