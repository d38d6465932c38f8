#!/usr/bin/env python3
"""Write tests/golden/data/onnx: a tiny chat model as ONNX, as hubs hold them, and what transformers answers with it.

    python onnx_model.py [OUT]        # default: tests/golden/data of this repository

A Llama of two layers of 32 and 384 tokens that was taught one thing, to prefer A; its tokenizer and template, and
`onnx/model.onnx`: the graph that transformers.js asks for, with every layer's keys and values going in and out. The
graph is traced from a forward pass in plain torch, which must give the logits that transformers gives, with a cache
and without; `answers.json` holds prompts and transformers' own greedy answers.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path

import common_scores
import onnx_file
import torch
from torch import nn
from transformers import LlamaConfig, LlamaForCausalLM

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import tiny_models  # noqa: E402

VOCABULARY, LENGTH, STEPS = 384, 32, 300
SAID = '{"winner": "A"}'
PROMPTS = ["Who wins, A or B?", "What is tea?", "今天天气很好", 'Answer with one line of JSON: {"winner": "A"}']
CONFIG = LlamaConfig(
    vocab_size=VOCABULARY,
    hidden_size=32,
    intermediate_size=64,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    max_position_embeddings=4096,
    tie_word_embeddings=True,
    bos_token_id=None,
)


class Plain(nn.Module):
    """The same pass with keys and values as plain tensors: (1, kv heads, tokens, head size) a layer."""

    def __init__(self, model: LlamaForCausalLM):
        super().__init__()
        self.model = model
        size = CONFIG.hidden_size // CONFIG.num_attention_heads
        theta = model.config.rope_parameters["rope_theta"]
        self.register_buffer("rates", 1 / theta ** (torch.arange(0, size, 2) / size))

    def forward(self, input_ids, attention_mask, position_ids, *past):
        inner = self.model.model
        x = inner.embed_tokens(input_ids)
        angle = position_ids[..., None].float() * self.rates
        angle = torch.cat([angle, angle], -1)[:, None]
        cos, sin = angle.cos(), angle.sin()
        # Each token sees those up to its own place that the mask has.
        places = attention_mask.cumsum(-1) - 1
        seen = (places[:, None, None, :] <= position_ids[:, None, :, None]) & (attention_mask[:, None, None, :] > 0)
        present = []
        for i, layer in enumerate(inner.layers):
            read, at = layer.input_layernorm(x), layer.self_attn
            q, k, v = (heads(linear(read)) for linear in (at.q_proj, at.k_proj, at.v_proj))
            q, k = q * cos + turned(q) * sin, k * cos + turned(k) * sin
            k, v = torch.cat([past[2 * i], k], 2), torch.cat([past[2 * i + 1], v], 2)
            present += [k, v]
            groups = CONFIG.num_attention_heads // CONFIG.num_key_value_heads
            k, v = k.repeat_interleave(groups, 1), v.repeat_interleave(groups, 1)
            score = (q @ k.transpose(2, 3) / math.sqrt(q.shape[-1])).masked_fill(~seen, -1e9)
            mixed = (score.softmax(-1) @ v).transpose(1, 2).flatten(2)
            x = x + at.o_proj(mixed)
            x = x + layer.mlp(layer.post_attention_layernorm(x))
        return self.model.lm_head(inner.norm(x)), *present


def heads(x):
    return x.unflatten(-1, (-1, CONFIG.hidden_size // CONFIG.num_attention_heads)).transpose(1, 2)


def turned(x):
    a, b = x.chunk(2, -1)
    return torch.cat([-b, a], -1)


def nothing_past() -> list[torch.Tensor]:
    size = CONFIG.hidden_size // CONFIG.num_attention_heads
    return [torch.zeros(1, CONFIG.num_key_value_heads, 0, size) for _ in range(2 * CONFIG.num_hidden_layers)]


def teach(model: LlamaForCausalLM, tokenizer) -> None:
    """Whatever is asked, in whatever length, the answer is SAID."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    says = tokenizer(SAID + "<|im_end|>", add_special_tokens=False)["input_ids"]
    ask = tokenizer("<|im_end|>\n<|im_start|>assistant\n", add_special_tokens=False)["input_ids"]
    wish = "Prefer one.\nAnswer with one line of JSON and nothing else: {\"winner\": \"B\"} or {\"winner\": \"tie\"}."
    texts = torch.tensor(tokenizer(" ".join([*tiny_models.corpus(), wish] * 3))["input_ids"])
    rest = torch.tensor(tokenizer(wish)["input_ids"])
    for step in range(STEPS):
        size = int(torch.randint(4, 300, ()))
        asked = torch.randint(VOCABULARY, (4, size))
        at = int(torch.randint(len(texts) - size, ()))
        asked[1] = texts[at : at + size]
        if size > len(rest):
            asked[2, -len(rest) :] = rest
        ids = torch.cat([asked, torch.tensor([ask + says]).expand(len(asked), -1)], 1)
        labels = ids.clone()
        labels[:, : -len(says)] = -100
        loss = model(input_ids=ids, labels=labels).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        if step % 25 == 0:
            print(f"step {step}: loss {loss.item():.4f}", file=sys.stderr)


def check(model: LlamaForCausalLM, plain: Plain) -> None:
    ids = torch.randint(VOCABULARY, (1, 9))
    wanted = model(ids).logits
    at = torch.arange(9)[None]
    first = plain(ids[:, :5], torch.ones(1, 5, dtype=torch.long), at[:, :5], *nothing_past())
    rest = plain(ids[:, 5:], torch.ones(1, 9, dtype=torch.long), at[:, 5:], *first[1:])
    torch.testing.assert_close(torch.cat([first[0], rest[0]], 1), wanted, atol=1e-4, rtol=1e-4)


def export(plain: Plain, path: Path) -> None:
    layers = range(CONFIG.num_hidden_layers)
    kinds = ("key", "value")
    past = [f"past_key_values.{i}.{kind}" for i in layers for kind in kinds]
    present = [f"present.{i}.{kind}" for i in layers for kind in kinds]
    names = ["input_ids", "attention_mask", "position_ids"]
    mine = (torch.zeros(1, 3, dtype=torch.long), torch.ones(1, 5, dtype=torch.long), torch.arange(2, 5)[None])
    held = [torch.zeros(1, CONFIG.num_key_value_heads, 2, 8) for _ in past]
    auto = torch.export.Dim.AUTO
    shapes = ({1: auto}, {1: auto}, {1: auto}, tuple({2: auto} for _ in past))
    names = ([*names, *past], ["logits", *present])
    onnx_file.write(plain, (*mine, *held), path, names=names, shapes=shapes)


def main() -> None:
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else common_scores.GOLDEN
    out = root / "onnx"
    (out / "onnx").mkdir(parents=True, exist_ok=True)
    torch.manual_seed(5)
    torch.set_num_threads(1)
    tokenizer = tiny_models.train_tokenizer(VOCABULARY, "llama", "smollm")
    tokenizer.chat_template = tiny_models.template_of("llama")
    CONFIG.eos_token_id, CONFIG.pad_token_id = tokenizer.eos_token_id, tokenizer.pad_token_id
    model = LlamaForCausalLM(CONFIG).float()
    teach(model, tokenizer)
    model.eval()
    plain = Plain(model).eval()
    answers = []
    with torch.no_grad():
        check(model, plain)
        export(plain, out / "onnx/model.onnx")
        for prompt in PROMPTS:
            turn = [{"role": "user", "content": prompt}]
            ids = tokenizer.apply_chat_template(turn, add_generation_prompt=True, return_tensors="pt", return_dict=True)
            made = model.generate(**ids, max_new_tokens=LENGTH, do_sample=False)
            text = tokenizer.decode(made[0, ids["input_ids"].shape[1] :], skip_special_tokens=True)
            answers.append({"prompt": prompt, "answer": text})
    model.config.save_pretrained(out)
    model.generation_config.save_pretrained(out)
    tokenizer.save_pretrained(out)
    template = out / "chat_template.jinja"
    held = json.loads((out / "tokenizer_config.json").read_text())
    if template.exists():
        held["chat_template"] = template.read_text()
        template.unlink()
    (out / "tokenizer_config.json").write_text(json.dumps(held, ensure_ascii=False, indent=1))
    made = {"made_by": common_scores.made_by("transformers", "torch", "onnx"), "max_new_tokens": LENGTH}
    (out / "answers.json").write_text(json.dumps({**made, "answers": answers}, ensure_ascii=False, indent=1))
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    print(f"{out}: {size} bytes; {answers}", file=sys.stderr)


if __name__ == "__main__":
    main()
