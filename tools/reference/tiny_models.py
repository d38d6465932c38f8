#!/usr/bin/env python3
"""Write tiny random models of odd shape as Hugging Face folders.

    python tiny_models.py OUT [NAME ...]        # without names: all of them
    python tiny_models.py --list

The shapes are chosen to hurt: widths that are no multiple of 64, head sizes that are no power of two or differ from
hidden/heads, a prime vocabulary padded beyond the tokenizer's, biases and norms that are not trivial. Weights are
seeded by the model's name, so a folder is the same bytes wherever it is written with the same torch.
"""

from __future__ import annotations

import sys
import zlib
from pathlib import Path

import common
import torch

SPECIALS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
LLAMA3_SPECIALS = ["<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"]
QWEN_MORE = ["<tool_call>", "</tool_call>", "<think>", "</think>"]

# family, sizes, and how the folder is written. `tokens` is the tokenizer's size; 0 = no tokenizer is written.
MODELS: dict[str, dict] = {
    # Small enough to be committed as golden fixtures.
    "golden-qwen2": dict(family="qwen2", hidden=80, heads=5, kv=1, ffn=104, layers=2, vocab=257, tie=True, tokens=0),
    "golden-qwen3": dict(
        family="qwen3", hidden=48, heads=3, kv=1, head=40, ffn=83, layers=2, vocab=263, tie=True, tokens=0
    ),
    "golden-llama": dict(family="llama", hidden=72, heads=3, kv=3, ffn=74, layers=2, vocab=251, tie=False, tokens=0),
    "golden-mistral": dict(
        family="mistral", hidden=52, heads=4, kv=2, head=18, ffn=90, layers=2, vocab=241, tie=False, tokens=0
    ),
    "golden-smollm3": dict(
        family="smollm3", hidden=60, heads=3, kv=1, ffn=77, layers=3, vocab=239, tie=True, tokens=0, no_rope=[1, 0, 1]
    ),
    # Whole folders with tokenizer and template, for the command line.
    "qwen2-odd": dict(family="qwen2", hidden=80, heads=5, kv=1, ffn=208, layers=3, vocab=1031, tie=True, tokens=1000),
    "qwen2-untied": dict(
        family="qwen2", hidden=96, heads=6, kv=2, ffn=250, layers=3, vocab=1009, tie=False, tokens=900, shards=3
    ),
    "qwen2-f32": dict(
        family="qwen2", hidden=64, heads=4, kv=4, ffn=172, layers=2, vocab=1031, tie=True, tokens=1000, dtype="float32"
    ),
    "qwen3-odd": dict(
        family="qwen3", hidden=96, heads=3, kv=1, head=40, ffn=211, layers=3, vocab=1031, tie=True, tokens=1000
    ),
    "qwen3-gqa": dict(
        family="qwen3",
        hidden=112,
        heads=8,
        kv=4,
        head=20,
        ffn=170,
        layers=2,
        vocab=997,
        tie=False,
        tokens=900,
        shards=2,
    ),
    "llama-odd": dict(family="llama", hidden=72, heads=3, kv=3, ffn=211, layers=3, vocab=1031, tie=False, tokens=1000),
    "llama-gqa": dict(
        family="llama",
        hidden=120,
        heads=6,
        kv=2,
        head=20,
        ffn=186,
        layers=2,
        vocab=1013,
        tie=True,
        tokens=900,
        dtype="float16",
    ),
    "llama3-rope": dict(
        family="llama",
        hidden=64,
        heads=2,
        kv=1,
        head=32,
        ffn=150,
        layers=2,
        vocab=1031,
        tie=True,
        tokens=1000,
        rope="llama3",
    ),
    "mistral-odd": dict(
        family="mistral", hidden=88, heads=4, kv=2, head=26, ffn=150, layers=3, vocab=1031, tie=False, tokens=1000
    ),
    "smollm3-odd": dict(
        family="smollm3",
        hidden=84,
        heads=6,
        kv=2,
        ffn=130,
        layers=5,
        vocab=1013,
        tie=True,
        tokens=900,
        no_rope=[1, 1, 0, 1, 0],
    ),
    # Rows of whole blocks of 256, other splits of text and templates: for the exports.
    "smollm-wide": dict(
        family="llama",
        hidden=256,
        heads=4,
        kv=2,
        ffn=512,
        layers=9,
        vocab=1031,
        tie=True,
        tokens=1000,
        split="smollm",
        template="system",
    ),
    "llama3-wide": dict(
        family="llama",
        hidden=256,
        heads=4,
        kv=1,
        ffn=512,
        layers=3,
        vocab=1031,
        tie=False,
        tokens=1000,
        rope="llama3",
        split="llama3",
        template="llama3",
    ),
    "qwen2-linear": dict(
        family="qwen2", hidden=128, heads=2, kv=1, ffn=256, layers=2, vocab=1031, tie=True, tokens=1000, rope="linear"
    ),
    "smollm3-wide": dict(
        family="smollm3", hidden=128, heads=4, kv=1, ffn=256, layers=5, vocab=1013, tie=True, tokens=900
    ),
}

CONFIGS = {
    "qwen2": "Qwen2Config",
    "qwen3": "Qwen3Config",
    "llama": "LlamaConfig",
    "mistral": "MistralConfig",
    "smollm3": "SmolLM3Config",
}

_TOPICS = [
    "a cold",
    "the harbour",
    "two apples",
    "an old clock",
    "my sister",
    "the north wind",
    "tea with milk",
    "a letter",
]
_VERBS = ["remembers", "describes", "asks about", "carries", "measures", "forgets", "compares", "writes down"]
_CHINESE = [
    "今天天气很好",
    "请多喝水并注意休息",
    "这个问题需要医生判断",
    "我想了解一下药物的用法",
    "谢谢你的帮助",
    "明天去图书馆看书",
]


def corpus() -> list[str]:
    """Sentences that the tokenizer's merges are learnt from."""
    lines = [f"{a} {verb} {b}, and then it stops." for a in _TOPICS for verb in _VERBS for b in _TOPICS]
    lines += [f"{a}，{b}。" for a in _CHINESE for b in _CHINESE]
    lines += [
        '{"name": "get_weather", "arguments": {"city": "Oslo", "days": 3}}',
        "def f(x):\n    return x + 1\n",
        "user\nassistant\nsystem\ntool",
    ]
    return lines


def split_of(kind: str):
    """How text is cut before merging: as Qwen2, Llama 3 or SmolLM2 does."""
    from tokenizers import Regex, pre_tokenizers

    if kind == "smollm":
        return [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    # Contractions, words with one leading mark, digits, runs of punctuation, newlines, spaces.
    digits = {"qwen2": r"\p{N}", "llama3": r"\p{N}{1,3}"}[kind]
    words = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+"
    rest = r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    return [
        pre_tokenizers.Split(Regex(f"{words}|{digits}|{rest}"), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ]


def train_tokenizer(size: int, family: str, split: str = "qwen2"):
    """Byte-level BPE of exactly `size` entries; the tail is filled with unused control tokens when merges run out."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE(ignore_merges=split == "llama3"))
    if split == "qwen2":
        tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(split_of(split))
    tokenizer.decoder = decoders.ByteLevel()
    specials = LLAMA3_SPECIALS if split == "llama3" else SPECIALS
    plain = QWEN_MORE if family.startswith("qwen") else []
    room = size - len(specials) - len(plain)
    trainer = trainers.BpeTrainer(
        vocab_size=room, initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()), show_progress=False
    )
    tokenizer.train_from_iterator(corpus(), trainer)
    tokenizer.add_special_tokens([AddedToken(t, special=True, normalized=False) for t in specials])
    tokenizer.add_tokens([AddedToken(t, special=False, normalized=False) for t in plain])
    if split == "llama3":
        begin = LLAMA3_SPECIALS[0]
        tokenizer.post_processor = processors.TemplateProcessing(
            single=[begin, "$A"],
            pair=[begin, "$A", begin, "$B"],
            special_tokens=[(begin, tokenizer.token_to_id(begin))],
        )
        return PreTrainedTokenizerFast(
            tokenizer_object=tokenizer, bos_token=begin, eos_token="<|eot_id|>", pad_token="<|end_of_text|>"
        )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="<|im_end|>", pad_token="<|endoftext|>", model_max_length=4096
    )


def template_of(family: str, named: str = "") -> str:
    """The family's own template as trl stores it, so that trl recognises it; others get a plain ChatML of ours."""
    if named == "system":
        # With a default system message, as SmolLM2's.
        return (
            "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}"
            "{{ '<|im_start|>system\nYou help.<|im_end|>\n' }}{% endif %}"
            "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
            "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
        )
    if not family.startswith("qwen") and not named:
        return (
            "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
            "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
        )
    import trl

    name = named or {"qwen2": "qwen2_5", "qwen3": "qwen3"}[family]
    return (Path(trl.__file__).parent / "chat_templates" / f"{name}.jinja").read_text(encoding="utf-8")


def config_of(spec: dict):
    import transformers

    kind = getattr(transformers, CONFIGS[spec["family"]])
    rope = {"rope_type": "default", "rope_theta": 10000.0 if spec["family"] == "llama" else 1000000.0}
    if spec.get("rope") == "llama3":
        rope = {
            "rope_type": "llama3",
            "rope_theta": 500000.0,
            "factor": 8.0,
            "low_freq_factor": 1.0,
            "high_freq_factor": 4.0,
            "original_max_position_embeddings": 64,
        }
    if spec.get("rope") == "linear":
        rope = {"rope_type": "linear", "rope_theta": 1000000.0, "factor": 4.0}
    sizes = dict(
        hidden_size=spec["hidden"],
        intermediate_size=spec["ffn"],
        num_hidden_layers=spec["layers"],
        num_attention_heads=spec["heads"],
        num_key_value_heads=spec["kv"],
        vocab_size=spec["vocab"],
        tie_word_embeddings=spec["tie"],
        max_position_embeddings=4096,
        rms_norm_eps=1e-6 if spec["family"] != "llama" else 1e-5,
        rope_parameters=rope,
        bos_token_id=None,
        eos_token_id=None,
        pad_token_id=None,
    )
    if "head" in spec:
        sizes["head_dim"] = spec["head"]
    if spec["family"] == "mistral":
        sizes["sliding_window"] = None
    if "no_rope" in spec:
        sizes["no_rope_layers"] = spec["no_rope"]
    return kind(**sizes)


@torch.no_grad()
def fill(model, seed: int) -> None:
    """Random weights that make the loss depend on everything: no norm is one, no bias zero."""
    generator = torch.Generator().manual_seed(seed)
    for name, p in sorted(model.named_parameters()):
        noise = torch.randn(p.shape, generator=generator)
        if name.endswith("norm.weight"):
            p.copy_(1.0 + 0.2 * noise)
        elif name.endswith(".bias"):
            p.copy_(0.1 * noise)
        elif "embed_tokens" in name or "lm_head" in name:
            p.copy_(0.2 * noise)
        else:
            p.copy_(noise * (0.06 + 0.04 * torch.rand((), generator=generator)))


def build(name: str, out: Path) -> Path:
    from transformers import AutoModelForCausalLM

    spec = MODELS[name]
    config = config_of(spec)
    tokenizer = None
    if spec["tokens"]:
        tokenizer = train_tokenizer(spec["tokens"], spec["family"], spec.get("split", "qwen2"))
        tokenizer.chat_template = template_of(spec["family"], spec.get("template", ""))
        config.eos_token_id = tokenizer.eos_token_id
        config.pad_token_id = tokenizer.pad_token_id
        config.bos_token_id = tokenizer.pad_token_id
    model = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    fill(model, zlib.crc32(name.encode()))
    model = model.to(getattr(torch, spec.get("dtype", "bfloat16")))
    folder = out / name
    total = sum(p.numel() * p.element_size() for p in {id(p): p for p in model.parameters()}.values())
    shard = total // spec["shards"] + 1 if "shards" in spec else 1 << 40
    model.save_pretrained(folder, max_shard_size=shard)
    if tokenizer:
        tokenizer.save_pretrained(folder)
    common.write_json(folder / "made_by.json", {**common.made_by(), "model": name, "spec": spec})
    return folder


def main() -> None:
    arguments = sys.argv[1:]
    if not arguments or arguments == ["--list"]:
        sys.exit("\n".join([__doc__ or "", *MODELS]))
    out = Path(arguments[0])
    for name in arguments[1:] or MODELS:
        folder = build(name, out)
        print(folder, sum(f.stat().st_size for f in folder.iterdir()), "bytes")


if __name__ == "__main__":
    main()
