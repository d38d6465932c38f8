"""Words: a glossary, and a drill that says words back.

The drill takes single words (English) and snippets of at most four characters (Chinese) from the sample data sets, never a sentence: a tied head
cannot write a token whose embedding was never trained, and LoRA does not train embeddings.
"""

import json
import re
from pathlib import Path
from random import Random

from .grammar import capital, expand, listing

ROOT = Path(__file__).parents[3]
GLOSSARY = [
    line.split("|")
    for line in (Path(__file__).parent / "glossary.txt").read_text(encoding="utf8").splitlines()
    if line and line[0] != "#"
]


def read_samples() -> str:
    return "\n".join(
        json.dumps(json.loads(p.read_text(encoding="utf8")), ensure_ascii=False)
        for p in sorted((ROOT / "public/samples").glob("*.json"))
        if p.name != "index.json"
    )


SAMPLES = read_samples()
WORDS_EN = sorted(set(re.findall(r"\b[a-z]+(?:'[a-z]+)?\b", SAMPLES.replace("\\n", " ").lower())))
RUNS_ZH = sorted(set(re.findall("[\u4e00-\u9fff]+", SAMPLES)))


def snippet(rng: Random) -> str:
    run = rng.choice(RUNS_ZH)
    length = min(len(run), rng.choice((1, 2, 2, 2, 3, 4)))
    start = rng.randint(0, len(run) - length)
    return run[start : start + length]


def glossary(rng: Random, lang: str) -> tuple[str, str]:
    en, zh, meaning, meaning_zh = rng.choice(GLOSSARY)
    bare = re.sub("^(a|an|the) ", "", en)
    be = "are" if bare in ("wings", "vitamins", "pounds", "gums", "lips") or bare.startswith("the lips") else "is"
    s = dict(en=en, En=capital(en), bare=bare, zh=zh, m=meaning, M=capital(meaning), mz=meaning_zh, be=be)
    kind = rng.random()
    if kind < 0.2:
        return rng.choice(
            [
                (expand("{What is “<zh>” in English?|“<zh>”用英语怎么说？}", rng, s), f'"{bare}".'),
                (expand('{What is "<bare>" in Chinese?|“<bare>”用中文怎么说？}', rng, s), f"“{zh}”。"),
            ]
        )
    if lang == "zh":
        return expand("{<zh>是什么？|什么是<zh>？|“<zh>”是什么意思？|你知道<zh>是什么吗？}", rng, s), expand(
            "{<zh>是<mz>。|是<mz>。|<zh>就是<mz>。}", rng, s
        )
    return expand('{What <be> <en>?|What does "<bare>" mean?|Do you know what <en> <be>?}', rng, s), expand(
        "{<En>: <m>.|It means: <m>.|<M>.}", rng, s
    )


def drill(rng: Random, lang: str) -> tuple[str, str]:
    n = rng.randint(1, 5)
    if lang == "zh":
        words = [snippet(rng) for _ in range(n)]
        return expand("{念一念：|重复：|跟我念：|写下来：|再说一遍：}", rng) + "、".join(words), (
            "、" if rng.random() < 0.7 else "，"
        ).join(words)
    words = [rng.choice(WORDS_EN) for _ in range(n)]
    text = " ".join(words) if rng.random() < 0.4 else listing(words, "en")
    return expand("{Repeat:|Say:|Write:|Say after me:|Read this:}", rng) + " " + text, text
