#!/usr/bin/env python3
"""Write tests/golden/data/bnb/: golden models as 4-bit checkpoints that transformers itself saved.

    python golden_bnb.py [OUT]               # default: tests/golden/data of this repository

    nested/             double quantisation
    plain/              f32 scales, and two modules left in bf16 by llm_int8_skip_modules
    head/               an untied model (llama; the others are qwen2) whose llm_int8_skip_modules forgets the head: it
                        is NF4, too
    KIND/expected.json  its model, the rows' losses on that model's batch.json, versions and command
    rows.safetensors    KIND.MODULE: what the codes of a few modules stand for, f32

bitsandbytes dequantises to the type that the weight had, here bf16; the numbers below are taken with float32 instead,
so that they show the stored codes and scales and not one more rounding.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import common
import torch
from golden_models import forward
from safetensors.torch import save_file

MODULES = ["model.layers.0.self_attn.q_proj", "model.layers.0.self_attn.k_proj", "model.layers.1.mlp.down_proj"]
KINDS = {
    "nested": ("qwen2", dict(bnb_4bit_use_double_quant=True)),
    "plain": (
        "qwen2",
        dict(
            bnb_4bit_use_double_quant=False, llm_int8_skip_modules=["lm_head", "k_proj", "model.layers.1.mlp.down_proj"]
        ),
    ),
    "head": ("llama", dict(bnb_4bit_use_double_quant=True, llm_int8_skip_modules=["down_proj"])),
}


def main() -> None:
    import bitsandbytes.functional as bnb
    from transformers import AutoModelForCausalLM, BitsAndBytesConfig

    common.mend_bitsandbytes()
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "tests/golden/data"
    rows, facts = {}, {}
    for kind, (source, options) in KINDS.items():
        batch = common.read_json(out / source / "batch.json")
        folder = out / "bnb" / kind
        shutil.rmtree(folder, ignore_errors=True)
        config = BitsAndBytesConfig(
            load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=torch.float32, **options
        )
        AutoModelForCausalLM.from_pretrained(
            out / source / "model", dtype=torch.bfloat16, quantization_config=config, device_map={"": "cpu"}
        ).save_pretrained(folder)
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, device_map={"": "cpu"}).train()
        quantized = {name: m for name, m in model.named_modules() if type(m).__name__ == "Linear4bit"}
        for module in quantized.values():
            module.weight.quant_state.dtype = torch.float32
        # What was left out of the quantisation comes back in the checkpoint's own bf16.
        for p in model.parameters():
            if p.dtype == torch.bfloat16:
                p.data = p.data.float()
        with torch.no_grad():
            _, _, losses = forward(model, batch)
        for name in MODULES:
            module = model.get_submodule(name)
            weight = module.weight
            if name in quantized:
                weight = bnb.dequantize_4bit(weight.data, weight.quant_state)
            rows[f"{kind}.{name}"] = weight.detach().float().reshape(module.out_features, -1)[:5].contiguous()
        facts[kind] = {"model": source, "row_sums": losses.sum(1).tolist(), "quantized": len(quantized)}
        print(folder, facts[kind], sum(f.stat().st_size for f in folder.iterdir()), "bytes")
    save_file(rows, out / "bnb" / "rows.safetensors", metadata={"format": "pt"})
    common.write_json(out / "bnb" / "expected.json", {"made_by": common.made_by(), "kinds": facts})


if __name__ == "__main__":
    main()
