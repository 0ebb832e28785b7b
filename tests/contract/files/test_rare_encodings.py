"""Texts in the encodings of DOS, of old Macintoshes, of mainframes and of Vietnam; usual texts stay what they are."""

from __future__ import annotations

import unicodedata
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.files import inner_notes
from bot.files.worker.encodings.detecting import codec_of, decode
from bot.files.worker.encodings.more_codecs import EBCDIC
from tests.converted import Converter, converter

GERMAN = "Name;Straße\nDie Prüfung der Übersicht ergab: schöne Grüße aus Köln für Öl.\n"
FRENCH = "Prénom;Où êtes-vous né\nL'élève a été reçu à l'école où l'on étudie la théorie, même à Noël.\n"
SPANISH = "Niño;Año\nEl señor Muñoz compró cigüeñas en España; además pidió información.\n"
POLISH = "Łódź;Żółć\nProszę przesłać zamówienie do końca tygodnia. Również chcielibyśmy wiedzieć więcej.\n"
CZECH = "Žluťoučký;kůň\nPříliš žluťoučký kůň úpěl ďábelské ódy. Posílám přehled změn za květen.\n"
TURKISH = "İstanbul;Çağrı\nLütfen siparişi haftanın sonuna kadar gönderiniz. Değişiklik yapıldı.\n"
GREEK = "Όνομα;Πόλη\nΠαρακαλώ στείλτε την αναφορά μέχρι το τέλος της εβδομάδας στην Αθήνα.\n"
GREEK_BOOK = "Άλλα βιβλία υπήρχαν πιθανόν στη βιβλιοθήκη, πολύ νωρίτερα από τον δάσκαλο.\n"
ARABIC = "الاسم;المدينة\nيرجى إرسال التقرير قبل نهاية الأسبوع.\n"
RUSSIAN = "Имя;Город\nПожалуйста, пришлите отчёт до конца недели.\n"
VIETNAMESE = "Tên;Thành phố\nVui lòng gửi báo cáo trước cuối tuần. Cuộc họp ở Hà Nội sẽ diễn ra khi nào.\n"
LATVIAN = "Kopienas dārzs\nKaimiņi pārvērta zaļu zemi, bērni stādīja puķes, un dārzeņi auga ģimenēm.\n"
ESTONIAN = "Kirjanik Tšehhov on eelkõige tuntud oma novellide poolest, õnne ja žanri üle.\n"
MALTESE = "Ħidma diġitali\nIl-ġirien għamlu ġnien żgħir biex jiltaqgħu, u t-tfal ħawlu s-siġar.\n"
ESPERANTO = "La nomo venas de la kaŝnomo; ĝi disvastiĝis, ĉar aŭtoro ŝanĝis taŭgan ĵurnalon.\n"
IRISH = "Ḃí an t-aṫair agus an ṁáṫair ag an ḃfeirm. Ċuaiḋ siad go dtí an siopa aréir.\n"
ICELANDIC = "Þetta er garður\nBörnin gróðursettu blóm við húsið, og fólkið kom á sunnudögum.\n"
MANY_SCRIPTS = "Greek: γυαλιά\nPolish: szkło\nUkrainian: скло\nHebrew: זכוכית\nHindi: काँच\nThai: กระจก\nKana: ガラス\n"
HEBREW = "שלום עולם, המחיר הוא 500\nהפגישה ביום שלישי. תודה רבה.\n"
KOREAN = "이름;도시\n이번 주말까지 보고서를 보내 주시기 바랍니다.\n"
JAPANESE = "名前;都市\n週末までに報告書をお送りください。\n"


@pytest.fixture
async def convert(tmp_path: Path) -> AsyncIterator[Converter]:
    async with converter(tmp_path) as made:
        yield made


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        *(("mac_roman", text) for text in (GERMAN, FRENCH, SPANISH)),
        *(("cp852", text) for text in (POLISH, CZECH)),
        *(("mac_latin2", text) for text in (POLISH, CZECH)),
        *((codec, TURKISH) for codec in ("cp857", "mac_turkish")),
        *((codec, GREEK) for codec in ("cp737", "cp869", "mac_greek", "ebcdic_875")),
        *((codec, VIETNAMESE) for codec in ("viscii", "tcvn")),
        *(("utf-7", text) for text in (GERMAN, RUSSIAN, JAPANESE, VIETNAMESE, KOREAN)),
        *((codec, GERMAN) for codec in ("ebcdic_273", "ebcdic_037", "ebcdic_500")),
        ("ebcdic_297", FRENCH),
        ("ebcdic_284", SPANISH),
        ("ebcdic_870", POLISH),
        ("ebcdic_1025", RUSSIAN.replace("Пож", "пож")),
        ("ebcdic_1026", TURKISH),
        *((codec, HEBREW) for codec in ("ebcdic_424", "cp862")),
        ("cp720", ARABIC),
        *((codec, LATVIAN) for codec in ("iso8859-4", "iso8859-13", "iso8859-10")),
        *((codec, ESTONIAN) for codec in ("iso8859-4", "iso8859-13")),
        *(("iso8859-3", text) for text in (MALTESE, ESPERANTO)),
        ("iso8859-14", IRISH),
        *((codec, GREEK_BOOK) for codec in ("iso8859-7", "cp1253")),
        *((codec, ICELANDIC) for codec in ("cp1252", "iso8859-10")),
        *((codec, MANY_SCRIPTS) for codec in ("utf-32-le", "utf-32-be")),
    ],
)
async def test_a_text_in_a_rare_encoding_is_read(convert: Converter, codec: str, text: str) -> None:
    written = unicodedata.normalize("NFC", (await convert(text.encode(codec), "x.txt")).text)
    assert f"```\n{text.strip()}\n" in written


@pytest.mark.parametrize(
    "raw",
    [
        "0e45bd4781449d47854b450f250e4eee4ade48b90f40f1f2f3f425",
        "e3d6e3c1d340c1d4d6e4d5e3400e45bd4781449d47850f40f5f0f025",
    ],
)
async def test_a_mainframes_text_of_two_bytes_a_character_is_called_what_it_is(convert: Converter, raw: str) -> None:
    assert (await convert(bytes.fromhex(raw), "x.txt")).reasons == [inner_notes.MAINFRAME_PAIRS]


async def test_vietnamese_with_marks_behind_its_letters_is_read(convert: Converter) -> None:
    marks = "\u0300\u0301\u0303\u0309\u0323"

    def parted(char: str) -> str:
        pieces = unicodedata.normalize("NFD", char)
        letter = unicodedata.normalize("NFC", "".join(piece for piece in pieces if piece not in marks))
        return letter + "".join(piece for piece in pieces if piece in marks)

    data = "".join(map(parted, VIETNAMESE)).encode("cp1258")
    assert VIETNAMESE.strip() in unicodedata.normalize("NFC", (await convert(data, "x.txt")).text)


async def test_a_table_with_the_line_ends_of_old_macintoshes_is_in_their_encoding(convert: Converter) -> None:
    found = await convert("Name;Ort\rKäse;Köln\r".encode("mac_roman"), "x.csv")
    assert "Name;Ort\nKäse;Köln\n" in found.text


async def test_a_mainframes_table_without_blanks_is_read(convert: Converter) -> None:
    found = await convert("id,name\n1,abc\n2,Muster\n".encode("ebcdic_037"), "x.dat")
    assert "id,name\n1,abc\n2,Muster\n" in found.text


@pytest.mark.parametrize("codec", EBCDIC)
def test_pages_of_mainframes_agree_on_what_is_plain(codec: str) -> None:
    plain = "ABCXYZ abcxyz 0129.,-/\n"
    assert plain.encode(codec).decode(codec) == plain


@pytest.mark.parametrize(
    "text",
    [
        *("10 µm ± 5 °C", "½ cup, ¾ full", "«Bonjour»", "naïve café ™ ®", "¡Hola! ¿Qué tal?", "x² + y³", "£5 ¥100"),
        *("• bullet\n• more", "100 % · 5 × 3 ÷ 2", "soft\xadhyphen", "ÜBER ÄRGER", "É;È;À", "Zoë", "smörgåsbord"),
        "Port ABC doação uno negócios\nPort ABC não contabilize\nespañol ABC prácticas y anticipo según contrato",
        *("São João", "Ærø Å", "Nº 5 1ª 2º", "†note‡", "A÷B", "50µF±10%", "“quoted” – dash", "crème brûlée"),
    ],
)
@pytest.mark.parametrize("codec", ["cp1252", "utf-8"])
def test_western_texts_with_signs_stay_what_they_are(text: str, codec: str) -> None:
    for whole in (text, f"id,name\n1,{text}\n", f"Some words before. {text} and some more behind.\r\nA line\r\n"):
        data = whole.encode(codec)
        assert decode(data, codec_of(data)) == whole


@pytest.mark.parametrize(
    "text",
    [
        "c++ a+b x+=1 y+z",
        "+49 30 1234567",
        "+import os\n+Hello\n",
        "a+ABCD-",
        "q=open+geo&page=2+geo",
        '<link type="image/svg+xml"> <link type="application/xhtml+xml">',
        "abc+DEF/ghi+JKL==",
        "1+1=2",
        "f(x)+g(y)",
    ],
)
def test_plus_signs_make_no_utf_7(text: str) -> None:
    assert codec_of(text.encode()) == "utf-8"
