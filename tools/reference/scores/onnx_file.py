"""A module of torch as an ONNX file, the same bytes every time."""

from __future__ import annotations

from pathlib import Path

import onnx
import torch
from torch import nn


def write(module: nn.Module, inputs: tuple, path: Path, names: tuple[list[str], list[str]], shapes: tuple) -> None:
    """`names`: of inputs and outputs; `shapes`: which dimensions of the inputs vary."""
    torch.onnx.export(
        module,
        inputs,
        path,
        input_names=names[0],
        output_names=names[1],
        dynamic_shapes=shapes,
        dynamo=True,
        external_data=False,
        verbose=False,
    )
    made = onnx.load(path)
    # Where each node comes from in its source is half of the file.
    for node in [made, made.graph, *made.graph.node, *made.functions, *made.graph.value_info]:
        del node.metadata_props[:]
    onnx.checker.check_model(made)
    onnx.save(made, path)
