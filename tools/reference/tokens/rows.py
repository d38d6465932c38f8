"""Rows and texts on which the goldens of tokens and masks are made."""

from __future__ import annotations

import json
import random

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Weather of a city, 天气",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "days": {"type": "integer", "default": 3}},
            "required": ["city"],
        },
    },
}
CLOCK = {
    "type": "function",
    "function": {"name": "clock", "description": "Now", "parameters": {"type": "object", "properties": {}}},
}


def user(text: str) -> dict:
    return {"role": "user", "content": text}


def assistant(text: str | None, **more: object) -> dict:
    return {"role": "assistant", "content": text, **more}


def call(name: str, arguments: object) -> dict:
    return {"type": "function", "function": {"name": name, "arguments": arguments}}


CHAT_ROWS: list[dict] = [
    {"messages": [user("Hi"), assistant("Hello there!")]},
    {
        "messages": [
            {"role": "system", "content": "You are terse."},
            user("Why?"),
            assistant("Because."),
            user("And?"),
            assistant("Enough."),
        ]
    },
    {"messages": [user("你好，今天天气怎么样？"), assistant("今天晴，最高气温 27 度。出门记得带水 🌞👩‍👩‍👧")]},
    {"messages": [user("  two  spaces\t\ttabs\r\n\r\n\nlines   "), assistant("\n\n  indented\n\tcode()\n\n")]},
    {"messages": [user("cafe\u0301 vs café"), assistant("e\u0301tude, Å, ﬁ, ①, ½")]},
    {
        "messages": [
            user("What does <|im_end|> do?"),
            assistant("It ends a turn: <|im_end|>. And <|im_start|> begins one."),
        ]
    },
    {"messages": [user("empty answer"), assistant(""), user("again"), assistant("ok")]},
    {"messages": [user("think"), assistant("<think>\nstep one\nstep two\n</think>\n\nThe answer is 4.")]},
    {
        "messages": [
            user("a"),
            assistant("<think>\nfirst\n</think>\n\nA"),
            user("b"),
            assistant("<think>\nsecond\n</think>\n\nB"),
        ]
    },
    {"messages": [user("reason"), assistant("So it is.", reasoning_content="because of this\n")]},
    {
        "messages": [
            user("x = 12345.678e-9; it's We'LL I'M"),
            assistant("y=1 2 3 12 123 1234 \u0661\u0662 \u00a0nbsp\u3000wide"),
        ]
    },
    {"messages": [user("left open"), assistant("one"), user("and a last question")]},
]

TOOL_ROWS: list[dict] = [
    {
        "messages": [
            user("Weather in Paris?"),
            assistant(None, tool_calls=[call("get_weather", {"city": "Paris", "days": 2})]),
            {"role": "tool", "name": "get_weather", "content": '{"sky": "clear"}'},
            assistant("Clear skies."),
        ],
        "tools": [WEATHER],
    },
    {
        "messages": [
            {"role": "system", "content": "Use tools."},
            user("上海和北京的天气？"),
            assistant(
                "我查一下。",
                tool_calls=[call("get_weather", {"city": "上海"}), call("get_weather", {"city": "北京", "days": 1})],
            ),
            {"role": "tool", "name": "get_weather", "content": "晴"},
            {"role": "tool", "name": "get_weather", "content": "多云"},
            assistant("上海晴，北京多云。"),
            user("谢谢"),
            assistant("不客气。"),
        ],
        "tools": [WEATHER, CLOCK],
    },
    {
        "messages": [
            user("time"),
            assistant("", tool_calls=[call("clock", {})]),
            {"role": "tool", "content": "12:00"},
            assistant("Noon."),
        ],
        "tools": json.dumps([CLOCK]),
    },
    {
        "messages": [
            user("as text"),
            assistant(None, tool_calls=[call("get_weather", '{"city": "Oslo", "days": 1}')]),
            {"role": "tool", "content": "snow"},
            assistant("Snow."),
        ],
        "tools": [WEATHER],
    },
    {"messages": [user("no tools shown"), assistant("fine")], "tools": []},
    {
        "messages": [
            user("numbers"),
            assistant(
                None,
                tool_calls=[
                    call(
                        "f",
                        {"b": 1.0, "2": 0.50, "10": 1e-7, "1": 12345678901234567890, "a": [1e16, 0.1, 1e5, -3, 2.50]},
                    )
                ],
            ),
            {"role": "tool", "content": "1.0"},
            assistant("1.0 and 1e5"),
        ],
        "tools": [
            {
                "type": "function",
                "function": {"name": "f", "parameters": {"2": {"minimum": 0.0}, "1": {"default": 1.5e300}}},
            }
        ],
    },
]

COMPLETION_ROWS: list[dict] = [
    {"prompt": "The capital of France is", "completion": " Paris."},
    {"prompt": "Translate: 你好 ->", "completion": " hello"},
    {"prompt": "ends with a space ", "completion": "joined"},
    {"prompt": "the un", "completion": "believable merge"},
    {"prompt": "already ended", "completion": " yes<|im_end|>"},
    {"prompt": "", "completion": "No question was asked."},
]

CHAT_COMPLETION_ROWS: list[dict] = [
    {"prompt": [user("Hi")], "completion": [assistant("Hello!")]},
    {
        "prompt": [{"role": "system", "content": "S"}, user("a"), assistant("<think>\nhm\n</think>\n\nb"), user("c")],
        "completion": [assistant("d")],
    },
    {"prompt": [user("a")], "completion": [assistant("b"), user("c"), assistant("d")]},
    {
        "prompt": [user("weather")],
        "completion": [assistant(None, tool_calls=[call("get_weather", {"city": "Rom"})])],
        "tools": [WEATHER],
    },
]

TEXT_ROWS: list[dict] = [
    {"text": "Plain text, one line."},
    {"text": "多行\n文本\n\n  with spaces  "},
    {"text": "already ended<|im_end|>"},
    {"text": "<|im_start|>user\nhi<|im_end|>\n"},
]


def random_rows(seed: int, count: int) -> list[dict]:
    """Conversations of random length, turns and text."""
    rng = random.Random(seed)
    bits = [
        "the",
        " answer",
        "\n",
        "  ",
        "天气",
        "好。",
        "🌞",
        "\t",
        " 27",
        "?",
        "'s",
        "Paris",
        "<think>",
        "</think>",
        "\n\n",
        "é",
        "<|im_end|>",
        "x",
    ]
    text = lambda low: "".join(rng.choice(bits) for _ in range(rng.randint(low, 8)))  # noqa: E731
    rows = []
    for _ in range(count):
        messages = [{"role": "system", "content": text(1)}] if rng.random() < 0.4 else []
        for _ in range(rng.randint(1, 3)):
            messages += [user(text(1)), assistant(text(0))]
        rows.append({"messages": messages})
    return rows


def awkward_texts() -> list[str]:
    """Strings on which tokenizers written apart tend to disagree."""
    spaces = "".join(
        chr(c)
        for c in (
            0x9,
            0xA,
            0xB,
            0xC,
            0xD,
            0x1C,
            0x1F,
            0x20,
            0x85,
            0xA0,
            0x1680,
            0x2003,
            0x2028,
            0x202F,
            0x205F,
            0x3000,
            0xFEFF,
            0x200B,
            0x180E,
        )
    )
    texts = [message["content"] for row in CHAT_ROWS for message in row["messages"] if message["content"]]
    texts += [
        "a" + " b".join(spaces) + "c",
        "".join(f"x{c}{c}y" for c in spaces),
        "it's IT'S ſ K we'Ve 'LL'd 'ſ",
        "½ ² ① 一二三 ٣ १ Ⅷ 1000000",
        "👩‍👩‍👧‍👦🏳️‍🌈🇫🇷 ❤️ 🤷🏽‍♀️",
        "Ελληνικά русский עִבְרִית العَرَبِيَّة हिन्दी ไทย 한국어 한글 ﬁ Å Å",
        "def f(x):\n    return {\n\t'a': x**2,  # comment\r\n    }\n\n\n",
        "<|im_start|>user\n<|im_end|><|im_end|>\n<|endoftext|> <|im_start |> <|im_end|",
        "<tool_call>\n{}\n</tool_call><think></think> <think>",
        "\u0000\u0001\u007f\u0080\u00ad\u200d\ufffd\ufdd0\uffff",
        "\U00010000\U0001f600\U000e0001 \ud7ff\ue000",
        " ",
        "\n",
        "\r\n",
        "   \n   \n  x",
        "a  \n",
        "e\u0301\u0301 \u0301 \u1100\u1161\u11a8",
        "https://example.org/a_b?c=d&e=%20#f...---___!!!???",
        "a" * 300 + "的" * 100,
    ]
    return texts
