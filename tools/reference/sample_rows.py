#!/usr/bin/env python3
"""Turn a sample set into rows that trl and the command line read alike.

    python sample_rows.py public/samples/clinic-questions.json OUT.jsonl [--as messages|prompt-completion|text]
    [--rows N]

prompt-completion suits models whose template trl has no training version of (SmolLM2's).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from rows import for_trl, read_rows

COLUMNS = [("patient_query", "doctor_response")]


def as_messages(row: dict) -> dict:
    for user, assistant in COLUMNS:
        if user in row:
            row = {
                "messages": [{"role": "user", "content": row[user]}, {"role": "assistant", "content": row[assistant]}]
            }
    return for_trl(row)


def as_prompt_completion(row: dict) -> dict:
    messages = as_messages(row)["messages"]
    return {"prompt": messages[:-1], "completion": messages[-1:]}


def as_text(row: dict) -> dict:
    return {"text": "\n".join(m["content"] for m in as_messages(row)["messages"] if m["content"])}


FORMS = {"messages": as_messages, "prompt-completion": as_prompt_completion, "text": as_text}


def convert(source: str | Path, out: str | Path, form: str, count: int = 0) -> None:
    rows = read_rows(source)[: count or None]
    shape = FORMS[form]
    Path(out).parent.mkdir(parents=True, exist_ok=True)
    Path(out).write_text("".join(json.dumps(shape(r), ensure_ascii=False) + "\n" for r in rows), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("source")
    parser.add_argument("out")
    parser.add_argument("--as", dest="form", choices=list(FORMS), default="messages")
    parser.add_argument("--rows", type=int, default=0)
    args = parser.parse_args()
    convert(args.source, args.out, args.form, args.rows)


if __name__ == "__main__":
    main()
