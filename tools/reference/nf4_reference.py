#!/usr/bin/env python3
"""SHA-256 of what bitsandbytes' NF4 stands for, of every block linear, as `probe.mjs hashes` gives it for ours.

    python nf4_reference.py --model DIR [--plain | --offsets CHECKPOINT]

Equal hashes mean equal codes, absmax codes, nested scales and offset, to the last bit. --plain: without double
quantisation. --offsets: the second quantisation around the offsets that our checkpoint of the same model holds, where
they are torch's mean of the scales but for its last bits (else the offset is left as it is, and the hash will differ).
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
    parser.add_argument("--offsets")
    args = parser.parse_args()

    import bitsandbytes.functional as bnb
    import torch

    offsets = common.read_offsets(args.offsets) if args.offsets else {}
    found = {}
    for name, module in common.load_base(args.model, double_quant=not (args.plain or offsets)).named_modules():
        if type(module).__name__ == "Linear4bit":
            state = module.weight.quant_state
            state.dtype = torch.float32
            if offsets:
                common.recentre(state, offsets[name])
            weight = bnb.dequantize_4bit(module.weight.data, state)
            found[name] = hashlib.sha256(weight.contiguous().numpy().tobytes()).hexdigest()
    print(json.dumps(found))


if __name__ == "__main__":
    main()
