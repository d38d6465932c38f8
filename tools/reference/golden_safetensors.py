#!/usr/bin/env python3
"""Write tests/golden/data/safetensors/headers.json: which headers the reference reader takes, and which it refuses.

    python golden_safetensors.py [OUT]           # default: tests/golden/data of this repository

Each case is a header as text and how many bytes of data follow it.
"""

from __future__ import annotations

import json
import struct
import sys
import tempfile
from pathlib import Path

import common


def tensor(start: int, end: int, shape: list[int] | None = None, dtype: str = "F32") -> dict:
    return {"dtype": dtype, "shape": [1] if shape is None else shape, "data_offsets": [start, end]}


ONE = json.dumps({"a": tensor(0, 4)})
OTHER = json.dumps({"a": tensor(4, 8)})

CASES: dict[str, tuple[str | dict, int]] = {
    "two tensors": ({"a": tensor(0, 4), "b": tensor(4, 8)}, 8),
    "the second one first": ({"b": tensor(4, 8), "a": tensor(0, 4)}, 8),
    "a hole between": ({"a": tensor(0, 4), "b": tensor(8, 12)}, 12),
    "a hole before": ({"a": tensor(4, 8)}, 8),
    "an overlap": ({"a": tensor(0, 4), "b": tensor(2, 6)}, 6),
    "one range twice": ({"a": tensor(0, 4), "b": tensor(0, 4)}, 4),
    "bytes behind": (ONE, 5),
    "a byte short": (ONE, 3),
    "a name twice, two ranges": (ONE[:-1] + ", " + OTHER[1:], 8),
    "a field twice": (ONE.replace('"dtype"', '"dtype": "F32", "dtype"'), 4),
    "a field more": ({"a": {**tensor(0, 4), "x": 1}}, 4),
    "metadata": ({"__metadata__": {"format": "pt"}, "a": tensor(0, 4)}, 4),
    "metadata null": ({"__metadata__": None, "a": tensor(0, 4)}, 4),
    "metadata with a number": ({"__metadata__": {"a": 1}, "a": tensor(0, 4)}, 4),
    "metadata that is a text": ({"__metadata__": "x", "a": tensor(0, 4)}, 4),
    "an empty tensor": ({"a": tensor(0, 0, [0]), "b": tensor(0, 4)}, 4),
    "an empty tensor between": ({"a": tensor(0, 4), "e": tensor(4, 4, [3, 0]), "b": tensor(4, 8)}, 8),
    "an empty tensor inside another": ({"a": tensor(0, 8, [2]), "e": tensor(4, 4, [0])}, 8),
    "a scalar": ({"a": tensor(0, 4, [])}, 4),
    "nothing": ({}, 0),
    "nothing, and a byte": ({}, 1),
    "spaces around": (f"  {ONE}  ", 4),
    "zeros behind the header": (ONE + "\0\0", 4),
    "offsets reversed": ({"a": tensor(4, 0)}, 4),
    "a shape below zero": ({"a": tensor(0, 4, [-1])}, 4),
    "a shape beyond all": ({"a": tensor(0, 4, [2**40, 2**40])}, 4),
    "a shape beyond all, times zero": ({"a": tensor(0, 0, [0, 2**20, 2**20])}, 0),
    "a range longer than the shape": ({"a": tensor(0, 8)}, 8),
    "an unknown type": ({"a": tensor(0, 4, [1], "F33")}, 4),
    "no type": ({"a": {"shape": [1], "data_offsets": [0, 4]}}, 4),
    "four bits": ({"a": tensor(0, 2, [4], "F4")}, 2),
    "four bits, half a byte over": ({"a": tensor(0, 2, [3], "F4")}, 2),
    "six bits": ({"a": tensor(0, 3, [4], "F6_E2M3"), "b": tensor(3, 6, [4], "F6_E3M2")}, 6),
    "scales of eight bits": ({"a": tensor(0, 4, [4], "F8_E8M0")}, 4),
    "complex": ({"a": tensor(0, 8, [1], "C64")}, 8),
    "a name of nothing": ({"": tensor(0, 4)}, 4),
    "half a character as a name": (ONE.replace('"a"', '"\\ud800"'), 4),
    "a list": ("[]", 0),
    "a number": ("3", 0),
    "a byte order mark": ("\ufeff" + ONE, 4),
    "three offsets": ({"a": {**tensor(0, 4), "data_offsets": [0, 4, 4]}}, 4),
    "offsets as texts": ({"a": {**tensor(0, 4), "data_offsets": ["0", "4"]}}, 4),
}


def main() -> None:
    from safetensors import safe_open

    out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "tests/golden/data"
    cases = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.safetensors"
        for name, (given, data) in CASES.items():
            header = given if isinstance(given, str) else json.dumps(given)
            raw = header.encode()
            path.write_bytes(struct.pack("<Q", len(raw)) + raw + bytes(data))
            try:
                with safe_open(path, "np") as file:
                    taken = sorted(file.keys())
            except Exception as error:  # noqa: BLE001  (its own class is not exported by every version)
                taken = None
                print(f"{name}: {error}")
            cases.append({"name": name, "header": header, "data": data, "tensors": taken})
    common.write_json(out / "safetensors" / "headers.json", {"made_by": common.made_by(), "cases": cases})


if __name__ == "__main__":
    main()
