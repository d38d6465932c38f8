#!/usr/bin/env python3
"""Write tests/golden/data/*/merged.json: what PEFT's merge makes of the tiny models and their adapters.

    python golden_merge.py [DATA]

The model is loaded in float32, merged, and rounded once to the type that it is stored in. Of every tensor that the
merge changes the SHA-256 of its bytes is kept, so that the files stay small and the comparison is bit for bit.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import common
import torch


def main() -> None:
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    data = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "tests/golden/data"
    for folder in sorted(path.parent for path in data.glob("*/adapter")):
        base = AutoModelForCausalLM.from_pretrained(folder / "model", dtype=torch.float32)
        before = {name: tensor.clone() for name, tensor in base.state_dict().items()}
        merged = PeftModel.from_pretrained(base, folder / "adapter").merge_and_unload().state_dict()
        hashes = {
            name: hashlib.sha256(tensor.to(torch.bfloat16).contiguous().view(torch.int16).numpy().tobytes()).hexdigest()
            for name, tensor in merged.items()
            if not torch.equal(tensor, before[name])
        }
        common.write_json(folder / "merged.json", {"made_by": common.made_by(), "sha256": hashes})
        print(folder.name, len(hashes), "tensors changed")


if __name__ == "__main__":
    main()
