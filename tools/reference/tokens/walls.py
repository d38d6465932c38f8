"""Ids of long texts without a place to take a breath, as transformers makes them of the whole."""

from __future__ import annotations

import hashlib
import sys

import numpy

CHARACTERS = 30_000
WORDS = {
    "han": "春天 我们 学习 语言 模型 的 数据 在 图书馆 请问 今天 气温 多少 度 医生 建议 多 喝水 港口 有 船".split(),
    "code": "if( x =>{ return y ;} foo_bar [0] += 'a' && !== const\n {} /* */ == 0x1F".split(" "),
    "digits": list("0123456789"),
    "spaces": [" "],
    "blank": [" ", " ", " ", "\n", "\t"],
    "letters": ["a"],
    "marks": ["!", "?", "…", "，", "。"],
    "emoji": ["🌞", "👍🏽", "🇫🇷", "e\u0301"],
    "words": "the cat sat 12 times , on  a\n mat . 中文 <|im_end|> don't".split(" "),
}


def walls() -> dict[str, str]:
    """Each a text of about so many characters, drawn from its words; the same numbers are drawn in the test."""
    out = {}
    for name, words in WORDS.items():
        state, parts, length = 7, [], 0
        while length < CHARACTERS:
            state = state * 16807 % 2147483647
            parts.append(words[state % len(words)])
            length += len(parts[-1])
        out[name] = "".join(parts) + "x"
    return out


def wall_cases(tokenizer) -> dict[str, dict]:
    found = {}
    for name, text in walls().items():
        ids = tokenizer(text, add_special_tokens=True)["input_ids"]
        print(f"{name}: {len(ids)} tokens", file=sys.stderr)
        found[name] = {"count": len(ids), "sha256": hashlib.sha256(numpy.array(ids, "<i4").tobytes()).hexdigest()}
    return found
