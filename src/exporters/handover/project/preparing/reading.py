"""The rows of a data file: a JSON list, JSON lines, a table with a header, or a text for each line; gzip or not."""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

from .fields import Fields
from .mapping import LAST, conversation
from .turns import SPACE, is_object, is_pair, is_turn, kind_of, loosely

# What pandas reads as no value.
NOTHING = set(
    "#N/A,#N/A N/A,#NA,-1.#IND,-1.#QNAN,-NaN,-nan,1.#IND,1.#QNAN,<NA>,N/A,NA,NULL,NaN,None,n/a,nan,null".split(",")
)
LOOKED_AT = 10


def rows_of(path: str, encoding: str) -> Iterator[dict]:
    """Rows as {"row": number, "value": JSON}: of a list the element, of lines the line, of a table the record."""
    name = re.sub(r"\.gz$", "", path, flags=re.IGNORECASE)
    with opened(path, encoding) as file:
        first = next((line for line in file if line.strip(SPACE)), "").lstrip(SPACE)
    is_json = first[:1] in ("[", "{") or (first[:1] in ("'", '"') and re.search(r"\.(json|jsonl|ndjson)$", name))
    found = json_rows if is_json else text_rows if re.search(r"\.(txt|text|md)$", name) else table_rows
    for number, value in found(path, encoding):
        row = as_row(value)
        if row is not None:
            yield {"row": number, "value": json.dumps(row)}


def opened(path: str, encoding: str):
    packed = Path(path).open("rb").read(2) == b"\x1f\x8b"
    encoding = "utf-8-sig" if encoding.lower() == "utf-8" else encoding
    return (gzip.open if packed else open)(path, "rt", encoding=encoding, newline="")


def json_rows(path: str, encoding: str) -> Iterator[tuple[int, object]]:
    """A value a line while they come in; one value that goes over lines, or stands alone, is read whole."""
    with opened(path, encoding) as file:
        lines = ((number, line) for number, line in enumerate(file, 1) if line.strip(SPACE))
        head = list(islice(lines, 2))
        if len(head) == 2 and attempt(head[0][1]) is not None:
            values = ((number, attempt(line)) for number, line in chain(head, lines))
            yield from ((number, value) for number, value in values if value is not None)
            return
    with opened(path, encoding) as file:
        value = attempt(file.read())
    if is_object(value) and not conversation(Fields(value)):
        lists = [one for one in value.values() if isinstance(one, list) and one and all(map(is_object, one))]
        value = lists[0] if len(lists) == 1 and not is_chat(lists[0]) else value
    if value is None:
        raise SystemExit(
            f"{path} is neither a list of rows nor JSON lines: train on data/rows.jsonl, as TuneTab read it."
        )
    yield from enumerate(value if isinstance(value, list) and not is_chat(value) else [value], 1)


def attempt(text: str):
    try:
        return loosely(text.strip(SPACE))
    except ValueError:
        return None


def text_rows(path: str, encoding: str) -> Iterator[tuple[int, object]]:
    with opened(path, encoding) as file:
        for number, line in enumerate(file, 1):
            if line.strip(SPACE):
                yield number, line.rstrip("\r\n")


def table_rows(path: str, encoding: str) -> Iterator[tuple[int, object]]:
    csv.field_size_limit(1 << 30)
    with opened(path, encoding) as file:
        start = file.tell()
        separator, skip, has_index = separator_of(path, file)
        file.seek(start)
        header = None
        for number, cells in enumerate(csv.reader(file, delimiter=separator), 1):
            if number <= skip or not any(cell.strip(SPACE) for cell in cells):
                continue
            if header is None:
                header = names_of(["", *cells] if has_index else cells)
            elif not any(cells[len(header) :]):
                pairs = zip(header, cells)
                yield number - skip, {name: None if cell in NOTHING else cell for name, cell in pairs if cell != ""}


def separator_of(path: str, file) -> tuple[str, int, bool]:
    """The separator with which the first records have as many cells as the header, and most of them."""
    lines = [line for _, line in zip(range(200), file)]
    named = re.match(r'"?sep=(.)"?[\r\n]*$', lines[0]) if lines else None
    lines = lines[1:] if named else lines
    hinted = "\t" if re.search(r"\.(tsv|tab)(\.gz)?$", path, re.IGNORECASE) else None
    best, best_fit, best_width = ",", 0.0, 1
    for separator in (",", "\t", ";", "|"):
        records = first_records(lines, separator)
        width = len(records[0]) if records else 0
        fits = [len(cells) >= width and not any(cells[width:]) for cells in records[1:]]
        fit = sum(fits) / len(fits) if fits else 0.6
        if width < 2:
            continue
        if separator == hinted and fit > 0.5:
            best = separator
            break
        if (fit, width) > (best_fit, best_width):
            best, best_fit, best_width = separator, fit, width
    best = named[1] if named else best
    header, *first = first_records(lines, best)
    has_index = bool(first) and all(len(cells) == len(header) + 1 for cells in first) and any(c[-1] for c in first)
    return best, int(bool(named)), has_index


def first_records(lines: list[str], separator: str) -> list[list[str]]:
    records = (cells for cells in csv.reader(lines, delimiter=separator) if any(cell.strip(SPACE) for cell in cells))
    return [cells for _, cells in zip(range(LOOKED_AT + 1), records)]


def names_of(cells: list[str]) -> list[str]:
    """As pandas gives them to columns without a name, and to those that share one."""
    seen: dict[str, int] = {}
    names = []
    for number, cell in enumerate(cells):
        name = cell.strip(SPACE) or f"Unnamed: {number}"
        names.append(f"{name}.{seen[name]}" if name in seen else name)
        seen[name] = seen.get(name, 0) + 1
    return names


def as_row(value) -> dict | None:
    """Lists and texts by themselves get the names of columns that hold such; None: no row."""
    if is_object(value):
        only = next(iter(value.values())) if len(value) == 1 else value.get("row") if "row_idx" in value else None
        found = conversation(Fields(value))
        return only if is_object(only) and not (found and found[0] != LAST) else value
    if isinstance(value, str):
        return {"text": value}
    if not isinstance(value, list) or not value:
        return None
    if is_chat(value):
        return {"messages" if "role" in value[0] else "conversations": value}
    if all(is_pair(one) for one in value):
        return {"conversations": value}
    if not any(isinstance(cell, (dict, list)) for cell in value):
        return {str(number): cell for number, cell in enumerate(value)}
    return None


def is_chat(value: list) -> bool:
    def is_message(one) -> bool:
        if not is_object(one):
            return False
        if isinstance(one.get("role"), str) and kind_of(one["role"]):
            return is_turn(one)
        return isinstance(one.get("from"), str) and kind_of(one["from"]) is not None and "value" in one

    return bool(value) and all(is_message(one) for one in value)
