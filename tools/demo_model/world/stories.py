"""Short stories with a thread (who, where, a wish, a trouble, a help, an end), and passages with questions about them."""

from random import Random

from .grammar import article, capital, expand
from .lexicon import ANIMALS, COLOURS, FOODS, NAMES, NUMBERS_EN, NUMBERS_ZH, PLACES, THINGS

SMALL_THINGS = [
    t
    for t in THINGS
    if t[0]
    in ("lamp", "key", "cup", "book", "bag", "umbrella", "hat", "bell", "boat", "map", "candle", "ball", "box", "rope")
]
EDIBLE = [f for f in FOODS if f[2] in ("fruit", "vegetable")]


def cast(rng: Random) -> dict:
    hero, friend = rng.sample(NAMES, 2)
    animal, other = rng.sample([a for a in ANIMALS if a[0] != "fish"], 2)
    place, home = rng.sample(PLACES, 2)
    thing, colour, food = rng.choice(SMALL_THINGS), rng.choice(COLOURS), rng.choice(EDIBLE)
    n = rng.randint(2, 9)
    return dict(
        n=hero[0],
        nz=hero[1],
        f=friend[0],
        fz=friend[1],
        a=animal[0],
        aa=article(animal[0]),
        Aa=capital(article(animal[0])),
        az=animal[1],
        mz=animal[2],
        b=other[0],
        ab=article(other[0]),
        bz=other[1],
        p=place[0],
        pz=place[1],
        h=home[0],
        hz=home[1],
        t=thing[0],
        at=article(thing[0]),
        tz=thing[1],
        c=colour[0],
        cz=colour[1],
        e=article(food[0]),
        ez=food[1],
        ac=article(colour[0]),
        num=NUMBERS_EN[n],
        numz=NUMBERS_ZH[n].replace("二", "两"),
    )


BEGIN_EN = [
    "{One day|Once|One morning|Last winter|In spring}, <aa> {went to|came to|walked to} <p>.",
    "<n> lived near <h> and had <ac> <t>.",
    "There was once {a small|a young|an old} <a> who {lived near <h>|had no friends|was always hungry}.",
    "<n> and <f> were good friends.",
    "{Every day|Every evening} <n> went to <p> {alone|with <aa>|with <f>}.",
]
WISH_EN = [
    "{It wanted|The wish was simple:} to find <e>.",
    "There was only one wish: {to see <p>|to be brave|to find a friend|to go home}.",
    "{But|Then} the <t> was {lost|gone|broken}.",
    "Suddenly it {began to rain|got dark|became very cold|began to snow}.",
    "The way to <h> was {long|dark|not easy}.",
]
HELP_EN = [
    '{Then|There|After a while} <ab> came and {asked: "Why are you sad?"|said: "I can help you."|showed the way}.',
    "<f> {had a good idea|brought <at>|came and helped}.",
    '{An old <b>|A kind <b>} {gave them <e>|lit a lamp|said: "Come with me."}',
    "{Together they looked everywhere|They walked all night|They asked everyone they met}.",
]
END_EN = [
    "{In the end|At last} they {found the <t>|came home|sat by the fire and laughed|shared <e>}. {Since then they have been friends.|Then they slept well.|}",
    "From that day on {nobody was alone|they were friends|they helped each other}.",
    '"Thank you," said <n>{.|, and everyone was happy.}',
    "And {that night|when the moon came up} all was {quiet|well|good} in <h>.",
]

BEGIN_ZH = [
    "{有一天|从前|一天早上|去年冬天|春天}，一<mz><az>来到了<pz>。",
    "<nz>住在<hz>附近，有一个<cz>的<tz>。",
    "从前有一<mz>{小|老}<az>，{住在<hz>附近|没有朋友|总是很饿}。",
    "<nz>和<fz>是好朋友。",
    "{每天|每天晚上}<nz>都{一个人|和<fz>一起}去<pz>。",
]
WISH_ZH = [
    "它想找一个<ez>。",
    "心里只有一个愿望：{去看看<pz>|变得勇敢|找到一个朋友|回家}。",
    "{可是|后来}<tz>{丢了|不见了|坏了}。",
    "忽然{下起了雨|天黑了|变得很冷|下雪了}。",
    "去<hz>的路{很长|很黑|不好走}。",
]
HELP_ZH = [
    "{这时|过了一会儿}，<bz>来了，{问：“你为什么难过？”|说：“我来帮你。”|指了指路。}",
    "<fz>{想了个好办法|拿来了<tz>|跑来帮忙}。",
    "一位好心的{老人|邻居}{给了他们<ez>|点亮了灯|说：“跟我来。”}",
    "{他们一起到处找|他们走了一整夜|他们问了每一个人}。",
]
END_ZH = [
    "最后他们{找到了<tz>|回到了家|坐在火边笑了|一起吃了<ez>}。{从此成了好朋友。|那晚都睡得很香。|}",
    "从那天起，{谁也不孤单了|他们成了朋友|他们互相帮助}。",
    "“谢谢你。”<nz>说{。|，大家都很高兴。}",
    "{那天夜里|月亮升起来的时候}，<hz>{很安静|一切都好}。",
]


def story(rng: Random, lang: str, slots: dict | None = None) -> str:
    slots = slots or cast(rng)
    parts = (BEGIN_ZH, WISH_ZH, HELP_ZH, END_ZH) if lang == "zh" else (BEGIN_EN, WISH_EN, HELP_EN, END_EN)
    picked = [rng.choice(p) for p in parts]
    if rng.random() < 0.3:
        del picked[rng.randint(1, 2)]
    return ("" if lang == "zh" else " ").join(capital(expand(p, rng, slots)) for p in picked)


def story_request(rng: Random, lang: str) -> tuple[str, str]:
    slots = cast(rng)
    if lang == "zh":
        ask = expand(
            "{给我讲个{小|短|}故事。|讲个故事{吧|}。|我想听故事。|讲一个{关于|有}<az>的故事。|讲一个<nz>的故事。}",
            rng,
            slots,
        )
    else:
        ask = expand(
            "{Tell me a {short |}story.|I would like to hear a story.|Tell a story about <aa>.|Tell me a story about <n>.|Write a short story about <aa>.}",
            rng,
            slots,
        )
    text = story(rng, lang, slots)
    key = "az" if lang == "zh" else "a"
    name = "nz" if lang == "zh" else "n"
    # What was asked for must be in the story.
    for wanted in (key, name):
        if slots[wanted] in ask and slots[wanted] not in text:
            opening = {
                "az": "有一<mz><az>住在<hz>。",
                "a": "{There was <aa> near <h>.|<Aa> lived near <h>.}",
                "nz": "<nz>住在<hz>附近。",
                "n": "<n> lived near <h>.",
            }[wanted]
            text = expand(opening, rng, slots) + ("" if lang == "zh" else " ") + text
    return ask, text


PASSAGES_EN = [
    (
        "<n> has <ac> <t>.",
        [
            ("What colour is the <t>?", "{The <t> is <c>.|It is <c>.}"),
            ("Who has <at>?", "{<n> has <at>.|<n>.}"),
            ("What does <n> have?", "<n> has <ac> <t>."),
        ],
    ),
    (
        "<n> is {at|near} <p>. <f> is {at|near} <h>.",
        [("Where is <n>?", "<n> is near <p>."), ("Where is <f>?", "<f> is near <h>."), ("Who is near <p>?", "<n>.")],
    ),
    (
        "<n> gave <f> <at>.",
        [
            ("Who has the <t> now?", "<f> has the <t>."),
            ("What did <n> give away?", "<at>."),
            ("Who gave the <t> away?", "<n>."),
        ],
    ),
    (
        "There are <num> boats in the harbour.",
        [
            ("How many boats are there?", "{There are <num> boats.|<num>.}"),
            ("Where are the boats?", "The boats are in the harbour."),
        ],
    ),
    (
        "<n> likes <aa> and <f> likes <ab>.",
        [
            ("What does <n> like?", "<n> likes <aa>."),
            ("What does <f> like?", "<f> likes <ab>."),
            ("Who likes <ab>?", "<f>."),
        ],
    ),
    (
        "My name is <n> and I like <c>.",
        [("What is my name?", "{Your name is <n>.|You are <n>.}"), ("Which colour do I like?", "You like <c>.")],
    ),
]
PASSAGES_ZH = [
    (
        "<nz>有一个<cz>的<tz>。",
        [
            ("<tz>是什么颜色的？", "<tz>是<cz>的。"),
            ("谁有<tz>？", "<nz>有<tz>。"),
            ("<nz>有什么？", "<nz>有一个<cz>的<tz>。"),
        ],
    ),
    (
        "<nz>在<pz>，<fz>在<hz>。",
        [("<nz>在哪里？", "<nz>在<pz>。"), ("<fz>在哪里？", "<fz>在<hz>。"), ("谁在<pz>？", "是<nz>。")],
    ),
    (
        "<nz>把<tz>给了<fz>。",
        [("现在<tz>在谁那里？", "在<fz>那里。"), ("<nz>给了什么？", "<nz>给了<tz>。"), ("谁给的<tz>？", "是<nz>。")],
    ),
    ("港口里有<numz>条船。", [("有几条船？", "有<numz>条船。"), ("船在哪里？", "船在港口里。")]),
    (
        "<nz>喜欢<az>，<fz>喜欢<bz>。",
        [("<nz>喜欢什么？", "<nz>喜欢<az>。"), ("<fz>喜欢什么？", "<fz>喜欢<bz>。"), ("谁喜欢<bz>？", "是<fz>。")],
    ),
    ("我叫<nz>，我喜欢<cz>。", [("我叫什么名字？", "你叫<nz>。"), ("我喜欢什么颜色？", "你喜欢<cz>。")]),
]


def passage(rng: Random, lang: str) -> list[str]:
    """User and assistant turns about a little passage; sometimes a second question."""
    slots = cast(rng)
    text, questions = rng.choice(PASSAGES_ZH if lang == "zh" else PASSAGES_EN)
    picked = rng.sample(questions, min(len(questions), rng.choice((1, 1, 2))))
    turns = []
    gap = "" if lang == "zh" else " "
    for i, (q, a) in enumerate(picked):
        question = expand(q, rng, slots)
        turns += [expand(text, rng, slots) + gap + question if i == 0 else question, capital(expand(a, rng, slots))]
    return turns
