#!/usr/bin/env python3
"""What the real clients make of an export, for proof/exports.py. Every command ends with one line of JSON.

python exports_reference.py job --model DIR --out DIR [--rslora] [--rows 20]
    a PEFT adapter with random weights in OUT/adapter, and OUT/job.json: texts, rows, prompts, and what transformers
    and peft give for them in float32 with that adapter
python exports_reference.py transformers --model DIR [--lora DIR] [--gguf FILE] --job JOB
python exports_reference.py mlx --model DIR [--lora DIR] --job JOB
    losses of the rows and greedy answers to the prompts, as that client loads the folder or the file
python exports_reference.py ollama --model DIR --modelfile FILE
    ten conversations, and six with tools: what Ollama's template makes of them against the model's own, as tokens; and
    what it takes out of an answer with calls and one with thoughts
python exports_reference.py rounded --model DIR --lora DIR --kind f16|bf16 --job JOB
    the same of base and adapter merged by peft in float32, each matrix then rounded once to that type: what rounding
    weights costs in itself, with sums still in float32
python exports_reference.py gguf --ours FILE --exact FILE --kind q4_0 --out FILE
    our quantised file against what llama.cpp's own quantiser makes of the one in 32 bits, which is left in OUT, tensor
    by tensor in bytes
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
from pathlib import Path

import common
import llama_cpp
from decoding import PROMPTS
from sample_rows import as_messages, read_rows

SAMPLES = Path(__file__).parents[2] / "public/samples"
TEXTS = [
    "How do I learn English?\n\n  2 apples, 1024 pears and it's 3.50!",
    "怎么存钱？ 今天天气很好。",
    "<|im_start|>user\ndef f(x):\n\treturn x + 1<|im_end|>\n",
    '<think>\n\n</think>\n<tool_call>{"name": "a_b"}</tool_call>',
    # Composed: llama.cpp leaves what is not as it comes, where some tokenizers compose first (NFC).
    "naïve café — Grüße 😀 \u00a0 end  ",
]
LENGTH = 96
NEW_TOKENS = 24


def job(args) -> dict:
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoTokenizer

    torch.manual_seed(5)
    out = Path(args.out)
    base = common.load_base(args.model, load_in_4bit=False)
    lora = dict(r=6, lora_alpha=9, target_modules=common.SEVEN, use_rslora=args.rslora, task_type="CAUSAL_LM")
    model = get_peft_model(base, LoraConfig(**lora)).eval()
    for name, value in model.named_parameters():
        if "lora_B" in name:
            # As large as the weights that it changes, so that a merge which leaves it out is seen.
            value.data = torch.randn_like(value) * 0.05
    model.save_pretrained(out / "adapter")

    tokenizer = AutoTokenizer.from_pretrained(args.model)
    chat = [as_messages(row)["messages"] for row in read_rows(SAMPLES / "harbour-master.json")[: args.rows]]
    ids = [encoded(tokenizer, one)[:LENGTH] for one in chat]
    work = {
        "texts": TEXTS,
        "rows": [{"input_ids": one, "labels": [-100, *one[1:]]} for one in ids],
        "prompts": [encoded(tokenizer, [{"role": "user", "content": text}], True) for text in PROMPTS],
        "stop": [tokenizer.eos_token_id],
        "max_new_tokens": NEW_TOKENS,
    }
    work["tokens"] = [tokenizer(text, add_special_tokens=False)["input_ids"] for text in TEXTS]
    work |= {"tuned": found(model, work), "base": {"losses": losses(model.get_base_model(), work, model)}}
    common.write_json(out / "job.json", work)
    return {
        "rows": len(ids),
        "changes_by": max(abs(a - b) for a, b in zip(*(work[k]["losses"] for k in ("tuned", "base")))),
    }


def encoded(tokenizer, messages: list[dict], prompt: bool = False) -> list[int]:
    text = tokenizer.apply_chat_template(messages, add_generation_prompt=prompt, tokenize=False)
    return tokenizer(text, add_special_tokens=False)["input_ids"]


def losses(model, work: dict, adapted=None) -> list[float]:
    """Mean cross-entropy of each row; `adapted`: with that model's adapter switched off."""
    import contextlib

    import torch

    done = []
    with torch.no_grad(), adapted.disable_adapter() if adapted else contextlib.nullcontext():
        for row in work["rows"]:
            ids = torch.tensor([row["input_ids"]])
            logits = model(input_ids=ids, use_cache=False).logits[0, :-1].double()
            done.append(float(torch.nn.functional.cross_entropy(logits, ids[0, 1:])))
    return done


def found(model, work: dict) -> dict:
    """Losses, and greedy answers with the margins by which each token led."""
    import torch

    answers = []
    with torch.no_grad():
        for prompt in work["prompts"]:
            ids, margins = list(prompt), []
            while len(margins) < work["max_new_tokens"]:
                logits = model(input_ids=torch.tensor([ids]), use_cache=False).logits[0, -1].float()
                best = torch.topk(logits, 2)
                ids.append(int(best.indices[0]))
                margins.append(float(best.values[0] - best.values[1]))
                if ids[-1] in work["stop"]:
                    break
            answers.append({"ids": ids[len(prompt) :], "margins": margins})
    return {"losses": losses(model, work), "answers": answers}


def with_transformers(args) -> dict:
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    common.mend_bitsandbytes()
    more = {"gguf_file": Path(args.gguf).name} if args.gguf else {}
    folder = str(Path(args.gguf).parent) if args.gguf else args.model
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, device_map={"": "cpu"}, **more)
    if args.lora:
        model = PeftModel.from_pretrained(model, args.lora)
    # In eval mode bitsandbytes packs 4-bit weights anew for the processor, which fails for columns that are no
    # multiple of 64 and is less exact; no module here has dropout, so train mode computes the same.
    return found(model.train(), common.read_json(args.job))


def with_rounded(args) -> dict:
    import torch
    from peft import PeftModel

    base = common.load_base(args.model, load_in_4bit=False)
    model = PeftModel.from_pretrained(base, args.lora).merge_and_unload().eval()
    kind = {"f16": torch.float16, "bf16": torch.bfloat16}[args.kind]
    for value in model.parameters():
        # Norms and biases stay in 32 bits in a GGUF file.
        if value.dim() > 1:
            value.data = value.data.to(kind).float()
    return found(model, common.read_json(args.job))


def with_mlx(args) -> dict:
    import mlx.core as mx
    import numpy as np
    from mlx_lm import load

    model, _ = load(args.model, adapter_path=args.lora)
    model.set_dtype(mx.float32)
    work = common.read_json(args.job)

    def logits(ids: list[int]):
        return np.array(model(mx.array([ids]))[0].astype(mx.float32), dtype=np.float64)

    rows = []
    for row in work["rows"]:
        values, ids = logits(row["input_ids"])[:-1], row["input_ids"][1:]
        top = values.max(-1, keepdims=True)
        total = np.log(np.exp(values - top).sum(-1)) + top[:, 0]
        rows.append(float((total - values[np.arange(len(ids)), ids]).mean()))
    answers = []
    for prompt in work["prompts"]:
        ids, margins = list(prompt), []
        while len(margins) < work["max_new_tokens"]:
            last = logits(ids)[-1]
            first, second = np.argsort(-last, kind="stable")[:2]
            ids.append(int(first))
            margins.append(float(last[first] - last[second]))
            if ids[-1] in work["stop"]:
                break
        answers.append({"ids": ids[len(prompt) :], "margins": margins})
    return {"losses": rows, "answers": answers}


TURNS = [
    ("user", "How do I learn English?"),
    ("assistant", "Little by little:\n\n1. listen\n2. speak"),
    ("user", "怎么存钱？"),
    ("assistant", "{{ .Answer }} {% raw %} <b>&amp;</b>"),
    ("user", 'def f(x):\n\treturn {"x": x}'),
    ("assistant", "Yes."),
    ("user", "1 + 2 = ?"),
]


def conversations() -> list[list[dict]]:
    """Of one, three, five and seven turns, with and without a system turn, and two more."""
    turns = [{"role": role, "content": content} for role, content in TURNS]
    system = {"role": "system", "content": "You answer in one sentence.\n\nNever more."}
    bare = [turns[:length] for length in (1, 3, 5, 7)]
    more = [[turns[2]], [system, turns[4], turns[5], turns[6]]]
    return [*bare, *([system, *one] for one in bare), *more]


TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "weather",
            "description": "Weather of a city, 天气",
            "parameters": {
                "type": "object",
                "required": ["city"],
                "properties": {"city": {"type": "string", "description": "its name"}, "days": {"type": "integer"}},
            },
        },
    },
    {
        "type": "function",
        "function": {
            "name": "clock",
            "description": "The time",
            "parameters": {"type": "object", "properties": {"zone": {"type": "string"}}},
        },
    },
]


def tool_talks() -> list[list[dict]]:
    """One call and several, with a text before them and without, results that follow each other, and a later question."""

    def calls(content: str, *made: tuple[str, dict]) -> dict:
        told = [{"type": "function", "function": {"name": name, "arguments": given}} for name, given in made]
        return {"role": "assistant", "content": content, "tool_calls": told}

    user, system = {"role": "user", "content": "Oslo?"}, {"role": "system", "content": "Use tools."}
    one, both = ("weather", {"city": "Oslo"}), (("weather", {"city": "上海", "days": 2}), ("clock", {"zone": "CET"}))
    sunny, noon = {"role": "tool", "content": "sunny"}, {"role": "tool", "content": "12:00"}
    fine, more = {"role": "assistant", "content": "Sunny."}, {"role": "user", "content": "谢谢, and there?"}
    return [
        [user],
        [system, user],
        [user, calls("", one), sunny],
        [system, user, calls("I look.", *both), sunny, noon],
        [user, calls("", *both), sunny, noon, fine, more],
        [system, user, calls("", one), sunny, calls("", both[1]), noon, fine, more],
    ]


def plain_json(text: str) -> str:
    """Lines that are JSON, without spaces and with their keys in order: Ollama writes them its own way."""

    def told(line: str) -> str:
        try:
            return json.dumps(json.loads(line), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        except ValueError:
            return line

    return "\n".join(told(line) for line in text.split("\n"))


def with_ollama(args) -> dict:
    from transformers import AutoTokenizer

    client, source = llama_cpp.CLIENTS / "ollama", Path(__file__).parent / "clients/ollama"
    if not client.exists() or client.stat().st_mtime < (source / "main.go").stat().st_mtime:
        subprocess.run(["go", "build", "-o", client, "."], cwd=source, check=True)
    tokenizer = AutoTokenizer.from_pretrained(args.model)

    def rendered(messages: list[dict], **more) -> str:
        return tokenizer.apply_chat_template(messages, tokenize=False, **{"add_generation_prompt": True, **more})

    def answer(messages: list[dict], **more) -> str:
        """What the model says in the last turn, as it learns to."""
        asked = rendered(messages[:-1], **more)
        whole = rendered(messages, add_generation_prompt=False, **more)
        return whole[len(os.path.commonprefix([asked, whole])) :]

    user = {"role": "user", "content": "Oslo?"}
    thought = {"role": "assistant", "content": "Sunny.", "reasoning_content": "It is July."}
    asked = rendered([user])
    # A template that asks by opening the thought prints none itself.
    opened = asked.rstrip().endswith("<think>")
    thinking = "It is July.\n</think>\n\nSunny." if opened else answer([user, thought])
    answers = [{"text": answer(tool_talks()[3][:3], tools=TOOLS), "tools": TOOLS}, {"text": thinking, "prompt": asked}]
    talks = [{"messages": one} for one in conversations()]
    talks += [{"messages": one, "tools": TOOLS} for one in tool_talks()]
    job = json.dumps({"talks": talks, "answers": answers})
    done = subprocess.run([client, args.modelfile], input=job, capture_output=True, text=True)
    if done.returncode != 0:
        return {"failed": done.stderr[-400:]}
    told = json.loads(done.stdout)
    plain, count = conversations(), len(conversations())
    same = 0
    for messages, text in zip(plain, told["texts"][:count], strict=True):
        # Ollama's tokenizer puts the token before a text that tokenizer.json says.
        same += tokenizer(rendered(messages), add_special_tokens=False)["input_ids"] == tokenizer(text)["input_ids"]
    stops = told["parameters"].get("stop", [])
    found = {"alike": same, "conversations": count, "stop": stops, "template": told["template"] != ""}
    called, thought_out = told["answers"]
    if told["can"]["tools"]:
        pairs = zip(tool_talks(), told["texts"][count:], strict=True)
        with_tools = [plain_json(rendered(messages, tools=TOOLS)) == plain_json(text) for messages, text in pairs]
        calls = [one["function"] for one in tool_talks()[3][2]["tool_calls"]]
        taken = [{key: one["function"][key] for key in ("name", "arguments")} for one in called["calls"] or []]
        found["tools"] = {"alike": sum(with_tools), "conversations": len(with_tools), "calls_taken": taken == calls}
    if told["can"]["thinking"]:
        found["thinking"] = thought_out["thinking"].strip() == "It is July."
    return found


def gguf_tensors(path: str | Path) -> dict[str, tuple[str, tuple, bytes]]:
    import gguf

    tensors = gguf.GGUFReader(path).tensors
    return {one.name: (one.tensor_type.name, tuple(map(int, one.shape)), one.data.tobytes()) for one in tensors}


def same_blocks(args) -> dict:
    made = Path(args.out)
    llama_cpp.quantize_file(Path(args.exact), made, args.kind)
    theirs = gguf_tensors(made)
    ours = gguf_tensors(args.ours)
    types: dict[str, int] = {}
    for kind, _, _ in ours.values():
        types[kind] = types.get(kind, 0) + 1
    different = [name for name in ours if ours[name] != theirs.get(name)]
    return {
        "tensors": len(ours),
        "types": types,
        "different": different,
        "missing": sorted(theirs.keys() - ours.keys()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = {
        "job": job,
        "transformers": with_transformers,
        "rounded": with_rounded,
        "mlx": with_mlx,
        "ollama": with_ollama,
        "gguf": same_blocks,
    }
    parser.add_argument("command", choices=list(commands))
    for name in ["model", "out", "lora", "gguf", "job", "modelfile", "ours", "exact", "kind"]:
        parser.add_argument(f"--{name}")
    parser.add_argument("--rows", type=int, default=20)
    parser.add_argument("--rslora", action="store_true")
    args = parser.parse_args()
    print(json.dumps(commands[args.command](args)))


if __name__ == "__main__":
    main()
