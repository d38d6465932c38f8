#!/usr/bin/env python3
"""Write tests/golden/data/files/encodings.json: the same few rows in many languages, in the bytes of Python's codecs.

    python golden_encodings.py [OUT]        # default: tests/golden/data of this repository

Each file has the codec's name, its bytes in base64, the rows that are in it, and what is told of it: `read` (it can be
found out) or `ask` (too little stands in it: several ways to read it are as likely).
"""

from __future__ import annotations

import base64
import json
import platform
import sys
from pathlib import Path

import common

ROWS = {
    "zh-Hans": [("渡轮几点开？", "九点，从东码头开，请提前十分钟到。"), ("博物馆星期一开门吗？", "不开，星期一休息。")],
    "zh-Hant": [("渡輪幾點開？", "九點，從東碼頭開，請提前十分鐘到。"), ("博物館星期一開門嗎？", "不開，星期一休息。")],
    "ja": [("フェリーは何時に出ますか？", "九時に東の桟橋から出ます。"), ("博物館は月曜日に開いていますか？", "いいえ、休みです。")],
    "ko": [("배는 언제 출발하나요?", "아홉 시에 동쪽 부두에서 출발합니다."), ("박물관은 월요일에 여나요?", "아니요, 쉽니다.")],
    "ru": [("Когда отходит паром?", "В девять, от восточного причала."), ("Музей открыт в понедельник?", "Нет, закрыт.")],
    "uk": [("Коли відходить пором?", "О дев'ятій, від східного причалу."), ("Музей відчинений?", "Ні, у понеділок зачинено.")],
    "el": [("Πότε φεύγει το πλοίο;", "Στις εννέα, από την ανατολική προβλήτα."), ("Είναι ανοιχτό;", "Όχι, τη Δευτέρα.")],
    "he": [("מתי יוצאת המעבורת?", "בתשע, מהרציף המזרחי."), ("האם המוזיאון פתוח?", "לא, ביום שני הוא סגור.")],
    "ar": [("متى تغادر العبارة؟", "في التاسعة من الرصيف الشرقي."), ("هل المتحف مفتوح؟", "لا، يوم الاثنين مغلق.")],
    "pl": [
        ("Kiedy odpływa prom?", "O dziewiątej, z przystani wschodniej, proszę przyjść wcześniej."),
        ("Czy muzeum jest otwarte w poniedziałki?", "Nie, w poniedziałki jest zamknięte, w święta też."),
    ],
    "cs": [
        ("Kdy odjíždí přívoz?", "V devět, z východního mola, přijďte prosím dříve."),
        ("Je muzeum otevřené?", "Není, též v pátek má zavřeno; těšíme se, že přijdete ve středu, až o šesté."),
    ],
    "tr": [
        ("Feribot ne zaman kalkıyor?", "Dokuzda, doğu iskelesinden; lütfen on dakika önce gelin."),
        ("Müze açık mı?", "Hayır, pazartesi günleri kapalıdır, salı günü saat dokuzda açılır."),
    ],
    "lt": [
        ("Kada išplaukia keltas?", "Devintą, iš rytinės prieplaukos, ateikite dešimt minučių anksčiau."),
        ("Ar muziejus atidarytas?", "Ne, pirmadieniais jis uždarytas, o šeštadieniais dirba iki šešių, šventėmis trumpiau."),
    ],
    "fr": [
        ("Quand part le ferry ?", "À neuf heures, du quai est ; présentez-vous dix minutes à l’avance, s’il vous plaît."),
        ("Le musée est-il ouvert ?", "Non, il est fermé le lundi, même l’été ; la visite guidée a lieu après le déjeuner."),
    ],
    "de": [
        ("Wann fährt die Fähre?", "Um neun, von der östlichen Brücke; bitte zehn Minuten früher kommen."),
        ("Ist das Museum geöffnet?", "Nein, montags schließt es für Gäste, außer an Feiertagen; dienstags öffnet es früh."),
    ],
    "sv": [
        ("När går färjan?", "Klockan nio från östra bryggan, kom gärna tio minuter före."),
        ("Är museet öppet på måndagar?", "Nej, på måndagar är det stängt, även på påskdagen."),
    ],
}
CODECS = {
    "zh-Hans": ["gb18030", "gbk", "utf_16_le", "utf_16_be", "utf_16"],
    "zh-Hant": ["big5", "cp950", "gb18030"],
    "ja": ["cp932", "euc_jp", "iso2022_jp"],
    "ko": ["cp949", "euc_kr", "utf_16_le"],
    "ru": ["cp1251", "koi8_r", "cp866"],
    "uk": ["cp1251", "koi8_u"],
    "el": ["cp1253", "iso8859_7"],
    "he": ["cp1255"],
    "ar": ["cp1256"],
    "pl": ["cp1250", "iso8859_2"],
    "cs": ["cp1250", "iso8859_2"],
    "tr": ["cp1254"],
    "lt": ["cp1257"],
    "fr": ["cp1252", "mac_roman", "utf_16_be"],
    "de": ["cp1252", "iso8859_15", "mac_roman"],
    "sv": ["cp1252"],
}
# Of one word or two every reading is as likely as the next.
SHORT = [("ko", "cp949", [("배?", "예")]), ("fr", "cp1252", [("très", "a")]), ("zh-Hans", "gbk", [("渡轮", "a")])]


def main() -> None:
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "tests/golden/data"
    files = []
    for language, codecs in CODECS.items():
        for codec in codecs:
            for ending in ("csv", "jsonl"):
                files.append(entry(f"{language}.{codec}.{ending}", codec, ROWS[language], "read"))
    for language, codec, rows in SHORT:
        files.append(entry(f"{language}.{codec}.short.csv", codec, rows, "ask"))
    made_by = common.made_by() | {"python": platform.python_version()}
    common.write_json(out / "files" / "encodings.json", {"made_by": made_by, "files": files})


def entry(name: str, codec: str, rows: list[tuple[str, str]], told: str) -> dict:
    if name.endswith(".csv"):
        text = "question,answer\n" + "".join(f'"{q}","{a}"\n' for q, a in rows)
    else:
        text = "".join(json.dumps({"question": q, "answer": a}, ensure_ascii=False) + "\n" for q, a in rows)
    # Python's codecs know what it can hold; what it cannot would be another text.
    data = base64.b64encode(text.encode(codec)).decode()
    return {"name": name, "codec": codec, "told": told, "base64": data, "rows": [list(row) for row in rows]}


if __name__ == "__main__":
    main()
