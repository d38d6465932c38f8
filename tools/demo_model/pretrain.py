"""Pre-train the built-in model on the small world (PyTorch, one CPU thread, about 45 minutes on a 2024 server core).

A sequence always begins with a fresh document, as a chat does. Prompts count 0.3, answers 1. Over the last quarter the linears see themselves
through NF4 (straight-through), because TuneTab always runs them that way.

    python tools/demo_model/pretrain.py --tokenizer public/demo-model --out /tmp/demo-run
"""

import argparse
import json
import math
import time
from pathlib import Path
from random import Random

import numpy as np
import torch
from torch.nn.utils import parametrize
from transformers import AutoTokenizer, Qwen2Config, Qwen2ForCausalLM

from world import document

PROMPT_WEIGHT = 0.3
NF4 = torch.tensor(
    [
        -1.0,
        -0.6961928009986877,
        -0.5250730514526367,
        -0.39491748809814453,
        -0.28444138169288635,
        -0.18477343022823334,
        -0.09105003625154495,
        0.0,
        0.07958029955625534,
        0.16093020141124725,
        0.24611230194568634,
        0.33791524171829224,
        0.44070982933044434,
        0.5626170039176941,
        0.7229568362236023,
        1.0,
    ]
)
MIDPOINTS = (NF4[1:] + NF4[:-1]) / 2


def nf4_round(weight: torch.Tensor) -> torch.Tensor:
    """Quantise to NF4 in blocks of 64 and back (without the second quantisation of the scales, which hardly matters)."""
    blocks = weight.reshape(-1, 64)
    scale = blocks.abs().amax(1, keepdim=True).clamp_min(1e-12)
    return (NF4[torch.bucketize(blocks / scale, MIDPOINTS)] * scale).reshape(weight.shape)


class ThroughNf4(torch.nn.Module):
    def forward(self, weight):
        return weight + (nf4_round(weight) - weight).detach()


def linears(model):
    return [m for name, m in model.named_modules() if isinstance(m, torch.nn.Linear) and name != "lm_head"]


class Stream:
    """Batches of packed documents, [B, T] ids and the weight of each token as a target."""

    def __init__(self, tokenizer, seed: int):
        self.tokenizer, self.rng, self.queue = tokenizer, Random(seed), []
        self.end = tokenizer.convert_tokens_to_ids("<|endoftext|>")
        self.start, self.stop = (tokenizer.convert_tokens_to_ids(t) for t in ("<|im_start|>", "<|im_end|>"))
        self.assistant = tokenizer.encode("assistant")
        assert len(self.assistant) == 1

    def weights(self, ids: list[int]) -> list[float]:
        if self.start not in ids:
            return [1.0] * len(ids)
        out, answering = [], False
        for i, token in enumerate(ids):
            if token == self.start:
                answering = i + 1 < len(ids) and ids[i + 1] == self.assistant[0]
            out.append(1.0 if answering else PROMPT_WEIGHT)
            if token == self.stop:
                answering = False
        return out

    def refill(self):
        texts = []
        for _ in range(512):
            kind, *rest = document(self.rng)
            texts.append(
                rest[0]
                if kind == "text"
                else self.tokenizer.apply_chat_template(rest[0], tools=rest[1], tokenize=False)
            )
        for ids in self.tokenizer(texts)["input_ids"]:
            self.queue.append((ids + [self.end], self.weights(ids) + [1.0]))

    def sequence(self, length: int):
        ids, weights = [], []
        while len(ids) < length:
            if not self.queue:
                self.refill()
            a, b = self.queue.pop()
            ids += a
            weights += b
        return ids[:length], weights[:length]

    def batch(self, rows: int, length: int):
        rows = [self.sequence(length) for _ in range(rows)]
        return torch.tensor([r[0] for r in rows]), torch.tensor([r[1] for r in rows])


def weighted_loss(model, ids, weights, bf16=True):
    with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
        hidden = model.model(ids).last_hidden_state[:, :-1]
        logits = model.lm_head(hidden)
    losses = torch.nn.functional.cross_entropy(logits.float().flatten(0, 1), ids[:, 1:].flatten(), reduction="none")
    w = weights[:, 1:].flatten()
    return (losses * w).sum() / w.sum()


def new_model(tokenizer) -> Qwen2ForCausalLM:
    stop, end = (tokenizer.convert_tokens_to_ids(t) for t in ("<|im_end|>", "<|endoftext|>"))
    return Qwen2ForCausalLM(
        Qwen2Config(
            vocab_size=4096,
            hidden_size=192,
            intermediate_size=512,
            num_hidden_layers=6,
            num_attention_heads=6,
            num_key_value_heads=2,
            max_position_embeddings=1024,
            rms_norm_eps=1e-6,
            tie_word_embeddings=True,
            initializer_range=0.03,
            bos_token_id=end,
            eos_token_id=stop,
            pad_token_id=end,
            use_sliding_window=False,
        )
    )


def save(model, out: Path):
    state = {k.replace("parametrizations.", "").replace(".original", ""): v for k, v in model.state_dict().items()}
    torch.save(state, out / "model.tmp")
    (out / "model.tmp").replace(out / "model.pt")


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--tokenizer", type=Path, required=True)
    args.add_argument("--out", type=Path, required=True)
    args.add_argument("--steps", type=int, default=3200)
    args.add_argument(
        "--minutes", type=float, default=math.inf, help="a busy machine: finish the schedule by then, in fewer steps"
    )
    args.add_argument("--lr", type=float, default=3e-3)
    args.add_argument(
        "--nf4-from", type=float, default=0.75, help="fraction of the steps after which the linears see NF4"
    )
    args.add_argument(
        "--init",
        type=Path,
        help="go on from this checkpoint, with a fresh optimiser (and another --seed for other text)",
    )
    args.add_argument("--tokens", type=int, default=2048, help="tokens a step")
    args.add_argument("--compile", action="store_true", help="torch.compile the step (needs a C++ compiler)")
    args.add_argument("--threads", type=int, default=1)
    args.add_argument("--seed", type=int, default=1)
    a = args.parse_args()
    a.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(a.threads)
    torch.manual_seed(a.seed)

    tokenizer = AutoTokenizer.from_pretrained(a.tokenizer)
    model = new_model(tokenizer)
    if a.init:
        model.load_state_dict(torch.load(a.init))
    print(f"{sum(p.numel() for p in model.parameters()):,} parameters", flush=True)
    train, held_out = Stream(tokenizer, a.seed), Stream(tokenizer, 10_000 + a.seed)
    check = [held_out.batch(8, 256) for _ in range(4)]
    decay = [p for p in model.parameters() if p.ndim == 2]
    plain = [p for p in model.parameters() if p.ndim != 2]
    optimizer = torch.optim.AdamW(
        [{"params": decay, "weight_decay": 0.1}, {"params": plain, "weight_decay": 0}],
        lr=a.lr,
        betas=(0.9, 0.98),
        fused=True,
    )
    shapes = Random(a.seed)
    started, seen, log = time.time(), 0, []
    step, through_nf4 = -1, False
    loss_of = torch.compile(weighted_loss, dynamic=False) if a.compile else weighted_loss
    while True:
        step += 1
        progress = max(step / a.steps, (time.time() - started) / 60 / a.minutes)
        if progress >= 1:
            break
        lr = a.lr * min(1, (step + 1) / 150) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * progress)))
        for group in optimizer.param_groups:
            group["lr"] = lr
        if progress >= a.nf4_from and not through_nf4:
            through_nf4, loss_of = True, weighted_loss
            for linear in linears(model):
                parametrize.register_parametrization(linear, "weight", ThroughNf4())
        # Mostly short sequences; some long ones, so that long conversations and tool lists work too.
        length = shapes.choice([256] * 6 + [512] * 3 + [1024])
        ids, weights = train.batch(max(1, a.tokens // length), length)
        loss = loss_of(model, ids, weights)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        seen += ids.numel()
        if step % 100 == 99:
            with torch.no_grad():
                evaluation = sum(weighted_loss(model, *b).item() for b in check) / len(check)
            seconds = time.time() - started
            log.append(
                {
                    "step": step + 1,
                    "loss": round(loss.item(), 4),
                    "eval_loss": round(evaluation, 4),
                    "seconds": round(seconds),
                }
            )
            print(
                f"step {step + 1}  loss {loss.item():.3f}  eval {evaluation:.3f}  lr {lr:.1e}  {seen / seconds:.0f} tok/s  {seconds / 60:.1f} min",
                flush=True,
            )
            (a.out / "log.json").write_text(json.dumps(log))
        if step % 50 == 49:
            save(model, a.out)
    save(model, a.out)
    print(f"{step} steps, {seen:,} tokens, {(time.time() - started) / 60:.1f} min")


if __name__ == "__main__":
    main()
