#!/usr/bin/env python3
"""The merged folder against PEFT's merge in float32, rounded once to the folder's type.

    python merged_reference.py --model DIR --lora DIR --merged DIR [--base original|dequantized]

Counts the differing values of every tensor, loads the folder with transformers and measures how far its logits drift from
base + adapter. One JSON line; exit code 1 when a tensor is missing or more than one value in 100 000 differs.
"""

from __future__ import annotations

import argparse
import json
import sys

import common


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--lora", required=True)
    parser.add_argument("--merged", required=True)
    parser.add_argument("--base", choices=["original", "dequantized"], default="original")
    args = parser.parse_args()

    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    torch.set_grad_enabled(False)

    def base():
        if args.base == "original":
            return common.load_base(args.model, load_in_4bit=False)
        return common.dequantized_base(args.model)

    ours = AutoModelForCausalLM.from_pretrained(args.merged, dtype="auto")
    dtype = next(ours.parameters()).dtype
    expected = PeftModel.from_pretrained(base(), args.lora).merge_and_unload()
    mine, theirs = ours.state_dict(), expected.state_dict()
    total = sum(t.numel() for t in theirs.values())
    different = {name: int((mine[name] != t.to(dtype)).sum()) for name, t in theirs.items() if name in mine}
    different = {name: count for name, count in different.items() if count}
    missing = sorted(theirs.keys() ^ mine.keys())
    tokenizer = AutoTokenizer.from_pretrained(args.merged)
    ids = torch.tensor([tokenizer("The harbour describes an old clock. 今天天气很好。")["input_ids"]])
    tuned = PeftModel.from_pretrained(common.dequantized_base(args.model), args.lora).eval()
    seen = tuned(input_ids=ids, use_cache=False).logits.float()
    got = ours.float().eval()(input_ids=ids, use_cache=False).logits
    result = {
        "values": total,
        "dtype": str(dtype),
        "different": sum(different.values()),
        "tensors": different,
        "missing": missing,
        "drift": float((got - seen).abs().max() / (seen.max() - seen.min())),
        "tied": ours.config.tie_word_embeddings,
    }
    print(json.dumps(result))
    sys.exit(1 if missing or result["different"] > total * 1e-5 else 0)


if __name__ == "__main__":
    main()
