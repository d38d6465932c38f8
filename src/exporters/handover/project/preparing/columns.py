"""Which columns of a row ask and which answer, by the words of their names."""

from __future__ import annotations

import re

from .turns import is_present

USER = set(
    "user human question query prompt instruction input ask request problem patient client customer student source q "
    "frage anfrage pregunta domanda 问题 提问 用户 问 输入 指令 患者".split()
)
ASSISTANT = set(
    "assistant bot gpt answer response reply output completion solution doctor agent model target teacher a antwort "
    "réponse reponse respuesta risposta 回答 答案 答复 回复 解答 助手 答 输出 医生".split()
)
SYSTEM = set("system persona 系统 设定".split())
CONTEXT = set(
    "context passage paragraph document article background evidence excerpt story input kontext contexte contexto "
    "上下文 背景 材料 段落 文章".split()
)
# Numbers of rows; nobody asks or answers in them.
NUMBERING = re.compile(
    r"(^|[\W\d_])(id|no|nr|index|idx|uuid)$|[a-z]id$|^Unnamed: \d+$|^__index_level_|编号|序号|号码|单号|工号",
    re.IGNORECASE,
)
HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]{2,}")


def guessed(value: dict) -> dict | None:
    """The mapping that the names of a row's columns say; None where they say none."""
    named = [name for name, cell in value.items() if is_present(cell) and not NUMBERING.search(name)]
    texts = {name for name in named if isinstance(value[name], str)}
    system = best([name for name in named if name in texts and best([name], ASSISTANT) is None], SYSTEM)
    turns = [name for name in named if name != system]
    user = best(turns, USER)
    assistant = best([name for name in turns if name != user], ASSISTANT)
    if user is None or assistant is None:
        return None
    rest = (name for name in turns if name not in (user, assistant) and name in texts)
    context = next((name for name in rest if ends_in(name, CONTEXT)), None)
    return {"format": "columns", "user": user, "assistant": assistant, "system": system, "context": context}


def best(names: list[str], words: set[str]) -> str | None:
    """The column with the most of these words; the last word of a name weighs most (doctor_question is a question)."""
    found, top = None, 0.0
    for name in names:
        parts = words_of(name)
        score = sum(weight(part, words) * (3 if index == len(parts) - 1 else 1) for index, part in enumerate(parts))
        if score > top:
            found, top = name, score
    return found


def ends_in(name: str, words: set[str]) -> bool:
    return weight((words_of(name) or [""])[-1], words) >= 0.9


def words_of(name: str) -> list[str]:
    spaced = re.sub(r"([a-z])([A-Z])", r"\1 \2", name).lower()
    return [part for part in re.split(r"[\W\d_]+", spaced) if part]


def weight(part: str, words: set[str]) -> float:
    """Chinese puts no space between words: one of two characters and more counts as a name's end, and less within it."""
    if part in words or (len(part) > 3 and re.sub("s$", "", part) in words):
        return 1
    inside = [word for word in words if HAN.fullmatch(word) and word in part]
    return 0 if not inside else 0.9 if any(part.endswith(word) for word in inside) else 0.2
