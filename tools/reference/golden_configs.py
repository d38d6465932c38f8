#!/usr/bin/env python3
"""Write tests/golden/data/configs/defaults.json: the settings of trl, peft and transformers that nobody has set.

    python golden_configs.py [OUT]           # default: tests/golden/data of this repository

sft, lora and quantization are `to_dict()` of SFTConfig, LoraConfig and BitsAndBytesConfig(load_in_4bit=True), as a
script dumps them into a run file: every field that these classes know, by its own name.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import common


def main() -> None:
    import torch
    from peft import LoraConfig
    from transformers import BitsAndBytesConfig
    from trl import SFTConfig

    out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "tests/golden/data"
    quantization = BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.float32,
    )
    # bf16=False: its default asks for a GPU.
    configs = {"sft": SFTConfig(output_dir="out", bf16=False), "lora": LoraConfig(), "quantization": quantization}
    plain = {name: json.loads(json.dumps(config.to_dict(), default=written)) for name, config in configs.items()}
    (out / "configs").mkdir(parents=True, exist_ok=True)
    common.write_json(out / "configs" / "defaults.json", {"made_by": common.made_by(), **plain})


def written(value: object) -> object:
    """What JSON has no form for: sets as lists, members of an Enum as their values."""
    return sorted(value) if isinstance(value, set) else getattr(value, "value", str(value))


if __name__ == "__main__":
    main()
