#!/usr/bin/env python3
"""What trl makes of rows: input_ids and labels.

    python tokens_reference.py golden [OUT]
        Write tests/golden/data/tokens/: tiny byte-level tokenizers and, for each of the templates that trl knows and some
        that it does not, the ids and trained spans that SFTTrainer prepares from rows of every kind.

    python tokens_reference.py rows --model DIR --data FILE [--config RUN.json] [--template FILE]
        The same for any model folder and data file (JSON array or JSONL of messages, prompt/completion or text), one
        JSON line {"input_ids", "labels"} a kept row, in the file's order. --template replaces the model's own, for
        models whose template trl refuses.

    python tokens_reference.py texts --model DIR
        Ids and decoded text of awkward strings, as JSON lines.
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import sys
import tempfile
from pathlib import Path

import common

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
PLAIN_ADDED = ["<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>", "<think>", "</think>"]

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Weather of a city, 天气",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "days": {"type": "integer", "default": 3}},
            "required": ["city"],
        },
    },
}
CLOCK = {"type": "function", "function": {"name": "clock", "description": "Now", "parameters": {"type": "object", "properties": {}}}}


def user(text: str) -> dict:
    return {"role": "user", "content": text}


def assistant(text: str | None, **more: object) -> dict:
    return {"role": "assistant", "content": text, **more}


def call(name: str, arguments: object) -> dict:
    return {"type": "function", "function": {"name": name, "arguments": arguments}}


CHAT_ROWS: list[dict] = [
    {"messages": [user("Hi"), assistant("Hello there!")]},
    {"messages": [{"role": "system", "content": "You are terse."}, user("Why?"), assistant("Because."), user("And?"), assistant("Enough.")]},
    {"messages": [user("你好，今天天气怎么样？"), assistant("今天晴，最高气温 27 度。出门记得带水 🌞👩‍👩‍👧")]},
    {"messages": [user("  two  spaces\t\ttabs\r\n\r\n\nlines   "), assistant("\n\n  indented\n\tcode()\n\n")]},
    {"messages": [user("cafe\u0301 vs café"), assistant("e\u0301tude, Å, ﬁ, ①, ½")]},
    {"messages": [user("What does <|im_end|> do?"), assistant("It ends a turn: <|im_end|>. And <|im_start|> begins one.")]},
    {"messages": [user("empty answer"), assistant(""), user("again"), assistant("ok")]},
    {"messages": [user("think"), assistant("<think>\nstep one\nstep two\n</think>\n\nThe answer is 4.")]},
    {"messages": [user("a"), assistant("<think>\nfirst\n</think>\n\nA"), user("b"), assistant("<think>\nsecond\n</think>\n\nB")]},
    {"messages": [user("reason"), assistant("So it is.", reasoning_content="because of this\n")]},
    {"messages": [user("x = 12345.678e-9; it's We'LL I'M"), assistant("y=1 2 3 12 123 1234 \u0661\u0662 \u00a0nbsp\u3000wide")]},
    {"messages": [user("left open"), assistant("one"), user("and a last question")]},
]

TOOL_ROWS: list[dict] = [
    {
        "messages": [
            user("Weather in Paris?"),
            assistant(None, tool_calls=[call("get_weather", {"city": "Paris", "days": 2})]),
            {"role": "tool", "name": "get_weather", "content": '{"sky": "clear"}'},
            assistant("Clear skies."),
        ],
        "tools": [WEATHER],
    },
    {
        "messages": [
            {"role": "system", "content": "Use tools."},
            user("上海和北京的天气？"),
            assistant("我查一下。", tool_calls=[call("get_weather", {"city": "上海"}), call("get_weather", {"city": "北京", "days": 1})]),
            {"role": "tool", "name": "get_weather", "content": "晴"},
            {"role": "tool", "name": "get_weather", "content": "多云"},
            assistant("上海晴，北京多云。"),
            user("谢谢"),
            assistant("不客气。"),
        ],
        "tools": [WEATHER, CLOCK],
    },
    {
        "messages": [user("time"), assistant("", tool_calls=[call("clock", {})]), {"role": "tool", "content": "12:00"}, assistant("Noon.")],
        "tools": json.dumps([CLOCK]),
    },
    {
        "messages": [
            user("as text"),
            assistant(None, tool_calls=[call("get_weather", '{"city": "Oslo", "days": 1}')]),
            {"role": "tool", "content": "snow"},
            assistant("Snow."),
        ],
        "tools": [WEATHER],
    },
    {"messages": [user("no tools shown"), assistant("fine")], "tools": []},
    {
        "messages": [
            user("numbers"),
            assistant(None, tool_calls=[call("f", {"b": 1.0, "2": 0.50, "10": 1e-7, "1": 12345678901234567890, "a": [1e16, 0.1, 1e5, -3, 2.50]})]),
            {"role": "tool", "content": "1.0"},
            assistant("1.0 and 1e5"),
        ],
        "tools": [{"type": "function", "function": {"name": "f", "parameters": {"2": {"minimum": 0.0}, "1": {"default": 1.5e300}}}}],
    },
]

COMPLETION_ROWS: list[dict] = [
    {"prompt": "The capital of France is", "completion": " Paris."},
    {"prompt": "Translate: 你好 ->", "completion": " hello"},
    {"prompt": "ends with a space ", "completion": "joined"},
    {"prompt": "the un", "completion": "believable merge"},
    {"prompt": "already ended", "completion": " yes<|im_end|>"},
    {"prompt": "", "completion": "No question was asked."},
]

CHAT_COMPLETION_ROWS: list[dict] = [
    {"prompt": [user("Hi")], "completion": [assistant("Hello!")]},
    {"prompt": [{"role": "system", "content": "S"}, user("a"), assistant("<think>\nhm\n</think>\n\nb"), user("c")], "completion": [assistant("d")]},
    {"prompt": [user("a")], "completion": [assistant("b"), user("c"), assistant("d")]},
    {"prompt": [user("weather")], "completion": [assistant(None, tool_calls=[call("get_weather", {"city": "Rom"})])], "tools": [WEATHER]},
]

TEXT_ROWS: list[dict] = [
    {"text": "Plain text, one line."},
    {"text": "多行\n文本\n\n  with spaces  "},
    {"text": "already ended<|im_end|>"},
    {"text": "<|im_start|>user\nhi<|im_end|>\n"},
]

CORPUS = [
    "The weather in Paris is clear and the answer is enough. Hello there! What does it do? It ends a turn and begins one.",
    "system user assistant You are a helpful assistant. You are Qwen, created by Alibaba Cloud. name arguments function tools",
    "你好，今天天气怎么样？今天晴，最高气温 27 度。上海 北京 多云 谢谢 不客气。我查一下。",
    '{"type": "function", "function": {"name": "get_weather", "description": "", "parameters": {"type": "object", "properties": {}}}}',
    "For each function call, return a json object with function name and arguments within XML tags. think step one two",
    "believable unbelievable merge joined the the the and and  two  spaces\n\nlines\n\n",
]

# SmolLM2's stock template is one that trl refuses; these marks state the general rule for it.
SMOL_TEMPLATE = (
    "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\n"
    "You are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n' }}{% endif %}"
    "{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
SMOL_MARKED = SMOL_TEMPLATE.replace(
    "{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}",
    "{{'<|im_start|>' + message['role'] + '\n'}}{% if message['role'] == 'assistant' %}{% generation %}"
    "{{message['content'] + '<|im_end|>' + '\n'}}{% endgeneration %}{% else %}{{message['content'] + '<|im_end|>' + '\n'}}{% endif %}",
)
assert SMOL_MARKED != SMOL_TEMPLATE

# A template with marks of its own, in lines, so that whitespace control is put to the test.
TAGGED_TEMPLATE = """{% for message in messages %}
  {% if message['role'] == 'assistant' %}
[{{ message['role'] }}]
    {% generation %}
    {{- message['content'] }}<|im_end|>
    {%- endgeneration -%}

  {% else %}
({{ message['role'] }}) {{ message['content'] }}
  {%- endif %}
{% endfor %}
{% if add_generation_prompt %}[assistant]
{% endif %}"""


# Zephyr's and TinyLlama's way of writing turns, stock and with marks.
SPM_TEMPLATE = (
    "{% for message in messages %}{{ '<|' + message['role'] + '|>\n' + message['content'] + eos_token + '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}"
)
SPM_MARKED = (
    "{% for message in messages %}{{ '<|' + message['role'] + '|>\n' }}{% if message['role'] == 'assistant' %}"
    "{% generation %}{{ message['content'] + eos_token + '\n' }}{% endgeneration %}"
    "{% else %}{{ message['content'] + eos_token + '\n' }}{% endif %}{% endfor %}"
)


def trl_template(name: str) -> str:
    import trl

    return (Path(trl.__file__).parent / "chat_templates" / f"{name}.jinja").read_text(encoding="utf-8")


# --- tiny tokenizers -------------------------------------------------------------------------------------------------


def train_tokenizer(kind: str, folder: Path) -> None:
    """A byte-level BPE of some 500 entries in the shape of the named family, as a Hugging Face folder."""
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

    if kind == "spm":
        train_spm_tokenizer(folder)
        return
    tokenizer = Tokenizer(models.BPE())
    if kind == "qwen":
        pattern = (
            r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
        )
        tokenizer.normalizer = normalizers.NFC()
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [pre_tokenizers.Split(Regex(pattern), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
        )
        special, plain = SPECIAL, PLAIN_ADDED
        config = {"tokenizer_class": "Qwen2Tokenizer", "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>", "bos_token": None}
    elif kind == "smol":
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
        )
        special, plain = SPECIAL, []
        config = {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<|im_start|>", "eos_token": "<|im_end|>", "pad_token": "<|im_end|>", "unk_token": "<|endoftext|>"}
    else:
        pattern = (
            r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
        )
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [pre_tokenizers.Split(Regex(pattern), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
        )
        special = ["<|begin_of_text|>", "<|eot_id|>", "<|start_header_id|>", "<|end_header_id|>", "<|im_end|>"]
        special += ["<｜User｜>", "<｜Assistant｜>", "<｜end▁of▁sentence｜>"]
        plain = []
        config = {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<|begin_of_text|>", "eos_token": "<|eot_id|>"}
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=520, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False, max_token_length=12
    )
    tokenizer.train_from_iterator(CORPUS * 3, trainer)
    tokenizer.add_special_tokens([AddedToken(text, special=True) for text in special])
    tokenizer.add_tokens([AddedToken(text, special=False) for text in plain])
    if kind == "llama":
        bos = "<|begin_of_text|>"
        tokenizer.post_processor = processors.TemplateProcessing(
            single=f"{bos} $A", pair=f"{bos} $A {bos} $B", special_tokens=[(bos, tokenizer.token_to_id(bos))]
        )
    folder.mkdir(parents=True, exist_ok=True)
    data = json.loads(tokenizer.to_str())
    if kind == "qwen":
        # transformers 5 builds Qwen2Tokenizer's normaliser from the class; some exported files leave it out.
        data["normalizer"] = None
    (folder / "tokenizer.json").write_text(json.dumps(data, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")


def train_spm_tokenizer(folder: Path) -> None:
    """A BPE in the shape of Llama 2's: word marks for spaces, unknown characters as byte tokens."""
    from tokenizers import Tokenizer, decoders, models, normalizers, processors, trainers

    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])
    special = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)]
    alphabet = [chr(code) for code in range(33, 127)] + ["\u2581"]
    trainer = trainers.BpeTrainer(
        vocab_size=520, special_tokens=special, initial_alphabet=alphabet, limit_alphabet=len(alphabet), show_progress=False, max_token_length=10
    )
    tokenizer.train_from_iterator(CORPUS * 3, trainer)
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", 1)])
    data = json.loads(tokenizer.to_str())
    data["added_tokens"] = [token for token in data["added_tokens"] if not token["content"].startswith("<0x")]
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tokenizer.json").write_text(json.dumps(data, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")


# --- running trl -----------------------------------------------------------------------------------------------------


def run_trl(tokenizer, rows: list[dict], options: dict) -> list[dict]:
    """What SFTTrainer prepares. Each row carries its number through, so that dropped ones can be told."""
    from datasets import Dataset, Features, Json, List, Value
    from transformers import Qwen2Config, Qwen2ForCausalLM
    from trl import SFTConfig, SFTTrainer

    columns = {name for row in rows for name in row}
    kinds = {name: next(row[name] for row in rows if row.get(name) is not None) for name in columns}
    # Json keeps each message as it is; plain features would fill every field that any row has into all of them.
    features = {name: List(Json()) if isinstance(kind, list) else Value("string") for name, kind in kinds.items()}
    features["row_number"] = Value("int64")
    numbered = [{**{name: row.get(name) for name in columns}, "row_number": i + 1} for i, row in enumerate(rows)]
    dataset = Dataset.from_list(numbered, features=Features(features))
    size = len(tokenizer)
    model = Qwen2ForCausalLM(
        Qwen2Config(vocab_size=size, hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=1, num_key_value_heads=1)
    )
    with tempfile.TemporaryDirectory() as folder:
        config = SFTConfig(output_dir=folder, report_to=[], use_cpu=True, bf16=False, dataloader_pin_memory=False, **options)
        trainer = SFTTrainer(model=model, args=config, train_dataset=dataset, processing_class=tokenizer)
        out = [
            {"row": example["row_number"], "input_ids": list(example["input_ids"]), "labels": list(example["labels"])}
            for example in trainer.train_dataset
        ]
    return out


def parsed_arguments(rows: list[dict]) -> list[dict]:
    """OpenAI keeps arguments as JSON text, which Qwen2.5's template would encode a second time."""
    rows = copy.deepcopy(rows)
    for row in rows:
        for message in row.get("messages", []):
            for one in message.get("tool_calls") or []:
                if isinstance(one["function"]["arguments"], str):
                    one["function"]["arguments"] = json.loads(one["function"]["arguments"])
    return rows


def tools_as_lists(rows: list[dict]) -> list[dict]:
    return [{**row, "tools": json.loads(row["tools"])} if isinstance(row.get("tools"), str) else row for row in rows]


def trained_spans(ids: list[int], labels: list[int]) -> list[list[int]]:
    """Labels as half-open ranges of trained tokens; fails where a label is neither the id nor -100."""
    spans: list[list[int]] = []
    for i, (token, label) in enumerate(zip(ids, labels, strict=True)):
        assert label in (token, -100)
        if label == -100:
            continue
        if spans and spans[-1][1] == i:
            spans[-1][1] = i + 1
        else:
            spans.append([i, i + 1])
    return spans


# --- golden ----------------------------------------------------------------------------------------------------------


def random_rows(seed: int, count: int) -> list[dict]:
    """Conversations of random length, turns and text."""
    rng = random.Random(seed)
    bits = ["the", " answer", "\n", "  ", "天气", "好。", "🌞", "\t", " 27", "?", "'s", "Paris", "<think>", "</think>", "\n\n", "é", "<|im_end|>", "x"]
    text = lambda low: "".join(rng.choice(bits) for _ in range(rng.randint(low, 8)))  # noqa: E731
    rows = []
    for _ in range(count):
        messages = [{"role": "system", "content": text(1)}] if rng.random() < 0.4 else []
        for _ in range(rng.randint(1, 3)):
            messages += [user(text(1)), assistant(text(0))]
        rows.append({"messages": messages})
    return rows


def golden(out: Path) -> None:
    from transformers import AutoTokenizer

    for kind in ("qwen", "smol", "llama", "spm"):
        train_tokenizer(kind, out / kind)

    chat = CHAT_ROWS + random_rows(1, 12)
    plain_chat = [row for row in CHAT_ROWS if not any("reasoning_content" in m for m in row["messages"])] + random_rows(2, 6)
    with_tools = chat + TOOL_ROWS
    everything = {"max_length": 4096, "assistant_only_loss": True}
    whole = {"max_length": 4096, "assistant_only_loss": False}
    cases = [
        # name, tokenizer, template for us, template for trl, rows, options
        ("qwen2.5 assistant", "qwen", "qwen2_5", None, with_tools, everything),
        ("qwen2.5 assistant cut", "qwen", "qwen2_5", None, chat, {**everything, "max_length": 80}),
        ("qwen2.5 whole", "qwen", "qwen2_5", None, with_tools, whole),
        ("qwen2.5 chat completion", "qwen", "qwen2_5", None, CHAT_COMPLETION_ROWS, whole),
        ("qwen2.5 chat completion, assistant", "qwen", "qwen2_5", None, CHAT_COMPLETION_ROWS, everything),
        ("qwen2.5 chat completion, whole", "qwen", "qwen2_5", None, CHAT_COMPLETION_ROWS, {**whole, "completion_only_loss": False}),
        ("qwen3 assistant", "qwen", "qwen3", None, with_tools, everything),
        ("qwen3 assistant cut", "qwen", "qwen3", None, chat, {**everything, "max_length": 40}),
        ("qwen3 whole", "qwen", "qwen3", None, with_tools, whole),
        ("qwen3 chat completion", "qwen", "qwen3", None, CHAT_COMPLETION_ROWS, whole),
        ("qwen3 chat completion, assistant", "qwen", "qwen3", None, CHAT_COMPLETION_ROWS, everything),
        ("qwen3-2507 assistant", "qwen", "qwen3_instruct_2507", None, with_tools, everything),
        ("r1 distill assistant", "llama", "deepseek_r1_distill", None, plain_chat, everything),
        ("llama3 assistant", "llama", "llama3", None, plain_chat, everything),
        ("llama3 text", "llama", "llama3", None, TEXT_ROWS, whole),
        ("llama3 completion", "llama", "llama3", None, COMPLETION_ROWS, whole),
        ("smol assistant", "smol", SMOL_TEMPLATE, SMOL_MARKED, plain_chat, everything),
        ("smol whole", "smol", SMOL_TEMPLATE, None, plain_chat, whole),
        ("tagged assistant", "smol", TAGGED_TEMPLATE, None, plain_chat, everything),
        ("word marks, assistant", "spm", SPM_TEMPLATE, SPM_MARKED, plain_chat, everything),
        ("word marks, completion", "spm", SPM_TEMPLATE, None, COMPLETION_ROWS, whole),
        ("word marks, text", "spm", SPM_TEMPLATE, None, TEXT_ROWS, whole),
        ("completion", "qwen", "qwen2_5", None, COMPLETION_ROWS, whole),
        ("completion, whole", "qwen", "qwen2_5", None, COMPLETION_ROWS, {**whole, "completion_only_loss": False}),
        ("completion cut", "smol", SMOL_TEMPLATE, None, COMPLETION_ROWS, {**whole, "max_length": 12}),
        ("text", "qwen", "qwen2_5", None, TEXT_ROWS, whole),
        ("text cut", "qwen", "qwen2_5", None, TEXT_ROWS, {**whole, "max_length": 9}),
    ]
    data: dict = {"made_by": common.made_by(), "templates": {}, "rows": {}, "cases": []}
    sets = {"chat": chat, "plain chat": plain_chat, "chat and tools": with_tools, "completion": COMPLETION_ROWS}
    sets |= {"chat completion": CHAT_COMPLETION_ROWS, "text": TEXT_ROWS}
    data["rows"] = sets
    for name, kind, ours, theirs, rows, options in cases:
        template = trl_template(ours) if "{" not in ours else ours
        key = {SMOL_TEMPLATE: "smol", TAGGED_TEMPLATE: "tagged", SPM_TEMPLATE: "spm"}.get(ours, ours)
        data["templates"][key] = template
        tokenizer = AutoTokenizer.from_pretrained(out / kind)
        tokenizer.chat_template = theirs or template
        their_rows = tools_as_lists(rows)
        if ours == "qwen2_5":
            their_rows = parsed_arguments(their_rows)
        expected = [
            {"row": one["row"], "input_ids": one["input_ids"], "trained": trained_spans(one["input_ids"], one["labels"])}
            for one in run_trl(tokenizer, their_rows, options)
        ]
        print(f"{name}: {len(expected)} of {len(rows)} rows", file=sys.stderr)
        data["cases"].append({"name": name, "tokenizer": kind, "template": key, "options": options, "rows": next(one for one, of in sets.items() if of is rows), "expected": expected})
    data["texts"] = {kind: text_cases(AutoTokenizer.from_pretrained(out / kind)) for kind in ("qwen", "smol", "llama", "spm")}
    data["classes"] = class_cases(out)
    data["orders"] = orders()
    common.write_json(out / "tokens.json", data)


def awkward_texts() -> list[str]:
    """Strings on which tokenizers written apart tend to disagree."""
    spaces = "".join(chr(c) for c in (0x9, 0xA, 0xB, 0xC, 0xD, 0x1C, 0x1F, 0x20, 0x85, 0xA0, 0x1680, 0x2003, 0x2028, 0x202F, 0x205F, 0x3000, 0xFEFF, 0x200B, 0x180E))
    texts = [message["content"] for row in CHAT_ROWS for message in row["messages"] if message["content"]]
    texts += [
        "a" + " b".join(spaces) + "c",
        "".join(f"x{c}{c}y" for c in spaces),
        "it's IT'S ſ K we'Ve 'LL'd 'ſ",
        "½ ² ① 一二三 ٣ १ Ⅷ 1000000",
        "👩‍👩‍👧‍👦🏳️‍🌈🇫🇷 ❤️ 🤷🏽‍♀️",
        "Ελληνικά русский עִבְרִית العَرَبِيَّة हिन्दी ไทย 한국어 한글 ﬁ Å Å",
        "def f(x):\n    return {\n\t'a': x**2,  # comment\r\n    }\n\n\n",
        "<|im_start|>user\n<|im_end|><|im_end|>\n<|endoftext|> <|im_start |> <|im_end|",
        "<tool_call>\n{}\n</tool_call><think></think> <think>",
        "\u0000\u0001\u007f\u0080\u00ad\u200d\ufffd\ufdd0\uffff",
        "\U00010000\U0001F600\U000E0001 \ud7ff\ue000",
        " ", "\n", "\r\n", "   \n   \n  x", "a  \n", "e\u0301\u0301 \u0301 \u1100\u1161\u11a8",
        "https://example.org/a_b?c=d&e=%20#f...---___!!!???",
        "a" * 300 + "的" * 100,
    ]
    return texts


def text_cases(tokenizer) -> list[dict]:
    out = []
    for text in awkward_texts():
        ids = tokenizer(text, add_special_tokens=False)["input_ids"]
        out.append({"text": text, "ids": ids, "decoded": tokenizer.decode(ids)})
    return out


def class_cases(out: Path) -> list[dict]:
    """
    Where transformers builds a tokenizer by its class and not as tokenizer.json says: a tiny tokenizer under another class and
    `model_type`, and the ids of texts on which that tells.
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
    texts = ["e\u0301tude caf\u00e9", "12345 in 678", "it's  two\n\n  lines ", " leading", "x\n\ny.\n", "<s>[INST] hi [/INST] yes</s> more</s>end", "\u6e2f\u53e3 27 \u5ea6"]
    done = []
    for kind, model_type, change in cases:
        with tempfile.TemporaryDirectory() as folder:
            config = {**common.read_json(out / kind / "tokenizer_config.json"), **change}
            Path(folder, "tokenizer.json").write_bytes((out / kind / "tokenizer.json").read_bytes())
            common.write_json(Path(folder, "tokenizer_config.json"), config)
            common.write_json(Path(folder, "config.json"), {"model_type": model_type})
            tokenizer = AutoTokenizer.from_pretrained(folder)
            ids = [tokenizer(text, add_special_tokens=False)["input_ids"] for text in texts]
        done.append({"tokenizer": kind, "model_type": model_type, "config": config, "class": type(tokenizer).__name__, "texts": texts, "ids": ids})
    return done


def orders() -> dict:
    """torch's permutations, transformers' grouping over two epochs and trl's packing for the same seeds."""
    import torch
    from datasets import Dataset
    from trl.data_utils import pack_dataset

    def generator(seed: int) -> torch.Generator:
        return torch.Generator().manual_seed(seed)

    rng = random.Random(3)
    lengths = [rng.randint(1, 60) for _ in range(101)]
    packed = []
    for limit in (60, 64, 200):
        dataset = Dataset.from_list([{"input_ids": [i] * length, "labels": [i] * length} for i, length in enumerate(lengths)])
        lines = pack_dataset(dataset, limit, "bfd", {})
        packed.append({"max_length": limit, "lines": [list(dict.fromkeys(line["input_ids"])) for line in lines]})
    return {
        "permutations": [{"n": n, "seed": seed, "order": torch.randperm(n, generator=generator(seed)).tolist()} for n, seed in ((1, 0), (7, 42), (40, 43), (200, 1234567))],
        "lengths": lengths,
        "grouped": [
            {"batch": batch, "seed": seed, "epochs": grouped_epochs(lengths, batch, seed)} for batch, seed in ((2, 42), (8, 0), (64, 5))
        ],
        "packed": packed,
    }


def grouped_epochs(lengths: list[int], batch: int, seed: int) -> list[list[int]]:
    """The rows in the order in which a Trainer with `group_by_length` meets them, over two epochs."""
    import torch
    from datasets import Dataset
    from transformers import Trainer, TrainingArguments

    met: list[int] = []

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.zeros(()))

        def forward(self, input_ids):
            met.extend(input_ids.tolist())
            return {"loss": self.weight * 0.0}

    rows = Dataset.from_list([{"input_ids": [i] * length} for i, length in enumerate(lengths)])
    with tempfile.TemporaryDirectory() as folder:
        args = TrainingArguments(
            folder, seed=seed, num_train_epochs=2, per_device_train_batch_size=batch, train_sampling_strategy="group_by_length",
            report_to=[], use_cpu=True, disable_tqdm=True, save_strategy="no", logging_strategy="no", dataloader_pin_memory=False,
        )
        collate = lambda group: {"input_ids": torch.tensor([row["input_ids"][0] for row in group])}
        Trainer(model=Model(), args=args, train_dataset=rows, data_collator=collate).train()
    return [met[: len(lengths)], met[len(lengths) :]]


# --- rows and texts --------------------------------------------------------------------------------------------------


def read_data(path: Path) -> list[dict]:
    text = path.read_text(encoding="utf-8-sig")
    return json.loads(text) if text.lstrip().startswith("[") else [json.loads(line) for line in text.splitlines() if line.strip()]


def rows_command(args: argparse.Namespace) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(args.model)
    if args.template:
        tokenizer.chat_template = Path(args.template).read_text(encoding="utf-8")
    run = common.read_json(args.config) if args.config else {}
    options = {name: run[name] for name in ("max_length", "assistant_only_loss", "completion_only_loss") if name in run}
    rows = tools_as_lists(read_data(Path(args.data)))
    if args.parse_arguments:
        rows = parsed_arguments(rows)
    for one in run_trl(tokenizer, rows, {"max_length": 1024, **options}):
        print(json.dumps({"input_ids": one["input_ids"], "labels": one["labels"]}))


def texts_command(args: argparse.Namespace) -> None:
    from transformers import AutoTokenizer

    for one in text_cases(AutoTokenizer.from_pretrained(args.model)):
        print(json.dumps(one, ensure_ascii=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("golden")
    make.add_argument("out", nargs="?", default=str(Path(__file__).resolve().parents[2] / "tests/golden/data/tokens"))
    rows = commands.add_parser("rows")
    rows.add_argument("--model", required=True)
    rows.add_argument("--data", required=True)
    rows.add_argument("--config")
    rows.add_argument("--template")
    rows.add_argument("--parse-arguments", action="store_true")
    texts = commands.add_parser("texts")
    texts.add_argument("--model", required=True)
    args = parser.parse_args()
    if args.command == "golden":
        golden(Path(args.out))
    elif args.command == "rows":
        rows_command(args)
    else:
        texts_command(args)


if __name__ == "__main__":
    main()
