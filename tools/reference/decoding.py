#!/usr/bin/env python3
"""Our greedy answers against transformers + peft on the dequantised base, for one model and perhaps an adapter.

    python decoding.py --model DIR [--lora DIR] --gpu KIND [--tokens 64] [--merged DIR]

One pass of transformers over prompt and answer says at every place which token it would have chosen after the same
beginning; where all choices are ours, its own greedy text is ours. A different choice is a tie when its two best logits
are within 1e-4. The logits of that pass, over prompt and answer, are compared with ours. With --merged the folder that
`tune merge` wrote is loaded as it is and must choose the same tokens. One JSON line; exit code 1 when texts differ.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

import common
from proof.work import probe

PROMPTS = [
    "How do I learn English?",
    "怎么存钱？",
    "What is the tide?",
    "Tell me about the harbour and two apples.",
    "1 + 2 = ?",
]
# Where the two best logits are this close, float32 sums in another order may choose either.
TIE = 1e-4


def load(model_folder: str, lora: str | None):
    from peft import PeftModel

    model = common.dequantized_base(model_folder)
    return (PeftModel.from_pretrained(model, lora) if lora else model).eval()


def judge(logits, prompt: int, answer: list[int]) -> dict:
    """How many of the answer's tokens this model chooses, too, and how close its two best were where it does not."""
    import torch

    best = torch.topk(logits[prompt - 1 : prompt - 1 + len(answer)], 2)
    chosen = best.indices[:, 0].tolist()
    gaps = (best.values[:, 0] - best.values[:, 1]).tolist()
    partings = [{"at": i, "gap": gap} for i, (a, b, gap) in enumerate(zip(answer, chosen, gaps)) if a != b]
    return {
        "equal": not partings,
        "tie": bool(partings) and all(p["gap"] < TIE for p in partings),
        "partings": partings,
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--lora")
    parser.add_argument("--gpu", default="auto")
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--merged")
    args = parser.parse_args()

    import torch
    from transformers import AutoTokenizer

    torch.set_grad_enabled(False)
    tokenizer = AutoTokenizer.from_pretrained(args.model)
    with tempfile.TemporaryDirectory() as folder:
        prompts = Path(folder) / "prompts.json"
        prompts.write_text(json.dumps(PROMPTS))
        lora = ["--lora", args.lora] if args.lora else []
        done = probe(
            "answers",
            "--model",
            args.model,
            *lora,
            "--prompts",
            prompts,
            "--tokens",
            args.tokens,
            "--out",
            folder,
            "--gpu",
            args.gpu,
        )
        if done.code != 0:
            raise SystemExit(done.err[-2000:])
        answers = json.loads(done.out.splitlines()[-1])
        ours = [
            torch.frombuffer(bytearray((Path(folder) / f"{i}.f32").read_bytes()), dtype=torch.float32)
            for i in range(len(PROMPTS))
        ]

    reference = load(args.model, args.lora)
    merged = common.load_base(args.merged, load_in_4bit=False).eval() if args.merged else None
    rows = []
    for prompt, found, mine in zip(PROMPTS, answers, ours):
        text = tokenizer.apply_chat_template(
            [{"role": "user", "content": prompt}], add_generation_prompt=True, tokenize=False
        )
        prompt_ids, answer = found["prompt_ids"], found["token_ids"]
        assert prompt_ids == tokenizer(text, add_special_tokens=False)["input_ids"], prompt
        ids = torch.tensor([prompt_ids + answer])
        logits = reference(input_ids=ids, use_cache=False).logits[0].float()
        row = {"tokens": len(answer), "cache_agrees": found["agree"], **judge(logits, len(prompt_ids), answer)}
        row["logits"] = float((mine.reshape(logits.shape) - logits).abs().max() / (logits.max() - logits.min()))
        if merged is not None:
            row["merged"] = judge(merged(input_ids=ids, use_cache=False).logits[0].float(), len(prompt_ids), answer)
        rows.append(row)
    print(json.dumps({"adapter": done.adapter, "rows": rows}))
    sys.exit(0 if all(r["equal"] or r["tie"] for r in rows) else 1)


if __name__ == "__main__":
    main()
