"""Questions and answers about the things in the lexicon. Every function returns (question, answer)."""

from random import Random

from .grammar import article, capital, expand, listing
from .lexicon import ANIMALS, COLOURS, COUNTRIES, FOODS, JOBS, NUMBERS_EN, NUMBERS_ZH, OPPOSITES, THINGS, WORDS

Pair = tuple[str, str]
PLURALS = {
    "mouse": "mice",
    "wolf": "wolves",
    "sheep": "sheep",
    "fish": "fish",
    "deer": "deer",
    "strawberry": "strawberries",
    "tomato": "tomatoes",
    "potato": "potatoes",
    "peach": "peaches",
    "fox": "foxes",
}
MASS = {
    "salt",
    "sugar",
    "honey",
    "milk",
    "tea",
    "coffee",
    "water",
    "bread",
    "rice",
    "soup",
    "cheese",
    "fish soup",
    "chocolate",
    "noodles",
    "dumplings",
    "cake",
    "cabbage",
}


def plural(noun: str) -> str:
    return PLURALS.get(noun, noun + "s")


def animal(rng: Random, lang: str) -> Pair:
    en, zh, _, sound, sound_zh, legs, home, home_zh, food, food_zh, colour, colour_zh, can, can_zh = rng.choice(ANIMALS)
    s = dict(
        en=en,
        a=article(en),
        A=capital(article(en)),
        many=plural(en),
        Many=capital(plural(en)),
        zh=zh,
        sound=sound,
        sound_zh=sound_zh,
        legs=NUMBERS_EN[int(legs)] if legs != "0" else "no",
        legs_zh=NUMBERS_ZH[int(legs)].replace("二", "两"),
        home=home,
        home_zh=home_zh,
        food=food,
        food_zh=food_zh,
        colour=colour,
        colour_zh=colour_zh,
        can=can,
        can_zh=can_zh,
    )
    en_pairs = [
        (
            "{What do <many> eat?|What does <a> eat?|What is the food of <many>?}",
            "{<Many> eat <food>.|They eat <food>.|<A> eats <food>.}",
        ),
        (
            "{Where do <many> live?|Where does <a> live?|Where can I find <a>?}",
            "{<Many> live in <home>.|<A> lives in <home>.|You can find it in <home>.}",
        ),
        (
            "{What colour is <a>?|What colour are <many>?|What does <a> look like?}",
            "{<A> is often <colour>.|Many <many> are <colour>.|It is mostly <colour>.}",
        ),
        ("{How many legs does <a> have?|How many legs do <many> have?}", "{<A> has <legs> legs.|It has <legs> legs.}"),
        ("{What can <a> do?|What are <many> good at?}", "{<A> can <can>.|<Many> can <can>.}"),
        (
            "{Tell me about <many>.|What is <a>?|Tell me something about <a>.|What do you know about <many>?}",
            "<A> is an animal. It is mostly <colour>, {lives in <home> and eats <food>|has <legs> legs and can <can>|eats <food> and can <can>}.",
        ),
    ]
    zh_pairs = [
        ("{<zh>吃什么？|<zh>喜欢吃什么？}", "{<zh>吃<food_zh>。|它吃<food_zh>。|<zh>喜欢吃<food_zh>。}"),
        ("{<zh>住在哪里？|在哪里能找到<zh>？}", "{<zh>住在<home_zh>。|它住在<home_zh>。}"),
        ("{<zh>是什么颜色的？|<zh>长什么样？}", "{<zh>多是<colour_zh>的。|它一般是<colour_zh>的。}"),
        ("{<zh>有几条腿？|<zh>几条腿？}", "<zh>有<legs_zh>条腿。" if legs != "0" else "<zh>没有腿。"),
        ("{<zh>会做什么？|<zh>有什么本领？}", "{<zh>会<can_zh>。|它会<can_zh>。}"),
        (
            "{说说<zh>吧。|<zh>是什么？|介绍一下<zh>。|你知道<zh>吗？}",
            "<zh>是一种动物，{多是<colour_zh>的，住在<home_zh>，吃<food_zh>|住在<home_zh>，会<can_zh>|吃<food_zh>，会<can_zh>}。",
        ),
    ]
    if sound:
        en_pairs.append(("{What does <a> say?|What sound does <a> make?}", '{<A> says "<sound>".|It makes "<sound>".}'))
        zh_pairs.append(("{<zh>怎么叫？|<zh>的叫声是什么？}", "{<zh>的叫声是“<sound_zh>”。|<zh>“<sound_zh>”地叫。}"))
    q, a = rng.choice(zh_pairs if lang == "zh" else en_pairs)
    return expand(q, rng, s), expand(a, rng, s)


def food(rng: Random, lang: str) -> Pair:
    en, zh, kind, kind_zh, colour, colour_zh, taste, taste_zh = rng.choice(FOODS)
    the = en if en in MASS else article(en)
    be = "are" if en in ("noodles", "dumplings") else "is"
    do = "do" if be == "are" else "does"
    s = dict(
        the=the,
        The=capital(the),
        be=be,
        do=do,
        zh=zh,
        kind=kind,
        kind_zh=kind_zh,
        colour=colour,
        colour_zh=colour_zh,
        taste=taste,
        taste_zh=taste_zh,
        s="" if be == "are" else "s",
        a="a " if be == "is" and kind in ("fruit", "vegetable", "drink", "spice") else "",
    )
    if lang == "zh":
        q, a = rng.choice(
            [
                ("{<zh>是什么颜色的？|<zh>什么颜色？}", "{<zh>是<colour_zh>的。|一般是<colour_zh>的。}"),
                (
                    "{<zh>是什么味道？|<zh>好吃吗？|<zh>味道怎么样？}",
                    "{<zh>是<taste_zh>的。|味道<taste_zh>{。|，我觉得不错。}}",
                ),
                ("{<zh>是什么？|说说<zh>吧。}", "<zh>是一种<kind_zh>，<colour_zh>的，味道<taste_zh>。"),
            ]
        )
    else:
        q, a = rng.choice(
            [
                ("{What colour <be> <the>?|Which colour <do> <the> have?}", "{<The> <be> <colour>.|Mostly <colour>.}"),
                (
                    "{How <do> <the> taste?|What <do> <the> taste like?}",
                    "{<The> taste<s> <taste>.|The taste is <taste>.}",
                ),
                (
                    "{What <be> <the>?|Tell me about <the>.}",
                    "<The> <be> <a><kind>. {The colour is <colour> and the taste is <taste>.|The taste is <taste>.}",
                ),
            ]
        )
    return expand(q, rng, s), expand(a, rng, s)


def country(rng: Random, lang: str) -> Pair:
    en, zh, capital_en, capital_zh, continent, continent_zh, known, known_zh = rng.choice(COUNTRIES)
    s = dict(en=en, zh=zh, c=capital_en, cz=capital_zh, k=continent, kz=continent_zh, f=known, fz=known_zh)
    if lang == "zh":
        q, a = rng.choice(
            [
                ("{<zh>的首都是哪里？|<zh>首都在哪儿？|<zh>的首都叫什么？}", "{<zh>的首都是<cz>。|是<cz>。}"),
                ("<cz>在哪个国家？", "{<cz>在<zh>。|<cz>是<zh>的首都。}"),
                ("<zh>在哪里？", "<zh>在<kz>。"),
                ("{<zh>有什么有名的？|说说<zh>吧。}", "{<zh>有名的是<fz>。|<zh>在<kz>，首都是<cz>，有名的是<fz>。}"),
            ]
        )
    else:
        q, a = rng.choice(
            [
                (
                    "{What is the capital of <en>?|What is <en>'s capital?|Which city is the capital of <en>?}",
                    "{The capital of <en> is <c>.|It is <c>.}",
                ),
                ("{Where is <c>?|In which country is <c>?}", "{<c> is in <en>.|<c> is the capital of <en>.}"),
                ("Where is <en>?", "<en> is in <k>."),
                (
                    "{What is <en> known for?|Tell me about <en>.}",
                    "{<en> is known for <f>.|<en> is in <k>. Its capital is <c>, and it is known for <f>.}",
                ),
            ]
        )
    return expand(q, rng, s), expand(a, rng, s)


def job(rng: Random, lang: str) -> Pair:
    en, zh, where, where_zh, does, does_zh = rng.choice(JOBS)
    s = dict(a=article(en), A=capital(article(en)), zh=zh, w=where, wz=where_zh, d=does, dz=does_zh)
    if lang == "zh":
        q, a = rng.choice(
            [
                ("{<zh>做什么？|<zh>是做什么的？}", "<zh><wz>{工作，|}<dz>。"),
                ("<zh>在哪里工作？", "<zh><wz>工作。"),
                ("谁<dz>？", "是<zh>。"),
            ]
        )
    else:
        q, a = rng.choice(
            [
                ("{What does <a> do?|What is the work of <a>?}", "<A> <d>{.| and works <w>.}"),
                ("Where does <a> work?", "<A> works <w>."),
                ("Who <d>?", "<A> <d>."),
            ]
        )
    return expand(q, rng, s), expand(a, rng, s)


def thing(rng: Random, lang: str) -> Pair:
    en, zh, use, use_zh = rng.choice(THINGS)
    en = "sheet of paper" if en == "paper" else "piece of soap" if en == "soap" else en
    s = dict(a=article(en), A=capital(article(en)), zh=zh, u=use, uz=use_zh)
    if lang == "zh":
        q, a = rng.choice(
            [
                ("{<zh>有什么用？|<zh>是做什么用的？|为什么要有<zh>？}", "{<zh>用来<uz>。|可以用<zh>来<uz>。}"),
                ("用什么来<uz>？", "可以用<zh>。"),
            ]
        )
    else:
        q, a = rng.choice(
            [
                (
                    "{What is <a> for?|What do we use <a> for?|Why do people have <a>?}",
                    "{<A> is for <u>.|People use it for <u>.}",
                ),
                ("What do I need for <u>?", "You need <a>."),
            ]
        )
    return expand(q, rng, s), expand(a, rng, s)


def opposite(rng: Random, lang: str) -> Pair:
    a, b, az, bz = rng.choice(OPPOSITES)
    if rng.random() < 0.5:
        a, b, az, bz = b, a, bz, az
    if lang == "zh":
        return expand("{“<a>”的反义词是什么？|<a>的反面是什么？}", rng, dict(a=az)), expand(
            "{“<a>”的反义词是“<b>”。|是“<b>”。}", rng, dict(a=az, b=bz)
        )
    return expand('{What is the opposite of <a>?|What is the opposite of "<a>"?}', rng, dict(a=a)), expand(
        "The opposite of <a> is <b>.", rng, dict(a=a, b=b)
    )


def arithmetic(rng: Random, lang: str) -> Pair:
    kind = rng.choice("++--*")
    if kind == "+":
        a, b = rng.randint(0, 10), rng.randint(0, 10)
        c = a + b
    elif kind == "-":
        a = rng.randint(0, 20)
        b = rng.randint(0, min(a, 10))
        c = a - b
    else:
        a, b = rng.randint(1, 10), rng.randint(1, 2)
        c = a * b
    words = rng.random() < 0.5
    if lang == "zh":
        n = (lambda x: NUMBERS_ZH[x]) if words else str
        op = {"+": "加", "-": "减", "*": "乘"}[kind] if words else {"+": "+", "-": "-", "*": "×"}[kind]
        s = dict(q=f"{n(a)}{op}{n(b)}", a=n(c))
        return expand("{<q>等于几？|<q>等于多少？|<q>是多少？}", rng, s), expand("{<q>等于<a>。|等于<a>。}", rng, s)
    n = (lambda x: NUMBERS_EN[x]) if words else str
    op = {"+": "plus", "-": "minus", "*": "times"}[kind] if words or rng.random() < 0.5 else kind
    s = dict(q=f"{n(a)} {op} {n(b)}", a=n(c))
    question = expand("{What is <q>?|How much is <q>?}", rng, s)
    return question, capital(expand("{<q> is <a>.|It is <a>.}", rng, s))


def counting(rng: Random, lang: str) -> Pair:
    a = rng.randint(0, 8)
    b = min(20, a + rng.randint(2, 9))
    n = (NUMBERS_ZH if lang == "zh" else NUMBERS_EN) if rng.random() < 0.5 else [str(i) for i in range(21)]
    if lang == "zh":
        return f"从{n[a]}数到{n[b]}。", "、".join(n[a : b + 1]) + "。"
    return f"Count from {n[a]} to {n[b]}.", capital(", ".join(n[a : b + 1]) + ".")


def three_of(rng: Random, lang: str) -> Pair:
    kind, kind_zh, pool = rng.choice(
        [
            ("animals", "动物", ANIMALS),
            ("fruits", "水果", [f for f in FOODS if f[2] == "fruit"]),
            ("colours", "颜色", COLOURS),
            ("vegetables", "蔬菜", [f for f in FOODS if f[2] == "vegetable"]),
            ("jobs", "工作", JOBS),
            ("countries", "国家", COUNTRIES),
            ("things in a house", "家里的东西", THINGS[:20]),
        ]
    )
    n = rng.randint(2, 4)
    items = [x[1 if lang == "zh" else 0] for x in rng.sample(pool, n)]
    if lang == "zh":
        count = "两三四"[n - 2]
        return expand("{说|列出|告诉我}<n>{种|个}<k>。", rng, dict(n=count, k=kind_zh)), expand(
            "{<l>。|比如<l>。}", rng, dict(l=listing(items, lang))
        )
    return (
        expand("{Name|List|Tell me} <n> <k>.", rng, dict(n=NUMBERS_EN[n], k=kind)),
        capital(listing(items, lang)) + ".",
    )


def translate(rng: Random, lang: str) -> Pair:
    pool = WORDS + [[x[0], x[1]] for x in ANIMALS + FOODS + THINGS + JOBS + COLOURS + COUNTRIES]
    en, zh = rng.choice(pool)
    s = dict(en=en, zh=zh)
    q, a = rng.choice(
        [
            (
                '{How do you say "<en>" in Chinese?|What is "<en>" in Chinese?|Translate "<en>" into Chinese.}',
                "{<zh>|“<zh>”。|It is “<zh>”.}",
            ),
            ("{“<en>”用中文怎么说？|把“<en>”翻译成中文。|<en>是什么意思？}", "{“<zh>”。|是“<zh>”。}"),
            ("{“<zh>”用英语怎么说？|把“<zh>”翻译成英文。|“<zh>”的英语是什么？}", '{"<en>".|是"<en>"。}'),
            (
                "{What does “<zh>” mean?|What is “<zh>” in English?|Translate “<zh>” into English.}",
                '{"<en>".|It means "<en>".}',
            ),
        ]
    )
    return expand(q, rng, s), expand(a, rng, s)


GENERATORS = [
    (animal, 5),
    (food, 4),
    (country, 4),
    (job, 2),
    (thing, 2),
    (opposite, 2),
    (arithmetic, 4),
    (counting, 1),
    (three_of, 2),
    (translate, 4),
]


def fact(rng: Random, lang: str) -> Pair:
    return rng.choices([g for g, _ in GENERATORS], [w for _, w in GENERATORS])[0](rng, lang)
