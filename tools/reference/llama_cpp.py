"""llama.cpp as it comes inside the npm package of node-llama-cpp, installed once outside the repository (Linux, x64)."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
from pathlib import Path

CLIENTS = Path(os.environ.get("TUNETAB_CLIENTS", Path.home() / ".cache/tunetab/clients"))
# node-llama-cpp's own install script would build or fetch; its platform package holds the libraries.
PACKAGES = {"node-llama-cpp": "3.22.1", "@node-llama-cpp/linux-x64": "3.22.1", "@wllama/wllama": "3.13.0"}
LIBRARIES = CLIENTS / "node_modules/@node-llama-cpp/linux-x64/bins/linux-x64"

# ggml's numbers of its types, weights and bytes of a block (ggml.h, ggml-common.h).
TYPES = {
    "F32": (0, 1, 4),
    "F16": (1, 1, 2),
    "Q4_0": (2, 32, 18),
    "Q5_0": (6, 32, 22),
    "Q8_0": (8, 32, 34),
    "Q4_K": (12, 256, 144),
    "Q5_K": (13, 256, 176),
    "Q6_K": (14, 256, 210),
    "BF16": (30, 1, 2),
}
# llama.h, enum llama_ftype.
FILE_TYPES = {"f32": 0, "f16": 1, "q4_0": 2, "q8_0": 7, "q4_k_m": 15, "bf16": 32}


def install() -> Path:
    """The folder of the clients, with the pinned packages in it."""
    CLIENTS.mkdir(parents=True, exist_ok=True)
    manifest = CLIENTS / "package.json"
    wanted = json.dumps({"private": True, "type": "module", "dependencies": PACKAGES}, indent=2)
    there = LIBRARIES.exists() and (CLIENTS / "node_modules/@wllama/wllama").exists()
    if not there or manifest.read_text() != wanted:
        manifest.write_text(wanted)
        flags = ["--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund"]
        subprocess.run(["npm", "install", *flags], cwd=CLIENTS, check=True, stdout=subprocess.DEVNULL)
    return CLIENTS


def version() -> str:
    """The release of llama.cpp inside."""
    built = json.loads((LIBRARIES / "_nlcBuildMetadata.json").read_text())
    return f"llama.cpp {built['buildOptions']['llamaCpp']['release']}"


def quantize_rows(kind: str, rows):
    """float32 rows [n, width] as ggml's own quantiser stores them: the bytes."""
    import numpy as np

    number, block, size = TYPES[kind]
    library = ctypes.CDLL(str(install() and LIBRARIES / "libggml-base.so"))
    call = library.ggml_quantize_chunk
    call.restype = ctypes.c_size_t
    call.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, *[ctypes.c_int64] * 3, ctypes.c_void_p]
    rows = np.ascontiguousarray(rows, np.float32)
    out = np.zeros(rows.size // block * size, np.uint8)
    written = call(number, rows.ctypes.data, out.ctypes.data, 0, *rows.shape, None)
    assert written == out.size
    return out


def quantize_file(source: Path, target: Path, kind: str) -> None:
    """`llama-quantize SOURCE TARGET KIND` without an importance matrix, in a process of its own, as it may abort."""
    import sys

    command = [sys.executable, __file__, source, target, kind]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"llama_model_quantize {source} {kind}: {done.stderr[-2000:]}")


def _quantize_file(source: str, target: str, kind: str) -> int:
    library = ctypes.CDLL(str(install() and next(LIBRARIES.glob("libllama.v*.so"))))
    library.llama_backend_init()

    # Only the first fields are set; the rest of the defaults, whatever this release has, lies in the padding.
    class Params(ctypes.Structure):
        _fields_ = [("nthread", ctypes.c_int32), ("ftype", ctypes.c_int32), ("rest", ctypes.c_uint8 * 248)]

    library.llama_model_quantize_default_params.restype = Params
    params = library.llama_model_quantize_default_params()
    params.nthread, params.ftype = 2, FILE_TYPES[kind]
    library.llama_model_quantize.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.POINTER(Params)]
    return library.llama_model_quantize(source.encode(), target.encode(), ctypes.byref(params))


if __name__ == "__main__":
    import sys

    sys.exit(_quantize_file(*sys.argv[1:]))
