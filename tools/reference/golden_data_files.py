#!/usr/bin/env python3
"""Write tests/golden/data/files/files.json: small data files as people have them, and the rows that are in them.

    python golden_data_files.py [OUT]       # default: tests/golden/data of this repository

Each file has a name, its text, who read it (`load_dataset` of `datasets`, pandas, or Python's json and str) and its
rows: every cell as Python's `str` prints it, lists and mappings as `json.dumps` does, null for None and NaN.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from importlib.metadata import version
from io import StringIO
from pathlib import Path

import common

FERRY = [
    {"instruction": "When does the ferry leave?", "input": "", "output": "At nine, from the east pier."},
    {"instruction": 'What does "pier" mean?', "input": "one; two\tthree", "output": "A landing stage,\nbuilt out."},
    {"instruction": "渡轮几点开？", "input": "今天", "output": "九点，东码头。"},
]
CHAT = [
    {
        "id": i,
        "messages": [{"role": "user", "content": row["instruction"]}, {"role": "assistant", "content": "It's so."}],
    }
    for i, row in enumerate(FERRY)
]


def main() -> None:
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "tests/golden/data"
    made_by = common.made_by() | {name: version(name) for name in ("datasets", "pandas", "pyarrow")}
    files = [*read_by_datasets(), *written_by_pandas(), *numbers()]
    common.write_json(out / "files" / "files.json", {"made_by": made_by, "files": files})


def read_by_datasets() -> list[dict]:
    lines = [json.dumps(row, ensure_ascii=False) for row in FERRY]
    texts = {
        "list.json": json.dumps(FERRY, ensure_ascii=False, indent=2),
        "lines.jsonl": "\n".join(lines) + "\n",
        "no-break-at-the-end.jsonl": "\n".join(lines),
        "carriage-returns.jsonl": "\r".join(lines) + "\r",
        "windows-lines.jsonl": "\r\n".join(lines) + "\r\n",
        "indented.jsonl": "\n".join(json.dumps(row, ensure_ascii=False, indent=2) for row in FERRY),
        "glued.jsonl": "".join(lines),
        "nan.json": '[{"a": NaN, "b": "x"}, {"a": "y", "b": "z"}, {"a": Infinity, "b": null}, '
        '{"a": -Infinity, "b": ""}]',
        "raw-breaks.json": '[{"a": "one\ntwo\r\nthree\tfour"}, {"a": "five"}]',
        "texts.json": '["one, two", "three\\nfour"]',
        "nested.jsonl": "\n".join(json.dumps(row, ensure_ascii=False) for row in CHAT),
        "nulls.jsonl": '{"a": "x", "b": null, "c": []}\n{"a": null, "b": "y", "c": ["z"]}\n',
        "index.csv": ",q,a\n0,x,y\n1,z,w\n",
        "index-without-head.csv": "q,a\n0,x,y\n1,z,w\n",
        "one-column.csv": 'text\n"one, two\nthree"\n"four ""five"""\n',
        "empty-last-column.csv": "q,a,\nx,y,\nz,w,\n",
        "blank-lines.csv": "q,a\n\nx,y\n\n\nz,w\n",
        "short-rows.csv": "q,a,b\nx,y\nz,w,v\n",
        "same-names.csv": "q,a,a\nx,y,z\n",
        "windows-breaks.csv": 'q,a\r\n"x\r\ny",b\r\nz,w\r\n',
        "carriage-returns.csv": 'q,a\r"x\ry",b\rz,w\r',
        "byte-order-mark.csv": "\ufeffq,a\nx,y\n",
        "no-value.csv": "q,a\nx,NA\ny,None\nz,null\nw,nan\nv,none\nu,N/A!\n",
        "tabs.tsv": 'q\ta\nx, y\tz; w\n"quoted\tcell"\tv\n',
        "lines.txt": "one\ntwo, three\nfour",
    }
    return [{"name": name, "by": "datasets", "text": text, "rows": loaded(name, text)} for name, text in texts.items()]


def loaded(name: str, text: str) -> list[dict]:
    import datasets

    datasets.disable_progress_bars()
    kind = {"csv": "csv", "tsv": "csv", "txt": "text"}.get(name.rsplit(".", 1)[1], "json")
    how = {"delimiter": "\t"} if name.endswith(".tsv") else {}
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, name)
        Path(path).write_bytes(text.encode())
        rows = datasets.load_dataset(kind, data_files=path, split="train", cache_dir=folder, **how).to_list()
    # pandas' index of rows that begin with one without a name is no column to `datasets`.
    return [plain(row) for row in rows]


def written_by_pandas() -> list[dict]:
    import pandas

    frame = pandas.DataFrame(FERRY)
    made = []
    for orient in ("columns", "records", "split", "index", "values", "table"):
        text = frame.to_json(orient=orient, force_ascii=False)
        read = pandas.read_json(StringIO(text), orient=orient)
        read.columns = read.columns.map(str)
        made.append({"name": f"{orient}.json", "by": "pandas", "text": text, "rows": records(read)})
    lines = frame.to_json(orient="records", lines=True, force_ascii=False)
    made.append({"name": "records.jsonl", "by": "pandas", "text": lines, "rows": records(frame)})
    whole = json.dumps(frame.to_dict(orient="list"), ensure_ascii=False)
    made.append({"name": "lists.json", "by": "pandas", "text": whole, "rows": records(frame)})
    for name, how in {
        "indexed.csv": {},
        "plain.csv": {"index": False},
        "german.csv": {"sep": ";", "index": False},
    }.items():
        text = frame.to_csv(**how)
        read = pandas.read_csv(StringIO(text), sep=how.get("sep", ","))
        made.append({"name": name, "by": "pandas", "text": text, "rows": records(read)})
    tabs = frame.to_csv(sep="\t", index=False)
    made.append(
        {"name": "tabs.tsv", "by": "pandas", "text": tabs, "rows": records(pandas.read_csv(StringIO(tabs), sep="\t"))}
    )
    # A table writes lists as Python prints them; ast.literal_eval reads them back.
    text = pandas.DataFrame(CHAT).to_csv(index=False)
    made.append({"name": "printed.csv", "by": "pandas", "text": text, "rows": [plain(row) for row in CHAT]})
    return made


def numbers() -> list[dict]:
    """Each on a line of its own, as Python's json reads it and str prints it."""
    lexemes = "1573334441849667585 3.0 4.50 0 -0.0 -0 1e-7 6.02e23 1e16 123456789.125 0.1 1E5 true false 1e22 5e-324"
    lexemes += " 123456789012345678901234567890 0.0001 0.00001 100000000000000000000.0 2.50"
    text = "\n".join(f'{{"q": "tool {word}", "a": {word}}}' for word in lexemes.split())
    return [
        {
            "name": "numbers.jsonl",
            "by": "json and str",
            "text": text,
            "rows": [plain(json.loads(line)) for line in text.split("\n")],
        }
    ]


def records(frame) -> list[dict]:
    return [plain(row) for row in frame.to_dict(orient="records")]


def plain(row: dict) -> dict:
    return {str(name): cell(value) for name, value in row.items()}


def cell(value: object) -> str | None:
    if value is None or value != value or value in (float("inf"), float("-inf")):
        return None
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else str(value)


if __name__ == "__main__":
    main()
