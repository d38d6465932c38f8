"""Train the built-in model's byte-level BPE tokenizer: 4096 ids, English and Chinese, ChatML marks.

The sample data sets take part in the mix (their words only: the model is never trained on them), so that their Chinese characters and English
words are whole tokens and fine-tuning on them stays short.

    python tools/demo_model/tokenizer.py --out public/demo-model
"""

import argparse
import json
from pathlib import Path
from random import Random

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from world import document

ROOT = Path(__file__).parents[2]
VOCAB = 4096
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
# Whole tokens, yet text: they stay when special tokens are skipped, as in Qwen.
MARKS = ["<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>", "<tools>", "</tools>"]
# The split that Qwen2 uses: contractions, words with their leading space, single digits, runs of marks, line ends,
# spaces.
SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def texts_of(value) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return (
            [json.dumps(value, ensure_ascii=False)]
            if "function" in value
            else [t for v in value.values() for t in texts_of(v)]
        )
    return [t for v in value for t in texts_of(v)] if isinstance(value, list) else []


def corpus(documents: int):
    rng = Random(0)
    for _ in range(documents):
        kind, *rest = document(rng)
        if kind == "text":
            yield rest[0]
        else:
            yield from texts_of(rest[0])
            yield from texts_of(rest[1] or [])
    for path in sorted((ROOT / "public/samples").glob("*.json")):
        if path.name != "index.json":
            for text in texts_of(json.loads(path.read_text(encoding="utf8"))):
                for _ in range(40):
                    yield text
    yield from (ROOT / "tools/demo_model/chat_template.jinja").read_text().split("\n")


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--out", type=Path, required=True)
    args.add_argument("--documents", type=int, default=20000)
    a = args.parse_args()
    a.out.mkdir(parents=True, exist_ok=True)

    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(SPLIT), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    added = len(SPECIAL) + len(MARKS)
    # Chinese clauses are one "word" to the split; short tokens keep the vocabulary for words instead of sentences.
    tokenizer.train_from_iterator(
        corpus(a.documents),
        trainers.BpeTrainer(
            vocab_size=VOCAB - added,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            max_token_length=16,
            show_progress=False,
        ),
    )
    tokenizer.add_special_tokens([AddedToken(t, special=True, normalized=False) for t in SPECIAL])
    tokenizer.add_tokens([AddedToken(t, special=False, normalized=False) for t in MARKS])
    assert tokenizer.get_vocab_size() == VOCAB
    tokenizer.save(str(a.out / "tokenizer.json"))

    decoder = {
        str(tokenizer.token_to_id(t)): {
            "content": t,
            "lstrip": False,
            "normalized": False,
            "rstrip": False,
            "single_word": False,
            "special": t in SPECIAL,
        }
        for t in SPECIAL + MARKS
    }
    template = (ROOT / "tools/demo_model/chat_template.jinja").read_text()
    (a.out / "chat_template.jinja").write_text(template)
    (a.out / "tokenizer_config.json").write_text(
        json.dumps(
            {
                "add_bos_token": False,
                "add_prefix_space": False,
                "added_tokens_decoder": decoder,
                "additional_special_tokens": ["<|im_start|>", "<|im_end|>"],
                "bos_token": None,
                "clean_up_tokenization_spaces": False,
                "eos_token": "<|im_end|>",
                "errors": "replace",
                "model_max_length": 1024,
                "pad_token": "<|endoftext|>",
                "split_special_tokens": False,
                "tokenizer_class": "Qwen2Tokenizer",
                "unk_token": None,
            },
            indent=2,
        )
        + "\n"
    )


if __name__ == "__main__":
    main()
