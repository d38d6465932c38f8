#!/usr/bin/env python3
"""Greedy text and logits, ours against transformers + peft on the dequantised base, for one model and adapter.

    python decoding.py --model DIR --lora DIR --gpu KIND [--prompts FILE.json] [--tokens 64] [--merged DIR]

FILE.json is a list of user messages; without it five built-in ones are used. With --merged the folder written by
`tune merge` is loaded by transformers as it is, and its text is compared with base + adapter too. One JSON line on stdout:
for every prompt whether the ids are equal or where they part and how close the two best logits were there, and the
largest difference of the prompt's logits over their range.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import common
from logits_reference import greedy, load, stop_ids

ROOT = Path(__file__).resolve().parents[2]
PROMPTS = ["How do I learn English?", "怎么存钱？", "What is the tide?", "Tell me about the harbour and two apples.", "1 + 2 = ?"]
# Where the two best logits are this close, float32 sums in another order may choose either.
TIE = 1e-4


def without_stop(ids: list[int], stops: set[int]) -> list[int]:
    return ids[:-1] if ids and ids[-1] in stops else ids


def parting(ours: list[int], theirs: list[int], gaps: list[float]) -> dict:
    for i, (a, b) in enumerate(zip(ours, theirs)):
        if a != b:
            return {"equal": False, "at": i, "gap": gaps[i], "tie": gaps[i] < TIE}
    if len(ours) != len(theirs):
        i = min(len(ours), len(theirs))
        return {"equal": False, "at": i, "gap": gaps[i] if i < len(gaps) else None, "tie": False}
    return {"equal": True, "tokens": len(theirs)}


def our_text(model: str, lora: str | None, prompt: str, count: int, gpu: str) -> list[int]:
    arguments = ["--model", model, "--prompt", prompt, "--max-new-tokens", str(count), "--json", "--gpu", gpu]
    arguments += ["--lora", lora] if lora else []
    done = subprocess.run(["npm", "run", "--silent", "tune", "--", "generate", *arguments], cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(done.stderr[-2000:])
    return json.loads(done.stdout.splitlines()[-1])["token_ids"]


def our_logits(model: str, lora: str | None, ids: list[int], gpu: str):
    import torch

    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "logits.f32"
        arguments = ["logits", "--model", model, "--ids", ",".join(map(str, ids)), "--out", str(out), "--gpu", gpu]
        arguments += ["--lora", lora] if lora else []
        subprocess.run(["node", ROOT / "tools/reference/probe.mjs", *arguments], cwd=ROOT, check=True, capture_output=True)
        return torch.frombuffer(bytearray(out.read_bytes()), dtype=torch.float32).reshape(len(ids), -1)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--lora")
    parser.add_argument("--gpu", default="auto")
    parser.add_argument("--prompts")
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--merged")
    args = parser.parse_args()

    import torch
    from transformers import AutoTokenizer

    torch.set_grad_enabled(False)
    prompts = common.read_json(args.prompts) if args.prompts else PROMPTS
    tokenizer = AutoTokenizer.from_pretrained(args.model)
    stops = stop_ids(args.model, tokenizer)
    reference = load(args.model, args.lora, merged=False)
    merged = load(args.merged, None, merged=True) if args.merged else None
    rows = []
    for prompt in prompts:
        text = tokenizer.apply_chat_template([{"role": "user", "content": prompt}], add_generation_prompt=True, tokenize=False)
        ids = tokenizer(text, add_special_tokens=False)["input_ids"]
        theirs, gaps = greedy(reference, ids, args.tokens, stops)
        ours = our_text(args.model, args.lora, prompt, args.tokens, args.gpu)
        row = {"prompt": prompt, **parting(without_stop(ours, stops), without_stop(theirs, stops), gaps)}
        logits = reference(input_ids=torch.tensor([ids]), use_cache=False).logits[0].float()
        mine = our_logits(args.model, args.lora, ids, args.gpu)
        row["logits"] = float((mine - logits).abs().max() / (logits.max() - logits.min()))
        if merged is not None:
            again, _ = greedy(merged, ids, args.tokens, stops)
            row["merged"] = parting(without_stop(again, stops), without_stop(theirs, stops), gaps)
        rows.append(row)
    print(json.dumps({"made_by": common.made_by(), "rows": rows}, ensure_ascii=False))
    sys.exit(0 if all(r["equal"] or r.get("tie") for r in rows) else 1)


if __name__ == "__main__":
    main()
