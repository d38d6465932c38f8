#!/usr/bin/env python3
"""What trl makes of rows: input_ids and labels.

python tokens_reference.py golden [OUT]
    Write tests/golden/data/tokens/: tiny byte-level tokenizers and, for each of the templates that trl knows and some
    that it does not, the ids and trained spans that SFTTrainer prepares from rows of every kind.

python tokens_reference.py walls [OUT]
    Of these walls.json alone: hashes of the ids of long texts.

python tokens_reference.py rows --model DIR --data FILE [--config RUN.json] [--template FILE]
    The same for any model folder and data file (JSON array or JSONL of messages, prompt/completion or text), one
    JSON line {"input_ids", "labels"} a kept row, in the file's order. --template replaces the model's own, for
    models whose template trl refuses.

python tokens_reference.py texts --model DIR
    Ids and decoded text of awkward strings, as JSON lines.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import common
from tokens.golden import golden, walls_of_text
from tokens.tokenizer_cases import text_cases
from tokens.trl_rows import parsed_arguments, run_trl, tools_as_lists


def read_data(path: Path) -> list[dict]:
    text = path.read_text(encoding="utf-8-sig")
    return (
        json.loads(text)
        if text.lstrip().startswith("[")
        else [json.loads(line) for line in text.splitlines() if line.strip()]
    )


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
    folder = str(Path(__file__).resolve().parents[2] / "tests/golden/data/tokens")
    for name in ("golden", "walls"):
        commands.add_parser(name).add_argument("out", nargs="?", default=folder)
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
    elif args.command == "walls":
        walls_of_text(Path(args.out))
    elif args.command == "rows":
        rows_command(args)
    else:
        texts_command(args)


if __name__ == "__main__":
    main()
