"""A raw row's ids and labels, or why it has none."""

from __future__ import annotations

import json
from functools import cache

from transformers import AutoTokenizer

from .mapping import example_of
from .masking import Rows
from .turns import Unusable


class Preparer:
    """Travels to each process, where it opens the tokenizer. `facts`: what handover.json says of the data."""

    def __init__(self, model: str, run: dict, facts: dict):
        self.model, self.run, self.facts = model, run, facts

    def __call__(self, raw: dict) -> dict:
        nothing = {"row": raw["row"], "input_ids": [], "labels": []}
        # Outside: a tokenizer that cannot be opened is no row's fault.
        rows = rows_for(self.model, json.dumps(self.run), self.facts["vocabulary"])
        try:
            example = example_of(json.loads(raw["value"]), self.facts["mapping"], self.facts["is_chosen"])
            if example is None:
                return {**nothing, "left_out": "marked as not to be learnt"}
            return {"row": raw["row"], **rows.prepared(example), "left_out": ""}
        except Unusable as reason:
            return {**nothing, "left_out": str(reason)}
        except Exception as error:
            # What a template raises is the row's fault.
            return {**nothing, "left_out": f"the chat template refuses it: {error}"}


@cache
def rows_for(model: str, run: str, vocabulary: int) -> Rows:
    return Rows(AutoTokenizer.from_pretrained(model), json.loads(run), vocabulary)
