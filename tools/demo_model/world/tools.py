"""Conversations with tools: which one to call, its arguments copied from the question, the result said in words."""

from random import Random

from .grammar import expand
from .lexicon import CITIES, NAMES, NUMBERS_EN, NUMBERS_ZH, PLACES, THINGS

STRING = {"type": "string"}
NUMBER = {"type": "number"}

# name, description en, zh, properties
CATALOGUE = [
    ("get_time", "Time in a city", "查询城市的时间", {"city": STRING}),
    ("play_music", "Play a song", "播放歌曲", {"song": STRING}),
    ("send_message", "Send a message to someone", "给人发消息", {"to": STRING, "text": STRING}),
    ("find_place", "Find a place on the map", "在地图上找地方", {"place": STRING}),
    ("open_door", "Open or close a door", "开门或关门", {"door": STRING, "open": {"type": "boolean"}}),
    ("set_timer", "Start a timer", "设置计时器", {"minutes": NUMBER}),
    ("buy_ticket", "Buy tickets", "买票", {"to": STRING, "count": NUMBER}),
    ("search", "Search the notes", "搜索笔记", {"query": STRING}),
]


def schema(name: str, lang: str) -> dict:
    for n, en, zh, properties in CATALOGUE:
        if n == name:
            return {
                "type": "function",
                "function": {
                    "name": n,
                    "description": zh if lang == "zh" else en,
                    "parameters": {"type": "object", "properties": properties, "required": list(properties)},
                },
            }
    raise KeyError(name)


def request(rng: Random, lang: str) -> tuple[str, str, dict, dict, str]:
    """(question, tool, arguments, result, answer)"""
    zh = lang == "zh"
    i = 1 if zh else 0
    city, name, thing, place = rng.choice(CITIES)[i], rng.choice(NAMES)[i], rng.choice(THINGS)[i], rng.choice(PLACES)[i]
    n = rng.randint(2, 12)
    clock = f"{rng.randint(0, 23):02d}:{rng.choice((0, 5, 10, 15, 20, 30, 45)):02d}"
    s = dict(
        city=city,
        name=name,
        thing=thing,
        place=place,
        n=n,
        nw=(NUMBERS_ZH[n].replace("二", "两") if n == 2 else NUMBERS_ZH[n]) if zh else NUMBERS_EN[n],
        clock=clock,
        door=rng.choice(
            ("前门", "后门", "车库", "花园") if zh else ("front door", "back door", "garage", "garden gate")
        ),
    )
    kind = rng.randint(0, 7)
    if kind == 0:
        q, tool, args, result, a = (
            "{What time is it in <city>?|How late is it in <city>?}",
            "get_time",
            {"city": city},
            {"time": clock},
            "It is <clock> in <city>.",
        )
        qz, az = "{<city>现在几点？|<city>几点了？}", "<city>现在<clock>。"
    elif kind == 1:
        song = expand("{<thing>|<place>}之歌" if zh else "Song of the <thing>", rng, s)
        s["song"] = song
        q, tool, args, result, a = (
            'Play {the song |}"<song>".',
            "play_music",
            {"song": song},
            {"ok": True},
            '{Now playing|Here is} "<song>".',
        )
        qz, az = "{放一首|播放|我想听}《<song>》。", "正在播放《<song>》。"
    elif kind == 2:
        text = expand(
            "{我晚点到|我想你了|明天见|我在<place>|到家了}"
            if zh
            else "{I will be late|I miss you|See you tomorrow|I am near <place>|I am home}",
            rng,
            s,
        )
        s["text"] = text
        q, tool, args, result, a = (
            "{Tell <name>: <text>|Write to <name>: <text>}",
            "send_message",
            {"to": name, "text": text},
            {"ok": True},
            "{I sent it to <name>.|<name> has your message.}",
        )
        qz, az = "{告诉<name>：<text>|给<name>发消息：<text>}", "{已经发给<name>了。|消息发给<name>了。}"
    elif kind == 3:
        spot = rng.choice(
            ("图书馆", "车站", "医院", "银行", "公园") if zh else ("library", "station", "hospital", "bank", "park")
        )
        metres = rng.choice((100, 200, 300, 400, 500, 800))
        s |= dict(spot=spot, m=metres)
        q, tool, args, result, a = (
            "{Where is the <spot>?|How do I get to the <spot>?}",
            "find_place",
            {"place": spot},
            {"metres": metres},
            "The <spot> is <m> metres from here.",
        )
        qz, az = "{<spot>在哪里？|<spot>怎么走？}", "<spot>离这里<m>米。"
    elif kind == 4:
        on = rng.random() < 0.5
        q, tool, args, result = (
            ("Open the <door>." if on else "Close the <door>."),
            "open_door",
            {"door": s["door"], "open": on},
            {"ok": True},
        )
        a = "The <door> is open." if on else "The <door> is closed."
        qz, az = ("打开<door>。", "<door>开了。") if on else ("关上<door>。", "<door>关好了。")
    elif kind == 5:
        q, tool, args, result, a = (
            "{Set a timer for <n> minutes.|Wake me in <nw> minutes.}",
            "set_timer",
            {"minutes": n},
            {"ok": True},
            "The timer is set for <n> minutes.",
        )
        qz, az = "{<n>分钟后叫我。|定一个<nw>分钟的计时器。}", "计时器定好了，<n>分钟。"
    elif kind == 6:
        q, tool, args, result, a = (
            "{Buy <n> tickets to <city>.|I need <nw> tickets to <city>.}",
            "buy_ticket",
            {"to": city, "count": n},
            {"price": n * 10},
            "<n> tickets to <city> cost <price> euros.",
        )
        qz, az = "{买<nw>张去<city>的票。|我要<n>张去<city>的票。}", "<n>张去<city>的票一共<price>元。"
        s["price"] = n * 10
    else:
        found = rng.random() < 0.7
        q, tool, args, result = (
            "{Search for <thing>.|What do my notes say about <thing>?}",
            "search",
            {"query": thing},
            ({"found": n} if found else {"found": 0}),
        )
        a = "I found <n> notes about <thing>." if found else "I found nothing about <thing>."
        qz, az = (
            "{搜索<thing>。|笔记里有<thing>吗？}",
            "找到<n>条关于<thing>的笔记。" if found else "没有找到关于<thing>的笔记。",
        )
    return expand(qz if zh else q, rng, s), tool, args, result, expand(az if zh else a, rng, s)


def tool_chat(rng: Random, lang: str, talk) -> tuple[list[dict], list[dict]]:
    """Messages and tools. Sometimes the question needs no tool, and the model just answers."""
    question, tool, args, result, answer = request(rng, lang)
    names = [tool]
    if rng.random() < 0.6:
        names.append(rng.choice([c[0] for c in CATALOGUE if c[0] != tool]))
    rng.shuffle(names)
    tools = [schema(n, lang) for n in names]
    if rng.random() < 0.2:
        q, a = talk(rng, lang)
        return [{"role": "user", "content": q}, {"role": "assistant", "content": a}], tools
    import json

    messages = [
        {"role": "user", "content": question},
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [{"type": "function", "function": {"name": tool, "arguments": args}}],
        },
        {"role": "tool", "name": tool, "content": json.dumps(result, ensure_ascii=False, separators=(",", ":"))},
        {"role": "assistant", "content": answer},
    ]
    return messages, tools
