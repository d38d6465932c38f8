"""Data sets in the shapes in which people have them, written from the project's own samples and from odd rows."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

from rows import read_rows
from tokens.rows import CHAT_COMPLETION_ROWS, CHAT_ROWS, COMPLETION_ROWS, TEXT_ROWS, TOOL_ROWS, random_rows

from .work import ROOT

SAMPLES = ROOT / "public/samples"
FROM = {"system": "system", "user": "human", "assistant": "gpt"}


def sample(name: str) -> list[dict]:
    return read_rows(SAMPLES / f"{name}.json")


def lines(path: Path, rows: list) -> Path:
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def sharegpt(path: Path) -> Path:
    rows = []
    for number, row in enumerate(sample("harbour-master")):
        turns = [{"from": FROM[one["role"]], "value": one["content"]} for one in row["messages"]]
        rows.append({"id": number, "conversations": turns, **({"system": "沉着的老看守。"} if number % 3 == 0 else {})})
    return lines(path / "sharegpt.jsonl", rows)


def masked(path: Path) -> Path:
    """Conversations of several turns, some of which are marked as not to be learnt."""
    rows, pairs = [], [row["messages"] for row in sample("harbour-master")]
    for number in range(0, len(pairs) - 2, 3):
        turns = [dict(turn) for pair in pairs[number : number + 3] for turn in pair]
        turns[1] |= [{"train": False}, {"weight": 0}, {"loss": True}, {"weight": 1}][number // 3 % 4]
        rows.append({"messages": turns})
    rows.append({"messages": [*pairs[0], *pairs[1]], "loss_mask": [0, 1, 0, 0]})
    rows.append({"messages": [pairs[0][0], {**pairs[0][1], "weight": 0}]})
    return lines(path / "masked.jsonl", rows)


def xlam(path: Path) -> Path:
    rows = []
    for row in sample("tool-calls"):
        calls = [call["function"] for turn in row["messages"] for call in turn.get("tool_calls") or []]
        tools = row["tools"] if isinstance(row["tools"], list) else json.loads(row["tools"])
        if calls:
            query = row["messages"][-4]["content"] if len(row["messages"]) > 3 else row["messages"][0]["content"]
            bare = [tool["function"] for tool in tools]
            rows.append({"query": query, "tools": json.dumps(bare), "answers": json.dumps(calls, ensure_ascii=False)})
    return lines(path / "xlam.jsonl", rows)


def table(path: Path) -> Path:
    """As a Chinese spreadsheet exports it: GB 18030, headings in Chinese, numbered rows, an empty answer."""
    target = path / "问诊.csv"
    with target.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["编号", "患者提问", "医生答复"])
        for number, row in enumerate(sample("clinic-questions")):
            writer.writerow([number, row["patient_query"], row["doctor_response"] if number != 7 else ""])
    return target


def packed(path: Path) -> Path:
    target = path / "kind-refusals.jsonl.gz"
    plain = "".join(json.dumps(row) + "\n" for row in sample("kind-refusals"))
    target.write_bytes(gzip.compress(plain.encode()))
    return target


def texts(path: Path) -> Path:
    target = path / "lines.txt"
    said = [row["doctor_response"] for row in sample("clinic-questions")]
    target.write_text("\n\n".join(said) + "\n", encoding="utf-8-sig")
    return target


def mixed(path: Path) -> Path:
    """Rows of every shape in one file, with those that are broken, marked, empty or spelt otherwise."""
    weather = {"name": "weather", "description": "天气", "parameters": {"type": "object", "properties": {}}}
    call = {"name": "weather", "arguments": '{"city": "Oslo", "days": 1.0}'}
    user, answer = {"role": "user", "content": "Ahoy?"}, {"role": "assistant", "content": "Ahoy."}
    odd = [
        {"instruction": "Name a port.", "input": "in Norway", "output": "Bergen.", "history": [["Hi", "Ahoy"]]},
        {"instruction": "", "input": "Only an input", "output": "An answer"},
        {"Instruction": "Spelt otherwise", "OUTPUT": "Taken all the same", "system": "Be short."},
        {"instruction": "No answer", "output": "  "},
        {"instruction": "An object", "output": {"port": "Bergen", "depth": 11.0, "open": True, "since": None}},
        {"prompt": "The harbour is", "completion": " open.", "label": True},
        {"prompt": "The harbour is", "completion": " shut.", "label": False},
        {"prompt": "Told as a chat", "completion": "Yes.", "system": "Speak plainly."},
        {"prompt": [user], "completion": [answer]},
        {"prompt": "q", "completion": ""},
        {"text": "A text alone, 单独的文本。", "url": "a"},
        {"text": "Marked", "train": 0},
        {"chosen": [user, answer], "rejected": [user, {"role": "assistant", "content": "No."}]},
        {"prompt": "Which?", "chosen": "This one.", "rejected": "That one."},
        {"chosen": "\n\nHuman: Why?\n\nAssistant: Because.", "rejected": "\n\nHuman: Why?\n\nAssistant: No."},
        {"instruction": "Better?", "input": "x", "chosen": "Yes", "rejected": "No"},
        {"conversations": [["Left?", "Right."], ["Up?", "Down."]]},
        {"conversations": [{"human": "Left?", "assistant": "Right."}, {"问": "上？", "答": "下。"}]},
        {"data": ["How deep?", "Eleven metres.", "And here?", "Nine."]},
        {"dialogue": json.dumps([{"role": "User", "content": "a"}, {"role": "ASSISTANT", "content": "b"}])},
        {"messages": "[{'role': 'user', 'content': 'python'}, {'role': 'assistant', 'content': 'text'}]"},
        {"messages": {"role": ["user", "assistant"], "content": ["on its", "side"]}},
        {"messages": [user, {"role": "assistant", "content": [{"type": "text", "text": "In "}, "parts."]}]},
        {"messages": [user, {"role": "assistant", "content": [{"type": "image", "url": "a"}]}]},
        {"messages": [user, {"role": "captain", "content": "unknown"}]},
        {"messages": [user, {"role": "assistant", "content": None}]},
        {"messages": [user]},
        {"messages": [user, {"role": "assistant", "content": 42}, user, {"role": "assistant", "content": 1e-7}]},
        {"messages": [user, {"role": "assistant", "content": "", "function_call": call}], "functions": [weather]},
        {
            "conversations": [
                {"from": "human", "value": "Weather?"},
                {"from": "function_call", "value": json.dumps({"name": "weather", "arguments": {"city": "Rom"}})},
                {"from": "observation", "value": "clear"},
                {"from": "gpt", "value": "Clear."},
            ],
            "tools": json.dumps([weather]),
        },
        {"messages": [user, {"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": "{x"}}]}]},
        {"question": "Guessed?", "answer": "By the file's names only."},
        {"nothing": "that", "is": "known", "here": "!"},
        [user, answer],
        ["a", "b"],
        "a text by itself",
        7,
        {"conversation": [{"speaker": "bot", "text": "I begin."}, {"speaker": "customer", "text": "And I end."}]},
        {"messages": [{"role": "system", "content": "own"}, user, answer], "system": "beside"},
        {"messages": [{"role": "user", "content": "Weighed", "weight": 1}, {**answer, "weight": 0.5}]},
    ]
    kinds = [*CHAT_ROWS, *TOOL_ROWS, *CHAT_COMPLETION_ROWS, *COMPLETION_ROWS, *TEXT_ROWS, *random_rows(7, 40)]
    target = lines(path / "mixed.jsonl", [*kinds, *odd, *sample("kind-refusals")[:20]])
    broken = ['{"text": NaN}', '{"text": "a\tb"}', "{'text': 'python', 'n': None}", "", "nonsense"]
    with target.open("a", encoding="utf-8", newline="\n") as file:
        file.write("\n".join(broken) + "\n")
    return target


def as_it_is(name: str):
    return lambda path: SAMPLES / f"{name}.json"


# By name: how it is written, the model, and what the run file says of it.
SETS = {
    "columns": (as_it_is("clinic-questions"), "builtin", {"eval_split": 0.2, "exclude_rows": [3, 4]}),
    "messages": (as_it_is("harbour-master"), "qwen3-odd", {"max_length": 60}),
    "alpaca": (as_it_is("kind-refusals"), "llama3-wide", {}),
    "tool calls": (as_it_is("tool-calls"), "qwen2-linear", {"max_length": 1500}),
    "ShareGPT": (sharegpt, "smollm3-wide", {"assistant_only_loss": False}),
    "masked turns": (masked, "smollm-wide", {}),
    "xlam": (xlam, "qwen3-odd", {"max_length": 1500}),
    "table in GB 18030": (table, "builtin", {}),
    "packed": (packed, "mistral-odd", {}),
    "text": (texts, "llama-odd", {}),
    "every shape": (mixed, "builtin", {"max_length": 1500}),
    "every shape, qwen3": (mixed, "qwen3-odd", {"max_length": 1500, "completion_only_loss": False}),
}
