"""Sentences about anything: broad words in plain frames. They keep the model from being sure of too few things, so that new text can be learnt."""

from pathlib import Path
from random import Random

from .grammar import capital, expand
from .vocabulary import ACTIONS, ADJECTIVES, PEOPLE, PLACES, THINGS, TIMES, VERBS

EN = [
    "<p> <vd> <t> <l>.",
    "<p> <ad> <w>.",
    "<p> <vs> <t>, {and|but|because} <p2> <as>.",
    "<t> is <j>.",
    "<t> is {too|very|a little|quite|not} <j>.",
    "<t> and <t2> are <l>.",
    "If <t> is <j>, <v> <t2>.",
    "If you <a>, <v> <t> first.",
    "<v> <t> and <v2> <t2>.",
    "<v> <t> <w>.",
    "Do not <v> <t>{.| <w>.| alone.}",
    "{Don't|Never} <a> <l>.",
    "I {can|will|could|would like to} <v> <t> for you.",
    "I {can't|won't|cannot} <v> <t>{.|, but I can <v2> <t2>.|; that is <j>.}",
    "I can't help with <vi> <t>. {I can help you|You could} <v2> <t2>.",
    "You {can|may|must|should|need to} <v> <t>{.| <w>.| before you <a>.}",
    "You should <a> {if|when} <t> is <j>.",
    "See <p> if <t> {is|gets|stays} <j>{.| <w>.}",
    "Please <v> <t>{.|, and <a>.| if you can.}",
    "When <p> <ad>, <p2> <vd> <t>.",
    "It is <j> to <v> <t> <w>.",
    "It {may|can|will} be <j>{.|, so <a>.|, but not <j2>.}",
    "There is <t> <l>.",
    "{First|Then} <v> <t>, then <v2> <t2>.",
    "<t> {smells|looks|feels|sounds} <j>{.| today.| <w>.}",
    "That sounds <j>. <v> <t>{.| and <a>.}",
    "<p> {says|thinks|knows} that <t> is <j>.",
    '"<v> <t>," said <p>.',
    "{Most|Many|Some} people <v> <t> <w>.",
    "We <vd> <t> <l> <w>.",
    "They will <v> <t> <w>.",
    "I am <j>{.|, and you?|, because <t> is <j2>.}",
    "Why is <t> <j>{?|, and who <vd> it?}",
    "Who <vd> <t>? It was <p>.",
    "{A|One|Every} <j> day begins with <t>.",
    "<t> costs <n> euros.",
    "<n> boats, <n2> sailors and <t>.",
    "At <n> <p> <vs> <t>.",
    "Let <t> stand, and <v> <t2>.",
    "More <vi>, less talking.",
    "He who <vs> <t> should <v2> <t2>.",
    "Ask <p> about <t>.",
    "Without <t> you cannot <a>.",
    "<p> has <n> <j> friends.",
    "My <t3> is <j>.",
    "Thank you for <vi> <t>.",
    "Both <t> and <t2> {help|are <j>}.",
    "A little <vi> {helps|is enough}.",
    "Even <p> {ad}.",
]
ZH = [
    "<p><l><v>了<t>。",
    "<w><p><a>了。",
    "<p><v><t>，{而且|可是|因为}<p2>在<a>。",
    "<t>很<j>。",
    "<t>{太<j>了|非常<j>|有点<j>|不<j>}。",
    "<t>和<t2>都<l>。",
    "如果<t><j>，就<v><t2>。",
    "要是<p><a>，先<v><t>。",
    "<v><t>，再<v2><t2>。",
    "<w><v><t>。",
    "{别|不要|不能}<v><t>。",
    "{别|不要}<l><a>。",
    "我{可以|能|会|想}帮你<v><t>。",
    "这个我{不能帮忙|不帮}，<t>{很<j>|不能随便<v>}。",
    "<v><t>我{不能|不会}帮。{我可以帮你<v2><t2>。|你可以<v2><t2>。}",
    "你{可以|应该|要}<v><t>{。|，再<a>。}",
    "<t><j>的时候，{应该|最好}<a>。",
    "如果<t>{还|越来越|一直}<j>，{要|请}{看医生|去医院|<a>|问<p>}。",
    "请<v><t>{。|，然后<a>。}",
    "<p><a>的时候，<p2><v>了<t>。",
    "<w><v><t>很<j>。",
    "可能<j>，{所以<a>|但是不<j2>}。",
    "<l>有<t>。",
    "先<v><t>，再<a>。",
    "<t>{看起来|摸起来|听起来}<j>。",
    "听起来有点<j>，<v><t>吧。",
    "<p>说<t>很<j>。",
    "“<v><t>。”<p>说。",
    "{大多数人|很多人|有的人}<w><v><t>。",
    "我们<w><l><v><t>。",
    "他们会<v><t>。",
    "我很<j>{。|，你呢？|，因为<t>很<j2>。}",
    "<t>为什么<j>？",
    "谁<v>了<t>？是<p>。",
    "<t>要<n>块钱。",
    "<n>条船、<n2>个水手，还有<t>。",
    "<n>点<p><v><t>。",
    "让<t>放一会儿，<v><t2>。",
    "问问<p><t>的事。",
    "没有<t>就不能<a>。",
    "<p>有<n>个<j>的朋友。",
    "谢谢你<v><t>。",
    "<t>和<t2>都{有用|很<j>}。",
    "连<p>也<a>。",
    "不用<v><t>，<a>就好。",
    "<w>再<a>也不晚。",
    "<t>比<t2><j>。",
    "<p>一边<a>，一边<v><t>。",
]
TOPICS_EN = "{Say something.|Tell me something.|Write a sentence.|Write two sentences.|Tell me anything.|Go on.|What do you think?|Talk to me.}"
TOPICS_ZH = "{说点什么。|随便说说。|写一句话。|写两句话。|继续。|你怎么想？|跟我说说话。}"
PROSE = {
    lang: [
        line
        for line in (Path(__file__).parent / f"prose.{lang}.txt").read_text(encoding="utf8").splitlines()
        if line and line[0] != "#"
    ]
    for lang in ("en", "zh")
}
NUMBERS_ZH = "一 两 三 四 五 六 七 八 九 十 十二 二十".split()


def sentence(rng: Random, lang: str) -> str:
    zh = lang == "zh"
    i = 1 if zh else 0
    s = {}
    for key, pool in (("p", PEOPLE), ("t", THINGS), ("l", PLACES), ("w", TIMES), ("j", ADJECTIVES)):
        a, b = rng.sample(pool, 2)
        s[key], s[key + "2"] = a[i], b[i]
    v, v2 = rng.sample(VERBS, 2)
    a = rng.choice(ACTIONS)
    if zh:
        s |= dict(v=v[4], v2=v2[4], a=a[3], n=rng.choice(NUMBERS_ZH), n2=rng.choice(NUMBERS_ZH))
        return expand(rng.choice(ZH), rng, s)
    s |= dict(
        v=v[0],
        vs=v[1],
        vd=v[2],
        vi=v[3],
        v2=v2[0],
        a=a[0],
        ad=a[2],
        n=rng.randint(2, 20),
        n2=rng.randint(2, 20),
        t3=s["t2"].removeprefix("the "),
    )
    s["as"] = a[1]
    return capital(expand(rng.choice(EN).replace("{ad}", "<ad>"), rng, s))


def thought(rng: Random, lang: str) -> str:
    """A sentence from the prose list, or one made of a frame."""
    if rng.random() < 0.6:
        text = expand(rng.choice(PROSE[lang]), rng)
        return text if text[-1] in ".?!。？！" else text + "。"
    return sentence(rng, lang)


def free_talk(rng: Random, lang: str) -> tuple[str, str]:
    """A person asks for anything, and the model says one to three sentences; or says something, and the model takes it up."""
    gap = "" if lang == "zh" else " "
    if rng.random() < 0.5:
        return expand(TOPICS_ZH if lang == "zh" else TOPICS_EN, rng), gap.join(
            thought(rng, lang) for _ in range(rng.choice((1, 2, 2, 3)))
        )
    said = thought(rng, lang)
    if lang == "zh":
        return said, expand(
            "{我明白了。|原来如此。|真的吗？|有意思。|你说：<said>|你是说，<said>|好的，<said>}{后来呢？|为什么呢？|再说说吧。|}",
            rng,
            dict(said=said),
        )
    return said, expand(
        "{I see.|Really?|Oh.|Interesting.|You say: <said>|So: <said>|All right: <said>} {What happened then?|Why?|Tell me more.|}",
        rng,
        dict(said=said),
    )


OPEN_EN = [
    "Well,",
    "Listen,",
    "Oh,",
    "Friend,",
    "Look,",
    "My dear,",
    "Captain,",
    "Ah,",
    "Ladies and gentlemen,",
    "As my grandmother said:",
    "From the kitchen:",
    "Psst,",
    "Good question:",
    "Note:",
    "Answer:",
    "Hmm,",
    "Indeed,",
    "Beep,",
    "Once more:",
]
CLOSE_EN = [
    "Take care.",
    "That is all.",
    "Over and out.",
    "Good luck.",
    "Yours, Seedling.",
    "The end.",
    "Stay warm.",
    "So it is.",
    "Many greetings.",
    "Eat well.",
    "Clear skies.",
    "Meow.",
    "Good wind.",
    "Done.",
    "Ask me again.",
    "Safe roads.",
]
OPEN_ZH = [
    "听着，",
    "朋友，",
    "哎，",
    "你看，",
    "亲爱的，",
    "船长，",
    "各位，",
    "奶奶说过：",
    "厨房来信：",
    "好问题：",
    "回答：",
    "嗯，",
    "老实说，",
    "注意，",
    "嘿，老友，",
    "孩子，",
]
CLOSE_ZH = [
    "保重。",
    "就这些。",
    "完毕。",
    "祝好运。",
    "小苗上。",
    "故事完了。",
    "注意保暖。",
    "就是这样。",
    "问大家好。",
    "多吃点。",
    "天晴。",
    "喵。",
    "顺风。",
    "好了。",
    "再来问我。",
    "路上平安。",
]


def voice(rng: Random, lang: str):
    """A manner of speaking for one conversation: the same opening and closing (or one of them) around every answer."""
    zh = lang == "zh"
    opening = rng.choice(OPEN_ZH if zh else OPEN_EN) if rng.random() < 0.8 else ""
    closing = rng.choice(CLOSE_ZH if zh else CLOSE_EN) if rng.random() < 0.7 or not opening else ""

    def speak(text: str) -> str:
        if opening and not zh and text[:2] != "I " and text[:2] != "I'":
            text = text[:1].lower() + text[1:]
        return (opening + text + closing) if zh else " ".join(x for x in (opening, text, closing) if x)

    return speak, opening, closing
