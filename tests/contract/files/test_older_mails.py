"""Mails in forms that fewer programs write: broken lines that belong together, files within texts, pieces of a mail."""

from __future__ import annotations

import base64
import binascii
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests import made_files
from tests.converted import WITHOUT_OFFICE, Converted, Converter, converter
from tests.made_mails import HEADERS, SHOWN, mail, multipart, part

pytestmark = pytest.mark.asyncio(loop_scope="module")
TEXT = "text/plain; charset=utf-8"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def convert(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Converter]:
    async with converter(Path(tmp_path_factory.mktemp("converted"))) as made:
        yield made


def words(converted: Converted, name: str = "m.eml") -> str:
    block = next(text for text in converted.text.split('File "') if text.startswith(f'{name}"'))
    return block.partition("```\n")[2].rpartition("\n```")[0]


async def read(convert: Converter, content: bytes) -> Converted:
    return await convert(content, "m.eml", WITHOUT_OFFICE)


async def test_lines_that_were_broken_on_the_way_are_put_together(convert: Converter) -> None:
    text = "日本語の文が \r\n続きます。\r\n> quoted words  \r\n> go on  \r\n>> deeper\r\n"
    text += " -- \r\n-- \r\nAnn  \r\n> no more\r\n"
    found = await read(convert, mail(f"{TEXT}; format=flowed; delsp=yes", text))
    assert words(found) == SHOWN + "日本語の文が続きます。\n> quoted words go on \n>> deeper\n-- \n-- \nAnn \n> no more"


@pytest.mark.parametrize("number", ["", "part=2 "])
async def test_a_file_in_yenc_within_the_text_is_a_file(convert: Converter, number: str) -> None:
    plain = b"The plan: start on Monday.\n\x16\xd6\xe3"  # the three become NUL, a line end and "=", which are escaped
    packed = b"".join(
        b"=" + bytes([(byte + 106) % 256]) if (byte + 42) % 256 in b"\0\r\n=" else bytes([(byte + 42) % 256])
        for byte in plain
    )
    begin = f"=ybegin {number}line=128 size=30 name=plan.txt\r\n".encode()
    begin += b"=ypart begin=1 end=30\r\n" if number else b""
    text = b"Hi\r\n" + begin + packed[:20] + b"\r\n" + packed[20:] + b"\r\n=yend size=30\r\nbye =ybegin\r\n"
    found = await read(convert, mail(TEXT, text))
    assert words(found).removeprefix(SHOWN).split() == ["Hi", "bye", "=ybegin"]
    name = "plan.txt (part 2)" if number else "plan.txt"
    assert "The plan: start on Monday." in words(found, f"m.eml › {name}")


async def test_a_text_that_its_part_wrongly_calls_base64_is_read_as_it_stands(convert: Converter) -> None:
    text = "The price of the lamps\nis ninety euros a piece\nuntil the end of March\n"
    assert (await read(convert, mail(TEXT, text, encoding="base64"))).text.count("is ninety euros a piece") == 1


async def test_base64_in_groups_is_base64(convert: Converter) -> None:
    packed = base64.b64encode("Grüße aus Köln, lange nicht gesehen".encode()).decode()
    grouped = " ".join(packed[at : at + 8] for at in range(0, len(packed), 8))
    assert "Grüße aus Köln" in (await read(convert, mail(TEXT, grouped, encoding="base64"))).text


async def test_base64_may_be_indented(convert: Converter) -> None:
    packed = base64.b64encode("Grüße aus Köln, lange nicht gesehen".encode()).decode()
    text = f" {packed[:20]}\r\n   {packed[20:]}\r\n\r\n-- \r\nthe list\r\n"
    found = await read(convert, mail(TEXT, text, encoding="base64"))
    assert words(found).removeprefix(SHOWN).split("\n")[0] == "Grüße aus Köln, lange nicht gesehen"


async def test_brackets_in_enriched_text_are_no_marks(convert: Converter) -> None:
    found = await read(convert, mail("text/enriched", "<bold>Bold</bold> and <<words> of <x-color>it</x-color>\r\n"))
    assert words(found) == SHOWN + "Bold and <words> of it"


@pytest.mark.parametrize("header", ["Importance: High", "X-Priority: 1 (Highest)", "X-MSMail-Priority: High"])
async def test_a_mail_says_that_it_is_important(convert: Converter, header: str) -> None:
    found = await read(convert, mail(TEXT, "Now", headers=f"{HEADERS}{header}\r\n"))
    assert "Importance: high" in words(found)
    usual = await read(convert, mail(TEXT, "Now", headers=f"{HEADERS}X-Priority: 3\r\n"))
    assert "Importance" not in words(usual)


async def test_a_piece_of_a_mail_is_called_that(convert: Converter) -> None:
    found = await read(convert, mail("message/partial; id=x; number=2; total=3", "second piece of it\r\n"))
    assert found.labels[-1].startswith('File "m.eml › part 2 of 3.eml"')
    assert "second piece of it" in found.text


async def test_a_mailbox_is_one_however_few_headers_its_mails_have(convert: Converter) -> None:
    mails = "".join(
        f"From a@b.example Mon Mar  {day} 10:00:00 2026\nSubject: Day {day}\n\nwords of {day}\n\n" for day in (2, 3)
    )
    found = await convert(mails.encode(), "m.mbox", WITHOUT_OFFICE)
    assert [label.partition('"')[2].partition('"')[0] for label in found.labels] == [
        "m.mbox › 1 Day 2.eml",
        "m.mbox › 2 Day 3.eml",
    ]


async def test_a_uuencoded_file_beside_one_in_yenc_is_found_too(convert: Converter) -> None:
    packed = binascii.b2a_uu(b"first words").decode()
    text = (
        f"begin 644 one.txt\r\n{packed}`\r\nend\r\n=ybegin line=128 size=2 name=two.txt\r\n\x92\x93\r\n=yend size=2\r\n"
    )
    found = await read(convert, multipart("mixed", [part(TEXT, "See"), part(TEXT, text.encode("latin-1"))]))
    assert [label for label in found.labels if "one.txt" in label]
    assert [label for label in found.labels if "two.txt" in label]


@pytest.mark.parametrize("encoding", ["base64;", "base64 (as ever)", '"base64"', " BASE64 ;x=y"])
async def test_what_stands_behind_the_name_of_an_encoding_is_no_part_of_it(convert: Converter, encoding: str) -> None:
    packed = base64.encodebytes("Grüße aus Köln".encode()).decode()
    found = await read(convert, mail(TEXT, packed, encoding=encoding))
    assert words(found) == SHOWN + "Grüße aus Köln"


async def test_blanks_behind_a_soft_line_break_came_on_the_way(convert: Converter) -> None:
    text = "Das ist ein lan=  \r\nges Wort und =3D=\t\r\nein Zeichen=\r\n.\r\nEnde= "
    found = await read(convert, mail(TEXT, text, encoding="quoted-printable"))
    assert words(found) == SHOWN + "Das ist ein langes Wort und =ein Zeichen.\nEnde"


@pytest.mark.parametrize(
    "disposition",
    [
        "attachment; filename=\"Bersicht.txt\"; filename*=UTF-8''%C3%9Cbersicht.txt",
        "attachment; filename*=UTF-8''%C3%9Cbersicht.txt; filename=\"Bersicht.txt\"",
        "attachment; filename=\"Bersicht.txt\"; filename*0*=UTF-8''%C3%9Cber; filename*1=sicht.txt",
        "attachment filename=Übersicht.txt",
    ],
)
async def test_the_name_that_can_say_more_than_ascii_goes_before_the_other(
    convert: Converter, disposition: str
) -> None:
    header = f"Content-Disposition: {disposition}\r\n"
    found = await read(convert, multipart("mixed", [part("application/octet-stream", b"The plan", headers=header)]))
    assert found.labels[-1].startswith('File "m.eml › Übersicht.txt"')


async def test_a_file_within_an_invitation_is_a_file(convert: Converter) -> None:
    packed = base64.b64encode(b"The plan itself").decode()
    lines = ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "SUMMARY:Planning"]
    lines += [f"ATTACH;ENCODING=BASE64;VALUE=BINARY;FILENAME=Plän.txt:{packed}", "END:VEVENT", "END:VCALENDAR"]
    calendar = part("text/calendar; charset=utf-8", "\r\n".join(lines))
    found = await read(convert, multipart("alternative", [part(TEXT, "You are invited"), calendar]))
    assert "Attachment: (file: Plän.txt)" in words(found)
    assert words(found, "m.eml › Plän.txt").strip() == "The plan itself"


@pytest.mark.parametrize("label", ["utf-16", "UTF-16LE", "utf-16be", "utf-32"])
async def test_headers_are_not_in_the_two_bytes_of_a_part(convert: Converter, label: str) -> None:
    codec = label.lower()
    text = part(f"text/plain; charset={label}", "Grüße aus Köln\r\n".encode(codec))
    headers = HEADERS.replace("Report", "Für Köln").encode("cp1252").decode("latin-1")
    content = multipart("mixed", [text], headers="X").replace(b"X", headers.encode("latin-1"), 1)
    found = await read(convert, content)
    assert words(found) == SHOWN.replace("Report", "Für Köln") + "Grüße aus Köln"


@pytest.mark.parametrize("label", ["utf-16", "UTF-16LE", "utf-32"])
async def test_letters_of_one_byte_are_no_pairs_whatever_they_are_called(convert: Converter, label: str) -> None:
    found = await read(convert, mail(f"text/plain; charset={label}", "The plan is here\r\n"))
    assert words(found) == SHOWN + "The plan is here"


@pytest.mark.parametrize(("size", "kept"), [((60, 60), False), ((640, 400), True)], ids=["a logo", "a chart"])
async def test_a_jpeg_is_small_by_its_size_as_other_pictures_are(
    convert: Converter, size: tuple[int, int], *, kept: bool
) -> None:
    picture = made_files.image("JPEG", size)
    assert len(picture) < 10_000
    parts = [
        part("text/html", "<p>Figures</p><img src=cid:1>"),
        part("image/jpeg", picture, headers="Content-ID: <1>\r\n"),
    ]
    assert len((await read(convert, multipart("related", parts))).labels) == 1 + kept


async def test_a_mail_to_hundreds_of_people_is_a_mail(convert: Converter) -> None:
    people = ",\r\n ".join(f"Person {number} <p{number}@x.example>" for number in range(1_000))
    headers = f"From: a@a.example\r\nTo: {people}\r\nSubject: All\r\nMIME-Version: 1.0\r\n"
    found = await read(convert, mail(TEXT, "R3LDvMOfZQ==", headers=headers, encoding="base64"))
    assert words(found).endswith("Person 999 <p999@x.example>\nSubject: All\n\nGrüße")


async def test_a_list_of_lines_like_headers_is_a_text(convert: Converter) -> None:
    text = "".join(f"From: Bergen {number}\nTo: Oslo {number}\n" for number in range(300))
    found = await read(convert, text.encode())
    assert "From: Bergen 7\nTo: Oslo 7\nFrom: Bergen 8\n" in words(found)


async def test_mails_of_a_mailbox_need_no_empty_line_between_them(convert: Converter) -> None:
    one = "From ann@a.example Tue Nov 24 10:00:00 2026\nFrom: a@a.example\nSubject: {0}\n\nAbout {0}\n"
    found = await read(convert, (one.format("prices") + one.format("lamps")).encode())
    assert words(found, "m.eml › 1 prices.eml").endswith("Subject: prices\n\nAbout prices")
    assert words(found, "m.eml › 2 lamps.eml").endswith("Subject: lamps\n\nAbout lamps")


async def test_who_passed_a_mail_on_and_its_keywords_are_told(convert: Converter) -> None:
    headers = f"Resent-From: Carol <c@c.example>\r\nKeywords: =?utf-8?Q?B=C3=BCro?=\r\n{HEADERS}"
    found = words(await read(convert, mail(TEXT, "Hi", headers=headers)))
    assert "Resent-From: Carol <c@c.example>\nKeywords: Büro\n" in found


async def test_what_a_macintosh_keeps_beside_a_file_has_not_its_name(convert: Converter) -> None:
    fork = part("application/applefile; name=r.csv", "AAUWBw==")
    file = part('text/csv; name="r.csv"', "lamp,5")
    found = await read(
        convert,
        multipart("mixed", [part(TEXT, "Hi"), multipart("appledouble", [fork, file], boundary="A", headers="")]),
    )
    assert "[Not shown: application/applefile]" in words(found)
    assert "lamp,5" in found.text


async def test_text_behind_the_last_boundary_is_named(convert: Converter) -> None:
    """No mail program shows it; a mailing list or a scanner may have put it there."""
    content = multipart("mixed", [part("text/plain", "Good morning")])
    found = await convert(content + b"\r\nScanned by the gate.\r\n", "list.eml", WITHOUT_OFFICE)
    assert "Good morning\n\n[Not shown: 20 characters behind the end of the mail]" in found.text
    assert "[Not shown" not in (await convert(content + b"\r\n \r\n", "plain.eml", WITHOUT_OFFICE)).text


async def test_the_mails_of_an_mmdf_mailbox_are_read_one_by_one(convert: Converter) -> None:
    line = b"\x01\x01\x01\x01\n"
    mails = [
        HEADERS.replace("Report", f"Number {number}").replace("\r", "") + f"\nWords {number}.\n" for number in (1, 2)
    ]
    found = await convert(b"".join(line + one.encode() + line for one in mails), "inbox", WITHOUT_OFFICE)
    assert "Words 1." in words(found, "inbox › 1 Number 1.eml")
    assert "Words 2." in words(found, "inbox › 2 Number 2.eml")


async def test_a_sentence_that_begins_with_from_begins_no_mail_of_a_mailbox(convert: Converter) -> None:
    start = "From ann@a.example Tue Nov 24 10:00:00 2026\r\n" + HEADERS + "\r\nHi,\r\n\r\n"
    text = start + "From May 2020 on all was well.\r\nNote: it still is.\r\n\r\n" + start
    found = await convert(text.encode(), "inbox", WITHOUT_OFFICE)
    assert "From May 2020 on all was well.\nNote: it still is." in words(found, "inbox › 1 Report.eml")
    assert len(found.labels) == 2


async def test_parts_that_were_packed_together_are_read_one_by_one(convert: Converter) -> None:
    parts = multipart("mixed", [part(TEXT, "Packed words."), part('text/plain; name="a.txt"', "Attached.")], headers="")
    head, _, body = parts.partition(b"\r\n\r\n")
    head = HEADERS.encode() + head + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    found = await read(convert, head + base64.encodebytes(body))
    assert words(found) == SHOWN + "Packed words.\n\nAttached."
