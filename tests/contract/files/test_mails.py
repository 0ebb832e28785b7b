"""A mail is read whole: each of its parts is text in its turn, an attachment of its own, or named below the text."""

from __future__ import annotations

import base64
import binascii
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from bot.files import notes
from bot.messages import ImageBlock, PdfBlock
from tests import made_files, made_mails
from tests.converted import WITHOUT_OFFICE, Converted, Converter, converter
from tests.file_limits import CONVERT
from tests.made_mails import HEADERS, SHOWN, attachment, mail, multipart, part

pytestmark = pytest.mark.asyncio(loop_scope="module")

TEXT, HTML = "text/plain; charset=utf-8", "text/html; charset=utf-8"
PDF = part('application/pdf; name="plan.pdf"', made_files.pdf(2), headers=attachment("plan.pdf"))
WITH_A_PLAN = multipart("mixed", [part(TEXT, "See the plan."), PDF])
IN_SMALL_LETTERS = (
    b"from: a@x\nto: b@x\nsubject: Small\ncontent-type: text/plain; charset=utf-8\n"
    b"content-transfer-encoding: base64\n\n" + base64.b64encode("Grüße".encode()) + b"\n"
)
PATCH = (
    "From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001\nFrom: A <a@x>\nDate: Tue\n"
    "Subject: [PATCH] Mend it\n\n---\n a.py | 2 +-\n"
)
PHOTO = made_files.image("PNG", (300, 200))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def convert(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Converter]:
    async with converter(Path(tmp_path_factory.mktemp("converted"))) as made:
        yield made


async def read(convert: Converter, content: bytes, name: str = "m.eml") -> Converted:
    return await convert(content, name, replace(WITHOUT_OFFICE))


def words(converted: Converted, name: str = "m.eml") -> str:
    """What stands in the block that is called ``name``."""
    block = next(text for text in converted.text.split('File "') if text.startswith(f'{name}"'))
    return block.partition("```\n")[2].rpartition("\n```")[0]


# --- what is a mail --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"From ann@a.example Tue Nov 24 10:00:00 2026\r\n" + WITH_A_PLAN,
        b">From ann@a.example Tue Nov 24 10:00:00 2026\r\n" + WITH_A_PLAN,
        b"\xef\xbb\xbf" + WITH_A_PLAN,
        b"\r\n\r\n" + WITH_A_PLAN,
        b"x-store-info:J++/JTCzmObr\r\nX-Message-Status: n:n\r\n" + WITH_A_PLAN,
        WITH_A_PLAN.replace(b"\r\n", b"\r"),
        WITH_A_PLAN.replace(b"\r\n", b"\n"),
        WITH_A_PLAN.decode("latin-1").encode("utf-16"),
        b"%d\n%s<?xml version='1.0'?><plist><dict/></plist>" % (len(WITH_A_PLAN), WITH_A_PLAN),
    ],
    ids=[
        "From line",
        "quoted From line",
        "BOM",
        "empty lines",
        "own headers first",
        "CR",
        "LF",
        "UTF-16",
        "Apple Mail",
    ],
)
async def test_a_mail_is_known_whatever_stands_before_it(convert: Converter, content: bytes) -> None:
    found = await read(convert, content)
    assert words(found) == SHOWN + "See the plan."
    assert found.labels[1:] == ['File "m.eml › plan.pdf" (PDF, 2 pages):']


@pytest.mark.parametrize(
    ("headers", "shown"),
    [
        ("From: ann@a.example\nSubject: Draft\n", "From: ann@a.example\nSubject: Draft"),
        ("To: bob@b.example\nSubject: Draft\nX-Unsent: 1\n", "To: bob@b.example\nSubject: Draft"),
        ("From: ann@a.example\nSubject: Draft\nX-Note: later\n", "From: ann@a.example\nSubject: Draft\nX-Note: later"),
    ],
    ids=["From and Subject", "an unsent draft of Outlook's", "headers of one's own are shown too"],
)
async def test_a_draft_is_a_mail(convert: Converter, headers: str, shown: str) -> None:
    content = f"{headers}Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\nw5xiZXIgdW5z\n"
    assert words(await read(convert, content.encode())) == f"{shown}\n\nÜber uns"


async def test_a_mail_s_body_in_parts_is_read_without_its_headers(convert: Converter) -> None:
    part = b"--XX\nContent-Transfer-Encoding: base64\n\nw5xiZXIgdW5z\n--XX--\n"
    content = b"Content-Type: multipart/mixed;\n boundary=XX\n\n" + part
    assert words(await read(convert, content)) == "Über uns"


@pytest.mark.parametrize("first", ["", "From: Moderator <m@a.example>\n"])
@pytest.mark.parametrize("boundary", ['"B 1"', "B1;"])
async def test_parts_without_the_headers_of_a_mail_are_read_as_parts(
    convert: Converter, first: str, boundary: str
) -> None:
    """As some programs save a mail, or the part of one that was signed."""
    line = boundary.strip('";')
    content = (
        f"{first}Content-Type: multipart/mixed;\n\tboundary={boundary}\n\n--{line}\n"
        "Content-Transfer-Encoding: base64\nContent-Type: text/plain; charset=utf-8\n\nw5xiZXIgdW5z\n"
        f"--{line}\nContent-Type: text/plain; name=plan.txt\nContent-Disposition: attachment\n\nThe plan\n--{line}--\n"
    )
    found = await read(convert, content.encode())
    assert words(found).endswith("Über uns")
    assert found.labels[-1] == 'File "m.eml › plan.txt" (text, 1 line):'


@pytest.mark.parametrize(
    "content",
    [
        "From: here\nto: there\n\nA play in one act.\n",
        "from: a\nsubject: b\nspeed: fast\n",
        PATCH,
        "Metadata-Version: 2.1\nName: x\nVersion: 1\n\nWords.\n",
        'Content-Type: multipart/mixed; boundary="B"\n\nThis header says that parts follow.\n',
    ],
    ids=["a play", "a configuration", "a patch as git writes it", "a package's metadata", "an example"],
)
async def test_other_texts_with_colons_are_no_mails(convert: Converter, content: str) -> None:
    found = await read(convert, content.encode(), "x.txt")
    assert words(found, "x.txt") == content.rstrip("\n")


async def test_a_mailbox_gives_its_mails_one_by_one(convert: Converter) -> None:
    line = b"From ann@a.example Tue Nov 24 10:00:00 2026\n"
    second = mail(
        TEXT, "One\n\n>From the start.\n\nFrom here on it is 2026.\n", headers=HEADERS.replace("Report", "Two")
    )
    found = await read(convert, line + WITH_A_PLAN + b"\n" + line + second + b"\n", "all.mbox")
    assert found.labels == [
        'File "all.mbox › 1 Report.eml" (mail, 6 lines):',
        'File "all.mbox › 1 Report.eml › plan.pdf" (PDF, 2 pages):',
        'File "all.mbox › 2 Two.eml" (mail, 10 lines):',
    ]
    assert "One\n\nFrom the start.\n\nFrom here on it is 2026." in found.text


async def test_a_large_mailbox_says_how_many_of_its_mails_were_read(convert: Converter) -> None:
    limits = replace(WITHOUT_OFFICE, convert=replace(CONVERT, archive_files_max=3))
    mails = b"".join(b"From a Tue Nov 24 10:00:00 2026\n" + mail(TEXT, f"n{n}\r\n\r\n") for n in range(7))
    found = await convert(mails, "all.mbox", limits)
    assert found.labels[3:] == ['File "all.mbox" (the subjects of mails in it that were not read, 4 lines):']
    assert found.text.endswith("4 Report\n5 Report\n6 Report\n7 Report\n```")
    assert found.reasons == [notes.mails_left_out(3, 7)]


# --- its parts -------------------------------------------------------------------------------------------------------


async def test_texts_between_pictures_are_all_read_in_their_order(convert: Converter) -> None:
    shot = part("image/png", PHOTO, headers='Content-Disposition: inline; filename="shot.png"\r\n')
    found = await read(convert, multipart("mixed", [part(TEXT, "See this:"), shot, part(TEXT, "Due on Friday.")]))
    assert words(found) == SHOWN + "See this:\n\nDue on Friday."
    assert found.labels[1:] == ['File "m.eml › shot.png" (PNG image, 300 × 200 px):']


async def test_a_forwarded_mail_comes_with_its_own_attachments(convert: Converter) -> None:
    inner = WITH_A_PLAN.decode("latin-1").replace("Subject: Report", "Subject: The plan").replace("BB", "II")
    found = await read(convert, multipart("mixed", [part(TEXT, "FYI"), part("message/rfc822", inner)]))
    assert found.labels == [
        'File "m.eml" (mail, 6 lines):',
        'File "m.eml › The plan.eml" (mail, 6 lines):',
        'File "m.eml › The plan.eml › plan.pdf" (PDF, 2 pages):',
    ]


async def test_mails_of_a_digest_are_mails(convert: Converter) -> None:
    mails = [f"\r\n{HEADERS.replace('Report', f'Issue {n}')}\r\nText {n}".encode() for n in (1, 2)]
    found = await read(convert, multipart("digest", mails))
    assert found.labels[1:] == [f'File "m.eml › Issue {n}.eml" (mail, 6 lines):' for n in (1, 2)]
    assert "Text 2" in found.text


async def test_a_bounced_mail_says_why_and_which(convert: Converter) -> None:
    status = "Reporting-MTA: dns; mx.b.example\r\n\r\nAction: failed\r\nDiagnostic-Code: smtp; 550 User unknown\r\n"
    parts = [
        part(TEXT, "Not delivered."),
        part("message/delivery-status", status),
        part("text/rfc822-headers", "From: ann@a.example\r\nSubject: Original question\r\n"),
    ]
    found = await read(convert, multipart("report; report-type=delivery-status; boundary=BB", parts))
    assert words(found).startswith(SHOWN + "Not delivered.\n\nReporting-MTA: dns; mx.b.example\n\nAction: failed\n")
    assert "550 User unknown" in words(found)
    assert "Subject: Original question" in words(found)


async def test_parts_without_a_name_are_files_as_well(convert: Converter) -> None:
    parts = [
        part(TEXT, "Enclosed."),
        part("application/pdf", made_files.pdf(3)),
        part("image/png", PHOTO, headers="Content-Disposition: inline\r\n"),
        part("application/octet-stream", b"a,b\n1,2\n"),
    ]
    found = await read(convert, multipart("mixed", parts))
    assert found.labels[1:] == [
        'File "m.eml › attachment 1.pdf" (PDF, 3 pages):',
        'File "m.eml › attachment 2.png" (PNG image, 300 × 200 px):',
        'File "m.eml › attachment 3" (text, 2 lines):',
    ]


async def test_files_written_into_the_text_are_files(convert: Converter) -> None:
    packed = binascii.b2a_uu(b"The plan: start on Monday.\n")
    text = f"Hi,\r\n\r\nbegin 644 plan.txt\r\n{packed.decode()}`\r\nend\r\n\r\nBegin 644 times.\r\n"
    found = await read(convert, mail(TEXT, text))
    assert words(found).removeprefix(SHOWN).split() == ["Hi,", "Begin", "644", "times."]
    assert words(found, "m.eml › plan.txt") == "The plan: start on Monday."


@pytest.mark.parametrize("kind", ["application/pdf", "image/png"])
async def test_a_mail_that_is_nothing_but_a_file_gives_the_file(convert: Converter, kind: str) -> None:
    data = made_files.pdf(2) if kind.endswith("pdf") else PHOTO
    found = await read(convert, HEADERS.encode() + part(kind, data))
    assert words(found) == SHOWN.rstrip()
    assert [type(block) for block in found.file.blocks][-1] is (PdfBlock if kind.endswith("pdf") else ImageBlock)


async def test_an_invitation_is_told_in_words_and_once(convert: Converter) -> None:
    event = (
        "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:Planning\\, round two\r\n"
        "DTSTART;TZID=Europe/Berlin:20261124T100000\r\nLOCATION:Room\r\n  5\r\nATTENDEE;CN=Bob:mailto:bob@b.example\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    versions = [part(TEXT, "You are invited."), part("text/calendar; method=REQUEST", event)]
    inner = multipart("alternative", versions, boundary="II", headers="")
    parts = [inner, part("application/ics", event.encode(), headers=attachment("invite.ics"))]
    found = await read(convert, multipart("mixed", parts))
    assert words(found) == SHOWN + (
        "You are invited.\n\nKind of message: REQUEST\n\nEvent:\nSummary: Planning, round two\n"
        "Begins: 2026-11-24 10:00 (Europe/Berlin)\nLocation: Room 5\nAttendee (Bob): bob@b.example\n\n"
        "[Not shown: invite.ics, which is the same invitation once more]"
    )


EVENT = (
    "BEGIN:VEVENT\r\nUID:{}\r\nDTSTAMP:2026112{}T100000Z\r\nSUMMARY:{}\r\nDTSTART:20261124T1{}0000\r\nEND:VEVENT\r\n"
)
CALENDAR = "BEGIN:VCALENDAR\r\n{}{}END:VCALENDAR\r\n"


async def test_an_invitation_that_a_program_has_written_anew_for_its_file_is_the_same(convert: Converter) -> None:
    shown = CALENDAR.format("METHOD:REQUEST\r\n", EVENT.format(1, 1, "Planning", 0) + EVENT.format(2, 1, "Lunch", 2))
    again = CALENDAR.format("METHOD:PUBLISH\r\nPRODID:x\r\n", EVENT.format(1, 4, "Plan\r\n ning", 0))
    inner = multipart("alternative", [part(TEXT, "Hi."), part("text/calendar", shown)], boundary="II", headers="")
    file = part("application/octet-stream", again.encode(), headers=attachment("invite.ics"))
    found = await read(convert, multipart("mixed", [inner, file, file]))
    assert len(found.labels) == 1
    assert found.text.count("Planning") == 1
    cancelled = part("text/calendar", again.replace("PUBLISH", "CANCEL").encode(), headers=attachment("cancel.ics"))
    found = await read(convert, multipart("mixed", [inner, cancelled]))
    assert "Kind of message: CANCEL" in found.text
    other = CALENDAR.format("", EVENT.format(3, 1, "Planning", 2)).encode()
    file = part("text/calendar", other, headers=attachment("invite.ics"))
    found = await read(convert, multipart("mixed", [inner, file]))
    assert found.labels[1:] == ['File "m.eml › invite.ics" (calendar, 3 lines):']


async def test_a_mail_whose_headers_are_in_small_letters_is_unpacked(convert: Converter) -> None:
    assert words(await read(convert, IN_SMALL_LETTERS)) == "From: a@x\nTo: b@x\nSubject: Small\n\nGrüße"


async def test_attachments_within_one_version_of_the_text_are_found(convert: Converter) -> None:
    page = [part(HTML, "<p>Please see the plan.</p>"), PDF, part(HTML, "<p>PS: bring the key.</p>")]
    rich = multipart("mixed", page, boundary="II", headers="")
    found = await read(convert, multipart("alternative", [part(TEXT, "Please see the plan."), rich]))
    assert words(found) == SHOWN + "Please see the plan.\n\nPS: bring the key."
    assert found.labels[1:] == ['File "m.eml › plan.pdf" (PDF, 2 pages):']


async def test_a_saved_web_page_gives_its_words_and_pictures(convert: Converter) -> None:
    headers = "From: <Saved by Blink>\r\nSubject: Prices\r\nMIME-Version: 1.0\r\n"
    parts = [
        part(HTML, "<head><style>p{}</style><body><h1>Prices</h1><img src=chart.png alt='Sales by year'>", headers=""),
        part("image/png", PHOTO, headers="Content-Location: https://x.example/img/chart.png?v=2\r\n"),
        part("text/css", "p{}", headers="Content-Location: https://x.example/a.css\r\n"),
        part(HTML, "<p>In a frame</p>", headers="Content-Location: cid:frame-1\r\n"),
    ]
    found = await read(convert, multipart('related; type="text/html"; boundary="BB"', parts, headers=headers), "p.mht")
    assert found.text.startswith('File "p.mht" (saved web page, 10 lines):\n')
    assert words(found, "p.mht") == (
        "From: <Saved by Blink>\nSubject: Prices\n\n# Prices\n\n[Sales by year]\n\nIn a frame\n\n[Not shown: text/css]"
    )
    assert found.labels[1:] == ['File "p.mht › chart.png" (PNG image, 300 × 200 px):']


@pytest.mark.parametrize(
    ("headers", "size", "kept"),
    [
        ('Content-ID: <1>\r\nContent-Disposition: attachment; filename="x.png"\r\n', (64, 64), True),
        ('Content-ID: <1>\r\nContent-Disposition: inline; filename="x.png"\r\n', (64, 64), False),
        ('Content-ID: <1>\r\nContent-Disposition: inline; filename="x.png"\r\n', (640, 400), True),
    ],
    ids=["an attachment", "a logo", "a chart"],
)
async def test_a_small_picture_is_kept_or_named(
    convert: Converter, headers: str, size: tuple[int, int], *, kept: bool
) -> None:
    parts = [
        part(HTML, "<p>Figures</p><img src=cid:1>"),
        part("image/png", made_files.image("PNG", size), headers=headers),
    ]
    found = await read(convert, multipart("related", parts))
    assert len(found.labels) == 1 + kept
    assert ("[Not shown: x.png]" in found.text) is not kept


async def test_a_signature_is_named_and_what_it_signs_is_read(convert: Converter) -> None:
    signed = multipart("mixed", [part(TEXT, "Signed words."), PDF], boundary="II", headers="")
    parts = [signed, part('application/pkcs7-signature; name="smime.p7s"', b"\x30\x80")]
    found = await read(convert, multipart("signed", parts))
    assert words(found) == SHOWN + "Signed words.\n\n[Not shown: smime.p7s]"
    assert len(found.labels) == 2
    assert found.reasons == []


@pytest.mark.parametrize(
    "content",
    [
        multipart("encrypted", [part("application/pgp-encrypted", "Version: 1"), part("text/plain", "-----BEGIN PGP")]),
        HEADERS.encode() + part('application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"', b"\x30\x80"),
    ],
    ids=["PGP", "S/MIME"],
)
async def test_an_encrypted_mail_says_so(convert: Converter, content: bytes) -> None:
    found = await read(convert, content)
    assert SHOWN.rstrip() in found.text
    assert found.reasons == [notes.ENCRYPTED_MAIL]


@pytest.mark.parametrize("runs", [1, 7], ids=["in one piece", "in runs"])
async def test_a_mail_within_its_signature_is_read(convert: Converter, runs: int) -> None:
    content = multipart("mixed", [part(TEXT, "Sealed words."), PDF], headers="")
    sealed = part('application/pkcs7-mime; smime-type=signed-data; name="smime.p7m"', made_mails.signed(content, runs))
    found = await read(convert, HEADERS.encode() + sealed)
    assert words(found) == SHOWN + "Sealed words."
    assert found.labels[1:] == ['File "m.eml › plan.pdf" (PDF, 2 pages):']
    assert found.reasons == []


async def test_attachments_beyond_the_limit_are_named(convert: Converter) -> None:
    limits = replace(WITHOUT_OFFICE, convert=replace(CONVERT, archive_files_max=2))
    files = [part("text/plain", f"text {n}", headers=attachment(f"{n}.txt")) for n in range(5)]
    found = await convert(multipart("mixed", [part(TEXT, "Five files."), *files]), "m.eml", limits)
    assert found.labels[1:] == ['File "m.eml › 0.txt" (text, 1 line):', 'File "m.eml › 1.txt" (text, 1 line):']
    assert "[Left out: 2.txt, 3.txt, 4.txt]" in found.text
    assert found.reasons == [notes.attachments_left_out(2, 5)]


async def test_an_empty_attachment_is_named(convert: Converter) -> None:
    found = await read(
        convert, multipart("mixed", [part(TEXT, "Hi"), part("text/csv", b"", headers=attachment("e.csv"))])
    )
    assert [(note.file_name, note.reason) for note in found.file.notes] == [("m.eml › e.csv", notes.EMPTY)]


# --- one text in several versions ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plain", "page", "shown"),
    [
        ("Lunch at noon.\r\n", "<p>Lunch <b>at</b> noon.</p>", "Lunch at noon."),
        (" \r\n\r\n", "<p>Transfer of 500 EUR was received.</p>", "Transfer of 500 EUR was received."),
        ("Words", "<p> </p><img src=x>", "Words"),
        (
            "会議は三時です。\r\n場所は東京です。",
            "<p>会議は三時です。場所は東京です。</p>",
            "会議は三時です。\n場所は東京です。",
        ),
        (
            "LUNCH at noon - bring cake!",
            "<p>Lunch at <i>noon:</i> bring &quot;cake&quot;</p>",
            "LUNCH at noon - bring cake!",
        ),
        ("See [1].\r\n\r\n[1] https://x.example/a?b=1", "<p><b>See</b> it all here", "See it all here"),
    ],
    ids=["the same", "blank text", "a page of pictures", "lines broken elsewhere", "other marks", "links as footnotes"],
)
async def test_the_version_that_says_all_is_shown(convert: Converter, plain: str, page: str, shown: str) -> None:
    found = await read(convert, multipart("alternative", [part(TEXT, plain), part(HTML, page)]))
    assert words(found) == SHOWN + shown


LONG_PAGE = "<p>" + " ".join(f"rich{n}" for n in range(400))
OTHER = "\n\n[Another version of the same mail:]\n\n"


@pytest.mark.parametrize(
    ("plain", "page", "shown"),
    [
        ("The code is 4711.", LONG_PAGE, LONG_PAGE[3:] + OTHER + "The code is 4711."),
        (
            "See https://x.example/a",
            "<p>Newsletter of this week",
            "Newsletter of this week" + OTHER + "See https://x.example/a",
        ),
        ("https://x.example/a", "<p>Newsletter", "Newsletter" + OTHER + "https://x.example/a"),
        (
            "This message needs an HTML reader.",
            "<p>A transfer of 500 EUR was received by us today.",
            "A transfer of 500 EUR was received by us today." + OTHER + "This message needs an HTML reader.",
        ),
        ("One two three four five six", "<p>View in app", "One two three four five six" + OTHER + "View in app"),
        (
            "会議は中止です。",
            "<p>会場は駅の前で、中食は禁止です。議題は三つです。",
            "会場は駅の前で、中食は禁止です。議題は三つです。" + OTHER + "会議は中止です。",
        ),
        (
            " ".join([*(f"rich{n}" for n in range(399)), *(f"own{n}" for n in range(30))]),
            LONG_PAGE + " " + " ".join(f"more{n}" for n in range(100)),
            LONG_PAGE[3:]
            + " "
            + " ".join(f"more{n}" for n in range(100))
            + OTHER
            + " ".join([*(f"rich{n}" for n in range(399)), *(f"own{n}" for n in range(30))]),
        ),
    ],
    ids=["own words", "own and a link", "a link alone", "a stub", "a longer plain text", "no spaces", "a paragraph"],
)
async def test_another_version_with_words_of_its_own_is_shown_too(
    convert: Converter, plain: str, page: str, shown: str
) -> None:
    found = await read(convert, multipart("alternative", [part(TEXT, plain), part(HTML, page)]))
    assert words(found) == SHOWN + shown


async def test_of_a_version_with_few_words_of_its_own_their_lines_are_shown(convert: Converter) -> None:
    plain = "Head over to the Quick Start.\r\nAdd systems, search and share.\r\nQuestion? Just hit reply. Enjoy."
    page = (
        "<p>Head over to the Quick Start.<p>Add systems, search and share.<p>Question? Just hit reply or join. Enjoy."
    )
    found = await read(convert, multipart("alternative", [part(TEXT, plain + "\r\nSent by us."), part(HTML, page)]))
    shown = plain.replace("\r\n", "\n") + "\nSent by us."
    own = "Question? Just hit reply or join. Enjoy."
    assert words(found) == f"{SHOWN}{shown}\n\n[Only in another version of the same mail:]\n\n{own}"


@pytest.mark.parametrize(
    "kind", ["text/markdown", "text/x-amp-html", "text/watch-html", "text/enriched", "text/richtext"]
)
async def test_a_version_of_any_kind_of_text_is_compared(convert: Converter, kind: str) -> None:
    versions = [
        part(TEXT, "Lunch at noon."),
        part(f"{kind}; charset=utf-8", "Lunch at noon."),
        part(HTML, "<p>Lunch at noon."),
    ]
    same = await read(convert, multipart("alternative", versions))
    assert words(same) == SHOWN + "Lunch at noon."
    assert len(same.labels) == 1
    versions[1] = part(f"{kind}; charset=utf-8", "Bring cake")
    other = await read(convert, multipart("alternative", versions))
    assert words(other) == SHOWN + "Lunch at noon." + OTHER + "Bring cake"
    assert len(other.labels) == 1


async def test_versions_within_versions_are_compared_with_all_of_them(convert: Converter) -> None:
    pages = [part(HTML, "<p>Lunch at noon in the park"), part(TEXT, "Bring cake"), part(TEXT, "BRING CAKE!")]
    inner = multipart("alternative", pages, boundary="II", headers="")
    related = multipart("related", [inner], boundary="RR", headers="")
    for nested in (inner, related):
        found = await read(convert, multipart("alternative", [part(TEXT, "Lunch at noon."), nested]))
        assert words(found) == SHOWN + "Lunch at noon in the park" + OTHER + "Bring cake"


async def test_an_invitation_stands_between_the_versions(convert: Converter) -> None:
    event = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Planning\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    versions = [part(TEXT, "Dial 4711"), part(HTML, "<p>You are invited to us"), part("text/calendar", event)]
    found = await read(convert, multipart("alternative", versions))
    assert words(found) == SHOWN + "You are invited to us\n\nEvent:\nSummary: Planning" + OTHER + "Dial 4711"


# --- encodings -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content_type", "body", "shown"),
    [
        ("text/plain; charset=gb2312", "朱镕基说，囍临门。".encode("gb18030"), "朱镕基说，囍临门。"),
        (
            "text/plain; charset=iso-8859-1",
            "He said “yes” – it costs €5.".encode("cp1252"),
            "He said “yes” – it costs €5.",
        ),
        ("text/plain; charset=iso-8859-1", "größer als".encode(), "größer als"),
        ("text/plain; charset=us-ascii", "Größe der Straße".encode("cp1252"), "Größe der Straße"),
        ("text/plain; charset=utf-8", "Größe der Straße".encode("cp1252"), "Größe der Straße"),
        ("text/plain", "Envoyé par téléphone".encode("cp1252"), "Envoyé par téléphone"),
        ("text/plain; charset=x-unknown", "Добрый день, договор готов".encode("cp1251"), "Добрый день, договор готов"),
        ("text/plain; charset=iso-8859-1", "お世話になっております。".encode("cp932"), "お世話になっております。"),
        ("text/plain; charset=IBM00858", "Größe: 5 €".encode("cp858"), "Größe: 5 €"),
        ("text/plain; charset=koi8-ru", "Їжак".encode("koi8-u"), "Їжак"),
        ("text/plain; charset=iso88592", "Děkuji".encode("iso8859-2"), "Děkuji"),
        ("text/plain; charset=x-IBM852", "Dęby".encode("cp852"), "Dęby"),
        ("text/plain; charset=SJIS-win", "髙橋".encode("cp932"), "髙橋"),
        ("text/plain; charset=ks_c_5601-1987", "똠방각하".encode("cp949"), "똠방각하"),
        ("text/plain; charset=iso-2022-jp", b"\x1b$B-!2q5D\x1b(B", "①会議"),
        ("text/plain; charset=hz-gb-2312", "你好".encode("hz"), "你好"),
        ("text/html", "<meta charset=windows-1251><p>Привет".encode("cp1251"), "Привет"),
        ("text/plain", b"\x1b$B2q5D\x1b(B", "会議"),
        ("text/plain; charset=us-ascii", b"~{<:Ky2;~}", "己所不"),
        ("text/plain; charset=x-unknown", b"\x1b$)A\x0e=;;;\x0f\r\n" * 60 + b"\xff", "\n".join(["交换"] * 60) + "\n�"),
    ],
)
async def test_a_text_is_read_in_the_encoding_it_is_in(
    convert: Converter, content_type: str, body: bytes, shown: str
) -> None:
    assert words(await read(convert, mail(content_type, body))) == SHOWN + shown


@pytest.mark.parametrize("codec", ["cp1252", "utf-8"])
async def test_bare_bytes_in_headers_are_read_too(convert: Converter, codec: str) -> None:
    headers = HEADERS.replace("Ann", "Jürgen Schön").replace("Report", "Änderung für Ihr Büro").encode(codec)
    found = await read(convert, headers + b"Content-Type: text/plain; charset=iso-8859-1\r\n\r\nDie Fr\xf6sche\r\n")
    assert "From: Jürgen Schön <ann@a.example>" in words(found)
    assert "Subject: Änderung für Ihr Büro" in words(found)


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ("=?utf-8?B?R3LDvMOfZQ==?=", "Grüße"),
        ("=?UTF-8?Q?Gr=C3=BC=C3?=\r\n =?UTF-8?Q?=9Fe_aus?= Wien", "Grüße aus Wien"),
        (f"=?gb2312?B?{base64.b64encode('朱镕基'.encode('gbk')).decode()}?=", "朱镕基"),
        ('Re: =?iso-8859-1?q?"caf=e9"?=', 'Re: "café"'),
        ("=?UTF-8?B?0L/QuNGB0YzQvNC+INGD0LLQtdC00L7QvC3QtQ==?=", "письмо уведом-е"),
    ],
    ids=["base64", "a character over two words", "beyond its label", "beside other words", "base64 with a plus sign"],
)
async def test_encoded_words_are_words(convert: Converter, subject: str, shown: str) -> None:
    content = mail(TEXT, "x", headers=HEADERS.replace("Report", subject))
    assert f"Subject: {shown}\n" in words(await read(convert, content)) + "\n"


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        ("Content-Disposition: attachment; filename*=UTF-8''Gr%C3%BC%C3%9Fe.txt\r\n", "Grüße.txt"),
        ('Content-Disposition: attachment; filename="=?utf-8?B?R3LDvMOfZS50eHQ=?="\r\n', "Grüße.txt"),
        ('Content-Disposition: attachment; filename*0="Gr"; filename*1="uss.txt"\r\n', "Gruss.txt"),
        ('Content-Disposition: attachment; filename="Grüße.txt"\r\n', "Grüße.txt"),
        ('Content-Disposition: attachment; filename="C:\\\\docs\\\\a.txt"\r\n', "a.txt"),
    ],
    ids=["RFC 2231", "an encoded word", "in pieces", "bare bytes", "with its path"],
)
async def test_a_file_goes_by_the_name_people_gave_it(convert: Converter, headers: str, name: str) -> None:
    found = await read(convert, multipart("mixed", [part(TEXT, "x"), part("text/plain", "y", headers=headers)]))
    assert found.labels[1:] == [f'File "m.eml › {name}" (text, 1 line):']


async def test_an_attached_text_keeps_the_encoding_that_its_mail_declares(convert: Converter) -> None:
    table = part("text/csv; charset=cp1257", "ą;ė\n".encode("cp1257"), headers=attachment("t.csv"))
    assert "ą;ė" in (await read(convert, multipart("mixed", [part(TEXT, "x"), table]))).text


# --- what is broken --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("declared", "used"),
    [('boundary="XX"', "YY"), ("", "YY"), ('boundary="XX', "XX"), ("boundary=", "YY")],
    ids=["another one", "none", "an open quotation", "an empty one"],
)
async def test_a_wrong_boundary_costs_no_text(convert: Converter, declared: str, used: str) -> None:
    body = f"--{used}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nPay by Friday.\r\n--{used}--\r\n"
    content = f"{HEADERS}Content-Type: multipart/alternative; {declared}\r\n\r\n{body}".encode()
    assert words(await read(convert, content)) == SHOWN + "Pay by Friday."


@pytest.mark.parametrize("between", ["\r\n", "waiting!\r\n"], ids=["an empty line", "half a line"])
async def test_headers_that_are_broken_off_go_on(convert: Converter, between: str) -> None:
    content = mail(TEXT, "R3LDvMOfZQ==", headers=HEADERS.replace("MIME-", f"{between}MIME-"), encoding="base64")
    assert words(await read(convert, content)).endswith("\n\nGrüße")


async def test_a_line_of_blanks_within_a_header_ends_no_headers(convert: Converter) -> None:
    report = "X-Spam-Report: Spam detection software\r\n \r\n Content preview: more\r\n \r\nMIME-"
    content = mail(TEXT, "Pay by Friday.", headers=HEADERS.replace("MIME-", report))
    assert words(await read(convert, content)) == SHOWN + "Pay by Friday."


async def test_a_line_of_blanks_may_end_the_headers(convert: Converter) -> None:
    content = HEADERS.rstrip().encode() + b"\r\n \r\nNote: pay by Friday.\r\n"
    assert words(await read(convert, content)) == SHOWN + "Note: pay by Friday."


async def test_parts_that_nothing_parts_are_shown_as_they_stand(convert: Converter) -> None:
    content = f"{HEADERS}Content-Type: multipart/mixed; boundary=XX\r\n\r\nThe text that people saw.\r\n".encode()
    assert words(await read(convert, content)) == SHOWN + "The text that people saw."


async def test_a_mail_that_is_cut_off_gives_what_is_there(convert: Converter) -> None:
    found = await read(convert, WITH_A_PLAN[: WITH_A_PLAN.index(b"JVBER") + 40])
    assert words(found) == SHOWN + "See the plan."
    assert [note.file_name for note in found.file.notes] == ["m.eml › plan.pdf"]


async def test_a_list_s_words_below_an_encoded_text_are_read(convert: Converter) -> None:
    content = mail(TEXT, "R3LDvMOfZQ==\r\n\r\n____\r\nAbout this list: read the rules\r\n", encoding="base64")
    assert words(await read(convert, content)) == SHOWN + "Grüße\n\n____\nAbout this list: read the rules"


async def test_bytes_of_any_kind_may_stand_in_a_mail(convert: Converter) -> None:
    raw = part("application/pdf", "%", headers=attachment("p.pdf"))[:-1].replace(b"plan", b"p")
    found = await read(convert, multipart("mixed", [part(TEXT, "Raw."), raw + made_files.pdf(2)]))
    assert words(found) == SHOWN + "Raw."
    assert found.labels[1:] == ['File "m.eml › p.pdf" (PDF, 2 pages):']


# --- pages of HTML ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        ("<html><head><title>Offer</title><meta name=x><body><p>The price is 99 EUR.</p>", "The price is 99 EUR."),
        ("<p>Before<svg><rect><p>The rest of it", "Before\n\nThe rest of it"),
        ("<p>Before<noscript><p>The rest of it", "Before\n\nThe rest of it"),
        ("<p>Sales <img src=cid:1 alt='up by 5 %'></p>", "Sales [up by 5 %]"),
        ("<div style='display: none'>preview</div><p>Seen", "Seen"),
        ("<div style='display:none'>all there is</div>", "all there is"),
    ],
    ids=["head", "svg", "noscript", "alternative text", "hidden", "nothing but hidden"],
)
async def test_no_open_element_hides_the_rest(convert: Converter, page: str, shown: str) -> None:
    assert words(await read(convert, mail(HTML, page))) == SHOWN + shown
