#!/usr/bin/env python3
"""Write tests/golden/data/scores/calls.json: drawn answers with tool calls, and whether they are the calls wanted.

    python calls_reference.py [OUT [SEED [COUNT]]]      # default: tests/golden/data of this repository

A row holds the answer as a model writes it, the calls wanted as the suites have them, the calls that stand in the
answer (null: something meant for a call that cannot be read) and whether they are right. Right is what a second
implementation says, below; it is held against BFCL's own checker of syntax trees (bfcl-eval) wherever that can be
asked, and the script ends where the two disagree. BFCL cannot be asked about arguments that may be anything; it
takes an empty text or list for what may be left out, by its own mark for that; and it calls the whole number 3
written as 3.0 a wrong type, which JSON does not know.
"""

from __future__ import annotations

import json
import random
import re
import sys
from itertools import permutations
from types import ModuleType, SimpleNamespace

import common_scores

# Its head imports the client of every vendor; a function's name is the only thing that it asks there.
stub = ModuleType("bfcl_eval.constants.model_config")
stub.MODEL_CONFIG_MAPPING = {"any": SimpleNamespace(underscore_to_dot=False)}
sys.modules["bfcl_eval.constants.model_config"] = stub
from bfcl_eval.constants.enums import Language  # noqa: E402
from bfcl_eval.eval_checker.ast_eval import ast_checker as bfcl  # noqa: E402

SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 31
COUNT = int(sys.argv[3]) if len(sys.argv) > 3 else 400
draw = random.Random(SEED)

TYPES = {"string": "string", "integer": "integer", "number": "float", "boolean": "boolean"}
TYPES |= {"array": "array", "object": "dict"}
STRINGS = ["New York", "new-york", "Oslo", "São Paulo", "上海", "3 p.m.", "it's", 'it"s', "A/B_c", "", "17*24", "Straße"]
VALUES = {
    "string": STRINGS,
    "integer": [0, 1, 3, -7, 20, 10**15],
    "number": [0.5, 1, -2.25, 3, 1e-9, 100],
    "boolean": [True, False],
    "array": [["a", "B c"], ["a"], [], ["x-y", "z"], ["上海", "杭州"]],
    "object": [{"unit": "km", "n": 3}, {"unit": "Miles"}, {"on": True, "n": 1}],
}
NAMES = ["get_weather", "find_train", "set_light", "remind", "search"]
FIELDS = ["town", "day", "count", "level", "on", "tags", "filter", "text"]


# The second implementation: what calls stand in an answer, and whether they are those wanted.


def calls_in(answer: str) -> list[dict] | None:
    """By the family's marks first; an answer without marks holds calls only where it, or its fences, are calls."""
    if "<tool_call>" in answer:
        return read_all([piece.split("</tool_call>")[0] for piece in answer.split("<tool_call>")[1:]])
    if "[TOOL_CALLS]" in answer:
        return read_all([answer.split("[TOOL_CALLS]", 1)[1]])
    bare = answer.replace("<|python_tag|>", "").strip()
    for texts in ([bare], re.findall(r"```(?:json|tool_call)?\s*\n(.*?)```", bare, re.S)):
        found = read_all(texts) if texts else None
        if found:
            return found
    return []


def read_all(texts: list[str]) -> list[dict] | None:
    calls = []
    for text in texts:
        try:
            value = json.loads(text.strip(), parse_constant=refuse)
        except ValueError:
            return None
        for one in value if isinstance(value, list) else [value]:
            call = read_call(one)
            if call is None:
                return None
            calls.append(call)
    return calls


def refuse(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def read_call(value: object) -> dict | None:
    if not isinstance(value, dict):
        return None
    inner = value["function"] if isinstance(value.get("function"), dict) else value
    given = next((inner[key] for key in ("arguments", "parameters") if inner.get(key) is not None), {})
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError:
            return None
    if not isinstance(inner.get("name"), str) or not isinstance(given, dict):
        return None
    return {"name": inner["name"], "arguments": given}


def is_right(made: list[dict] | None, wanted: list[dict]) -> bool:
    """A perfect matching of the calls made to those wanted, found by augmenting paths."""
    if made is None or len(made) != len(wanted):
        return False
    owner: dict[int, int] = {}

    def place(i: int, seen: set[int]) -> bool:
        for j, want in enumerate(wanted):
            if j not in seen and fits(made[i], want):
                seen.add(j)
                if j not in owner or place(owner[j], seen):
                    owner[j] = i
                    return True
        return False

    return all(place(i, set()) for i in range(len(made)))


def fits(made: dict, want: dict) -> bool:
    given = made["arguments"]
    if made["name"] != want["name"] or set(given) - set(want["arguments"]):
        return False
    for name, one in want["arguments"].items():
        if name not in given:
            if one == "any" or not one.get("optional"):
                return False
        elif one != "any" and not any(same(given[name], value) for value in one["values"]):
            return False
    return True


def same(a: object, b: object) -> bool:
    if isinstance(a, bool) or isinstance(b, bool) or a is None or b is None:
        return type(a) is type(b) and a == b
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return a == b
    if type(a) is not type(b):
        return False
    if isinstance(a, str):
        return loosened(a) == loosened(b)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    return set(a) == set(b) and all(same(a[key], b[key]) for key in a)


def loosened(text: str) -> str:
    return "".join(sign for sign in text if sign not in " ,./-_*^").lower().replace("'", '"')


# BFCL's own checker on the same calls.


def asked_of_bfcl(tools: list[dict], made: list[dict], wanted: list[dict]) -> bool | None:
    if any(one == "any" for want in wanted for one in want["arguments"].values()):
        return None
    if written_as_decimal(tools, made) or any(v in ("", []) for call in made for v in call["arguments"].values()):
        return None
    if not wanted:
        return not made
    functions = [bfcl_function(tool["function"]) for tool in tools]
    answers = [
        {want["name"]: {name: bfcl_values(one) for name, one in want["arguments"].items()}} for want in wanted
    ]
    output = [{call["name"]: call["arguments"]} for call in made]
    check = bfcl.parallel_function_checker_no_order
    # It pairs calls as they come, and may miss the pairing that another order finds.
    return any(
        check(functions, list(order), answers, Language.PYTHON, "any")["valid"] for order in permutations(output)
    )


def bfcl_function(function: dict) -> dict:
    properties = {
        name: {"type": TYPES[one["type"]], **({"items": {"type": "string"}} if one["type"] == "array" else {})}
        for name, one in function["parameters"]["properties"].items()
    }
    required = function["parameters"]["required"]
    return {"name": function["name"], "parameters": {"properties": properties, "required": required}}


def bfcl_values(one: dict) -> list:
    """BFCL lists the values of each key of an object, and has an empty text for what may be left out."""
    values = [{key: [v] for key, v in value.items()} if isinstance(value, dict) else value for value in one["values"]]
    return values + ([""] if one.get("optional") else [])


def written_as_decimal(tools: list[dict], made: list[dict]) -> bool:
    kinds = {tool["function"]["name"]: tool["function"]["parameters"]["properties"] for tool in tools}
    return any(
        isinstance(value, float) and kinds.get(call["name"], {}).get(name, {}).get("type") == "integer"
        for call in made
        for name, value in call["arguments"].items()
    )


# What is drawn.


def tool(name: str) -> dict:
    fields = draw.sample(FIELDS, draw.randint(1, 4))
    properties = {field: {"type": draw.choice(list(TYPES))} for field in fields}
    required = [field for field in fields if draw.random() < 0.7]
    parameters = {"type": "object", "properties": properties, "required": required}
    return {"type": "function", "function": {"name": name, "parameters": parameters}}


def wanted_call(function: dict) -> dict:
    arguments: dict[str, object] = {}
    for name, one in function["parameters"]["properties"].items():
        optional = name not in function["parameters"]["required"]
        values = draw.sample(VALUES[one["type"]], min(len(VALUES[one["type"]]), draw.choice([1, 1, 2])))
        if optional and "" in values:
            values = ["noon"]
        found: object = {"values": values, **({"optional": True} if optional else {})}
        arguments[name] = "any" if draw.random() < 0.06 else found
    return {"name": function["name"], "arguments": arguments}


def made_call(want: dict) -> dict:
    arguments = {}
    for name, one in want["arguments"].items():
        if one == "any":
            arguments[name] = draw.choice([1, "x", [], {"a": None}])
        elif not (one.get("optional") and draw.random() < 0.4):
            arguments[name] = rewritten(draw.choice(one["values"]))
    call = {"name": want["name"], "arguments": arguments}
    return spoiled(call) if draw.random() < 0.3 else call


def rewritten(value: object) -> object:
    if isinstance(value, str) and draw.random() < 0.4:
        change = [str.upper, str.lower, lambda text: text.replace(" ", "_"), lambda text: f" {text}.", str.title]
        return draw.choice(change)(value)
    return value


def spoiled(call: dict) -> dict:
    arguments = dict(call["arguments"])
    kind = draw.randrange(6)
    if kind == 0:
        return {**call, "name": draw.choice([*NAMES, call["name"].upper()])}
    if kind == 1:
        return {**call, "arguments": {**arguments, "colour": "red"}}
    if kind == 2 and arguments:
        del arguments[draw.choice(list(arguments))]
    elif arguments:
        name = draw.choice(list(arguments))
        value = arguments[name]
        others = [str(value), None, True, 1, 0, 1.5, [value], {"a": value}, "Paris", "", [], {}]
        if isinstance(value, int):
            others += [float(value), value + 1] * 3
        if isinstance(value, list):
            others += [value[::-1], value + ["more"]] * 3
        if isinstance(value, dict):
            others += [{**value, "more": 1}, {key: value[key] for key in list(value)[1:]}] * 3
        arguments[name] = draw.choice(others)
    return {**call, "arguments": arguments}


def written(calls: list[dict]) -> str:
    """The calls as some family writes them, whole or broken."""
    texts = [json.dumps(call, ensure_ascii=draw.random() < 0.5) for call in calls]
    kind = draw.randrange(9)
    if not calls and kind < 7:
        return draw.choice(["None of the tools fits.", "", "月亮自己不发光。", '{"warm": true}', "[]"])
    if kind < 3:
        return "\n".join(f"<tool_call>\n{text}\n</tool_call>" for text in texts)
    if kind == 3:
        return "I look it up.\n" + "\n".join(f"<tool_call>{text}</tool_call>" for text in texts)[: -len("</tool_call>")]
    if kind == 4:
        return f"[TOOL_CALLS] [{', '.join(texts)}]"
    if kind == 5:
        return "Here:\n" + "\n".join(f"```json\n{text}\n```" for text in texts)
    if kind == 6:
        inner = [{"type": "function", "function": {**c, "arguments": json.dumps(c["arguments"])}} for c in calls]
        return json.dumps(inner if len(inner) != 1 else inner[0])
    if kind == 7:
        named = [{"name": call["name"], "parameters": call["arguments"]} for call in calls]
        return "<|python_tag|>" + json.dumps(named if len(named) != 1 else named[0])
    broken = "\n".join(f"<tool_call>\n{text}\n</tool_call>" for text in texts)
    return draw.choice([broken.replace("}", "", 1), broken.replace('"name"', '"tool"', 1), broken.replace(":", "=", 1)])


def row() -> dict:
    tools = [tool(name) for name in draw.sample(NAMES, draw.choice([1, 1, 2, 3]))]
    chosen = [draw.choice(tools) for _ in range(draw.choice([0, 1, 1, 1, 2, 3]))]
    wanted = [wanted_call(one["function"]) for one in chosen]
    meant = [made_call(want) for want in wanted]
    extra = draw.random()
    if extra < 0.08:
        meant = meant[1:]
    elif extra < 0.16 and tools:
        meant = [*meant, made_call(wanted_call(tools[0]["function"]))]
    draw.shuffle(meant)
    answer = written(meant)
    made = calls_in(answer)
    return {"tools": tools, "calls": wanted, "answer": answer, "made": made, "right": is_right(made, wanted)}


def main() -> None:
    rows, asked, apart = [], 0, []
    for _ in range(COUNT):
        one = row()
        found = None if one["made"] is None else asked_of_bfcl(one["tools"], one["made"], one["calls"])
        asked += found is not None
        if found is not None and found != one["right"]:
            apart.append(one)
        rows.append({key: one[key] for key in ("answer", "calls", "made", "right")})
    right = sum(one["right"] for one in rows)
    print(f"{len(rows)} answers, {right} right; BFCL asked of {asked}, apart in {len(apart)}", file=sys.stderr)
    for one in apart[:10]:
        print(json.dumps(one, ensure_ascii=False), file=sys.stderr)
    if apart:
        raise SystemExit(1)
    head = {"made_by": common_scores.made_by("bfcl-eval"), "asked_of_bfcl": asked}
    common_scores.write_lines(common_scores.golden_folder() / "calls.json", head, rows)


if __name__ == "__main__":
    main()
