"""
What TuneTab makes of a row of data: a conversation, a prompt with its completion, or a text.

A row is looked at by itself. The first shape of SHAPES that finds all it needs makes the example; else the columns that
the file's mapping names (handover.json), or those whose names say it. A row that makes none raises Unusable and is left
out, as in TuneTab.
"""

from __future__ import annotations

import json

from .columns import guessed
from .fields import SYSTEM, Fields, asked_and_answered, chat, completing, history, with_system
from .turns import Turns, Unusable, as_function, calls_of, checked_calls, flag_of, is_object, is_pair, is_present
from .turns import is_turn, kind_of, python_text, structure_in, to_turns, turn_list

CONVERSATIONS = (
    "messages conversations conversation dialogue dialogues dialog dialogs chat chats turns message chat_history "
    "对话 会话 消息"
).split()
# A column that says nothing else by its name counts where nothing else does.
LAST = "data"
CHOSEN = "chosen chosen_response response_chosen chosen_answer accepted preferred".split()
REJECTED = "rejected rejected_response response_rejected rejected_answer dispreferred".split()
ASKED = "prompt instruction question query input".split()
HH_ANSWER = "\n\nAssistant:"


def example_of(value: dict, mapping: dict, is_chosen: bool) -> dict | None:
    """None: the row is marked as not to be learnt. Unusable: it makes no example."""
    fields = Fields(value)
    mapping = mapping if is_chosen else mapping_of(fields, mapping)
    skipped = is_skipped(fields)
    example = SHAPES[mapping["format"]][1](fields, mapping)
    return None if skipped else example


def mapping_of(fields: Fields, of_file: dict) -> dict:
    whole = shape_of(fields, ("whole",))
    if whole:
        return of_file if whole == of_file["format"] else {"format": whole}

    def says(role: str) -> bool:
        return of_file.get(role) is not None and is_present(fields.value.get(of_file[role]))

    if of_file["format"] == "columns" and says("user") and says("assistant"):
        return of_file
    if of_file["format"] == "text" and says("text"):
        return of_file
    by_names = guessed(fields.value)
    if by_names:
        return by_names
    part = shape_of(fields, ("whole", "part"))
    if of_file["format"] == "columns":
        is_of_file = any(of_file.get(role) in fields.value for role in ("user", "assistant"))
    else:
        is_of_file = SHAPES[of_file["format"]][0](fields) is not None
    return of_file if is_of_file or part is None else {"format": part}


def shape_of(fields: Fields, known: tuple[str, ...]) -> str | None:
    return next((name for name, (recognise, _) in SHAPES.items() if recognise(fields) in known), None)


def is_skipped(fields: Fields) -> bool:
    """Marked as not to be learnt: an unwanted completion (KTO), or a flag of the row that is off."""
    for name in ("label", "kto_tag"):
        value = fields.get(name)
        wanted = {"true": True, "false": False}.get(value.strip().lower()) if isinstance(value, str) else value
        if isinstance(wanted, bool) and (name != "label" or fields.has("completion")) and not wanted:
            return True
    for name in ("train", "training", "trainable", "loss", "loss_mask", "weight", "loss_weight"):
        value = fields.get(name)
        if is_present(value) and not isinstance(value, list) and flag_of(value) in (0, 1):
            if flag_of(value) == 0:
                return True
    return False


# Shapes: how each is recognised ("whole", "part" or None), and the example that it makes


def conversation(fields: Fields) -> tuple[str, list] | None:
    for column in [*CONVERSATIONS, LAST]:
        name = fields.find(column)
        found = None if name is None else turn_list(fields.value[name])
        if not found:
            continue
        are_texts = len(found) > 1 and all(isinstance(one, str) for one in found)
        if are_texts or is_turn(found[0]) or (column != LAST and is_pair(found[0])):
            return name, found
    return None


def is_openai(found: list) -> bool:
    return any(is_object(one) and "role" in one for one in found)


def turns_of(fields: Fields, name: str) -> Turns:
    column = fields.find(name)
    found = None if column is None else turn_list(fields.value[column])
    if not found:
        raise Unusable(f"{name} holds no conversation")
    turns = to_turns(found)
    if len(turns.messages) != len(found):
        return turns
    # A column beside the conversation may hold a mark for each of its messages.
    for flags in (fields.get(one) for one in ("loss_mask", "weights", "train")):
        if isinstance(flags, list) and len(flags) == len(found):
            for index, message in enumerate(turns.messages):
                is_off = message["role"] == "assistant" and flag_of(flags[index]) == 0
                if is_off and index not in turns.untrained:
                    turns.untrained.append(index)
    return turns


def messages_shape(fields: Fields) -> str | None:
    found = conversation(fields)
    if found:
        return "whole" if is_openai(found[1]) else None
    return "part" if fields.named("messages") else None


def sharegpt_shape(fields: Fields) -> str | None:
    found = conversation(fields)
    if found:
        return None if is_openai(found[1]) else "whole"
    return "part" if fields.named(*CONVERSATIONS[1:]) else None


def from_conversation(fields: Fields, mapping: dict) -> dict:
    named = next((name for name in CONVERSATIONS if fields.named(name)), "conversations")
    found = conversation(fields)
    return chat(fields, turns_of(fields, found[0] if found else named))


def role_of(turn) -> str | None:
    if not is_object(turn):
        return None
    return kind_of(str(next((turn[key] for key in ("role", "from") if turn.get(key) is not None), "")))


def preference_shape(fields: Fields) -> str | None:
    if not fields.named(*CHOSEN) or not fields.named(*REJECTED):
        return None
    # Where messages end with an answer, they are what was chosen already.
    said = conversation(fields)
    if said and role_of(said[1][-1]) != "user":
        return None
    return "whole" if fields.has(*CHOSEN) else "part"


def from_preference(fields: Fields, mapping: dict) -> dict:
    name = fields.find(*CHOSEN)
    if name is None:
        raise Unusable("nothing was chosen")
    refused = fields.find(*REJECTED)
    asked, chosen = conversation(fields), messages_in(fields.value[name])
    if asked:
        answer = chosen or [{"role": "assistant", "content": fields.text(name)}]
        return completing(fields, with_system(fields, to_turns(asked[1])), to_turns(answer))
    if chosen:
        return from_chosen(fields, chosen, messages_in(fields.value[refused]) if refused else None)
    if fields.named("prompt"):
        return prompt_and(fields, name)
    question = fields.find(*ASKED)
    if question is not None:
        beside_it = "" if question == fields.name_of("input") else fields.optional("input")
        asks = "\n".join(part for part in (fields.text(question), beside_it) if part)
        return chat(fields, asked_and_answered(Turns([], []), asks, fields.text(name)))
    text = fields.text(name)
    if HH_ANSWER not in text:
        return {"kind": "text", "text": text}
    end = text.rindex(HH_ANSWER) + len(HH_ANSWER)
    return {"kind": "completion", "prompt": text[:end], "completion": text[end:]}


def messages_in(value) -> list | None:
    if is_turn(value):
        return [value]
    found = turn_list(value)
    return found if found and all(is_turn(one) for one in found) else None


def from_chosen(fields: Fields, chosen: list, refused: list | None) -> dict:
    """What both halves begin with is the prompt; a prompt of its own stands before them."""
    if fields.has("prompt") and role_of(chosen[0]) not in ("user", "system"):
        given = messages_in(fields.get("prompt")) or [{"role": "user", "content": fields.text("prompt")}]
        return completing(fields, with_system(fields, to_turns(given)), to_turns(chosen))
    shared, both = 0, list(zip(chosen, refused or []))
    while shared < len(both) and json.dumps(both[shared][0]) == json.dumps(both[shared][1]):
        shared += 1
    if shared == 0 or shared >= len(chosen):
        shared = len(chosen) - 1
    return completing(fields, with_system(fields, to_turns(chosen[:shared])), to_turns(chosen[shared:]))


def completion_shape(fields: Fields) -> str | None:
    if not fields.named("prompt") or not fields.named("completion"):
        return None
    is_whole = fields.has("completion") and (fields.has("prompt") or fields.get("prompt") == "")
    return "whole" if is_whole else "part"


def prompt_and(fields: Fields, answer: str) -> dict:
    def is_list(name: str) -> bool:
        value = fields.get(name)
        found = turn_list(value) if isinstance(value, str) else None
        return isinstance(value, list) or (bool(found) and all(is_turn(one) for one in found))

    def turns(name: str, role: str) -> Turns:
        return turns_of(fields, name) if is_list(name) else Turns([{"role": role, "content": fields.text(name)}], [])

    if is_list("prompt") or is_list(answer) or fields.has(*SYSTEM) or fields.has("tools", "functions"):
        return completing(fields, with_system(fields, turns("prompt", "user")), turns(answer, "assistant"))
    prompt = "" if fields.get("prompt") == "" else fields.text("prompt")
    return {"kind": "completion", "prompt": prompt, "completion": fields.text(answer)}


XLAM_ASKED, XLAM_CALLS = "query question instruction prompt user".split(), "answers answer tool_calls calls".split()


def xlam_shape(fields: Fields) -> str | None:
    answers = fields.find(*XLAM_CALLS)
    if not fields.has("tools", "functions") or not fields.has(*XLAM_ASKED) or answers is None:
        return None
    value = fields.value[answers]
    calls = structure_in(value) if isinstance(value, str) else value
    calls = calls if isinstance(calls, list) else [calls]

    def is_call(one) -> bool:
        inner = one.get("function") if is_object(one) and is_object(one.get("function")) else one
        return is_object(inner) and isinstance(inner.get("name"), str) and "arguments" in inner

    return "whole" if calls and all(is_call(one) for one in calls) else None


def from_xlam(fields: Fields, mapping: dict) -> dict:
    question, answers = fields.text(*XLAM_ASKED), fields.find(*XLAM_CALLS)
    if answers is None:
        raise Unusable("no calls")
    calls = checked_calls(calls_of(fields.value[answers]))
    answer = {"role": "assistant", "content": "", "tool_calls": calls}
    example = chat(fields, Turns([{"role": "user", "content": question}, answer], []))
    tools = example["tools"]
    return {**example, "tools": None if tools is None else [as_function(tool) for tool in tools]}


OUTPUTS = ("output", "response", "answer")


def alpaca_shape(fields: Fields) -> str | None:
    if not fields.named("instruction"):
        return None
    if fields.has("instruction") and fields.has(*OUTPUTS):
        return "whole"
    return "part" if fields.named(*OUTPUTS) else None


def from_alpaca(fields: Fields, mapping: dict) -> dict:
    before = history(fields)
    parts = [part for part in (fields.optional(name) for name in ("instruction", "input", "context")) if part]
    if not parts:
        raise Unusable("no instruction")
    return chat(fields, asked_and_answered(before, "\n".join(parts), fields.text(*OUTPUTS)))


def text_shape(fields: Fields) -> str | None:
    if not fields.named("text"):
        return None
    return "whole" if fields.has("text") and not isinstance(fields.get("text"), (dict, list)) else "part"


def from_columns(fields: Fields, mapping: dict) -> dict:
    if not mapping.get("user") or not mapping.get("assistant"):
        raise Unusable("no columns for question and answer")
    before = history(fields)
    context = fields.optional(mapping["context"]) if mapping.get("context") else ""
    question = "\n".join(part for part in (context, fields.text(mapping["user"])) if part)
    answer = fields.value.get(mapping["assistant"])
    if is_object(answer) and isinstance(answer.get("text"), list) and "answer_start" in answer:
        # SQuAD's: the first that says something.
        said = next((one for one in answer["text"] if is_present(one)), None)
        if said is None:
            raise Unusable("an empty answer")
        turns = asked_and_answered(before, question, python_text(said))
    else:
        turns = asked_and_answered(before, question, fields.text(mapping["assistant"]))
    return chat(fields, with_system(fields, turns, mapping["system"]) if mapping.get("system") else turns)


SHAPES = {
    "preference": (preference_shape, from_preference),
    "messages": (messages_shape, from_conversation),
    "sharegpt": (sharegpt_shape, from_conversation),
    "prompt-completion": (completion_shape, lambda fields, _: prompt_and(fields, "completion")),
    "xlam": (xlam_shape, from_xlam),
    "alpaca": (alpaca_shape, from_alpaca),
    "text": (text_shape, lambda fields, mapping: {"kind": "text", "text": fields.text(mapping.get("text") or "text")}),
    "columns": (lambda _: None, from_columns),
}
