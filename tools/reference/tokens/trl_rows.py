"""Rows through SFTTrainer's preparation."""

from __future__ import annotations

import copy
import json
import tempfile


def run_trl(tokenizer, rows: list[dict], options: dict) -> list[dict]:
    """What SFTTrainer prepares. Each row carries its number through, so that dropped ones can be told."""
    from datasets import Dataset, Features, Json, List, Value
    from transformers import Qwen2Config, Qwen2ForCausalLM
    from trl import SFTConfig, SFTTrainer

    columns = {name for row in rows for name in row}
    kinds = {name: next(row[name] for row in rows if row.get(name) is not None) for name in columns}
    # Json keeps each message as it is; plain features would fill every field that any row has into all of them.
    features = {name: List(Json()) if isinstance(kind, list) else Value("string") for name, kind in kinds.items()}
    features["row_number"] = Value("int64")
    numbered = [{**{name: row.get(name) for name in columns}, "row_number": i + 1} for i, row in enumerate(rows)]
    dataset = Dataset.from_list(numbered, features=Features(features))
    size = len(tokenizer)
    model = Qwen2ForCausalLM(
        Qwen2Config(
            vocab_size=size,
            hidden_size=8,
            intermediate_size=8,
            num_hidden_layers=1,
            num_attention_heads=1,
            num_key_value_heads=1,
        )
    )
    with tempfile.TemporaryDirectory() as folder:
        config = SFTConfig(
            output_dir=folder, report_to=[], use_cpu=True, bf16=False, dataloader_pin_memory=False, **options
        )
        trainer = SFTTrainer(model=model, args=config, train_dataset=dataset, processing_class=tokenizer)
        out = [
            {"row": example["row_number"], "input_ids": list(example["input_ids"]), "labels": list(example["labels"])}
            for example in trainer.train_dataset
        ]
    return out


def parsed_arguments(rows: list[dict]) -> list[dict]:
    """OpenAI keeps arguments as JSON text, which Qwen2.5's template would encode a second time."""
    rows = copy.deepcopy(rows)
    for row in rows:
        for message in row.get("messages", []):
            for one in message.get("tool_calls") or []:
                if isinstance(one["function"]["arguments"], str):
                    one["function"]["arguments"] = json.loads(one["function"]["arguments"])
    return rows


def tools_as_lists(rows: list[dict]) -> list[dict]:
    return [{**row, "tools": json.loads(row["tools"])} if isinstance(row.get("tools"), str) else row for row in rows]


def trained_spans(ids: list[int], labels: list[int]) -> list[list[int]]:
    """Labels as half-open ranges of trained tokens; fails where a label is neither the id nor -100."""
    spans: list[list[int]] = []
    for i, (token, label) in enumerate(zip(ids, labels, strict=True)):
        assert label in (token, -100)
        if label == -100:
            continue
        if spans and spans[-1][1] == i:
            spans[-1][1] = i + 1
        else:
            spans.append([i, i + 1])
    return spans
