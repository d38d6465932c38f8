"""Reads a downloaded adapter zip with the standard library alone and says what is in it.

    python3 tests/e2e/check_adapter.py ADAPTER.zip

Fails on anything that safetensors or PEFT would refuse: a broken archive, a header that does not fit the file, holes or
overlaps between tensors, pairs of A and B that do not match, an all-zero B (an adapter that changes nothing), numbers
that are not finite. Prints one JSON line: the number of tensors and the SHA-256 of every file.
"""

import hashlib
import json
import math
import struct
import sys
import zipfile

BYTES = {"F32": 4, "F16": 2, "BF16": 2}


def read_safetensors(data):
    (length,) = struct.unpack("<Q", data[:8])
    assert length % 8 == 0, "the header is not padded to 8 bytes"
    header = json.loads(data[8 : 8 + length])
    body = data[8 + length :]
    metadata = header.pop("__metadata__", {})
    assert metadata.get("format") == "pt", f"metadata is {metadata}"
    end = 0
    tensors = {}
    for name, info in sorted(header.items(), key=lambda item: item[1]["data_offsets"][0]):
        start, stop = info["data_offsets"]
        assert start == end, f"{name} begins at {start}, the tensor before ends at {end}"
        assert stop - start == math.prod(info["shape"]) * BYTES[info["dtype"]], f"{name}: wrong number of bytes"
        assert info["dtype"] == "F32", f"{name} is {info['dtype']}"
        tensors[name] = (info["shape"], struct.unpack(f"<{(stop - start) // 4}f", body[start:stop]))
        end = stop
    assert end == len(body), f"{len(body) - end} bytes belong to no tensor"
    return tensors


def check_pairs(tensors, config):
    pairs = [name for name in tensors if name.endswith(".lora_A.weight")]
    assert pairs and len(tensors) == 2 * len(pairs), "tensors do not come in pairs"
    for a_name in pairs:
        assert a_name.startswith("base_model.model.model.layers."), a_name
        (r_a, _), a = tensors[a_name]
        (_, r_b), b = tensors[a_name.replace(".lora_A.", ".lora_B.")]
        assert r_a == r_b == config["r"], f"{a_name}: rank {r_a} and {r_b}, config says {config['r']}"
        assert all(map(math.isfinite, a)) and all(map(math.isfinite, b)), f"{a_name}: not finite"
        assert any(b), f"{a_name}: B is zero, nothing was learnt"
        assert a_name.split(".")[-3] in config["target_modules"], a_name


def main(path):
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None, "a file's checksum is wrong"
        files = {info.filename: archive.read(info) for info in archive.infolist()}
    config = json.loads(files["adapter_config.json"])
    assert config["peft_type"] == "LORA" and config["task_type"] == "CAUSAL_LM", config
    tensors = read_safetensors(files["adapter_model.safetensors"])
    check_pairs(tensors, config)
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}
    print(json.dumps({"tensors": len(tensors), "files": hashes}))


main(sys.argv[1])
