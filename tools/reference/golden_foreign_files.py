#!/usr/bin/env python3
"""Write tests/golden/data/files/foreign.json: how files begin that are taken for data and hold none that is read.

    python golden_foreign_files.py [OUT]    # default: tests/golden/data of this repository; the packages of `made_by`

Each is written by the library of its kind: name, kind, and its first bytes in base64.
"""

from __future__ import annotations

import base64
import bz2
import io
import lzma
import sqlite3
import sys
import tarfile
import tempfile
import zipfile
from importlib.metadata import version
from pathlib import Path

import common

HEAD = 700
ROWS = [{"question": "When does the ferry leave?", "answer": "At nine."}] * 3
LINES = b'{"question": "When?", "answer": "At nine."}\n'


def main() -> None:
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "tests/golden/data"
    with tempfile.TemporaryDirectory() as folder:
        files = [
            {"name": path.name, "kind": kind, "base64": base64.b64encode(path.read_bytes()[:HEAD]).decode()}
            for kind, path in written(Path(folder))
        ]
    packages = ["pandas", "pyarrow", "datasets", "openpyxl", "python-docx", "zstandard", "lz4", "fastavro", "h5py"]
    made_by = common.made_by() | {name: version(name) for name in packages}
    common.write_json(out / "files" / "foreign.json", {"made_by": made_by, "files": files})


def written(folder: Path):
    import datasets
    import docx
    import fastavro
    import h5py
    import lz4.frame
    import numpy
    import pandas
    import torch
    import zstandard
    from safetensors.numpy import save_file

    frame = pandas.DataFrame(ROWS)
    at = folder.joinpath
    frame.to_parquet(at("train.parquet"))
    yield "parquet", at("train.parquet")
    frame.to_feather(at("train.feather"))
    yield "arrow", at("train.feather")
    datasets.Dataset.from_pandas(frame).save_to_disk(folder / "set")
    yield "arrow", next((folder / "set").glob("*.arrow"))
    frame.to_orc(at("train.orc"))
    yield "orc", at("train.orc")
    schema = {"type": "record", "name": "row", "fields": [{"name": name, "type": "string"} for name in ROWS[0]]}
    with open(at("train.avro"), "wb") as file:
        fastavro.writer(file, schema, ROWS)
    yield "avro", at("train.avro")
    with h5py.File(at("train.h5"), "w") as file:
        file["x"] = [1, 2]
    yield "hdf5", at("train.h5")
    frame.to_pickle(at("train.pkl"))
    yield "pickle", at("train.pkl")
    numpy.save(at("train.npy"), numpy.array(["a", "b"]))
    yield "numpy", at("train.npy")
    numpy.savez(at("train.npz"), x=numpy.array(["a", "b"]))
    yield "numpy", at("train.npz")
    torch.save({"x": torch.zeros(2)}, at("train.pt"))
    yield "pytorch", at("train.pt")
    save_file({"x": numpy.zeros(2, numpy.float32)}, at("train.safetensors"))
    yield "safetensors", at("train.safetensors")
    base = sqlite3.connect(at("train.db"))
    frame.to_sql("rows", base)
    base.close()
    yield "sqlite", at("train.db")
    frame.to_excel(at("train.xlsx"))
    yield "workbook", at("train.xlsx")
    # Somebody gave it another ending.
    at("train.csv").write_bytes(at("train.xlsx").read_bytes())
    yield "workbook", at("train.csv")
    document = docx.Document()
    document.add_paragraph("When does the ferry leave?")
    document.save(at("train.docx"))
    yield "document", at("train.docx")
    at("train.rtf").write_bytes(rb"{\rtf1\ansi When does the ferry leave?}")
    yield "document", at("train.rtf")
    with zipfile.ZipFile(at("train.zip"), "w") as archive:
        archive.writestr("train.jsonl", LINES)
    yield "zip", at("train.zip")
    with tarfile.open(at("train.tar"), "w") as archive:
        entry = tarfile.TarInfo("train.jsonl")
        entry.size = len(LINES)
        archive.addfile(entry, io.BytesIO(LINES))
    yield "archive", at("train.tar")
    for name, packed in {
        "train.jsonl.zst": zstandard.compress(LINES),
        "train.jsonl.xz": lzma.compress(LINES),
        "train.jsonl.bz2": bz2.compress(LINES),
        "train.jsonl.lz4": lz4.frame.compress(LINES),
    }.items():
        at(name).write_bytes(packed)
        yield "packed", at(name)
    at("page.json").write_bytes(b"\n<!DOCTYPE html>\n<html><head><title>train.json</title></head></html>\n")
    yield "page", at("page.json")


if __name__ == "__main__":
    main()
