"""Read a data file and bring its rows to what trl takes, with the same meaning as src/data/."""

from __future__ import annotations

import csv
import json
from pathlib import Path

_ROLES = {
    "human": "user",
    "gpt": "assistant",
    "user": "user",
    "assistant": "assistant",
    "system": "system",
    "tool": "tool",
}


def read_rows(path: str | Path) -> list[dict]:
    path = Path(path)
    text = path.read_text(encoding="utf-8-sig")
    if path.suffix in (".csv", ".tsv"):
        return list(csv.DictReader(text.splitlines(), delimiter="\t" if path.suffix == ".tsv" else ","))
    if text.lstrip().startswith("["):
        return json.loads(text)
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def for_trl(row: dict) -> dict:
    """messages, prompt/completion and text stay as they are; alpaca and ShareGPT become messages."""
    if "messages" in row:
        kept = {"messages": [_message(m) for m in row["messages"]]}
        if row.get("tools"):
            kept["tools"] = row["tools"]
        return kept
    if "prompt" in row and "completion" in row:
        return {"prompt": row["prompt"], "completion": row["completion"]}
    if "conversations" in row:
        turns = [{"role": _ROLES[t["from"]], "content": t["value"]} for t in row["conversations"]]
        system = [{"role": "system", "content": row["system"]}] if row.get("system") else []
        return {"messages": system + turns}
    if "instruction" in row and "output" in row:
        question = row["instruction"] + ("\n" + row["input"] if row.get("input") else "")
        system = [{"role": "system", "content": row["system"]}] if row.get("system") else []
        history = [m for q, a in row.get("history") or [] for m in (_turn("user", q), _turn("assistant", a))]
        return {"messages": [*system, *history, _turn("user", question), _turn("assistant", row["output"])]}
    if "text" in row:
        return {"text": row["text"]}
    raise ValueError(f"no known format in a row with the fields {sorted(row)}")


def _turn(role: str, content: str) -> dict:
    return {"role": role, "content": content}


def _message(message: dict) -> dict:
    """OpenAI writes a call's arguments as a JSON string; a template would encode that a second time."""
    message = json.loads(json.dumps(message))
    for call in message.get("tool_calls") or []:
        function = call.get("function", call)
        if isinstance(function.get("arguments"), str):
            function["arguments"] = json.loads(function["arguments"])
    return message
