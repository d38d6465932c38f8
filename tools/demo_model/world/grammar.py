"""Tiny text grammar: `{a|b}` picks an alternative (nesting allowed), `<name>` is filled from a dictionary."""

import re
from random import Random

INNER = re.compile(r"\{([^{}]*)\}")
SLOT = re.compile(r"<(\w+)>")


def expand(text: str, rng: Random, slots: dict | None = None) -> str:
    while (match := INNER.search(text)) is not None:
        text = text[: match.start()] + rng.choice(match.group(1).split("|")) + text[match.end() :]
    if slots:
        text = SLOT.sub(lambda m: str(slots[m.group(1)]), text)
    return re.sub(r"  +", " ", text).strip()


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def article(noun: str) -> str:
    return ("an " if noun[0] in "aeiou" else "a ") + noun


def listing(items: list[str], lang: str) -> str:
    if lang == "zh":
        return items[0] if len(items) == 1 else "、".join(items[:-1]) + "和" + items[-1]
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1]
