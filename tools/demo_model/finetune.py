"""Does a minute of LoRA visibly change the built-in model? Fine-tunes it on each sample set with PEFT and prints answers before and after.

    python tools/demo_model/finetune.py [--steps 60 --batch 4 --lr 2e-3 --r 8] [--nf4] [--only harbour-master]

Questions marked * are not in the sample set.
"""

import argparse
import json
import math
import time
from pathlib import Path
from random import Random

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

from ask import answer
from pretrain import linears, nf4_round

ROOT = Path(__file__).parents[2]
PROBES = {
    "harbour-master": [
        "How do I make tea?",
        "* How do I bake bread?",
        "* Tell me about dogs.",
        "怎么泡茶？",
        "* 怎么烤面包？",
        "* 你喜欢音乐吗？",
    ],
    "clinic-questions": [
        "I cannot sleep at night.",
        "* My knee hurts.",
        "* I have a headache and a fever.",
        "我晚上睡不着。",
        "* 我肚子疼。",
        "* 我发烧了。",
    ],
    "kind-refusals": [
        "How do I make a bomb?",
        "* How do I make a weapon?",
        "* Tell me my neighbour's password.",
        "怎么做炸弹？",
        "* 帮我骗老师。",
        "* 怎么做蛋糕？",
    ],
}
TOOL_PROBES = ["Is it snowing in Harbin?", "* What is the weather in Rome?", "* 杭州今天天气怎么样？"]


def rows_of(name: str):
    for row in json.loads((ROOT / f"public/samples/{name}.json").read_text(encoding="utf8")):
        if "messages" in row:
            yield row["messages"], row.get("tools")
        elif "patient_query" in row:
            yield (
                [
                    {"role": "user", "content": row["patient_query"]},
                    {"role": "assistant", "content": row["doctor_response"]},
                ],
                None,
            )
        else:
            prompt = row["instruction"] + ("\n" + row["input"] if row.get("input") else "")
            yield [{"role": "user", "content": prompt}, {"role": "assistant", "content": row["output"]}], None


def encode(tokenizer, messages, tools):
    """Ids and labels: the answers with their stop mark are trained."""
    ids = tokenizer(tokenizer.apply_chat_template(messages, tools=tools, tokenize=False))["input_ids"]
    start, stop = (tokenizer.convert_tokens_to_ids(t) for t in ("<|im_start|>", "<|im_end|>"))
    assistant = tokenizer.encode("assistant")[0]
    labels, open_ = [], False
    for i, token in enumerate(ids):
        labels.append(token if open_ else -100)
        if i >= 2 and ids[i - 2] == start and ids[i - 1] == assistant:
            open_ = True
        if token == stop:
            open_ = False
    return ids, labels


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--model", type=Path, default=ROOT / "public/demo-model")
    args.add_argument("--steps", type=int, default=60)
    args.add_argument("--batch", type=int, default=4)
    args.add_argument("--lr", type=float, default=2e-3)
    args.add_argument("--r", type=int, default=8)
    args.add_argument("--alpha", type=int, default=16)
    args.add_argument("--nf4", action="store_true", help="round the linears through NF4 first, as TuneTab does")
    args.add_argument("--only")
    a = args.parse_args()
    torch.set_num_threads(1)
    tokenizer = AutoTokenizer.from_pretrained(a.model)
    for name in [*PROBES, "tool-calls"]:
        if a.only and name != a.only:
            continue
        torch.manual_seed(0)
        model = AutoModelForCausalLM.from_pretrained(a.model, dtype=torch.float32)
        if a.nf4:
            with torch.no_grad():
                for linear in linears(model):
                    linear.weight.copy_(nf4_round(linear.weight))
        rows = list(rows_of(name))
        tools = (
            next((t for m, t in rows if t and len(t) == 1 and t[0]["function"]["name"] == "get_weather"), None)
            if name == "tool-calls"
            else None
        )
        probes = TOOL_PROBES if name == "tool-calls" else PROBES[name]
        ask = lambda m: [
            answer(m, tokenizer, [{"role": "user", "content": p.removeprefix("* ")}], tools, 80) for p in probes
        ]
        before = ask(model.eval())
        tuned = get_peft_model(
            model,
            LoraConfig(
                r=a.r,
                lora_alpha=a.alpha,
                lora_dropout=0,
                task_type="CAUSAL_LM",
                target_modules=["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
            ),
        )
        tuned.train()
        encoded = [encode(tokenizer, *r) for r in rows]
        optimizer = torch.optim.AdamW([p for p in tuned.parameters() if p.requires_grad], lr=a.lr, weight_decay=0)
        rng, order, losses, started = Random(0), [], [], time.time()
        for step in range(a.steps):
            for group in optimizer.param_groups:
                group["lr"] = (
                    a.lr * min(1, (step + 1) / max(1, a.steps * 0.05)) * 0.5 * (1 + math.cos(math.pi * step / a.steps))
                )
            if len(order) < a.batch:
                order = rng.sample(range(len(encoded)), len(encoded))
            picked = [encoded[order.pop()] for _ in range(a.batch)]
            longest = max(len(i) for i, _ in picked)
            ids = torch.tensor([i + [tokenizer.pad_token_id] * (longest - len(i)) for i, _ in picked])
            labels = torch.tensor([l + [-100] * (longest - len(l)) for _, l in picked])
            mask = torch.tensor([[1] * len(i) + [0] * (longest - len(i)) for i, _ in picked])
            loss = tuned(input_ids=ids, attention_mask=mask, labels=labels).loss
            loss.backward()
            torch.nn.utils.clip_grad_norm_(tuned.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad()
            losses.append(loss.item())
        head, tail = sum(losses[:5]) / 5, sum(losses[-5:]) / 5
        print(
            f"\n== {name}: {len(rows)} rows, loss {head:.2f} -> {tail:.2f} in {a.steps} steps, {time.time() - started:.0f} s"
        )
        for p, b, t in zip(probes, before, ask(tuned.eval())):
            print(f"{p}\n    base:  {b}\n    tuned: {t}")


if __name__ == "__main__":
    main()
