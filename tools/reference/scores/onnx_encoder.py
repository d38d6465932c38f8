#!/usr/bin/env python3
"""Write tests/golden/data/onnx-encoder: a tiny encoder of texts as ONNX, as hubs hold them, and its vectors.

    python onnx_encoder.py [OUT]        # default: tests/golden/data of this repository

A Bert of two layers of 32 and 384 word pieces, with weights that were drawn so wide that texts lie far apart.
`vectors.json` holds what transformers makes of passages and questions: the last hidden states, pooled as
sentence-transformers pools them (the mean over the tokens of the mask, or the first token) and brought to length 1; and
for each question the passages' order by the cosine. Neighbours in that order must differ by more than rounding.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

import common_scores
import onnx_file
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from torch import nn
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import tiny_models  # noqa: E402

VOCABULARY, LENGTH = 384, 128
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
PASSAGES = [
    "Ferry times\nThe ferry to Northwold leaves pier three at nine in the morning.",
    "A ticket costs 14 euros. Children under six travel free.",
    "Dogs\nDogs must be kept on a lead and may not enter the saloon.",
    "港口早上六点开门，晚上十点关门。",
    "渡轮每天九点从三号码头出发。船票十四元。",
    # Much longer than the others, so that they are padded.
    "The harbour master keeps the keys of every gate in the harbour. " * 9,
    "Tea.",
]
QUESTIONS = ["When does the ferry leave?", "May dogs come along?", "船票多少钱", "What does the master keep?", "tea"]
# Vectors agree to about 1e-6; two passages this near each other could change places.
APART = 1e-4


class Plain(nn.Module):
    """Inputs and the one output by place, as the graph has them."""

    def __init__(self, model: BertModel):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask, token_type_ids):
        return self.model(input_ids, attention_mask, token_type_ids).last_hidden_state


def word_pieces() -> PreTrainedTokenizerFast:
    # The trainer breaks ties at random: signs, and the words that come most often, are the same pieces every time.
    normalizer, cutter = normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()
    texts = [normalizer.normalize_str(text) for text in [*tiny_models.corpus(), *PASSAGES]]
    words = Counter(word for text in texts for word, _ in cutter.pre_tokenize_str(text))
    signs = sorted({sign for word in words for sign in word})
    pieces = dict.fromkeys([*SPECIAL, *signs, *(f"##{sign}" for sign in signs)])
    pieces |= dict.fromkeys(sorted(words, key=lambda word: (-words[word], word)))
    vocabulary = {piece: i for i, piece in enumerate(list(pieces)[:VOCABULARY])}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = normalizer, cutter
    places = [(name, tokenizer.token_to_id(name)) for name in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=places
    )
    named = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=LENGTH,
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
        **named,
    )


def pooled(states, mask, kind: str):
    weights = mask[..., None].float()
    found = states[:, 0] if kind == "cls" else (states * weights).sum(1) / weights.sum(1)
    return nn.functional.normalize(found, dim=-1)


def export(plain: Plain, path: Path) -> None:
    names = ["input_ids", "attention_mask", "token_type_ids"]
    ids = torch.randint(VOCABULARY, (2, 7))
    auto = torch.export.Dim.AUTO
    shapes = tuple({0: auto, 1: auto} for _ in names)
    inputs = (ids, torch.ones_like(ids), torch.zeros_like(ids))
    onnx_file.write(plain, inputs, path, names=(names, ["last_hidden_state"]), shapes=shapes)


def order(question, passages) -> list[int]:
    near = passages @ question
    found = torch.argsort(near, descending=True)
    gaps = (near[found][:-1] - near[found][1:]).min().item()
    assert gaps > APART, f"two passages are only {gaps} apart: draw other weights"
    return found.tolist()


def main() -> None:
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else common_scores.GOLDEN
    out = root / "onnx-encoder"
    for folder in ("onnx", "1_Pooling"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    torch.manual_seed(9)
    torch.set_num_threads(1)
    tokenizer = word_pieces()
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=LENGTH,
        initializer_range=0.4,
        attn_implementation="eager",
    )
    model = BertModel(config, add_pooling_layer=False).eval().float()
    answers = {}
    with torch.no_grad():
        export(Plain(model), out / "onnx/model.onnx")
        inputs = tokenizer([*PASSAGES, *QUESTIONS], padding=True, truncation=True, return_tensors="pt")
        states = model(**inputs).last_hidden_state
        for kind in ("mean", "cls"):
            vectors = pooled(states, inputs["attention_mask"], kind)
            passages, questions = vectors[: len(PASSAGES)], vectors[len(PASSAGES) :]
            rows = [[round(value, 7) for value in vector] for vector in vectors.tolist()]
            answers[kind] = {"vectors": rows, "order": [order(one, passages) for one in questions]}
    config.save_pretrained(out)
    tokenizer.save_pretrained(out)
    pooling = {"word_embedding_dimension": 32, "pooling_mode_cls_token": False, "pooling_mode_mean_tokens": True}
    (out / "1_Pooling/config.json").write_text(json.dumps(pooling, indent=1) + "\n")
    made = {"made_by": common_scores.made_by("transformers", "torch", "onnx"), "passages": PASSAGES}
    text = json.dumps({**made, "questions": QUESTIONS, **answers}, ensure_ascii=False)
    (out / "vectors.json").write_text(text + "\n", encoding="utf-8")
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    print(f"{out}: {size} bytes; {[answers[kind]['order'] for kind in answers]}", file=sys.stderr)


if __name__ == "__main__":
    main()
