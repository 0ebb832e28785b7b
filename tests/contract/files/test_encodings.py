"""What the model gets of a text in the encoding that its writer's machine had: the words, and no other language's."""

from __future__ import annotations

import itertools
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.files.extracts import TextExtract
from bot.files.outbox import Outbox
from bot.files.worker.convert import convert
from bot.files.worker.encodings.choosing import CANDIDATES
from bot.files.worker.encodings.detecting import decode, keeps_controls, text_of
from bot.files.worker.kinds import Kind
from bot.files.worker.sniff import kind_of
from tests.file_limits import CONVERT

LIMITS = CONVERT
Words = Callable[..., str]
GERMAN = "Sehr geehrter Herr Müller, anbei die Rechnung für Köln über 1.200,50 €. Schöne Grüße aus Österreich!\n"
JAPANESE = "会議は火曜日の午前十時からです。資料は共有フォルダにあります。"
CHINESE = "会议资料在共享文件夹中请在星期二之前阅读完毕并提出意见"
TAIWANESE = "會議資料在共享資料夾中請在星期二之前閱讀完畢並提出意見"
KOREAN = "회의는 화요일 오전 열 시에 시작합니다. 자료는 공유 폴더에 있습니다."
RUSSIAN = "Встреча во вторник в десять часов.\nМатериалы в общей папке.\n"

SHORT = {
    "cp1252": [
        "Müller;Köln;1.200,50 €", "niño", "El niño soñó con España", "¿Qué pasó mañana?", "São Paulo;João;Conceição",
        "Le café est très bon à Noël.", "déjà vu", "élève", "Vielä hetki", "Hyvää päivää, Jyväskylä", "Größe",
        "Räksmörgås på ön", "Rødgrød med fløde", "Questa è la verità, più o meno", "It’s “fine” – don’t worry",
        "price: £5.00", "20 °C ± 1", "½ cup", "naïve approach", "© 2020 Acme", "Þetta er íslenska", "Zürich – Genève",
        "name;ort\nJürgen;Köln\nBjörn;Göttingen", "réf;désignation;qté\n12;écrou à œil;4", "2 € pro Stück", "avó e avô",
        "Smörgåsbord & crème brûlée", "Salón Müller, théâtre, garçon", "Chloé à l’opéra-théâtre",
        "TEST äöü +-*/~", "ÄÖÜ äöü ß", "ÁÉÍÓÚ ñ", "50 µm, 3 × 4 m²", "Così è. Bene.", "Amèrica", "naïf, maïs, égoïste",
    ],
    "iso8859-15": ["Überweisung für Jürgen: 50 €", "Le maître d'œuvre a signé, un cœur d'or, une sœur"],
    "cp1250": [
        "Číslo účtu: 5", "Příjmení;Jméno\nNovák;Jiří", "Šťastný nový rok",
        "Příliš žluťoučký kůň úpěl ďábelské ódy", "Zażółć gęślą jaźń", "książka", "Łódź", "Árvíztűrő tükörfúrógép",
        "név;város\nGyörgy;Győr\nZsófia;Pécs", "Čokolada, šećer i žlica", "Bună ziua, mulţumesc foarte mult",
        "imię;miasto\nŁukasz;Łódź\nMałgorzata;Kraków",
        "SPÓŁKA Z O.O.", "PROTOKÓŁ ZDAWCZO-ODBIORCZY", "Lp.;OGÓŁEM\n1;5\nŁącznie;6",
        "Smlouva č. 5", "Faktúra č. 12", "Račun br. 5", "Molimo vas da platite račun u roku.",
    ],
    "iso8859-2": ["Děkuji za vaši zprávu", "Proszę o odpowiedź", "Účtovanie služieb za máj, ďakujeme", "SPÓŁKA Z O.O."],
    "cp1251": [
        "Привет, мир", "имя;город\nИван;Москва\nОльга;Санкт-Петербург", "Дякую за відповідь, їжак і ґава",
        "№ 5 от 12 мая", "Счёт № 12", "ДОГОВОР ПОСТАВКИ",
        "ИМЯ;ГОРОД;СУММА\nИВАНОВ;МОСКВА;100", "ДОГОВІР ПРО ПОСТАВКУ", "5 млн руб.",
    ],
    "koi8-r": [
        "Спасибо за ответ, до встречи завтра", "Заказ принят", "ДОГОВОР ПОСТАВКИ", "1,литовский", "айнский\nводский",
    ],
    "cp866": [
        "Проверка", "{ Программа }\nbegin end.", "Параметры", "Вход", "Отчёт о проверке", "Прайс;Справка",
       "Спасибо за ответ, до встречи завтра", "Заказ принят", "ДОГОВОР ПОСТАВКИ"],
    "iso8859-5": ["Спасибо за ответ, до встречи завтра"],
    "cp1253": [
        "Καλημέρα κόσμε", "όνομα;πόλη\nΓιώργος;Αθήνα", "ΚΑΛΗΜΕΡΑ ΚΟΣΜΕ", "ΑΠΟΔΕΙΞΗ ΠΛΗΡΩΜΗΣ Νο 15", "ΑΘΗΝΑ\nΠΑΤΡΑ",
    ],
    "cp1254": ["Günaydın, nasılsınız?", "ad;şehir\nÇağlar;İstanbul\nIşıl;Muğla", "FATURA NO: 15 İSTANBUL ŞUBESİ"],
    "cp1255": ["שלום עולם", "שם;עיר\nיוסי;חיפה"],
    "cp862": ["שלום עולם", "שם;עיר\nיוסי;חיפה", "המחיר: 5 שקלים, הפגישה ביום שלישי"],
    "cp1256": ["مرحبا بالعالم"],
    "cp1257": ["Labą dieną, ačiū už laišką", "Šiandien vyks susirinkimas, prašome atvykti į salę"],
    "cp850": [
        "Fönster", "Købmand", "Segue em anexo a relação de funcionários da empresa.",
        "Name;Ort;Straße\nJürgen;Düsseldorf;Königsallee", "El niño tenía 33 años en España; mañana, señor",
    ],
    "cp874": ["สวัสดีชาวโลก"],
    "cp932": [
        "ﾃｽﾄ ﾃﾞｰﾀ", "0001,ﾔﾏﾀﾞ ﾀﾛｳ,ﾐﾂﾋﾞｼ", "2110 ｶ)ﾔﾏﾀﾞｼﾖｳﾃﾝ",
        "名前,住所\n山田,東京", "東京都", "エラー: ファイルが見つかりません", "株式会社サンプル",
    ],
    "euc_jp": [
        "こんにちは世界", "名前,住所\n山田,東京\n鈴木,大阪", "東京都", "id,氏名\n1,山田\n2,佐藤", "長谷川 直樹",
        "部署,担当\n総務,三浦\n経理,内田", "コンゴ語;100", "県,人口\n埼玉,100\n群馬,50",
    ],
    "gbk": ["产品,数量\n苹果,10\n香蕉,20", "你好，世界", "北京市", "订单号：10086，金额：￥200"],
    "big5": ["產品,數量\n蘋果,10\n香蕉,20", "會議紀錄", "姓名,部門,薪資\n王小明,業務,5000", "1,台北"],
    "big5hkscs": ["香港㗎喇 佢哋嘅 價錢"],
    "cp949": ["이름,도시\n김철수,서울\n이영희,부산", "회의록", "세금계산서", "홍길동", "2,홍길동", "곽민준"],
}  # fmt: skip
TABLE = "id,name,city,amount\n" + "".join(f"{number},customer {number},Tokyo,{number}00\n" for number in range(40))


@pytest.fixture
def words(tmp_path: Path) -> Words:
    def run(content: bytes, name: str = "x.txt") -> str:
        source = tmp_path / "source"
        source.write_bytes(content)
        extract = convert(source, name, "", Outbox(tmp_path, ""), LIMITS)[0]
        assert isinstance(extract, TextExtract)
        return (tmp_path / extract.file).read_text(encoding="utf-8")

    return run


@pytest.mark.parametrize(("codec", "text"), [(codec, text) for codec, texts in SHORT.items() for text in texts])
def test_a_few_words_are_enough_alone_or_in_an_english_table(words: Words, codec: str, text: str) -> None:
    assert words(f"{text}\n".encode(codec)) == f"{text}\n"
    assert words(f"{TABLE}{text}\n".encode(codec)) == f"{TABLE}{text}\n"


ONE_WORD = {
    "cp1250": (
        "Ilość Wartość Imię Dzień Gdańsk Części Kč DIČ Město Měsíc Svět Judeţ Argeş Ştiri Plaćanje Mjesečno Njemačka"
    ),
    "cp1252": (
        "Größe cœur œuvre fœtus señor español você première siècle où lunedì più måned søen træet Ísland Þór íþrótt"
        " vitæ Emissão irmã Nº Drª 3ª"
    ),
}
"""Words that are alone in a table, as the name of a column is."""


@pytest.mark.parametrize(
    ("codec", "word"), [(codec, word) for codec, all_ in ONE_WORD.items() for word in all_.split()]
)
def test_one_word_in_the_first_line_of_a_table_is_enough(words: Words, codec: str, word: str) -> None:
    table = f"Id;{word};X\n1;2;3\n4;5;6\n"
    assert words(table.encode(codec), "export.csv") == table


@pytest.mark.parametrize("lines", ["\n", ""], ids=["lines", "one line"])
@pytest.mark.parametrize(
    ("codec", "text"),
    [("cp932", JAPANESE), ("euc_jp", JAPANESE), ("gbk", CHINESE), ("big5", TAIWANESE), ("cp949", KOREAN)],
)
def test_no_sample_of_a_long_text_is_cut_within_a_character(words: Words, codec: str, text: str, lines: str) -> None:
    for shift in range(4):
        whole = "x" * shift + (text + lines) * 2_000
        assert words(whole.encode(codec)) == whole


def test_a_broken_byte_does_not_make_an_eastern_text_a_western_one(words: Words) -> None:
    raw = f"{JAPANESE}\n".encode("cp932")
    assert words(raw * 5 + b"\xff\x81\n" + raw * 5).count(JAPANESE) == 10


def test_the_same_in_a_very_long_text_of_which_the_end_is_read_alone(words: Words) -> None:
    text = words(f"{JAPANESE}\n".encode("cp932") * 40_000)
    assert text.startswith(JAPANESE)
    assert text.endswith(f"{JAPANESE}\n")
    assert "\ufffd" not in text


RARE = "丼 凰 鷺 麒麟 鸞 齟齬 薔薇 躑躅 鬱"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (f'<?xml version="1.0" encoding="EUC-JP"?>\n<a>{RARE}</a>\n'.encode("euc_jp"), RARE),
        (f'<html><head><meta charset="Shift_JIS"></head>{RARE}</html>\n'.encode("cp932"), RARE),
        (
            f"<meta http-equiv=Content-Type content='text/html; charset=gb2312'>{CHINESE[:4]}".encode("gb18030"),
            CHINESE[:4],
        ),
        ("@charset \"iso-8859-2\";\nq::before { content: 'è' }\n".replace("è", "č").encode("iso8859-2"), "'č'"),
        ("# -*- coding: koi8-r -*-\nx = 'Да'\n".encode("koi8-r"), "'Да'"),
        ("#!/usr/bin/python\n# vim: set fileencoding=cp866 :\nx = 'Да'\n".encode("cp866"), "'Да'"),
        ("x = 'Да'\n# vim: fenc=koi8-r\n".encode("koi8-r"), "'Да'"),
        ("\\documentclass{a}\n\\usepackage[latin2]{inputenc}\nžluť\n".encode("iso8859-2"), "žluť"),
        (
            b"<html><head><script>"
            + b"x = 1;\n" * 2_000
            + '</script><meta charset="windows-1253">Ναι'.encode("cp1253"),
            "Ναι",
        ),
        ("/*!40101 SET NAMES sjis */;\nINSERT INTO t VALUES ('鷺');\n".encode("cp932"), "'鷺'"),
        ("SET client_encoding = 'WIN1253';\nINSERT INTO t VALUES ('Ναι');\n".encode("cp1253"), "'Ναι'"),
        ('msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=CP1251\\n"\nmsgstr "Да"\n'.encode("cp1251"), '"Да"'),
    ],
    ids=[
        "XML",
        "HTML",
        "older HTML",
        "CSS",
        "Python",
        "Vim",
        "Vim at the end",
        "LaTeX",
        "late HTML",
        "MySQL",
        "PostgreSQL",
        "gettext",
    ],
)
def test_what_a_text_declares_of_itself_has_its_say(words: Words, content: bytes, expected: str) -> None:
    assert expected in words(content)


@pytest.mark.parametrize("declared", ["iso-8859-1", "shift_jis", "no-such-thing", "base64", "utf-16"])
def test_a_declaration_that_is_not_true_has_none(words: Words, declared: str) -> None:
    page = f'<?xml version="1.0" encoding="{declared}"?><p>{GERMAN}</p>'
    assert GERMAN in words(page.encode())
    assert "Müller" in words(page.replace(declared, "utf-8").encode("cp1252"))


@pytest.mark.parametrize("codec", ["base64", "quopri", "hex", "rot13", "zlib"])
def test_a_codec_that_is_no_encoding_of_text_is_no_declaration(words: Words, codec: str) -> None:
    assert "Müller" in words(f"Content-Transfer-Encoding: {codec}\n{GERMAN} Müller\n".encode("cp1252"))


@pytest.mark.parametrize(
    "content",
    [
        JAPANESE.encode("iso2022_jp"),
        f"{JAPANESE}\nplain\n{JAPANESE}".encode("iso2022_jp"),
        JAPANESE.encode("iso2022_jp") + b"\x1b(I123\x1b(B",
    ],
)
def test_japanese_in_seven_bits_is_read(words: Words, content: bytes) -> None:
    assert JAPANESE in words(content)


def test_characters_that_windows_added_to_it_are_read_too(words: Words) -> None:
    assert words(b"\x1b$B2q5D$OL@F|-!-j\x1b(B\n") == "会議は明日①㈱\n"


@pytest.mark.parametrize("codec", ["iso2022_kr", "cp949"])
def test_korean_is_read_in_seven_bits_and_in_eight(words: Words, codec: str) -> None:
    assert words(f"{KOREAN}\n".encode(codec)) == f"{KOREAN}\n"


def test_chinese_is_read_in_seven_bits(words: Words) -> None:
    assert words(f"{CHINESE}\n".encode("hz")) == f"{CHINESE}\n"
    shifted = bytes(byte & 0x7F for byte in CHINESE.encode("gb2312"))
    assert words(b"\x1b$)A\x0e" + shifted + b"\x0f, that is all\n") == f"{CHINESE}, that is all\n"


def test_braces_and_tildes_of_programs_are_no_chinese(words: Words) -> None:
    assert words(b'(format t "~{ab~}~{~a~}" list)\n') == '(format t "~{ab~}~{~a~}" list)\n'


JAPANESE_OF_ALL_KINDS = "氏名,ﾌﾘｶﾞﾅ,備考\n山田太郎,ﾔﾏﾀﾞ ﾀﾛｳ,エラー：ＡＢＣを確認しました\n"
MANY_SCRIPTS = "Name\nРусский язык\nΕλληνικά\nעברית\nالعربية\nภาษาไทย\n한국어\n日本語\n"
UNENDED = ("회의는 화요일", "Встреча во вторник", "Счёт 100 от 20 мая")


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize(
    "text",
    [
        *("Plain words.\n", RUSSIAN, f"{JAPANESE}\n", f"{CHINESE}\n", "שלום עולם\nשלום\n"),
        *(JAPANESE_OF_ALL_KINDS, MANY_SCRIPTS, *UNENDED),
    ],
)
def test_wide_text_without_a_mark_is_text(words: Words, codec: str, text: str) -> None:
    assert words(text.encode(codec), "export.csv") == text
    assert words((text * 3_000).encode(codec)) == text * 3_000


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", [RUSSIAN, f"{JAPANESE}\r\n"])
def test_a_block_of_zeros_in_wide_text_leaves_its_words(words: Words, codec: str, text: str) -> None:
    assert words(text.encode(codec) * 3 + bytes(512) + text.encode(codec), "a.log") == 4 * text.replace("\r", "")


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "text",
    [
        "会議は火曜日です。",
        "会议在星期二举行。",
        "회의는화요일입니다",
        "Встреча",
        "Πρόγραμμα",
        "שלום",
        "สวัสดีครับ",
        "会議は火曜日です。" * 30,
    ],
)
def test_one_wide_line_without_a_mark_and_without_a_blank_is_text(words: Words, codec: str, text: str) -> None:
    assert words(text.encode(codec), "note.txt") == text


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("Добрыйдень", "cp1251"),
        ("会議は火曜日です。", "cp932"),
        ("会議は火曜日です。", "euc_jp"),
        ("会议在星期二", "gbk"),
    ],
)
def test_one_line_in_an_encoding_of_bytes_is_not_taken_for_wide_text(words: Words, text: str, codec: str) -> None:
    assert words(text.encode(codec), "note.txt") == text


LINE = b"2026-11-25 10:00:00 ERROR disk full on /dev/sda1\n"


@pytest.mark.parametrize(
    "content",
    [bytes(9_000) + LINE * 3, bytes(300_000) + LINE * 3, LINE + bytes(4_096) + LINE * 2, LINE * 3 + bytes(5_000)],
    ids=["before, over the first kilobytes", "before, very many", "between", "behind"],
)
def test_the_zeros_in_a_log_cost_none_of_its_lines(words: Words, content: bytes) -> None:
    assert words(content, "app.log") == LINE.decode() * 3


def test_a_few_zeros_go_and_zeros_between_records_part_them(words: Words) -> None:
    assert words(LINE + b"p\0o\0w\0er\n" + LINE) == f"{LINE.decode()}power\n{LINE.decode()}"
    assert words(b"a.txt\0b.txt\0notes.txt\0c.txt\0") == "a.txt\nb.txt\nnotes.txt\nc.txt\n"
    assert words(bytes(5_000) + f"{JAPANESE}\n".encode("cp932") * 9) == f"{JAPANESE}\n" * 9


def test_a_log_of_two_encodings_is_read_in_both(words: Words) -> None:
    assert words(f"{GERMAN}{RUSSIAN}".encode() + GERMAN.encode("cp1252")) == GERMAN + RUSSIAN + GERMAN


def test_a_text_that_ends_within_a_character_keeps_the_rest(words: Words) -> None:
    assert words("größer ä".encode()[:-1]).startswith("größer ")


def test_of_a_text_that_begins_within_a_character_only_that_one_is_lost(words: Words) -> None:
    for short in (1, 2):
        assert words(f"{JAPANESE}\n".encode()[short:]) == f"\ufffd{JAPANESE[1:]}\n"


def test_the_bytes_of_a_wire_make_a_log_no_other_file(words: Words) -> None:
    line = b"2026-11-25 10:00:00 received: \x01\x02\x03\xff\xfe\x80 end\n"
    text = words((line + LINE) * 50, "app.log")
    assert text.count("2026-11-25 10:00:00 received: ") == 50
    assert text.count(LINE.decode()) == 50
    assert LINE.decode() in words(LINE * 20 + bytes(range(256)) + b"\n" + LINE * 20, "app.log")
    assert kind_of(b"\xa7\r\r\n\0\0\0\0" + (line + LINE) * 50) is Kind.UNKNOWN


def test_a_dump_with_values_that_are_no_text_keeps_its_words(words: Words) -> None:
    head = "-- MySQL dump 10.13\n/*!40101 SET NAMES utf8mb4 */;\nINSERT INTO `t` VALUES "
    rows = b",".join(
        b"(_binary '%b','Gr\xc3\xb6\xc3\x9fe')" % bytes([*range(1, 32), *range(128, 256)]) for _ in range(90)
    )
    text = words(head.encode() + rows + b";\n-- Dump completed\n", "backup.sql")
    assert text.startswith(head)
    assert text.count("Größe") == 90
    assert text.endswith("-- Dump completed\n")


def test_few_letters_of_a_macintosh_are_no_ones_of_dos(words: Words) -> None:
    text = "El manual tiene cien páginas.\nLa instalación es fácil.\n"
    assert words(text.encode("mac_roman")) == text


def test_curly_quotes_and_dashes_of_a_macintosh_are_that(words: Words) -> None:
    text = "It’s the customer’s “final” quote – please sign\nGarçon, l’addition s’il vous plaît !\n"
    assert words(text.encode("mac_roman")) == text


@pytest.mark.parametrize(
    ("raw", "declared", "expected"),
    [
        ("朱镕基".encode("gbk"), "gb2312", "朱镕基"),
        (b"\x93yes\x94", "iso-8859-1", "“yes”"),
        ("Envoyé par".encode("cp1252"), "", "Envoyé par"),
        ("Jürgen".encode(), "us-ascii", "Jürgen"),
        ("Jürgen".encode("cp1252"), "utf-8", "Jürgen"),
        ("Übersicht".encode(), "no-such-charset", "Übersicht"),
        ("東京".encode("cp932"), "shift_jis", "東京"),
    ],
)
def test_short_texts_from_elsewhere_are_read_by_their_label_where_it_fits(
    raw: bytes, declared: str, expected: str
) -> None:
    assert text_of(raw, declared) == expected


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_lines_that_another_program_wrote_behind_utf16_are_read(words: Words, codec: str) -> None:
    first = f"[Info] Größe geprüft\r\n{CHINESE}\n{JAPANESE * 3}\n"
    narrow = "2026-11-24 10:00:01 backup of the server is done\r\nshort\r\nMüller was here\r\n"
    last = "[Info] Ende der Prüfung\r\n"
    content = f"\ufeff{first}".encode(codec) + narrow.encode() + last.encode(codec)
    assert words(content).replace("\r\n", "\n") == f"{first}{narrow}{last}".replace("\r\n", "\n")


@pytest.mark.parametrize("text", [CHINESE * 40, f"{JAPANESE * 9}\n" * 9, f"{KOREAN}\n" * 20, "1,2;中文\n" * 50])
@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_of_utf16_alone_no_line_is_anything_else(words: Words, text: str, codec: str) -> None:
    assert words(f"\ufeff{text}".encode(codec)) == text


BOX = "┌────────────┐\n│ {:<10} │\n├────────────┤\n│ {:<10} │\n└────────────┘\n"
BARS = "░▒▓████████ {} ████████▓▒░\n╔══════════╗\n║ {} ║\n╚══════════╝\n"


@pytest.mark.parametrize("drawn", [BOX, BARS])
@pytest.mark.parametrize(
    ("codec", "first", "second"),
    [
        ("cp437", "Setup v1.0", "press Enter"),
        ("cp437", "Übersicht", "Größe"),
        ("cp850", "déjà vu", "Prénom"),
        ("cp866", "Отчёт", "Итого за май"),
        ("cp852", "Přehled", "Částka"),
    ],
)
def test_frames_of_dos_are_frames(words: Words, drawn: str, codec: str, first: str, second: str) -> None:
    text = drawn.format(first, second)
    assert words(text.encode(codec)) == text


@pytest.mark.parametrize(
    "text", ["NÄÄÄÄÄ! Schön, daß du da bist, größter Gauner", "°°°° Überraschung für Köln, Grüße °°°°"]
)
def test_a_letter_held_for_long_is_no_frame(words: Words, text: str) -> None:
    assert words(text.encode("cp1252")) == text


@pytest.mark.parametrize(
    ("line", "codec"),
    [
        ("Größe {}; Köln", "cp1252"),
        ("Le théâtre était fermé à Noël ; l’élève a reçu trois œuvres où manquait la page {}.", "cp1252"),
        ("Zażółć gęślą jaźń, numer {}, więc źródło było żółte.", "cp1250"),
        ("Насос в зале {} был выключен и снова работал семь часов подряд.", "cp1251"),
        ("Насос в цехе {} был выключен во вторник и снова работал два часа.", "cp1251"),
        ("Насос в зале номер {} выключили; Ольга и Иван не знают, почему он стоял семь часов подряд.", "mac-cyrillic"),
        ("Η αντλία στην αίθουσα {} έκλεισε την Τρίτη και λειτούργησε ξανά.", "cp1253"),
        ("第{}ホールのポンプは火曜日に停止され、その後再び動きました。", "cp932"),
        ("Größe {}; Köln; SPÓŁKA", "utf-8"),
        ("Насос в зале номер {} выключили, и он снова работал семь часов, но мы не знаем, почему.", "koi8-r"),
        ("七号大厅的水泵于星期二关闭，随后又运行了{}个小时，工程师们检查了所有的发动机。", "gb18030"),
    ],
    ids=range(11),
)
def test_a_text_whose_words_tell_its_encoding_loads_no_statistics(line: str, codec: str) -> None:
    """They are larger than all else that reads texts."""
    text = "\n".join(line.format(number) for number in range(200))
    code = (
        "import sys\nfrom bot.files.worker.encodings.detecting import text_of\n"
        "read = text_of(sys.stdin.buffer.read())\n"
        "sys.stdout.buffer.write(read.encode())\nprint('chardet' in sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], input=text.encode(codec), capture_output=True, check=True)
    assert (done.stdout.decode(), done.stderr.decode().strip()) == (text, "False")


CONTROLS = frozenset(map(chr, (*range(0x20), 0x7F))) - set("\t\n\r")
FREE = [byte for byte in range(0x100) if chr(byte) not in CONTROLS]


@pytest.mark.parametrize("codec", sorted(filter(keeps_controls, {*CANDIDATES, "cp950", "euc_jp", "utf-8"})))
def test_bytes_without_control_characters_make_none(codec: str) -> None:
    """So it is enough to look for them among the bytes."""
    pairs = b"".join(bytes(pair) for pair in itertools.product(FREE, repeat=2))
    fours = random.Random(codec).choices(FREE, k=400_000)
    for read in (decode(pairs, codec), decode(bytes(fours), codec)):
        assert CONTROLS.isdisjoint(read)
        assert not any("\ud800" <= char <= "\udfff" for char in set(read))


@pytest.mark.parametrize("codec", ["utf-7", "hz", "utf-16", "cp500", "iso2022_jp"])
def test_elsewhere_they_are_looked_for_among_the_characters(codec: str) -> None:
    assert not keeps_controls(codec)
