#!/usr/bin/env python3
"""A `*-bnb-4bit` checkpoint written by transformers + bitsandbytes, and the check of one that we wrote.

python bnb_checkpoint.py write --model DIR --out DIR [--plain] [--skip q_proj,...]
    Quantise a float checkpoint (--plain: f32 scales, no second quantisation; --skip: llm_int8_skip_modules besides
    lm_head) and save it with its tokenizer.

python bnb_checkpoint.py check --ours DIR --theirs DIR
    Load both folders with transformers and compare codes, scales and every other tensor bit by bit. Where only the
    offset of the second quantisation differs, in the last bits of a float32 mean, its scales follow it and are counted
    apart ("moved"). One JSON line; exit code 1 when anything else differs.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path

import common


def write(args) -> None:
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM, BitsAndBytesConfig

    common.mend_bitsandbytes()
    # The type of the folder, which the states then name.
    dtype = getattr(torch, AutoConfig.from_pretrained(args.model).dtype.__str__().removeprefix("torch."))
    skip = [name for name in (args.skip or "").split(",") if name]
    model = AutoModelForCausalLM.from_pretrained(
        args.model,
        dtype=dtype,
        device_map={"": "cpu"},
        quantization_config=BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=not args.plain,
            bnb_4bit_compute_dtype=dtype,
            llm_int8_skip_modules=["lm_head", *skip] if skip else None,
        ),
    )
    model.save_pretrained(args.out)
    for name in ["tokenizer.json", "tokenizer_config.json", "chat_template.jinja"]:
        if (Path(args.model) / name).exists():
            shutil.copy(Path(args.model) / name, args.out)
    common.write_json(Path(args.out) / "made_by.json", common.made_by())


def tensors(folder: str) -> dict:
    """What transformers makes of a folder. A tensor that its files lack, or hold too many, is an error."""
    from transformers import AutoModelForCausalLM

    model, loaded = AutoModelForCausalLM.from_pretrained(folder, device_map={"": "cpu"}, output_loading_info=True)
    if common.not_loaded(loaded):
        raise SystemExit(f"{folder}: {sorted(common.not_loaded(loaded))}")
    return {name: value for name, value in model.state_dict().items()}


def check(args) -> None:
    import torch

    common.mend_bitsandbytes()
    ours, theirs = tensors(args.ours), tensors(args.theirs)
    different, moved = {}, {}
    states = [name for name in ours.keys() & theirs.keys() if "quant_state" in name]
    for name in states:
        a, b = (json.loads(bytes(t[name].tolist())) for t in (ours, theirs))
        if a == b:
            continue
        offsets = [state.pop("nested_offset", 0.0) for state in (a, b)]
        if a == b and abs(offsets[0] - offsets[1]) <= abs(offsets[1]) * 2**-22:
            moved[name.split(".quant_state")[0]] = 0
        else:
            different[name] = [{**a, "nested_offset": offsets[0]}, {**b, "nested_offset": offsets[1]}]
    for name in (ours.keys() & theirs.keys()) - set(states):
        a, b = ours[name], theirs[name]
        weight = name.removesuffix(".absmax").removesuffix(".nested_absmax")
        if weight != name and weight in moved:
            moved[weight] += int((a != b).sum())
        elif a.dtype != b.dtype or a.shape != b.shape:
            different[name] = [f"{a.dtype} {tuple(a.shape)}", f"{b.dtype} {tuple(b.shape)}"]
        elif not torch.equal(a, b):
            different[name] = int((a != b).sum())
    result = {
        "tensors": len(theirs),
        "different": different,
        "moved": moved,
        "missing": sorted(theirs.keys() - ours.keys()),
        "extra": sorted(ours.keys() - theirs.keys()),
    }
    print(json.dumps(result))
    sys.exit(1 if different or result["missing"] or result["extra"] else 0)


def main() -> None:
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    writer = commands.add_parser("write")
    writer.add_argument("--model", required=True)
    writer.add_argument("--out", required=True)
    writer.add_argument("--plain", action="store_true")
    writer.add_argument("--skip")
    checker = commands.add_parser("check")
    checker.add_argument("--ours", required=True)
    checker.add_argument("--theirs", required=True)
    args = parser.parse_args()
    write(args) if args.command == "write" else check(args)


if __name__ == "__main__":
    main()
