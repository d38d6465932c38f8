#!/usr/bin/env python3
"""A merged folder against PEFT's merge, bit for bit, and the drift that its README tells, measured again.

    python merged_reference.py --model DIR --lora DIR --merged DIR [--base original|dequantized] [--offsets CHECKPOINT]

PEFT merges in float32, rounded once to the folder's type. Counts the differing values of all tensors, and the largest
difference as a share of its tensor's largest value; loads the folder with transformers, and compares its logits on the
README's own text with those of transformers + peft on the dequantised base. --offsets: the dequantised base has its
scales around the offsets of our checkpoint of the same model, and only values are counted. One JSON line; exit code 1
when a tensor is missing or a value differs.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path

import common


def bits(tensor):
    """As whole numbers, so that a zero's sign counts, too."""
    import torch

    return tensor.contiguous().view({2: torch.int16, 4: torch.int32}[tensor.element_size()])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--lora", required=True)
    parser.add_argument("--merged", required=True)
    parser.add_argument("--base", choices=["original", "dequantized"], default="original")
    parser.add_argument("--offsets")
    args = parser.parse_args()

    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    torch.set_grad_enabled(False)
    # What a file lacks would be invented while loading, what it has too much passed over: both are asked for.
    ours, loaded = AutoModelForCausalLM.from_pretrained(args.merged, dtype="auto", output_loading_info=True)
    dtype = next(ours.parameters()).dtype
    offsets = common.read_offsets(args.offsets) if args.offsets else None
    base = (
        common.load_base(args.model, load_in_4bit=False)
        if args.base == "original"
        else common.dequantized_base(args.model, offsets=offsets)
    )
    expected = PeftModel.from_pretrained(base, args.lora).merge_and_unload()
    mine, theirs = ours.state_dict(), expected.state_dict()
    different = sum(int((bits(mine[name]) != bits(t.to(dtype))).sum()) for name, t in theirs.items() if name in mine)
    relative = max(
        float((mine[name] - t.to(dtype)).abs().max() / t.abs().max()) for name, t in theirs.items() if name in mine
    )
    values = sum(t.numel() for t in theirs.values())
    # Loading brings everything to the folder's one type: whether each tensor has its source's, only the files can tell.
    source, stored = common.stored_types(args.model), common.stored_types(args.merged)
    retyped = {name for name in source.keys() & stored.keys() if source[name] != stored[name]}
    missing = sorted((theirs.keys() ^ mine.keys()) | common.not_loaded(loaded) | retyped)
    counts = {"values": values, "dtype": str(dtype), "different": different, "relative": relative, "missing": missing}
    if offsets:
        print(json.dumps(counts))
        sys.exit(1 if missing or different else 0)
    del base, expected, theirs

    readme = (Path(args.merged) / "README.md").read_text(encoding="utf-8")
    tokens = int(re.search(r"first (\d+) tokens", readme)[1])
    text = re.search(r"“(.*)”", readme)[1]
    ids = torch.tensor(
        [AutoTokenizer.from_pretrained(args.merged)(text, add_special_tokens=False)["input_ids"][:tokens]]
    )
    tuned = PeftModel.from_pretrained(common.dequantized_base(args.model), args.lora).eval()
    seen = tuned(input_ids=ids, use_cache=False).logits[0].double()
    got = ours.float().eval()(input_ids=ids, use_cache=False).logits[0].double()
    divergence = torch.nn.functional.kl_div(
        got.log_softmax(-1), seen.log_softmax(-1), log_target=True, reduction="batchmean"
    )
    drift = {
        "largest": float((got - seen).abs().max()),
        "rms": float((got - seen).square().mean().sqrt()),
        "range": float(seen.max() - seen.min()),
        "divergence": float(divergence),
        "same_next": int((got.argmax(-1) == seen.argmax(-1)).sum()),
    }
    # The order of the README's rows: largest, rms, range, divergence, same_next.
    cells = re.findall(r"^\| \w.* \| (.*) \|$", readme, re.M)
    told = dict(zip(drift, (float(re.sub(r"at (\d+) of.*", r"\1", cell)) for cell in cells)))
    tied = ours.config.tie_word_embeddings
    print(json.dumps({**counts, "tokens": tokens, "drift": drift, "readme": told, "tied": tied}))
    sys.exit(1 if missing or different else 0)


if __name__ == "__main__":
    main()
