#!/usr/bin/env python3
"""SHA-256 of what bitsandbytes' NF4 stands for, of every block linear, as `probe.mjs hashes` gives it for ours.

    python nf4_reference.py --model DIR [--plain]

Equal hashes mean equal codes, absmax codes, nested scales and offset, to the last bit. --plain: without double
quantisation. A 4-bit checkpoint is taken as it is.
"""

from __future__ import annotations

import argparse
import hashlib
import json

import common


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--plain", action="store_true")
    args = parser.parse_args()

    import bitsandbytes.functional as bnb
    import torch

    found = {}
    for name, module in common.load_base(args.model, double_quant=not args.plain).named_modules():
        if type(module).__name__ == "Linear4bit":
            state = module.weight.quant_state
            state.dtype = torch.float32
            weight = bnb.dequantize_4bit(module.weight.data, state)
            found[name] = hashlib.sha256(weight.contiguous().numpy().tobytes()).hexdigest()
    print(json.dumps(found))


if __name__ == "__main__":
    main()
