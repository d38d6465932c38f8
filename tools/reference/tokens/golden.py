"""The committed goldens of tokens and masks."""

from __future__ import annotations

import sys
from pathlib import Path

import common

from .row_orders import orders
from .rows import CHAT_COMPLETION_ROWS, CHAT_ROWS, COMPLETION_ROWS, TEXT_ROWS, TOOL_ROWS, random_rows
from .templates import SMOL_MARKED, SMOL_TEMPLATE, SPM_MARKED, SPM_TEMPLATE, TAGGED_TEMPLATE, trl_template
from .tiny_tokenizers import train_tokenizer
from .tokenizer_cases import class_cases, text_cases
from .trl_rows import parsed_arguments, run_trl, tools_as_lists, trained_spans
from .walls import WORDS, wall_cases


def walls_of_text(out: Path) -> None:
    from transformers import AutoTokenizer

    folders = {kind: out / kind for kind in ("qwen", "smol", "llama", "spm")}
    # The tiny ones merge little Chinese.
    folders["demo"] = Path(__file__).parents[3] / "public/demo-model"
    found = {kind: wall_cases(AutoTokenizer.from_pretrained(folder)) for kind, folder in folders.items()}
    common.write_json(out / "walls.json", {"made_by": common.made_by(), "words": WORDS, "walls": found})


def golden(out: Path) -> None:
    from transformers import AutoTokenizer

    for kind in ("qwen", "smol", "llama", "spm"):
        train_tokenizer(kind, out / kind)

    chat = CHAT_ROWS + random_rows(1, 12)
    plain_chat = [row for row in CHAT_ROWS if not any("reasoning_content" in m for m in row["messages"])] + random_rows(
        2, 6
    )
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
        (
            "qwen2.5 chat completion, whole",
            "qwen",
            "qwen2_5",
            None,
            CHAT_COMPLETION_ROWS,
            {**whole, "completion_only_loss": False},
        ),
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
            {
                "row": one["row"],
                "input_ids": one["input_ids"],
                "trained": trained_spans(one["input_ids"], one["labels"]),
            }
            for one in run_trl(tokenizer, their_rows, options)
        ]
        print(f"{name}: {len(expected)} of {len(rows)} rows", file=sys.stderr)
        data["cases"].append(
            {
                "name": name,
                "tokenizer": kind,
                "template": key,
                "options": options,
                "rows": next(one for one, of in sets.items() if of is rows),
                "expected": expected,
            }
        )
    data["texts"] = {
        kind: text_cases(AutoTokenizer.from_pretrained(out / kind)) for kind in ("qwen", "smol", "llama", "spm")
    }
    data["classes"] = class_cases(out)
    walls_of_text(out)
    data["orders"] = orders()
    common.write_json(out / "tokens.json", data)
