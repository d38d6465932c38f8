"""A row's columns, and what stands beside its conversation: system text, tools, earlier turns."""

from __future__ import annotations

from .turns import Turns, Unusable, as_function, is_object, is_pair, is_present, is_turn, plain, python_json
from .turns import python_text, structure_in, to_turns

SYSTEM = "system system_prompt system_message system_instruction sys sys_prompt 系统 系统提示 系统提示词".split()


class Fields:
    """A row's columns by name, whichever way the name is spelt."""

    def __init__(self, value: dict):
        self.value, self.names = value, {}
        for name in value:
            if plain(name) not in self.names or plain(name) == name:
                self.names[plain(name)] = name

    def name_of(self, name: str) -> str | None:
        return name if name in self.value else self.names.get(plain(name))

    def find(self, *names: str) -> str | None:
        """The first of these columns that says something."""
        own = (self.name_of(name) for name in names)
        return next((name for name in own if name is not None and is_present(self.value[name])), None)

    def has(self, *names: str) -> bool:
        return self.find(*names) is not None

    def named(self, *names: str) -> bool:
        return any(self.name_of(name) is not None for name in names)

    def get(self, name: str):
        own = self.name_of(name)
        return None if own is None else self.value[own]

    def text(self, *names: str) -> str:
        name = self.find(*names)
        if name is None:
            raise Unusable(f"no {names[0]}")
        value = self.value[name]
        return python_json(value) if isinstance(value, (dict, list)) else python_text(value)

    def optional(self, *names: str) -> str:
        return self.text(*names) if self.has(*names) else ""


def chat(fields: Fields, turns: Turns) -> dict:
    turns = with_system(fields, turns)
    return {"kind": "chat", "messages": turns.messages, "untrained": turns.untrained, **beside(fields)}


def with_system(fields: Fields, turns: Turns, own: str | None = None) -> Turns:
    system = fields.optional(*([own] if own else SYSTEM))
    if system == "" or (turns.messages and turns.messages[0]["role"] == "system"):
        return turns
    message = {"role": "system", "content": system}
    return Turns([message, *turns.messages], [index + 1 for index in turns.untrained])


def beside(fields: Fields) -> dict:
    args = fields.get("chat_template_kwargs")
    args = structure_in(args) if isinstance(args, str) else args
    return {"tools": tools_of(fields), "args": args if is_object(args) else {}}


def tools_of(fields: Fields) -> list | None:
    name = fields.find("tools", "functions")
    if name is None:
        return next((fields.get(one) for one in ("tools", "functions") if isinstance(fields.get(one), list)), None)
    found = fields.value[name]
    tools = structure_in(found) if isinstance(found, str) else found
    if is_object(tools) and isinstance(tools.get("name"), str):
        tools = [tools]
    if not isinstance(tools, list):
        raise Unusable(f"{name} is no list of tools")
    return [as_function(tool) for tool in tools] if fields.name_of("functions") == name else tools


def history(fields: Fields) -> Turns:
    name = fields.find("history")
    if name is None:
        return Turns([], [])
    given = fields.value[name]
    given = structure_in(given) if isinstance(given, str) else given

    def as_pair(one):
        isolated = isinstance(one, list) and len(one) == 2 and not is_pair(one)
        return {"user": one[0], "assistant": one[1]} if isolated else one

    if not isinstance(given, list) or not all(is_turn(one) or is_pair(as_pair(one)) for one in given):
        raise Unusable("history is neither pairs nor messages")
    return to_turns([as_pair(one) for one in given])


def asked_and_answered(before: Turns, question: str, answer: str) -> Turns:
    both = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    return Turns([*before.messages, *both], before.untrained)


def completing(fields: Fields, prompt: Turns, completion: Turns) -> dict:
    further = [index + len(prompt.messages) for index in completion.untrained]
    example = {"kind": "chat-completion", "prompt": prompt.messages, "completion": completion.messages}
    return {**example, **beside(fields), "untrained": [*prompt.untrained, *further]}
