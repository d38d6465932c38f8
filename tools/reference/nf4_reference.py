#!/usr/bin/env python3
"""SHA-256 of what bitsandbytes' NF4 stands for, of every block linear, as `probe.mjs hashes` gives it for ours.

    python nf4_reference.py --model DIR [--ours FILE.json]

Equal hashes mean equal codes, absmax codes, nested scales and offset, to the last bit. With --ours, the differing tensors
are listed and the exit code is 1 when there are any.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys

import common


def hashes(folder: str) -> dict[str, str]:
    import bitsandbytes.functional as bnb
    import torch

    model = common.load_base(folder)
    found = {}
    for name, module in model.named_modules():
        if type(module).__name__ == "Linear4bit":
            weight = bnb.dequantize_4bit(module.weight.data, module.weight.quant_state).to(torch.float32)
            found[name] = hashlib.sha256(weight.contiguous().numpy().tobytes()).hexdigest()
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--ours")
    args = parser.parse_args()
    theirs = hashes(args.model)
    if not args.ours:
        print(json.dumps(theirs))
        return
    ours = common.read_json(args.ours)
    different = sorted(name for name in theirs if ours.get(name) != theirs[name])
    print(json.dumps({"tensors": len(theirs), "different": different, "extra": sorted(ours.keys() - theirs.keys())}))
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
