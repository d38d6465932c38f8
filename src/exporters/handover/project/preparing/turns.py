"""The turns of a conversation, in whichever way data sets write them, as messages of the four roles."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass

ROLE_KEYS = ("role", "from", "speaker", "sender", "author")
CONTENT_KEYS = ("content", "value", "text", "message", "utterance")
# Marks of a turn as other trainers know them.
FLAGS = ("weight", "train", "training", "trainable", "loss", "loss_mask", "loss_weight", "train_on_turn")
NAMES = {
    "system": "system developer sys 系统",
    "user": "user human client customer prompter question questioner query input instruction prompt q "
    "用户 人类 问 问题 提问",
    "assistant": "assistant gpt chatgpt bot chatbot bing bard claude model llm ai agent answer response output reply a "
    "助手 助理 机器人 模型 答 回答",
    "tool": "tool function functionresponse functionresult observation toolresponse toolresult toolresults tooloutput "
    "ipython environment",
    "call": "toolcall toolcalls functioncall functioncalls",
}
KINDS = {name: kind for kind, names in NAMES.items() for name in names.split()}
# White space as JavaScript has it, by which TuneTab tells what is blank.
SPACE = "\t\n\v\f\r \xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f"
SPACE += "\u205f\u3000\ufeff"


class Unusable(ValueError):
    """Why a row makes no example."""


@dataclass
class Turns:
    messages: list[dict]
    # Indices of turns that are read and not trained.
    untrained: list[int]


def plain(name: str) -> str:
    return re.sub(r"[\s_-]+", "", name.lower())


def kind_of(name: str) -> str | None:
    return KINDS.get(plain(name.strip(SPACE)))


def is_object(value) -> bool:
    return isinstance(value, dict)


def is_present(value) -> bool:
    """Neither null nor blank nor an empty list."""
    if isinstance(value, str):
        return value.strip(SPACE) != ""
    return value is not None and value != []


def python_json(value) -> str:
    return json.dumps(value, ensure_ascii=False)


def python_text(value) -> str:
    return python_json(value) if isinstance(value, (dict, list)) else str(value)


def loosely(text: str):
    """JSON as it is really written: with NaN, bare control characters, or as Python prints it. ValueError: neither."""
    try:
        return json.loads(text, strict=False, parse_constant=lambda _: None)
    except ValueError:
        pass
    try:
        return json.loads(json.dumps(ast.literal_eval(text.strip(SPACE))))
    except (SyntaxError, TypeError, MemoryError, RecursionError) as error:
        raise ValueError(str(error)) from error


def structure_in(text: str):
    """The list or mapping that a text holds; None where it holds none."""
    if not re.match(r"\s*[\[{(]", text):
        return None
    try:
        return loosely(text)
    except ValueError:
        return None


def flag_of(value) -> float | None:
    """A mark as a number: 0 read only, 1 trained; None where there is none."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str):
        return {"true": 1, "false": 0, "1": 1, "0": 0}.get(value.strip(SPACE).lower())
    return value if isinstance(value, (int, float)) else None


def is_turn(value) -> bool:
    """Whether a value is a turn that says who speaks."""
    if not is_object(value) or not any(isinstance(value.get(key), str) for key in ROLE_KEYS):
        return False
    return any(key in value for key in (*CONTENT_KEYS, "tool_calls", "function_call"))


def is_pair(value) -> bool:
    """Whether a value is a question with its answer: [question, answer] or {human: ..., assistant: ...}."""
    if isinstance(value, list):
        return len(value) == 2 and all(one is None or isinstance(one, str) for one in value)
    return is_object(value) and pair_of(value) is not None


def pair_of(value: dict) -> tuple | None:
    if any(isinstance(value.get(key), str) for key in ROLE_KEYS) and any(key in value for key in CONTENT_KEYS):
        return None
    asked = [key for key in value if kind_of(key) == "user"]
    answered = [key for key in value if kind_of(key) == "assistant"]
    return (value[asked[0]], value[answered[0]]) if len(asked) == 1 and len(answered) == 1 else None


def turn_list(value) -> list | None:
    """The list that a value is or says, also as text or turned on its side."""
    found = structure_in(value) if isinstance(value, str) else value
    if isinstance(found, list):
        return found
    if not is_object(found) or len(found) < 2 or not all(isinstance(one, list) for one in found.values()):
        return None
    lengths = {len(one) for one in found.values()}
    return [dict(zip(found, cells)) for cells in zip(*found.values())] if len(lengths) == 1 else None


def to_turns(found: list) -> Turns:
    maker = _Maker()
    are_texts = len(found) > 1 and all(isinstance(one, str) for one in found)
    for index, one in enumerate(found):
        if are_texts:
            maker.add({"role": "assistant" if index % 2 else "user", "content": one})
        elif is_object(one) and any(one.get(key) is not None for key in ROLE_KEYS):
            maker.add(one)
        elif isinstance(one, list) and is_pair(one):
            maker.add_pair(one, {})
        elif is_object(one) and pair_of(one):
            maker.add_pair(pair_of(one), one)
        else:
            raise Unusable(f"message {index + 1} is none")
    return maker.turns


class _Maker:
    def __init__(self):
        self.turns = Turns([], [])
        # Whether the last message was made of turns that are calls: further ones join it.
        self.calls_open = False

    def add_pair(self, pair, source: dict) -> None:
        system = next((key for key in source if kind_of(key) == "system"), None)
        if system is not None and is_present(source[system]):
            self.add({"role": "system", "content": source[system]})
        if is_present(pair[0]):
            self.add({"role": "user", "content": pair[0]})
        if is_present(pair[1]):
            flags = {flag: source[flag] for flag in FLAGS if flag in source}
            self.add({"role": "assistant", "content": pair[1], **flags})

    def add(self, source: dict) -> None:
        role_key = next(key for key in ROLE_KEYS if source.get(key) is not None)
        named = source[role_key] if isinstance(source[role_key], str) else ""
        kind = kind_of(named)
        if kind is None:
            raise Unusable(f"the role {named} is unknown")
        content_key = next((key for key in CONTENT_KEYS if source.get(key) is not None), "content")
        given, rest = source.get(content_key), dict(source)
        if kind == "call":
            rest.pop(role_key, None)
            rest.pop(content_key, None)
            return self.add_calls(checked_calls(calls_of(given)), rest)
        calls = self.calls_in(rest)
        content = content_of(given)
        speaks = kind == "assistant" and (calls is not None or is_present(rest.get("reasoning_content")))
        if content is None and not speaks:
            raise Unusable("a message without content")
        renamed = {role_key: "role", content_key: "content"}
        message = {renamed.get(key, key): value for key, value in rest.items()}
        message |= {"role": kind, "content": content} | ({} if calls is None else {"tool_calls": calls})
        return self.push(message)

    def calls_in(self, message: dict) -> list | None:
        """The calls of a message, OpenAI's older `function_call` among them, which is taken away."""
        legacy, given = message.get("function_call"), message.get("tool_calls")
        if is_present(legacy):
            del message["function_call"]
            return checked_calls(calls_of(legacy))
        calls = structure_in(given) if isinstance(given, str) else given
        return checked_calls(calls if isinstance(calls, list) else [calls]) if is_present(calls) else None

    def add_calls(self, calls: list, rest: dict) -> None:
        """Calls that stand as turns of their own are calls of one turn: of the assistant's text before them, if any."""
        last = self.turns.messages[-1] if self.turns.messages else None
        joins = last and last["role"] == "assistant" and (self.calls_open or not is_present(last.get("tool_calls")))
        if joins and not any(is_present(rest.get(flag)) for flag in FLAGS):
            last["tool_calls"] = [*(last.get("tool_calls") or []), *calls]
        else:
            self.push({**rest, "role": "assistant", "content": "", "tool_calls": calls})
        self.calls_open = True

    def push(self, message: dict) -> None:
        self.calls_open = False
        self.turns.messages.append(message)
        if message["role"] == "assistant" and any(flag_of(message.get(flag)) == 0 for flag in FLAGS):
            self.turns.untrained.append(len(self.turns.messages) - 1)


def content_of(given) -> str | None:
    """Text as it is; a list of text parts joined; None for none."""
    if given is None or isinstance(given, str):
        return given
    if not isinstance(given, (dict, list)):
        return python_text(given)
    parts = given if isinstance(given, list) else given.get("parts")
    parts = parts if isinstance(parts, list) else []
    texts = [part if isinstance(part, str) else part.get("text") if is_object(part) else None for part in parts]
    if (parts or isinstance(given, list)) and all(isinstance(text, str) for text in texts):
        return "".join(texts)
    if any(is_object(part) and isinstance(part.get("type"), str) and part["type"] != "text" for part in parts):
        raise Unusable("a message with pictures or sound")
    return python_json(given)


# Calls of tools


def as_function(tool):
    """A function's description as the tool that it is; what is a tool already stays as it is."""
    is_bare = is_object(tool) and isinstance(tool.get("name"), str) and not is_object(tool.get("function"))
    return {"type": "function", "function": tool} if is_bare else tool


def calls_of(source) -> list:
    calls = source
    if isinstance(source, str):
        tagged = re.findall(r"<tool_call>(.*?)</tool_call>", source, re.DOTALL)
        calls = [structure_in(one) for one in tagged] if tagged else structure_in(source)
    found = calls if isinstance(calls, list) else [calls]
    if not found or not all(is_object(call) for call in found):
        raise Unusable("a call of a tool is none")
    return [call if is_object(call.get("function")) else as_function(call) for call in found]


def checked_calls(calls: list) -> list:
    """The same calls with arguments that can be read: JSON text and mappings as they are, Python's text as a mapping."""

    def checked(call):
        if not is_object(call):
            raise Unusable("a call of a tool is none")
        inner = call["function"] if is_object(call.get("function")) else call
        given = inner.get("arguments")
        if not isinstance(given, str) or given.strip(SPACE) == "" or _is_json(given):
            return call
        try:
            arguments = loosely(given)
        except ValueError as error:
            raise Unusable("the arguments of a call are no JSON") from error
        whole = {**inner, "arguments": arguments}
        return whole if inner is call else {**call, "function": whole}

    return [checked(call) for call in calls]


def _is_json(text: str) -> bool:
    def refuse(_):
        raise ValueError

    try:
        json.loads(text, parse_constant=refuse)
    except ValueError:
        return False
    return True
