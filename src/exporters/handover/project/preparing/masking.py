"""
Ids and labels of an example, as TuneTab makes them and trl prepares them: with the model's own tokenizer and template.

What the assistant wrote is what `{% generation %}` encloses; in templates without it, each assistant turn after the
generation prompt, up to and with its end of turn. Such turns are found by marks that are put into the template's loop
over the messages, on its syntax tree; where there is no such loop, by rendering what comes before each turn.
"""

from __future__ import annotations

import json
import os
import re
from functools import cached_property

import trl.chat_template_utils as stock
from jinja2 import nodes
from transformers.utils.chat_template_utils import _compile_jinja_template
from .turns import Unusable, is_object

IGNORE = -100
# Unicode noncharacters, which no text that is interchanged contains.
MESSAGE, LOOP_END = "\ufdd0", "\ufdd1"
PIECES = re.compile(f"({MESSAGE}[^{MESSAGE}]*{MESSAGE}|{LOOP_END})")
# Stock templates that trl trains by variants of its own, and what they are known by.
VARIANTS = ("qwen2_5", "qwen3", "deepseek_r1_distill")
LISTS = {"messages"}


class Rows:
    """What a run makes of its rows. `run`: the run file."""

    def __init__(self, tokenizer, run: dict, vocabulary: int):
        self.tokenizer, self.vocabulary = tokenizer, vocabulary
        self.max_length = run["max_length"]
        self.assistant_only, self.completion_only = run.get("assistant_only_loss"), run.get("completion_only_loss")
        self.templates: dict[str, Template] = {}

    def prepared(self, example: dict) -> dict:
        """Unusable: nothing of it would be trained, or the model has no weights for a token."""
        ids, mask = self.ids_and_mask(example)
        ids, mask = ids[: self.max_length], mask[: self.max_length]
        if len(ids) < 2:
            raise Unusable("no tokens")
        if not any(mask):
            raise Unusable(f"nothing to train within {self.max_length} tokens")
        if max(ids) >= self.vocabulary:
            raise Unusable(f"the model has no weights for token {max(ids)}")
        return {"input_ids": ids, "labels": [token if on else IGNORE for token, on in zip(ids, mask)]}

    def ids_and_mask(self, example: dict) -> tuple[list[int], list[int]]:
        completion_only = self.completion_only is not False
        if example["kind"] == "text":
            ids = self.encode(self.with_eos(example["text"]), special=True)["input_ids"]
            return ids, [1] * len(ids)
        if example["kind"] == "completion":
            prompt = self.encode(example["prompt"], special=True)["input_ids"]
            ids = self.encode(example["prompt"] + self.with_eos(example["completion"]), special=True)["input_ids"]
            return ids, after(prompt, ids) if completion_only else [1] * len(ids)
        is_completion = example["kind"] == "chat-completion"
        messages = [*example["prompt"], *example["completion"]] if is_completion else example["messages"]
        assistant_only = self.assistant_only if self.assistant_only is not None else not is_completion
        answers = [index for index, message in enumerate(messages) if message["role"] == "assistant"]
        muted = set(example["untrained"])
        # Where every answer that would be trained is marked as not to be learnt, nothing is.
        judged = answers if not is_completion else [index for index in answers if index >= len(example["prompt"])]
        if muted and muted.issuperset(judged) and (is_completion or assistant_only):
            raise Unusable("marked as not to be learnt")
        if assistant_only and not answers:
            raise Unusable("no assistant turn")
        template = self.template(example["tools"])
        if any(message.get("tool_calls") for message in messages) and "tool_calls" not in template.source:
            raise Unusable("the template prints no calls of tools")
        given = {"tools": example["tools"], **example["args"]}
        if assistant_only or muted:
            text, spans = template.trained(messages, given)
            ids, mask = self.spoken(text, spans, answers, muted, assistant_only)
            asked = template.training
        else:
            ids = self.encode(template.render(template.stock, messages, given))["input_ids"]
            mask, asked = [1] * len(ids), template.stock
        if is_completion and completion_only:
            prompt = template.render(asked, example["prompt"], {**given, "add_generation_prompt": True})
            rest = after(self.encode(prompt)["input_ids"], ids)
            mask = [a & b for a, b in zip(mask, rest)]
        return ids, mask

    def spoken(self, text, spans, answers, muted, assistant_only) -> tuple[list[int], list[int]]:
        """Tokens of the assistant's turns, or, on the full sequence, all; never those marked as not to be learnt."""
        if muted and len(answers) != len(spans):
            raise Unusable("the assistant's turns cannot be told apart")
        off = [span for index, span in zip(answers, spans) if index in muted]
        on = [span for index, span in zip(answers, spans) if index not in muted] if muted else spans
        encoding = self.encode(text)
        mask = tokens_in(encoding, on if assistant_only else off)
        return encoding["input_ids"], mask if assistant_only else [1 - bit for bit in mask]

    def encode(self, text: str, special: bool = False):
        return self.tokenizer(text, add_special_tokens=special, verbose=False)

    def with_eos(self, text: str) -> str:
        eos = self.tokenizer.eos_token
        return text if eos is None or text.endswith(eos) else text + eos

    def template(self, tools) -> Template:
        source = self.tokenizer.get_chat_template(tools=tools)
        if source not in self.templates:
            self.templates[source] = Template(source, self.tokenizer.special_tokens_map)
        return self.templates[source]


def after(prompt: list[int], ids: list[int]) -> list[int]:
    """The completion begins where the ids of the prompt alone and of the whole part ways."""
    same = len(os.path.commonprefix([prompt, ids]))
    return [0] * same + [1] * (len(ids) - same)


def tokens_in(encoding, spans) -> list[int]:
    """From the token that holds a span's first character to the one that holds its last, as transformers has it."""
    mask = [0] * len(encoding["input_ids"])
    for start, end in spans:
        first, last = encoding.char_to_token(start), encoding.char_to_token(end - 1) if end > start else None
        if first is not None and last is not None:
            mask[first : last + 1] = [1] * (last + 1 - first)
    return mask


class Template:
    """A chat template, and which part of the text the assistant wrote."""

    def __init__(self, source: str, specials: dict):
        self.source, self.specials = source, specials
        variants = {getattr(stock, f"{name}_chat_template"): name for name in VARIANTS}
        variant = variants.get(source)
        training = getattr(stock, f"{variant}_training_chat_template") if variant else source
        self.has_tags = re.search(r"\{%-?\s*generation\s*-?%\}", training) is not None
        self.stock = _compile_jinja_template(source)
        self.training = _compile_jinja_template(training)

    def render(self, template, messages: list[dict], given: dict) -> str:
        return template.render(**self.variables(messages, given))

    def variables(self, messages: list[dict], given: dict) -> dict:
        base = {"documents": None, "tools": None, "add_generation_prompt": False}
        return {**self.specials, **base, **given, "messages": self.with_arguments(messages)}

    def trained(self, messages: list[dict], given: dict) -> tuple[str, list[tuple[int, int]]]:
        """The text as it is trained on, and the spans in it that the assistant wrote."""
        if self.has_tags:
            blocks: list[str] = []
            spans: list[tuple[int, int]] = []
            variables = self.variables(messages, given)
            with self.training.environment.activate_tracker(blocks, spans):
                blocks.extend(self.training.generate(**variables))
            return "".join(blocks), [(start, end) for start, end in spans if end > start]
        turns = sum(message["role"] == "assistant" for message in messages)
        if self.marked and not re.search(f"[{MESSAGE}{LOOP_END}]", json.dumps(messages, ensure_ascii=False)):
            text, pieces = self.cut(self.render(self.marked, messages, given))
            spans = [self.without_header(text, *span) for role, *span in pieces if role == "assistant"]
            if len(spans) == turns:
                return text, spans
        return self.by_prefixes(messages, given)

    def by_prefixes(self, messages: list[dict], given: dict) -> tuple[str, list[tuple[int, int]]]:
        text, spans = self.render(self.training, messages, given), []
        for index, message in enumerate(messages):
            if message["role"] != "assistant":
                continue
            before = self.attempt(self.training, messages[:index], {**given, "add_generation_prompt": True})
            up_to = self.attempt(self.training, messages[: index + 1], given)
            if before is None or up_to is None or not text.startswith(before) or not text.startswith(up_to):
                raise Unusable("the assistant's turns cannot be told apart")
            spans.append((len(before), len(up_to)))
        return text, spans

    def attempt(self, template, messages: list[dict], given: dict | None = None) -> str | None:
        try:
            return self.render(template, messages, given or {})
        except Exception:  # whatever a template raises
            return None

    @cached_property
    def marked(self):
        """The same template with marks in every outermost loop over the messages; None where there is no such loop."""
        tree = self.training.environment.parse(self.source)
        lists, found = set(LISTS), False

        def printing(expression: str) -> list[nodes.Node]:
            return self.training.environment.parse("{{ " + expression + " }}").body

        def mark(body: list[nodes.Node]) -> list[nodes.Node]:
            nonlocal found
            out = []
            for node in body:
                if isinstance(node, nodes.Assign) and part_of(node.node, lists) and isinstance(node.target, nodes.Name):
                    lists.add(node.target.name)
                if isinstance(node, nodes.If):
                    node.body, node.else_ = mark(node.body), mark(node.else_)
                    node.elif_ = mark(node.elif_)
                out.append(node)
                is_loop = isinstance(node, nodes.For) and isinstance(node.target, nodes.Name)
                if is_loop and part_of(node.iter, lists):
                    found, name = True, node.target.name
                    role = f"({name}.role if {name} is mapping else '')"
                    node.body = [*printing(f"'{MESSAGE}' ~ {role} ~ '{MESSAGE}'"), *node.body]
                    out += printing(f"'{LOOP_END}'")
            return out

        tree.body = mark(tree.body)
        return self.training.environment.from_string(tree) if found else None

    @staticmethod
    def cut(marked: str) -> tuple[str, list[tuple[str, int, int]]]:
        """Take the marks out; what stands between two of them is one message's text."""
        text, pieces, role = "", [], None
        for index, part in enumerate(PIECES.split(marked)):
            if index % 2:
                role = part[1:-1] if part[0] == MESSAGE else None
            elif part:
                if role is not None:
                    pieces.append((role, len(text), len(text) + len(part)))
                text += part
        return text, pieces

    def without_header(self, text: str, start: int, end: int) -> tuple[int, int]:
        fits = (one for one in self.headers if text.startswith(one, start) and start + len(one) <= end)
        return start + len(next(fits, "")), end

    @cached_property
    def headers(self) -> list[str]:
        """The generation prompt, and what assistant turns share with it where they do not begin with all of it."""
        user, answer = {"role": "user", "content": "x"}, {"role": "assistant", "content": "\u2603"}
        prompt, shared = self.generation_prompt(), []
        for messages in ([user, answer], [user, answer, user]) if prompt else []:
            text, pieces = self.cut(self.attempt(self.marked, messages) or "")
            piece = next((text[start:end] for role, start, end in pieces if role == "assistant"), "")
            shared.append(os.path.commonprefix([prompt, piece]))
        return sorted({prompt, *shared}, key=len, reverse=True)

    def generation_prompt(self) -> str:
        user, asking = [{"role": "user", "content": "x"}], {"add_generation_prompt": True}
        bare, asked = self.attempt(self.stock, user), self.attempt(self.stock, user, asking)
        if bare is None or asked is None:
            return ""
        if asked.startswith(bare):
            return asked[len(bare) :]
        # Phi-3 closes with eos where it does not ask: then it is what follows the last turn.
        marked = self.attempt(self.marked, user, asking)
        return marked[marked.rindex(LOOP_END) + 1 :] if marked else ""

    def with_arguments(self, messages: list[dict]) -> list[dict]:
        """Arguments given as JSON text are parsed for templates that would otherwise encode them a second time."""
        if not self.encodes_text or not any(message.get("tool_calls") for message in messages):
            return messages

        def parsed(call):
            if is_object(call) and call.get("function"):
                return {**call, "function": parsed(call["function"])}
            is_text = is_object(call) and isinstance(call.get("arguments"), str)
            return {**call, "arguments": json.loads(call["arguments"])} if is_text else call

        return [
            {**message, "tool_calls": [parsed(call) for call in message["tool_calls"]]}
            if isinstance(message.get("tool_calls"), list)
            else message
            for message in messages
        ]

    @cached_property
    def encodes_text(self) -> bool:
        argument = '{"k": 1}'
        call = {"type": "function", "function": {"name": "f", "arguments": argument}}
        messages = [{"role": "user", "content": "x"}, {"role": "assistant", "content": "", "tool_calls": [call]}]
        given = {**self.specials, "documents": None, "tools": None, "add_generation_prompt": False}
        try:
            return argument not in self.stock.render(messages=messages, **given)
        except Exception:  # whatever a template raises
            return True


def part_of(node, lists: set[str]) -> bool:
    """Whether an expression is one of the lists or a part of it (`messages[1:]`), not one message."""
    if isinstance(node, nodes.Name):
        return node.name in lists
    if isinstance(node, nodes.Getitem):
        return isinstance(node.arg, nodes.Slice) and part_of(node.node, lists)
    return isinstance(node, nodes.Filter) and part_of(node.node, lists)
