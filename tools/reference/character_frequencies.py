#!/usr/bin/env python3
"""Write src/data/encodings/characters.json: how often the characters of languages occur, by the words of wordfreq.

    python character_frequencies.py [OUT]       # needs wordfreq and opencc-python-reimplemented

For each language the characters beyond ASCII, in groups of nearly the same frequency: {"BITS": "characters", ...};
a character of the group occurs with 2^-BITS. Chinese is counted in its simplified characters; the traditional ones come
of the same words. Punctuation is not counted by wordfreq and stands in src/data/encodings/evidence.ts.
"""

from __future__ import annotations

import json
import math
import sys
from collections import Counter
from importlib.metadata import version
from pathlib import Path

import wordfreq
from opencc import OpenCC

# Of wordfreq's languages, those whose letters are not all ASCII and that have an encoding of their own.
LANGUAGES = {name: name for name in "ja ko de fr es pt it sv da nb fi is nl pl cs hu sk sl sh ro lv lt tr ru uk bg mk".split()}
LANGUAGES |= {name: name for name in "el he ar fa".split()} | {"zh-Hans": "zh", "zh-Hant": "zh"}
# What is rarer is as good as unknown; each language's least is chosen so that the lists stay short.
LEAST_BITS = {"zh-Hans": 15, "zh-Hant": 15, "ja": 15, "ko": 14}


def frequencies(language: str, code: str) -> dict[str, float]:
    convert = OpenCC("s2tw").convert if language == "zh-Hant" else lambda word: word
    counts: Counter[str] = Counter()
    for word, frequency in wordfreq.get_frequency_dict(code, wordlist="best").items():
        for character in convert(word):
            if ord(character) > 127 and character.isalpha():
                counts[character] += frequency
    whole = sum(counts.values())
    return {character: count / whole for character, count in counts.items()}


def main() -> None:
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "src/data/encodings/characters.json"
    languages = {}
    for language, code in LANGUAGES.items():
        groups: dict[int, str] = {}
        for character, p in sorted(frequencies(language, code).items(), key=lambda item: (-item[1], item[0])):
            bits = round(-math.log2(p))
            if bits <= LEAST_BITS.get(language, 11):
                groups[bits] = groups.get(bits, "") + character
        languages[language] = {str(bits): groups[bits] for bits in sorted(groups)}
    made_by = {name: version(name) for name in ("wordfreq", "opencc-python-reimplemented")}
    text = json.dumps({"made_by": made_by, "languages": languages}, ensure_ascii=False, indent=2)
    out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
