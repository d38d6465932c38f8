#!/usr/bin/env python3
"""Write tests/golden/data/scores/texts.json: answers beside references, judged by sacrebleu, rouge-score and lm_eval.

    python texts_reference.py [OUT [SEED [COUNT]]]      # default: tests/golden/data of this repository

A row holds answer, references (one to three) and exact match, F1, BLEU, chrF and ROUGE-L; the head holds corpus BLEU
and chrF of the western and of the Chinese rows. Exact match and F1 are those of lm_eval's LongBench metrics; for
Chinese its punctuation is dropped, and each Han character is a word, where LongBench asks jieba, so that no dictionary
decides. ROUGE-L's tokenizer is rouge-score's own with each Han character as a word, which it would drop.
"""

from __future__ import annotations

import random
import re
import sys
from types import ModuleType

import common_scores
import regex
from ifeval_texts import PIECES, SENTENCES
from rouge_score import rouge_scorer, tokenize
from sacrebleu.metrics import BLEU, CHRF

for name, content in (("jieba", "cut"), ("fuzzywuzzy", "fuzz"), ("rouge", "Rouge")):
    # Imported by the module's head, used by none of the functions that are asked here.
    sys.modules[name] = ModuleType(name)
    setattr(sys.modules[name], content, None)
from lm_eval.tasks.longbench import metrics as longbench  # noqa: E402

SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 11
COUNT = int(sys.argv[3]) if len(sys.argv) > 3 else 200
HAN = regex.compile(r"\p{Script=Han}")
draw = random.Random(SEED)


class HanTokenizer:
    def tokenize(self, text: str) -> list[str]:
        return tokenize.tokenize(HAN.sub(lambda found: f" h{ord(found[0])} ", text), None)


ROUGE = rouge_scorer.RougeScorer(["rougeL"], tokenizer=HanTokenizer())
WORDS = {"13a": " ".join(SENTENCES["en"] + SENTENCES["fr"]).split(), "zh": list("".join(SENTENCES["zh-cn"]))}
ODD = ["&quot;", "&amp;c", "a-", "3.5", "1,000", "-7", "x.y", "<skipped>", "-\n", "\n", "\u00a0", "“so”", "😀", "the", "\t"]


def changed(words: list[str], zh: bool) -> str:
    """The words with some left out, swapped, doubled or replaced."""
    out = list(words)
    for _ in range(draw.choice([0, 1, 2, 5, 9])):
        at = draw.randrange(len(out) + 1)
        do = draw.randrange(4)
        if do == 0 and out:
            del out[min(at, len(out) - 1)]
        elif do == 1:
            out.insert(at, draw.choice(WORDS["zh" if zh else "13a"] + ODD))
        elif do == 2 and len(out) > 1:
            at = min(at, len(out) - 2)
            out[at], out[at + 1] = out[at + 1], out[at]
        elif out:
            out[min(at, len(out) - 1)] = draw.choice(ODD + PIECES)
    text = ("" if zh else " ").join(out)
    return draw.choice([text, text, text.upper(), f"  {text}\n", text + "."])


def row(zh: bool) -> tuple[str, list[str]]:
    pool = SENTENCES["zh-cn"] + ["答案是3.5米，port 42号。"] if zh else SENTENCES["en"] + SENTENCES["fr"] + SENTENCES["de"]
    sentence = " ".join(draw.sample(pool, draw.choice([1, 1, 2])))
    words = list(sentence) if zh else sentence.split(" ")
    words = words[: draw.choice([1, 2, 3, 8, 100])]
    references = [changed(words, zh) for _ in range(draw.choice([1, 1, 2, 3]))]
    references[0] = ("" if zh else " ").join(words)
    return draw.choice([changed(words, zh)] * 12 + ["", " ", draw.choice(pool)]), references


def answer_words(text: str) -> list[str]:
    kept = " ".join(longbench.normalize_zh_answer(piece) for piece in text.split())
    return HAN.sub(r" \g<0> ", kept).split()


def agreement(answer: str, references: list[str]) -> tuple[float, float]:
    exact, overlap = [], []
    for reference in references:
        if HAN.search(reference):
            pair = answer_words(answer), answer_words(reference)
            exact.append(pair[0] == pair[1])
            overlap.append(longbench.f1_score(*pair))
        else:
            exact.append(longbench.normalize_answer(answer) == longbench.normalize_answer(reference))
            overlap.append(longbench.qa_f1_score(answer, reference))
    return float(max(exact)), float(max(overlap))


def main() -> None:
    rows = []
    corpus: dict[str, list] = {"13a": [], "zh": []}
    for key in range(COUNT):
        zh = key % 5 < 2
        answer, references = row(zh)
        tokenizer = "zh" if zh else "13a"
        corpus[tokenizer].append((answer, references))
        exact, overlap = agreement(answer, references)
        rows.append(
            {
                "answer": answer,
                "references": references,
                "tokenizer": tokenizer,
                "exact_match": exact,
                "f1": overlap,
                "bleu": BLEU(tokenize=tokenizer, effective_order=True).sentence_score(answer, references).score,
                "chrf": CHRF().sentence_score(answer, references).score,
                "rouge_l": ROUGE.score_multi(references, answer)["rougeL"].fmeasure,
            }
        )
    head: dict = {"made_by": common_scores.made_by("sacrebleu", "rouge_score", "lm_eval"), "corpus": {}}
    for tokenizer, pairs in corpus.items():
        # sacrebleu wants streams of references; a row with fewer repeats its first, which changes nothing.
        most = max(len(references) for _, references in pairs)
        streams = [[(one[1] + [one[1][0]] * most)[i] for one in pairs] for i in range(most)]
        answers = [answer for answer, _ in pairs]
        head["corpus"][tokenizer] = {
            "bleu": BLEU(tokenize=tokenizer).corpus_score(answers, streams).score,
            "chrf": CHRF().corpus_score(answers, streams).score,
        }
    common_scores.write_lines(common_scores.golden_folder() / "texts.json", head, rows)
    zero = [sum(one[name] == 0 for one in rows) for name in ("exact_match", "f1", "bleu", "chrf", "rouge_l")]
    print(f"{len(rows)} rows; zeros {zero}; corpus {head['corpus']}", file=sys.stderr)


if __name__ == "__main__":
    main()
