"""Little instructions whose answer depends on the words given: they teach the model to look at its prompt."""

from random import Random

from .grammar import article, capital, expand
from .lexicon import ANIMALS, COLOURS, FOODS, NAMES, PLACES, SENTENCES, THINGS, WORDS

POLITE = [
    x.split("|")
    for x in """\
Give me the <t>.|Could you please give me the <t>?|把<tz>给我。|请把<tz>给我，好吗？
Open the window.|Could you please open the window?|打开窗户。|请打开窗户，好吗？
Be quiet.|Could you please be a little quieter?|安静。|请安静一点，好吗？
Come here.|Could you please come here?|过来。|请你过来一下，好吗？
Wait.|Could you please wait a moment?|等着。|请稍等一下，好吗？
Help me.|Could you please help me?|帮我。|请你帮帮我，好吗？
Close the door.|Could you please close the door?|关门。|请关上门，好吗？""".split("\n")
]


def word(rng: Random) -> dict:
    en, zh = rng.choice([(w[0], w[1]) for w in WORDS + ANIMALS + THINGS + FOODS])
    return dict(w=en, wz=zh, W=capital(en))


def repeat(rng, lang):
    if rng.random() < 0.5:
        s = word(rng)
        return (
            (expand("{说“<wz>”。|重复一遍：<wz>}", rng, s), s["wz"])
            if lang == "zh"
            else (expand('{Say "<w>".|Repeat: <w>|Say the word <w>.}', rng, s), s["w"])
        )
    en, zh = rng.choice(SENTENCES)
    return (
        (expand("{重复一遍：|跟我说：}", rng) + zh, zh)
        if lang == "zh"
        else (expand("{Repeat after me:|Repeat:} ", rng) + " " + en, en)
    )


def sentence_pair(rng, lang):
    en, zh = rng.choice(SENTENCES)
    if rng.random() < 0.5:
        return (
            expand("{翻译成英文：|把这句话翻译成英文：}", rng)
            if lang == "zh"
            else expand("{Translate into English:|In English, please:} ", rng) + " "
        ) + zh, en
    return (
        expand("{翻译成中文：|把这句话翻译成中文：}", rng)
        if lang == "zh"
        else expand("{Translate into Chinese:|In Chinese, please:} ", rng) + " "
    ) + en, zh


def polite(rng, lang):
    t = rng.choice(THINGS)
    row = [expand(x, rng, dict(t=t[0], tz=t[1])) for x in rng.choice(POLITE)]
    if lang == "zh":
        return expand("{说得礼貌一点：|改得客气一点：|怎么客气地说：}", rng) + row[2], row[3]
    return expand("{Say it politely:|Make this polite:|Rewrite this politely:} ", rng) + " " + row[0], row[1]


def sentence_with(rng, lang):
    s = word(rng)
    n, p, c = rng.choice(NAMES), rng.choice(PLACES), rng.choice(COLOURS)
    s |= dict(n=n[0], nz=n[1], p=p[0], pz=p[1])
    if lang == "zh":
        return expand("{用“<wz>”造个句子。|用“<wz>”说一句话。}", rng, s), expand(
            "{<nz>今天说起了<wz>。|<nz>在<pz>想到了<wz>。|我很喜欢“<wz>”这个词。}", rng, s
        )
    return expand('{Make a sentence with "<w>".|Use "<w>" in a sentence.}', rng, s), expand(
        '{<n> talked about "<w>" today.|Near <p>, <n> wrote the word "<w>".|I like the word "<w>".}', rng, s
    )


def choose(rng, lang):
    pool = rng.choice((ANIMALS, FOODS, COLOURS, PLACES))
    a, b = rng.sample(pool, 2)
    i = 1 if lang == "zh" else 0
    x, y = a[i], b[i]
    pick = rng.choice((x, y))
    s = dict(x=x, y=y, p=pick, P=capital(pick))
    if lang == "zh":
        return expand("{<x>还是<y>？|<x>和<y>，你选哪个？|你更喜欢<x>还是<y>？}", rng, s), expand(
            "{我选<p>。|<p>。|我更喜欢<p>。}", rng, s
        )
    return expand("{<x> or <y>?|Which do you like more, <x> or <y>?|Choose one: <x> or <y>.}", rng, s), expand(
        "{I choose <p>.|<P>.|I like <p> more.}", rng, s
    )


def is_it(rng, lang):
    kinds = [
        (ANIMALS, "animal", "动物"),
        ([f for f in FOODS if f[2] == "fruit"], "fruit", "水果"),
        (COLOURS, "colour", "颜色"),
        (THINGS, "thing", "东西"),
    ]
    pool, kind, kind_zh = rng.choice(kinds)
    other = rng.choice(kinds)
    x = rng.choice(pool)
    same = other[1] == kind
    s = dict(
        x=x[0],
        X=capital(article(x[0]) if pool is not COLOURS else x[0]),
        ax=article(x[0]) if pool is not COLOURS else x[0],
        xz=x[1],
        k=article(other[1]),
        kz=other[2],
        r=article(kind),
        rz=kind_zh,
    )
    if lang == "zh":
        return expand("<xz>是<kz>吗？", rng, s), expand(
            "{是的|对}，<xz>是<kz>。" if same else "不是，<xz>是<rz>。", rng, s
        )
    return expand("Is <ax> <k>?", rng, s), expand("Yes, <ax> is <k>." if same else "No, <ax> is <r>.", rng, s)


def unknown(rng, lang):
    """A question from outside the small world gets an honest answer in its own words."""
    s = word(rng)
    n = rng.choice(NAMES)
    s |= dict(n=n[0], nz=n[1])
    if lang == "zh":
        return expand(
            "{为什么<nz>喜欢<wz>？|<nz>的<wz>在哪里？|你知道<nz>吗？|谁发明了<wz>？|<nz>明天会做什么？|怎么卖<wz>？}",
            rng,
            s,
        ), expand(
            "{我不知道{。|，对不起。}|这个我不清楚。|我的世界很小，这个我还不知道。}{想聊点别的吗？|你能告诉我吗？|}",
            rng,
            s,
        )
    return expand(
        "{Why does <n> like the <w>?|Where is <n>'s <w>?|Do you know <n>?|Who invented the <w>?|What will <n> do tomorrow?|How do I sell the <w>?}",
        rng,
        s,
    ), expand(
        "{I do not know{.|, sorry.}|I am not sure.|My world is small, and I do not know that yet.} {Shall we talk about something else?|Can you tell me?|}",
        rng,
        s,
    )


GENERATORS = [(repeat, 3), (sentence_pair, 3), (polite, 1), (sentence_with, 2), (choose, 2), (is_it, 2), (unknown, 3)]


def task(rng: Random, lang: str) -> tuple[str, str]:
    return rng.choices([g for g, _ in GENERATORS], [w for _, w in GENERATORS])[0](rng, lang)
