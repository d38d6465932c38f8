#!/usr/bin/env python3
"""What transformers + peft say with the base that training saw: NF4 taken back to float32, adapter on top.

    python logits_reference.py --model DIR [--lora DIR] [--merged] (--prompt TEXT | --ids 1,2,3)
        [--max-new-tokens 20] [--positions -1,0] [--logits FILE.safetensors] [--out FILE.json]

With --merged, DIR is a merged folder and is loaded as it is, in float32. JSON on stdout or in --out: the prompt's ids,
greedy `token_ids` and `text`, the gap between the best and second-best logit of every new token (a small gap is a tie that
rounding may decide), and the top of the last position's logits. --logits keeps all logits [T, V] of the prompt in f32.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import common


def load(model_folder: str, lora: str | None, merged: bool):
    from peft import PeftModel

    model = common.load_base(model_folder, load_in_4bit=False) if merged else common.dequantized_base(model_folder)
    if lora:
        model = PeftModel.from_pretrained(model, lora)
    return model.eval()


def stop_ids(model_folder: str, tokenizer) -> set[int]:
    """The ids that end an answer: generation_config's, else config's, else the tokenizer's."""
    found: set[int] = set()
    for name in ["generation_config.json", "config.json"]:
        path = Path(model_folder) / name
        eos = common.read_json(path).get("eos_token_id") if path.exists() else None
        found |= set(eos if isinstance(eos, list) else [eos] if eos is not None else [])
    return found or {tokenizer.eos_token_id}


def greedy(model, ids: list[int], count: int, stops: set[int]) -> tuple[list[int], list[float]]:
    """New ids, the stop included, without a cache: the plainest loop there is."""
    import torch

    new, gaps = [], []
    with torch.no_grad():
        for _ in range(count):
            logits = model(input_ids=torch.tensor([ids + new]), use_cache=False).logits[0, -1]
            best = torch.topk(logits, 2)
            new.append(int(best.indices[0]))
            gaps.append(float(best.values[0] - best.values[1]))
            if new[-1] in stops:
                break
    return new, gaps


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--lora")
    parser.add_argument("--merged", action="store_true")
    parser.add_argument("--prompt")
    parser.add_argument("--ids")
    parser.add_argument("--max-new-tokens", type=int, default=20)
    parser.add_argument("--logits")
    parser.add_argument("--out")
    args = parser.parse_args()

    import torch
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(args.model)
    if args.ids:
        ids = [int(i) for i in args.ids.split(",")]
    else:
        text = tokenizer.apply_chat_template([{"role": "user", "content": args.prompt}], add_generation_prompt=True, tokenize=False)
        ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    model = load(args.model, args.lora, args.merged)
    with torch.no_grad():
        logits = model(input_ids=torch.tensor([ids]), use_cache=False).logits[0].float()
    new, gaps = greedy(model, ids, args.max_new_tokens, stop_ids(args.model, tokenizer))
    top = torch.topk(logits[-1], 10)
    result = {
        "made_by": common.made_by(),
        "prompt_ids": ids,
        "token_ids": new,
        "text": tokenizer.decode(new, skip_special_tokens=True),
        "gaps": gaps,
        "range": float(logits.max() - logits.min()),
        "top_ids": top.indices.tolist(),
        "top_logits": top.values.tolist(),
    }
    if args.logits:
        from safetensors.torch import save_file

        save_file({"logits": logits.contiguous(), "ids": torch.tensor(ids)}, args.logits, metadata={"format": "pt"})
    if args.out:
        common.write_json(args.out, result)
    else:
        json.dump(result, sys.stdout, ensure_ascii=False)
        print()


if __name__ == "__main__":
    main()
