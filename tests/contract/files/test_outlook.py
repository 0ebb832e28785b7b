"""What Outlook saves (.msg) and sends (winmail.dat) is read whole: any code page, any kind of item, all attachments."""

from __future__ import annotations

import struct
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from bot.files import notes
from tests import made_documents, made_files, made_old_office
from tests.converted import WITHOUT_OFFICE, Converted, Converter, converter
from tests.file_limits import CONVERT
from tests.made_mails import part
from tests.made_outlook import (
    ADDRESS,
    APPOINTMENT,
    BODY,
    CC,
    CLASS,
    COMMON,
    HTML,
    PUBLIC,
    RTF,
    SENDER,
    SUBJECT,
    TASK,
    TO,
    Made,
    msg,
    tnef,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")
MORNING = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
both = pytest.mark.parametrize("pack", [msg, tnef], ids=["msg", "winmail.dat"])
Pack = Callable[[Made], bytes]
HTML_IN_RTF = (
    rb"{\rtf1\ansi\ansicpg1251\fromhtml1 {\*\htmltag18 <html>}{\*\htmltag64 <p>}\htmlrtf{\htmlrtf0 "
    rb"\'cf\'eb\'e0\'ed {\*\htmltag84 &amp;}\htmlrtf &\htmlrtf0  {\*\htmltag84 <b>}more{\*\htmltag92 </b>}"
    rb"{\*\htmltag72 </p>}\htmlrtf\par}\htmlrtf0}"
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def convert(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Converter]:
    async with converter(Path(tmp_path_factory.mktemp("converted"))) as made:
        yield made


async def read(convert: Converter, content: bytes) -> Converted:
    return await convert(content, "m", WITHOUT_OFFICE)


def words(converted: Converted) -> str:
    return converted.text.partition("```\n")[2].partition("\n```")[0]


def packed_rtf(rtf: bytes) -> bytes:
    """As PR_RTF_COMPRESSED has it, every byte as itself. Source: [MS-OXRTFCP]."""
    runs = b"".join(b"\0" + rtf[at : at + 8] for at in range(0, len(rtf), 8))
    return (len(runs) + 12).to_bytes(4, "little") + len(rtf).to_bytes(4, "little") + b"LZFu" + bytes(4) + runs


# --- who, when, about what -------------------------------------------------------------------------------------------


@both
async def test_a_message_says_who_when_and_about_what(convert: Converter, pack: Pack) -> None:
    people = [
        {0x0C15: 1, 0x3001: "Bob", 0x39FE: "bob@b.example"},
        {0x0C15: 2, 0x3001: "Carol", 0x3003: "/O=X/OU=Y/CN=CAROL"},
        {0x0C15: 1, 0x3001: "dan@d.example", 0x39FE: "dan@d.example"},
    ]
    properties = {
        SUBJECT: "Größe",
        BODY: "Text\r\n",
        SENDER: "Jürgen",
        0x5D01: "j@a.example",
        0x0039: MORNING,
        0x0017: 2,
    }
    found = await read(convert, pack(Made({CLASS: "IPM.Note", **properties}, people)))
    assert words(found) == (
        "From: Jürgen <j@a.example>\nTo: Bob <bob@b.example>; dan@d.example\nCc: Carol\n"
        "Date: Tue, 24 Nov 2026 10:00:00 +0000\nImportance: high\nSubject: Größe\n\nText"
    )


async def test_what_outlook_does_not_keep_comes_from_the_headers_of_the_mail(convert: Converter) -> None:
    headers = "Date: Tue, 24 Nov 2026 12:00:00 +0200\r\nFrom: Ann <ann@a.example>\r\nCc: Carol <c@c.example>\r\n"
    found = await read(convert, msg(Made({SUBJECT: "Hi", BODY: "Text", TO: "Bob", 0x007D: headers})))
    assert words(found) == (
        "From: Ann <ann@a.example>\nTo: Bob\nCc: Carol <c@c.example>\nDate: Tue, 24 Nov 2026 12:00:00 +0200\n"
        "Subject: Hi\n\nText"
    )


async def test_who_sent_it_for_somebody_is_said(convert: Converter) -> None:
    found = await read(convert, msg(Made({SUBJECT: "Hi", 0x0042: "The boss", SENDER: "Assistant", CC: "Carol"})))
    assert words(found) == "From: The boss (sent by Assistant)\nCc: Carol\nSubject: Hi"


@both
async def test_a_report_says_why_each_mail_was_not_delivered(convert: Converter, pack: Pack) -> None:
    people = [
        {0x0C15: 1, 0x3001: "Bob", 0x39FE: "bob@b.example", 0x0C1B: "<mx.b.example #5.2.2 SMTP; 552 mailbox full>"},
        {0x0C15: 1, 0x3001: "dan@d.example", 0x1001: "There is no such person.\r\n", 0x0C1B: "#5.1.1"},
    ]
    found = await read(convert, pack(Made({CLASS: "REPORT.IPM.Note.NDR", SUBJECT: "Undeliverable: Plan"}, people)))
    assert words(found) == (
        "To: Bob <bob@b.example>; dan@d.example\nSubject: Undeliverable: Plan\n"
        "Report on Bob <bob@b.example>: <mx.b.example #5.2.2 SMTP; 552 mailbox full>\n"
        "Report on dan@d.example: There is no such person. #5.1.1"
    )


# --- encodings -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("codec", "page", "text"),
    [
        ("cp1251", 1251, "Отчёт за неделю"),
        ("cp950", 950, "會議記錄與附件"),
        ("cp932", 932, "会議の資料です"),
        ("gb18030", 936, "会议记录"),
        ("cp1253", 1253, "Το έγγραφο"),
        ("cp1252", 0, "Größe – “ja”"),
        ("cp1251", 0, "Отчёт за прошлую неделю"),
        ("utf-8", 65001, "Größe"),
        ("utf-16-le", 1252, "This line is in blue color"),
    ],
)
@both
async def test_strings_are_in_the_code_page_of_the_message(
    convert: Converter, pack: Pack, codec: str, page: int, text: str
) -> None:
    pages = {0x3FFD: page} if page else {}
    found = await read(convert, pack(Made({**pages, SUBJECT: text, BODY: f"{text}!"}, codec=codec)))
    assert words(found) == f"Subject: {text}\n\n{text}!"


@pytest.mark.parametrize(
    ("pages", "page"),
    [
        ({0x3FDE: 1251}, "<p>Встреча во вторник"),
        ({}, "<meta charset=windows-1251><p>Встреча во вторник"),
        ({0x3FDE: 65001}, "<meta charset=windows-1251><p>Встреча во вторник"),
    ],
    ids=["by its property", "by itself", "by itself, since the property is wrong"],
)
async def test_a_page_is_in_its_own_encoding(convert: Converter, pages: dict[int, int], page: str) -> None:
    found = await read(convert, msg(Made({**pages, SUBJECT: "Html", HTML: page.encode("cp1251")})))
    assert words(found) == "Subject: Html\n\nВстреча во вторник"


# --- bodies ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rtf", "shown"),
    [
        (rb"{\rtf1\ansi\ansicpg1252 Pay by \'84Friday\'93.\par}", "Pay by „Friday“."),
        (HTML_IN_RTF, "План & more"),
        (rb"{\rtf1\ansi\fromtext \deff0 First line\par Second line\par}", "First line\nSecond line"),
    ],
    ids=["rich text", "HTML in rich text", "plain text in rich text"],
)
@pytest.mark.parametrize(
    "pack_rtf", [packed_rtf, lambda rtf: bytes(8) + b"MELA" + bytes(4) + rtf], ids=["LZFu", "MELA"]
)
@both
async def test_a_body_that_is_only_rich_text_is_read(
    convert: Converter, pack: Pack, pack_rtf: Callable[[bytes], bytes], rtf: bytes, shown: str
) -> None:
    found = await read(convert, pack(Made({SUBJECT: "Rtf", RTF: pack_rtf(rtf)})))
    assert words(found) == f"Subject: Rtf\n\n{shown}"


async def test_of_two_bodies_the_one_that_says_more_is_shown_and_what_else_the_other_says(convert: Converter) -> None:
    page = b"<p>Transfer of 500 EUR was received.</p>"
    for plain, below in (
        ("Transfer received", ""),
        ("Call me.", "\n\n[Another version of the same mail:]\n\nCall me."),
    ):
        found = await read(convert, msg(Made({SUBJECT: "S", BODY: plain, HTML: page})))
        assert words(found) == "Subject: S\n\nTransfer of 500 EUR was received." + below


# --- attachments -----------------------------------------------------------------------------------------------------


@both
async def test_a_message_within_a_message_is_read_with_its_attachments(convert: Converter, pack: Pack) -> None:
    plan = {0x3707: "plan.pdf", 0x3701: made_files.pdf(2)}
    deepest = Made({SUBJECT: "Deepest", BODY: "Ends on 31 March."}, attachments=[plan])
    inner = Made({SUBJECT: "Inner", BODY: "Look:"}, attachments=[deepest])
    found = await read(convert, pack(Made({SUBJECT: "Outer", BODY: "FYI"}, attachments=[inner, plan])))
    assert found.labels == [
        'File "m" (mail, 3 lines):',
        'File "m › Inner" (mail, 3 lines):',
        'File "m › Inner › Deepest" (mail, 3 lines):',
        'File "m › Inner › Deepest › plan.pdf" (PDF, 2 pages):',
        'File "m › plan.pdf" (PDF, 2 pages):',
    ]
    assert "Ends on 31 March." in found.text


@both
async def test_attachments_keep_their_order_and_those_left_out_are_counted(convert: Converter, pack: Pack) -> None:
    limits = replace(WITHOUT_OFFICE, convert=replace(CONVERT, archive_files_max=12))
    files = [{0x3707: f"{number}.txt", 0x3701: b"text"} for number in range(17)]
    found = await convert(pack(Made({SUBJECT: "S"}, attachments=files)), "m", limits)
    assert found.labels[1:] == [f'File "m › {number}.txt" (text, 1 line):' for number in range(12)]
    assert found.reasons == [notes.attachments_left_out(12, 17)]
    assert found.text.startswith('File "m" (mail, 3 lines):\n```\nSubject: S\n\n[Left out: 12.txt, 13.txt, 14.txt,')


async def test_a_message_that_is_not_whole_gives_what_is_there_and_says_so(convert: Converter) -> None:
    before, length, after = msg(Made({BODY: "x" * 5_003})).rpartition(struct.pack("<I", 2 * 5_003))
    whole, cut = (
        await read(convert, before + length + after),
        await read(convert, before + struct.pack("<I", 12_000) + after),
    )
    assert words(cut)[:100] == words(whole)[:100] == "x" * 100
    assert (whole.reasons, cut.reasons) == ([], [notes.BREAKS_OFF])


async def test_a_message_that_lost_its_table_is_one_still(convert: Converter) -> None:
    streams = {"__substg1.0_0037001F": "Plan", "__substg1.0_1000001F": "Start on Monday"}
    content = made_documents.compound({name: text.encode("utf-16-le") for name, text in streams.items()})
    assert words(await read(convert, content)) == "Subject: Plan\n\nStart on Monday"


async def test_a_link_and_a_logo_are_named(convert: Converter) -> None:
    link = {0x3707: "deck.pptx", 0x3705: 7, 0x370D: "https://x.example/deck.pptx"}
    logo = {0x3707: "logo.png", 0x3712: "1@x", 0x3701: made_files.image("PNG", (64, 64))}
    chart = {0x3707: "chart.png", 0x3712: "2@x", 0x3701: made_files.image("PNG", (640, 400))}
    found = await read(convert, msg(Made({SUBJECT: "S"}, attachments=[link, logo, chart])))
    assert words(found).endswith("[Not shown: deck.pptx, which is a link to https://x.example/deck.pptx, logo.png]")
    assert found.labels[1:] == ['File "m › chart.png" (PNG image, 640 × 400 px):']


@both
async def test_an_object_put_into_a_message_gives_the_file_it_holds(convert: Converter, pack: Pack) -> None:
    """As messages of rich text have what people dragged into them."""
    packed = made_documents.streams_of(made_documents.packed("prices.txt", b"The lamp costs 42 EUR."))
    letter = made_documents.streams_of(made_old_office.old_word("Inner letter"))
    sheet = made_documents.streams_of(made_old_office.old_excel("Inner cell"))
    bitmap = {"CONTENTS": made_files.image("BMP", (60, 40))[14:]}
    nothing = {"\x02OlePres000": b"a picture of it"}
    objects = ((packed, "Package"), (letter, "Letter"), (sheet, "Table"), (bitmap, "Picture"), (nothing, "Equation"))
    attached = [{0x3705: 6, 0x3001: name, 0x3701: streams} for streams, name in objects]
    found = await read(convert, pack(Made({SUBJECT: "S", BODY: "See:"}, attachments=attached)))
    assert found.labels == [
        'File "m" (mail, 5 lines):',
        'File "m › prices.txt" (text, 1 line):',
        'File "m › Letter" (Word document, its words, 1 line):',
        'File "m › Table" (Excel workbook, sheet "Data", 1 row × 1 column):',
        'File "m › Picture" (BMP image, 60 × 40 px):',
    ]
    assert "[Not shown: Equation, an object without a file in it]" in found.text
    assert all(text in found.text for text in ("42 EUR", "Inner letter", "Inner cell"))
    assert found.reasons == []


async def test_a_signed_message_gives_the_mail_that_was_signed(convert: Converter) -> None:
    signed = b'Content-Type: multipart/signed; boundary="B"\r\n\r\n--B\r\n' + part("text/plain", "Signed words.")
    attached = {0x3707: "smime.p7m", 0x370E: "multipart/signed", 0x3701: signed + b"\r\n--B--\r\n"}
    found = await read(
        convert, msg(Made({CLASS: "IPM.Note.SMIME.MultipartSigned", SUBJECT: "S"}, attachments=[attached]))
    )
    assert found.labels[1:] == ['File "m › smime.p7m" (mail, 1 line):']
    assert "Signed words." in found.text


# --- other items -----------------------------------------------------------------------------------------------------


@both
async def test_a_contact_is_read_field_by_field(convert: Converter, pack: Pack) -> None:
    contact = {
        CLASS: "IPM.Contact",
        SUBJECT: "Swetlana Novikova",
        0x3001: "Swetlana Novikova",
        0x3A16: "ACME",
        0x3A17: "Engineer",
        0x3A08: "+7 495 1",
        0x3A1C: "+7 903 2",
        0x3A42: datetime(1980, 3, 1, tzinfo=UTC),
        (ADDRESS, 0x8083): "s@n.example",
        (ADDRESS, 0x801B): "Street 5\r\nMoscow",
        BODY: "Likes tea.",
        (PUBLIC, "Keywords"): "Friends",
    }
    assert words(await read(convert, pack(Made(contact)))) == (
        "Subject: Swetlana Novikova\nName: Swetlana Novikova\nCompany: ACME\nJob title: Engineer\nMail: s@n.example\n"
        "Telephone at work: +7 495 1\nMobile telephone: +7 903 2\nAddress at work: Street 5 Moscow\n"
        "Birthday: 1980-03-01\nCategories: Friends\n\nLikes tea."
    )


@both
async def test_an_appointment_says_when_and_where(convert: Converter, pack: Pack) -> None:
    appointment = {
        CLASS: "IPM.Appointment",
        SUBJECT: "Planning",
        SENDER: "Ann",
        (APPOINTMENT, 0x820D): MORNING,
        (APPOINTMENT, 0x820E): MORNING.replace(hour=11),
        (APPOINTMENT, 0x8208): "Room 5",
        (APPOINTMENT, 0x8232): "every Tuesday",
        (APPOINTMENT, 0x8238): "Bob; Carol",
    }
    assert words(await read(convert, pack(Made(appointment)))) == (
        "From: Ann\nSubject: Planning\nBegins: 2026-11-24 10:00 UTC\nEnds: 2026-11-24 11:00 UTC\nWhere: Room 5\n"
        "Repeats: every Tuesday\nAttendees: Bob; Carol"
    )


@both
@pytest.mark.parametrize(
    ("begins", "days", "bias"),
    [
        (datetime(2026, 11, 23, 23, tzinfo=UTC), 1, -60),
        (datetime(2026, 11, 24, 5, tzinfo=UTC), 1, 300),
        (datetime(2026, 11, 23, 11, tzinfo=UTC), 2, -720),
        (datetime(2026, 11, 24, tzinfo=UTC), 0, None),
    ],
    ids=["Berlin", "New York", "Auckland in summer", "without a zone"],
)
async def test_an_appointment_of_whole_days_says_which(
    convert: Converter, pack: Pack, begins: datetime, days: int, bias: int | None
) -> None:
    appointment = {
        CLASS: "IPM.Appointment",
        (APPOINTMENT, 0x820D): begins,
        (APPOINTMENT, 0x820E): begins + timedelta(days=days),
        (APPOINTMENT, 0x8215): True,
        (APPOINTMENT, 0x8233): struct.pack("<i44x", bias) if bias is not None else b"",
    }
    last = 24 + max(days - 1, 0)
    text = words(await read(convert, pack(Made(appointment))))
    assert text == f"Begins: 2026-11-24\nEnds: 2026-11-{last}\nAll day: yes"


@both
@pytest.mark.parametrize("kept", [(1980, 3, 1, 11, 59), (1980, 2, 29, 23, 0), (1980, 3, 1, 5, 0)])
async def test_a_birthday_is_a_day(convert: Converter, pack: Pack, kept: tuple[int, ...]) -> None:
    year, month, day, hour, minute = kept
    contact = {CLASS: "IPM.Contact", 0x3001: "Bob", 0x3A42: datetime(year, month, day, hour, minute, tzinfo=UTC)}
    assert "Birthday: 1980-03-01" in words(await read(convert, pack(Made(contact)))).splitlines()


def repeated(days: Sequence[datetime], changed: Sequence[tuple[datetime, datetime]], final: datetime) -> bytes:
    """A weekly pattern without the appointments of these days, some of which take place at another time under another
    name. Source: [MS-OXOCAL] 2.2.1.44."""

    def minutes(moment: datetime) -> int:
        return int((moment - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) // 60

    pattern = struct.pack("<HHHHHIII", 0x3004, 0x3004, 0x200B, 1, 0, 0, 1, 0) + struct.pack("<IIII", 4, 0x2021, 52, 0)
    pattern += struct.pack(f"<I{len(days)}I", len(days), *map(minutes, days))
    pattern += struct.pack(f"<I{len(changed)}I", len(changed), *(minutes(new.replace(hour=0)) for _, new in changed))
    pattern += struct.pack("<II", minutes(MORNING.replace(hour=0)), minutes(final))
    pattern += struct.pack("<IIIIH", 0x3006, 0x3009, 600, 660, len(changed))
    for old, new in changed:
        pattern += struct.pack("<IIIH", minutes(new), minutes(new) + 60, minutes(old), 0x0011)
        pattern += struct.pack("<HH", 6, 5) + b"Moved" + struct.pack("<HH", 7, 6) + b"Room 9"
    return pattern + bytes(8)


@both
async def test_a_series_says_until_when_it_goes_and_what_of_it_is_otherwise(convert: Converter, pack: Pack) -> None:
    second, third, fourth = (MORNING + timedelta(weeks=number) for number in (1, 2, 3))
    midnights = [moment.replace(hour=0) for moment in (second, third, fourth)]
    changed = [(third, third + timedelta(days=1)), (fourth, fourth + timedelta(hours=2))]
    exception = {
        CLASS: "IPM.OLE.CLASS.{00061055-0000-0000-C000-000000000046}",
        SUBJECT: "Moved",
        (APPOINTMENT, 0x820D): third + timedelta(days=1),
        (APPOINTMENT, 0x8228): third,
        (APPOINTMENT, 0x8208): "Room 9",
    }
    series = {
        CLASS: "IPM.Appointment",
        SUBJECT: "Planning",
        (APPOINTMENT, 0x820D): MORNING,
        (APPOINTMENT, 0x8232): "every Tuesday",
        (APPOINTMENT, 0x8216): repeated(midnights, changed, datetime(2027, 11, 23, tzinfo=UTC)),
    }
    found = await read(convert, pack(Made(series, attachments=[Made(exception)])))
    assert words(found) == (
        "Subject: Planning\nBegins: 2026-11-24 10:00 UTC\nUntil: 2027-11-23\nNot on: 2026-12-01\nRepeats: every Tuesday"
    )
    assert found.labels[1] == 'File "m › Moved" (appointment of a series, 4 lines):'
    assert "Subject: Moved\nBegins: 2026-12-09 10:00 UTC\nInstead of: 2026-12-08 10:00 UTC\nWhere: Room 9" in found.text


@pytest.mark.parametrize("length", range(0, 130, 7))
async def test_a_series_whose_pattern_breaks_off_is_read_without_it(convert: Converter, length: int) -> None:
    pattern = repeated([MORNING.replace(hour=0)], [(MORNING, MORNING)], datetime(4500, 8, 31, 23, 59, tzinfo=UTC))
    series = {CLASS: "IPM.Appointment", SUBJECT: "Planning", (APPOINTMENT, 0x8216): pattern[:length]}
    assert words(await read(convert, msg(Made(series)))).startswith("Subject: Planning")


@both
async def test_what_outlook_shows_above_a_message_is_said(convert: Converter, pack: Pack) -> None:
    def verb(kind: int, name: str) -> bytes:
        short = bytes([len(name)]) + name.encode()
        return struct.pack("<I", kind) + short + b"\x08IPM.Note" + b"\0" + short + bytes(29)

    def again(name: str) -> bytes:
        return (bytes([len(name)]) + name.encode("utf-16-le")) * 2

    verbs = (1, "Reply"), (4, "Agreed"), (4, "Später")
    first = b"".join(verb(kind, name.encode("ascii", "replace").decode()) for kind, name in verbs)
    stream = struct.pack("<HI", 0x0102, 3) + first + struct.pack("<H", 0x0104)
    message = {
        SUBJECT: "Lunch",
        0x0017: 0,
        0x0036: 3,
        0x1090: 2,
        (COMMON, 0x8530): "Call Bob",
        (COMMON, 0x8520): stream + b"".join(again(name) for _, name in verbs),
    }
    assert words(await read(convert, pack(Made(message)))) == (
        "Importance: low\nSensitivity: confidential\nFlag: for follow-up, Call Bob\n"
        "Voting options: Agreed; Später\nSubject: Lunch"
    )


@both
async def test_a_task_says_what_is_left_to_do(convert: Converter, pack: Pack) -> None:
    task = {
        CLASS: "IPM.Task",
        SUBJECT: "Write it",
        (TASK, 0x8105): MORNING,
        (TASK, 0x8102): 0.25,
        (TASK, 0x8101): 1,
        (TASK, 0x811F): "Bob",
    }
    assert words(await read(convert, pack(Made(task)))) == (
        "Subject: Write it\nDue: 2026-11-24 10:00 UTC\nState: in progress\nPer cent done: 25%\nOwner: Bob"
    )


async def test_a_group_of_contacts_names_its_people(convert: Converter) -> None:
    def member(name: str, address: str) -> bytes:
        provider = bytes.fromhex("812b1fa4bea310199d6e00dd010f5402")
        return bytes(4) + provider + b"\0\0\1\x90" + f"{name}\0SMTP\0{address}\0".encode("utf-16-le")

    members = [member("Bob", "bob@b.example"), member("Carol", "c@c.example")]
    group = Made({CLASS: "IPM.DistList", SUBJECT: "Team", (ADDRESS, 0x8054): members})
    assert words(await read(convert, msg(group))) == (
        "Subject: Team\nMember: Bob <bob@b.example>\nMember: Carol <c@c.example>"
    )


# --- winmail.dat as it came to be ------------------------------------------------------------------------------------


async def test_the_first_form_of_winmail_dat_is_read_too(convert: Converter) -> None:
    old = {
        0x0001_8004: b"Report\0",
        0x0002_800C: "Der Grund: Größe".encode("cp1252"),
        0x0003_8005: b"\xea\x07\x0b\x00\x18\x00\x0a\x00\x00\x00\x00\x00\x02\x00",
        0x0000_8000: b"\0\0\0\0\x04\0\x13\0Ann\0SMTP:ann@a.example\0",
    }
    found = await read(convert, tnef(Made({}), old=old))
    assert words(found) == (
        "From: Ann <ann@a.example>\nDate: Tue, 24 Nov 2026 10:00:00 +0000\nSubject: Report\n\nDer Grund: Größe"
    )


async def test_a_pdf_at_the_beginning_of_winmail_dat_is_an_attachment(convert: Converter) -> None:
    item = Made({SUBJECT: "S"}, attachments=[{0x3707: "p.pdf", 0x3701: made_files.pdf(2)}])
    content = tnef(item)
    assert b"%PDF-" in content[:1_024]
    assert (await read(convert, content)).labels == ['File "m" (mail, 1 line):', 'File "m › p.pdf" (PDF, 2 pages):']


async def test_winmail_dat_that_is_cut_off_gives_what_is_there(convert: Converter) -> None:
    item = Made({SUBJECT: "S", BODY: "Words"}, attachments=[{0x3707: "a.txt", 0x3701: b"x" * 900}])
    assert words(await read(convert, tnef(item)[:-400])) == "Subject: S\n\nWords"
