"""Write the checkpoint as the Hugging Face folder that the page loads: bf16 weights, config in both spellings, files.json.

python tools/demo_model/export.py --checkpoint /tmp/demo-run/model.pt --out public/demo-model
"""

import argparse
import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import AutoTokenizer

from pretrain import new_model

FILES = [
    "config.json",
    "generation_config.json",
    "model.safetensors",
    "tokenizer.json",
    "tokenizer_config.json",
    "chat_template.jinja",
    "README.md",
]


def write_json(path: Path, value) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf8")


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--checkpoint", type=Path, required=True)
    args.add_argument("--out", type=Path, required=True)
    a = args.parse_args()
    tokenizer = AutoTokenizer.from_pretrained(a.out)
    model = new_model(tokenizer)
    model.load_state_dict(torch.load(a.checkpoint), strict=True)

    # The head is the embedding: a tied model stores it once.
    tensors = {k: v.to(torch.bfloat16).contiguous() for k, v in model.state_dict().items() if k != "lm_head.weight"}
    save_file(tensors, a.out / "model.safetensors", {"format": "pt"})
    (a.out / "model.safetensors").chmod(0o644)

    c = model.config
    # Both spellings (transformers 4 and 5), since readers of either sort fall back silently where theirs is missing.
    write_json(
        a.out / "config.json",
        {
            "architectures": ["Qwen2ForCausalLM"],
            "model_type": "qwen2",
            "vocab_size": c.vocab_size,
            "hidden_size": c.hidden_size,
            "intermediate_size": c.intermediate_size,
            "num_hidden_layers": c.num_hidden_layers,
            "num_attention_heads": c.num_attention_heads,
            "num_key_value_heads": c.num_key_value_heads,
            "hidden_act": "silu",
            "max_position_embeddings": c.max_position_embeddings,
            "rms_norm_eps": c.rms_norm_eps,
            "rope_theta": 10000.0,
            "rope_parameters": {"rope_theta": 10000.0, "rope_type": "default"},
            "attention_dropout": 0.0,
            "tie_word_embeddings": True,
            "use_sliding_window": False,
            "initializer_range": c.initializer_range,
            "bos_token_id": c.bos_token_id,
            "eos_token_id": c.eos_token_id,
            "pad_token_id": c.pad_token_id,
            "torch_dtype": "bfloat16",
            "dtype": "bfloat16",
            "use_cache": True,
        },
    )
    write_json(
        a.out / "generation_config.json",
        {
            "bos_token_id": c.bos_token_id,
            "eos_token_id": [c.eos_token_id, c.bos_token_id],
            "pad_token_id": c.pad_token_id,
            "do_sample": False,
            "max_new_tokens": 160,
        },
    )
    write_json(
        a.out / "files.json",
        {
            "id": "seedling",
            "license": "apache-2.0",
            "files": [{"path": f, "bytes": (a.out / f).stat().st_size} for f in FILES],
        },
    )
    print(sum((a.out / f).stat().st_size for f in FILES), "bytes")


if __name__ == "__main__":
    main()
