"""Ids of awkward texts, and of tokenizers that transformers builds by their class."""

from __future__ import annotations

import tempfile
from pathlib import Path

import common

from .rows import awkward_texts


def text_cases(tokenizer) -> list[dict]:
    out = []
    for text in awkward_texts():
        ids = tokenizer(text, add_special_tokens=False)["input_ids"]
        out.append({"text": text, "ids": ids, "decoded": tokenizer.decode(ids)})
    return out


def class_cases(out: Path) -> list[dict]:
    """
    Where transformers builds a tokenizer by its class and not as tokenizer.json says: a tiny tokenizer under another
    class and `model_type`, and the ids of texts on which that tells.
    """
    from transformers import AutoTokenizer

    cases = [
        # tokenizer, model_type, changes in tokenizer_config.json
        ("qwen", "qwen2", {"tokenizer_class": "PreTrainedTokenizerFast"}),
        ("qwen", "qwen2", {"tokenizer_class": None, "add_prefix_space": True}),
        ("qwen", "qwen3", {"tokenizer_class": "PreTrainedTokenizerFast"}),
        ("qwen", "qwen3", {"tokenizer_class": None}),
        ("qwen", "llama", {"tokenizer_class": None}),
        ("smol", "qwen2", {}),
        ("smol", "llama", {"tokenizer_class": "GPT2Tokenizer", "add_prefix_space": True}),
        ("llama", "qwen2", {"tokenizer_class": "LlamaTokenizerFast"}),
        ("llama", "llama", {"tokenizer_class": "LlamaTokenizerFast"}),
        ("spm", "llama", {"tokenizer_class": "LlamaTokenizer"}),
        ("spm", "llama", {"tokenizer_class": "LlamaTokenizerFast", "legacy": True}),
        ("spm", "llama", {"tokenizer_class": "LlamaTokenizer", "add_prefix_space": False}),
        ("spm", "llama", {"tokenizer_class": None}),
    ]
    texts = [
        "e\u0301tude caf\u00e9",
        "12345 in 678",
        "it's  two\n\n  lines ",
        " leading",
        "x\n\ny.\n",
        "<s>[INST] hi [/INST] yes</s> more</s>end",
        "\u6e2f\u53e3 27 \u5ea6",
    ]
    done = []
    for kind, model_type, change in cases:
        with tempfile.TemporaryDirectory() as folder:
            config = {**common.read_json(out / kind / "tokenizer_config.json"), **change}
            Path(folder, "tokenizer.json").write_bytes((out / kind / "tokenizer.json").read_bytes())
            common.write_json(Path(folder, "tokenizer_config.json"), config)
            common.write_json(Path(folder, "config.json"), {"model_type": model_type})
            tokenizer = AutoTokenizer.from_pretrained(folder)
            ids = [tokenizer(text, add_special_tokens=False)["input_ids"] for text in texts]
        done.append(
            {
                "tokenizer": kind,
                "model_type": model_type,
                "config": config,
                "class": type(tokenizer).__name__,
                "texts": texts,
                "ids": ids,
            }
        )
    return done
