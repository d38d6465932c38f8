"""The small world that the built-in model is pre-trained on: endless conversations and stories, English and Chinese, made by rule.

`document(rng)` returns ('text', str) or ('chat', messages, tools). Nothing here is copied from anywhere, and no answer of the sample data sets
(public/samples) is among the answers; only their single words are (words.py).
"""

from pathlib import Path
from random import Random

from .facts import fact
from .grammar import expand
from .sentences import free_talk, thought, voice
from .stories import passage, story, story_request
from .tasks import task
from .tools import tool_chat
from .words import drill, glossary

HERE = Path(__file__).parent


def read_talk(lang: str) -> list[tuple[list[str], list[str]]]:
    pairs = []
    for line in (HERE / f"talk.{lang}.txt").read_text(encoding="utf8").splitlines():
        if line.strip() and not line.startswith("#"):
            q, a = line.split(" => ")
            pairs.append((q.split(" ~ "), a.split(" ~ ")))
    return pairs


TALK = {lang: read_talk(lang) for lang in ("en", "zh")}


def talk(rng: Random, lang: str) -> tuple[str, str]:
    questions, answers = rng.choice(TALK[lang])
    return expand(rng.choice(questions), rng), expand(rng.choice(answers), rng)


SYSTEMS = {
    "en": [
        "You are a helpful assistant.",
        "You are Seedling, a small and friendly assistant.",
        "You are a kind assistant. Answer in short sentences.",
        "Answer the question.",
        "You are a careful assistant.",
        "You are a friendly helper.",
    ],
    "zh": [
        "你是一个乐于助人的助手。",
        "你是小苗，一个小小的、友好的助手。",
        "你是一个友好的助手，请用短句回答。",
        "请回答问题。",
        "你是一个细心的助手。",
    ],
}


def turn(rng: Random, lang: str) -> tuple[str, str]:
    x = rng.random()
    if x < 0.34:
        return talk(rng, lang)
    if x < 0.55:
        return fact(rng, lang)
    if x < 0.67:
        return task(rng, lang)
    if x < 0.76:
        return glossary(rng, lang)
    if x < 0.82:
        return drill(rng, lang)
    if x < 0.93:
        return free_talk(rng, lang)
    return story_request(rng, lang)


def chat(rng: Random, lang: str) -> list[dict]:
    messages = []
    if rng.random() < 0.3:
        messages.append({"role": "system", "content": rng.choice(SYSTEMS[lang])})
    if rng.random() < 0.18:
        return messages + spoken(rng, lang)
    turns = passage(rng, lang) if rng.random() < 0.12 else list(turn(rng, lang))
    while rng.random() < 0.4 and len(turns) < 8:
        # Now and then the person changes the language, and the answer follows.
        turns += turn(rng, lang if rng.random() < 0.85 else "en" if lang == "zh" else "zh")
    for i, content in enumerate(turns):
        messages.append(
            {"role": "assistant", "content": content} if i % 2 else {"role": "user", "content": typed(rng, content)}
        )
    return messages


def spoken(rng: Random, lang: str) -> list[dict]:
    """A conversation in one manner of speaking, which a system prompt or the first answer sets."""
    speak, opening, closing = voice(rng, lang)
    messages = []
    if rng.random() < 0.5:
        rule = "每次回答" if lang == "zh" else "In every answer,"
        parts = [
            x
            for x in (
                (f"以“{opening}”开头" if lang == "zh" else f'begin with "{opening}"') if opening else "",
                (f"以“{closing}”结尾" if lang == "zh" else f'end with "{closing}"') if closing else "",
            )
            if x
        ]
        messages.append(
            {
                "role": "system",
                "content": rule + ("，" if lang == "zh" else " and ").join(parts) + "。"
                if lang == "zh"
                else rule + " " + " and ".join(parts),
            }
        )
    for _ in range(rng.randint(1, 4)):
        q, a = turn(rng, lang)
        messages += [{"role": "user", "content": typed(rng, q)}, {"role": "assistant", "content": speak(a)}]
    return messages


def typed(rng: Random, text: str) -> str:
    """People type carelessly: no final mark, no capitals."""
    x = rng.random()
    if x < 0.1:
        text = text.rstrip(".!?。！？")
    if 0.06 < x < 0.14:
        text = text.lower()
    return text or "?"


def plain(rng: Random, lang: str) -> str:
    x = rng.random()
    if x < 0.35:
        return story(rng, lang)
    gap = "" if lang == "zh" else " "
    if x < 0.75:
        return gap.join(thought(rng, lang) for _ in range(rng.randint(2, 6)))
    return gap.join(fact(rng, lang)[1] for _ in range(rng.randint(2, 5)))


def document(rng: Random):
    lang = rng.choice(("en", "zh"))
    x = rng.random()
    if x < 0.12:
        return ("text", plain(rng, lang))
    if x < 0.18:
        return ("chat", *tool_chat(rng, lang, talk))
    return ("chat", chat(rng, lang), None)
