#!/usr/bin/env python3
"""Make the ids and labels of the rows here, from the data as they are, with all processors: TuneTab's own rules.

    python prepare.py [--processes N] [--data FILE_OR_HUB_ID]        # the run's data, compared with TuneTab's rows
    python prepare.py --other --data FILE_OR_HUB_ID [--stream]       # more or other data, mapped as the run's were

Each row is mapped, rendered with the model's chat template, tokenised and masked (preparing/) through `datasets`, which
keeps rows on the disk, however many there are. They go to data/prepared, and `train.py --rows data/prepared` trains on
them. With --stream not even the raw rows of a hub's set are kept.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import tempfile
from collections import Counter
from itertools import zip_longest
from pathlib import Path

import datasets
from preparing.preparer import Preparer
from preparing.reading import rows_of

HERE = Path(__file__).resolve().parent
READY, PREPARED = HERE / "data/rows.jsonl", HERE / "data/prepared"
FEATURES = datasets.Features(
    {
        "row": datasets.Value("int64"),
        "input_ids": datasets.List(datasets.Value("int32")),
        "labels": datasets.List(datasets.Value("int32")),
        "left_out": datasets.Value("string"),
    }
)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", help="a file or a hub id; without it, the run's own")
    parser.add_argument("--split", help="of a hub's set; without it, that of handover.json")
    parser.add_argument("--other", action="store_true", help="the data are not the run's: nothing to compare with")
    parser.add_argument("--stream", action="store_true", help="read a hub's set row by row, without keeping it")
    parser.add_argument("--model", help="the base model's folder or hub id; without it, that of handover.json")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--out", type=Path, default=PREPARED)
    return parser.parse_args()


def raw_rows(source: str, split: str, encoding: str, work: Path) -> datasets.Dataset:
    """As JSON on the disk: no types are guessed, nothing is filled in."""
    if Path(source).exists():
        given = {"path": source, "encoding": encoding}
        return datasets.Dataset.from_generator(rows_of, gen_kwargs=given, cache_dir=str(work))
    found = datasets.load_dataset(source, split=split)
    to = {"remove_columns": found.column_names, "cache_file_name": str(work / "raw.arrow")}
    return found.map(as_raw, with_indices=True, **to)


def as_raw(row: dict, index: int) -> dict:
    """`datasets` fills in what some rows lack; nulls say nothing."""
    return {"row": index + 1, "value": json.dumps(without_nulls(row), ensure_ascii=False, default=str)}


def without_nulls(value):
    if isinstance(value, dict):
        return {key: without_nulls(one) for key, one in value.items() if one is not None}
    return [without_nulls(one) for one in value] if isinstance(value, list) else value


def streamed(source: str, split: str, prepare: Preparer, parts: list[int], of: int):
    found = datasets.load_dataset(source, split=split, streaming=True)
    for part in parts:
        for index, row in enumerate(found.shard(of, part)):
            yield prepare(as_raw(row, index))


def prepared_rows(args, source: str, prepare: Preparer, encoding: str, work: Path) -> datasets.Dataset:
    if args.stream:
        count = min(args.processes, datasets.load_dataset(source, split=args.split, streaming=True).num_shards)
        given = {"source": source, "split": args.split, "prepare": prepare, "parts": list(range(count)), "of": count}
        return datasets.Dataset.from_generator(
            streamed, gen_kwargs=given, features=FEATURES, num_proc=count, cache_dir=str(work)
        )
    raw = raw_rows(source, args.split, encoding, work)
    return raw.map(
        prepare,
        remove_columns=raw.column_names,
        features=FEATURES,
        num_proc=max(1, min(args.processes, len(raw))),
        cache_file_name=str(work / "rows.arrow"),
        desc="Preparing rows",
    )


def compare(rows: datasets.Dataset, facts: dict) -> None:
    """All ids and labels equal what the run was begun on, by their hash; where not, by the first row that differs."""
    made = hashlib.sha256()
    for row in rows:
        made.update(line_of(row))
    if made.hexdigest() == facts["sha256"]:
        print(f"{len(rows)} rows: every id and label equals what TuneTab made.")
        return
    where = f"{len(rows)} rows here, {facts['rows']} there"
    if READY.exists():
        with READY.open("rb") as ready:
            pairs = zip_longest((line_of(row) for row in rows), ready, fillvalue=b"")
            place = next(index for index, (ours, theirs) in enumerate(pairs) if ours != theirs)
        where += f"; the first difference is at row {rows[place]['row'] if place < len(rows) else 'the end'}"
    raise SystemExit(
        f"These are not the rows that TuneTab made ({where}): the run cannot go on with them. Is it the same file, the "
        f"same tokenizer? {PREPARED.name} was not written; train.py trains on {READY.name}, where it is."
    )


def line_of(row: dict) -> bytes:
    kept = {"input_ids": row["input_ids"], "labels": row["labels"]}
    return json.dumps(kept, separators=(",", ":")).encode() + b"\n"


def main() -> None:
    args = arguments()
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    run = json.loads((HERE / "run.json").read_text(encoding="utf-8"))
    handover = json.loads((HERE / "handover.json").read_text(encoding="utf-8"))
    facts = handover["data"]
    source = args.data or (str(HERE / facts["file"]) if facts["file"] else facts["id"])
    args.split = args.split or facts["split"]
    if source is None:
        raise SystemExit("The data are not in this project: name their file or hub id with --data.")
    if args.stream and not args.other:
        raise SystemExit("Only other data are streamed (--other): the run's own rows are numbered as they were read.")
    model = args.model or handover["model"]
    if Path(model).is_absolute() and not Path(model).exists():
        raise SystemExit(f"The base model is not at {model}: name its folder or hub id with --model.")
    prepare = Preparer(model, run, facts)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    # Nothing of before is taken for what is made now, and nothing lies in a home folder.
    with tempfile.TemporaryDirectory(dir=args.out.parent) as work:
        rows = prepared_rows(args, source, prepare, facts["encoding"] or "utf-8", Path(work))
        for reason, count in Counter(rows["left_out"]).most_common():
            if reason:
                print(f"{count} rows left out: {reason}")
        elsewhere = set() if args.other else set(facts["not_trained"])
        judged = enumerate(zip(rows["row"], rows["left_out"]))
        kept = [index for index, (row, reason) in judged if not reason and row not in elsewhere]
        rows = rows.select(kept, indices_cache_file_name=str(Path(work) / "kept.arrow"))
        if not args.other:
            compare(rows, facts)
        if len(rows) == 0:
            raise SystemExit(f"No row of {source} can be used; {args.out.name} was not written.")
        rows.select_columns(["input_ids", "labels"]).save_to_disk(args.out)
    made_of = {"data": source, "other": args.other, "rows": len(rows)}
    (args.out / "made_of.json").write_text(json.dumps(made_of, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{made_of['rows']} rows in {args.out}")


if __name__ == "__main__":
    main()
