"""No bytes, however they came about, make the converters raise: every file ends as extracts or as a reason."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import plistlib
import tempfile
import time
import zipfile
import zlib
from contextlib import suppress
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
import zstandard
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.files.extracts import DRAW, Extract, OfficeExtract, Unreadable, from_json, instead_of
from bot.files.names import safe_name
from bot.files.worker.__main__ import answer
from bot.files.worker.archives import deflate64
from bot.files.worker.documents import compound, rtf
from bot.files.worker.documents.package import Broken
from bot.files.worker.encodings import detecting
from bot.files.worker.hypertext import reader
from bot.files.worker.kind_words import describe
from bot.files.worker.kinds import Kind
from bot.files.worker.outlook import lzfu
from bot.files.worker.sheets.number_format import shown, shown_text
from bot.files.worker.sniff import kind_of
from bot.files.worker.words import old_slides
from bot.files.worker.words import old_word as old_word_reader
from bot.files.worker.words.lines import from_json as from_words
from tests import (
    file_limits,
    made_documents,
    made_files,
    made_iwork,
    made_office,
    made_old_office,
    made_outlook,
    made_pdfs,
    made_pictures,
    made_psd,
    made_xlsb,
)
from tests.made_archives import Packed, deflated, old_tar, zip_of
from tests.made_mails import HEADERS, multipart, part
from tests.made_old_office import Looks, old_excel, old_word
from tests.made_outlook import Made

LIMITS = replace(file_limits.CONVERT, image_pixels_max=1_000_000, archive_bytes_max=1_000_000, archive_files_max=10)


def mail() -> bytes:
    message = EmailMessage()
    message["From"], message["Message-ID"], message["Subject"] = "Jürgen <j@example.org>", "<1@x>", "Größe"
    message.set_content("Words")
    message.add_attachment(b"x" * 200, "image", "png", filename="ä.png")
    return message.as_bytes()


def mails() -> dict[str, bytes]:
    """One of each way that parts lie in one another."""
    text, page = (
        part("text/plain; charset=gb2312", "\u6731"),
        part("text/html", "<p>a<table><td>b<ul><li>c<blockquote>d"),
    )
    inner = multipart("alternative", [text, page, part("text/calendar", EVENT.decode())], boundary="I", headers="")
    forwarded = part("message/rfc822", mail().decode("latin-1"))
    picture = part("image/png", made_files.image("PNG", (8, 8)), headers="Content-ID: <1>\r\n")
    whole = multipart("mixed", [inner, forwarded, picture, part("message/delivery-status", "Action: failed")])
    return {
        "of many parts": whole,
        "MHTML": multipart("related", [page, picture], headers="MIME-Version: 1.0\r\nSubject: x\r\n"),
        "a mailbox": b"From a@b 2026\n" + whole + b"\n\nFrom a@b 2026\n" + mail() + b"\n\n",
        "uuencoded": HEADERS.encode()
        + b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 a\n%:&5L;&\\\n`\nend\n",
    }


def outlook_item() -> Made:
    rtf = rb"{\rtf1\ansi\fromhtml1 {\*\htmltag64 <p>}\htmlrtf x\htmlrtf0 \'e4\u8364?{\*\htmltag72 </p>}}"
    packed = len(rtf).to_bytes(4, "little") * 2 + b"LZFu" + bytes(4)
    packed += b"".join(b"\0" + rtf[at : at + 8] for at in range(0, len(rtf), 8))
    inner = Made({made_outlook.SUBJECT: "In", made_outlook.HTML: b"<p>x", 0x3FDE: 1251}, codec="cp1251")
    properties = {made_outlook.CLASS: "IPM.Contact", made_outlook.RTF: packed, (made_outlook.ADDRESS, 0x8083): "a@b"}
    people = [{0x0C15: 2, 0x3001: "Bob", 0x39FE: "b@b"}]
    return Made(properties, people, [{0x3707: "a.txt", 0x3701: b"hello"}, inner])


def zip_by(method: int, packed: bytes) -> bytes:
    return zip_of([Packed(b"a.txt", HELLO, method, packed), Packed(b"\x82\xa0.txt", b"b")])


HELLO = b"hello" * 20
BY_METHOD = {9: deflated(HELLO), 12: bz2.compress(HELLO), 93: zstandard.compress(HELLO), 95: lzma.compress(HELLO)}
EVENT = (
    b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:a\\,b\r\n c\r\nDTSTART;TZID=X:20261124T100000\r\n"
    b'ATTENDEE;CN="B, C":mailto:b@b\r\nRRULE:FREQ=DAILY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n'
)
CARD = (
    b"BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3=BC=\r\n=C3=BC;x\r\n"
    b"TEL;HOME:1\r\nPHOTO;ENCODING=BASE64;JPEG:AAAA\r\n BBBB\r\nEND:VCARD\r\n"
)

SEEDS = {
    **{kind: made_files.image(kind, (16, 12)) for kind in ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "ICO")},
    **{kind: made_files.image(kind, (16, 12)) for kind in ("JPEG2000", "AVIF")},
    "PSD": made_files.psd((8, 8)),
    "EXIF": made_files.rotated_photo((16, 12)),
    "PDF": made_files.pdf(2),
    "locked PDF": made_files.pdf(1, password=""),
    "portfolio": made_files.portfolio({"a.txt": b"a"}),
    "zip": made_files.zipped({"a.txt": b"hello" * 20, "b.txt": b"b"}),
    "docx": made_documents.docx(),
    "docx with comments": made_office.word(
        made_office.paragraph("x", '<w:r><w:commentReference w:id="1"/></w:r>'),
        {"comments": '<w:comment w:id="1"><w:p><w:r><w:t>y</w:t></w:r></w:p></w:comment>'},
    ),
    "pptx": made_office.presentation({"slide1": made_office.slide(made_office.box("x"), attributes='show="0"')}),
    "xlsx": made_office.price_list(chart=True),
    "xlsb": made_xlsb.table([["a", 1.5]]),
    "Excel 2003 XML": made_office.excel_xml('<Row><Cell><Data ss:Type="Number">1</Data></Cell></Row>'),
    "flat ODF": made_office.flat("text", "<text:p>x<text:note/></text:p>"),
    "flat sheet": made_office.flat(
        "spreadsheet",
        '<table:table table:name="a"><table:table-row><table:table-cell><text:p>x</text:p></table:table-cell>'
        "</table:table-row></table:table>",
    ),
    "RTF": made_documents.RTF,
    "doc": old_word("Words and more words.\r"),
    "doc, changed": old_word(
        "Words and more.\r", looks=[Looks(0, 5, {0x0800: 1}), Looks(5, 9, {0x0801: 1, 0x4804: 0})], changed_by=("Ann",)
    ),
    "ppt": made_old_office.old_slides("Words", "More words", {1: "Edge"}, shown=0x10),
    "iWork": made_iwork.document(
        {
            "Document": made_iwork.part((1, 2001, {3: "words " * 20})),
            "Tile": made_iwork.part(*made_iwork.table({0: [made_iwork.cell(3, 8, bytes(4))]}, {4: {0: {3: "x"}}})),
        }
    ),
    "xls": old_excel("words"),
    "odt": made_documents.odt("<text:p>x</text:p>"),
    "gzip": gzip.compress(b"hello" * 50),
    "msg": made_documents.outlook("S", "body", {"a.txt": b"hello"}),
    "mail": mail(),
    **{f"mail, {name}": content for name, content in mails().items()},
    "Outlook, rich": made_outlook.msg(outlook_item()),
    "winmail.dat": made_outlook.tnef(outlook_item()),
    "calendar": EVENT,
    "cards": CARD,
    **{f"zip, {method}": zip_by(method, packed) for method, packed in BY_METHOD.items()},
    "old tar": old_tar("a.txt", b"hello"),
    "zstd": zstandard.compress(b"hello" * 50),
    "lzma": lzma.compress(b"hello" * 50, lzma.FORMAT_ALONE),
    "UTF-16": "größer als gedacht".encode("utf-16"),
    "SVG": made_documents.SVG,
    "animation": made_pictures.animation("GIF", ["red", "blue", "green"], (12, 9)),
    "animated PNG": made_pictures.animation("PNG", ["red", "blue"], (12, 9)),
    "colour key": made_pictures.png([bytes(12)] * 3, 4, extra=[(b"tRNS", bytes(6))]),
    "property list": plistlib.dumps({"a": [1, {"b": "words"}], "c": b"12"}, fmt=plistlib.FMT_BINARY),
    "PSD of layers": made_psd.psd(
        [made_psd.Layer((0, 0, 4, 3), (1, 2, 3, 255), packing=3, mask=(0, 0, 2, 2), blocks=made_psd.typed("Words"))],
        (4, 3),
    ),
    "deep PSD": made_pictures.psd([b"\1\2" * 12] * 3, (4, 3), depth=16, packed=True),
    "float TIFF": made_pictures.float_tiff((0.1, 0.2, 0.3), (4, 3)),
    "raw photo": made_pictures.raw_photo(made_files.image("JPEG", (16, 12))),
    "CR3": made_pictures.cr3(made_files.image("JPEG", (16, 12)), 6),
    "aperture": made_pictures.avif_with_aperture(Image.new("RGB", (16, 16)), (0, 0, 8, 8)),
    "attachments": made_pdfs.with_attachments({"a.txt": b"a"}, {"b.txt": b"b"}),
    "locked attachments": made_pdfs.locked_attachments(attachment=True),
    "odd numbers": made_pdfs.numbers_above_size(),
    "notebook": b'{"cells": [{"cell_type": "code", "source": ["x"], "outputs": [{"data": {"image/png": "AAAA"}}]}],'
    b' "nbformat": 4}',
    "ISO-2022": "会議は明日".encode("iso2022_jp") + "회의".encode("iso2022_kr"),
    "UTF-32": "Встреча\n".encode("utf-32-le"),
    "zeros": bytes(50) + b"a line\n" * 3,
    "Shift_JIS": "名前,住所\n山田,東京\n".encode("cp932"),
    "declared": '<?xml version="1.0" encoding="EUC-JP"?><a>丼</a>'.encode("euc_jp"),
}


def ends_as_parts_or_a_reason(content: bytes, name: str = "x", filetype: str = "") -> None:
    with tempfile.TemporaryDirectory() as directory:
        source = Path(directory, "source")
        source.write_bytes(content)
        job = {"source": str(source), "name": name, "filetype": filetype, "out": directory, "prefix": ""}
        reply = answer(job, LIMITS)
        assert "fault" not in reply, reply
        assert reply.get("reason") or reply["extracts"]
        for extract in from_json(reply.get("extracts", [])):
            there(extract, Path(directory))


def there(extract: Extract, directory: Path) -> None:
    """What an extract names was written, also what is for the case that nobody renders the document."""
    file = getattr(extract, "file", None)
    assert file is None or (directory / file).is_file()
    if isinstance(extract, OfficeExtract):
        if extract.words:
            assert from_words((directory / extract.words).read_text(encoding="utf-8")).filled()
        for other in instead_of(extract):
            there(other, directory)


@st.composite
def damaged(draw: st.DrawFn, seed: bytes) -> bytes:
    """The file with some bytes overwritten, taken out, doubled or cut off."""
    content = bytearray(seed)
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, max(len(content) - 1, 0)))
        match draw(st.sampled_from(["set", "fill", "drop", "double", "cut"])):
            case "set":
                content[at : at + 1] = bytes([draw(st.integers(0, 255))])
            case "fill":
                content[at : at + 4] = draw(st.sampled_from([b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff"]))
            case "drop":
                del content[at : at + draw(st.integers(1, 40))]
            case "double":
                content[at:at] = content[at : at + draw(st.integers(1, 40))]
            case "cut":
                del content[max(at, 1) :]
    return bytes(content)


@pytest.mark.parametrize("kind", SEEDS)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_damaged_file_ends_as_parts_or_a_reason(kind: str, data: st.DataObject) -> None:
    ends_as_parts_or_a_reason(data.draw(damaged(SEEDS[kind])))


PACKAGES = ("docx with comments", "pptx", "xlsx", "odt", "iWork")


@pytest.mark.parametrize("kind", PACKAGES)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_document_with_a_damaged_part_ends_as_parts_or_a_reason(kind: str, data: st.DataObject) -> None:
    """The zip is whole, and what is in it is not."""
    with zipfile.ZipFile(io.BytesIO(SEEDS[kind])) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    name = data.draw(st.sampled_from(sorted(parts)))
    parts[name] = data.draw(damaged(parts[name]))
    ends_as_parts_or_a_reason(made_files.zipped(parts))


STARTS = [
    b"",
    *(seed[:16] for seed in SEEDS.values()),
    b"\x00\x00\x00\x18ftypheic",
    b"From: a\nTo: b\nMessage-ID: c\n\n",
    b"Message-ID: c\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n",
    b"Message-ID: c\nMIME-Version: 1.0\nContent-Type: text/html; charset=",
    b"From a@b 2026\nMessage-ID: c\nSubject: =?",
    b"\x78\x9f\x3e\x22\1\0\1\3\x90\6\0",
    b"BEGIN:VCARD\n",
    b"MIME-Version: 1.0\nFrom: a\nContent-Type: text/calendar\n\nBEGIN:VEVENT\n",
]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_damaged_drawing_is_drawn_or_not(data: st.DataObject) -> None:
    ends_as_parts_or_a_reason(data.draw(damaged(made_documents.SVG)), filetype=DRAW)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(STARTS), st.binary(max_size=600), st.text(max_size=10), st.sampled_from(["", "quip", "python"]))
def test_any_bytes_end_as_parts_or_a_reason(start: bytes, rest: bytes, name: str, filetype: str) -> None:
    ends_as_parts_or_a_reason(start + rest, name, filetype)


@example(b"\x01\xda", b"")  # how an SGI picture begins
@given(st.binary(max_size=300), st.binary(max_size=50))
def test_every_bytes_have_a_kind_and_a_word(head: bytes, tail: bytes) -> None:
    assert kind_of(head, tail) in Kind
    assert describe(head, "x")


@given(st.binary(max_size=900))
def test_a_compound_file_is_read_or_refused(rest: bytes) -> None:
    with suppress(compound.CompoundError):
        compound.read(made_documents.compound({"a": b"b"})[:600] + rest)


@given(st.binary(max_size=300), st.sampled_from(["", "latin-1", "utf-8", "shift_jis", "x"]))
def test_any_bytes_are_some_text(content: bytes, declared: str) -> None:
    assert isinstance(detecting.text_of(content, declared), str)


TAGS = ["<p>", "<table><tr><td>", "</td>", "<li>", "<ul>", "</ul>", "<blockquote>", "<a href='http://x'>", "<svg>", "x"]


@given(st.one_of(st.text(max_size=200), st.lists(st.sampled_from(TAGS), max_size=40).map("".join)))
def test_any_html_becomes_text(html: str) -> None:
    assert "\n\n\n" not in reader.to_text(html)
    assert safe_name(reader.to_text(html))


RTF_WORDS = [
    *(rb"{", rb"}", rb"\*", rb"\htmltag64 ", rb"\htmlrtf", rb"\htmlrtf0 ", rb"\fldinst ", rb"\fldrslt ", rb"\'e4"),
    *(rb"\u55357?\u56832?", rb"\f1\fcharset128 ", rb"\bin3 ", rb"\footnote ", rb"\uc3 ", b'HYPERLINK "x"', rb"\v "),
]


@given(st.lists(st.one_of(st.binary(max_size=9), st.sampled_from(RTF_WORDS)), max_size=60).map(b"".join))
def test_any_rich_text_becomes_text(document: bytes) -> None:
    rtf.to_text(b"{\\rtf1" + document).encode()
    found = rtf.wrapped(b"{\\rtf1\\fromhtml1" + document)
    assert found is not None
    assert found[1].encode() is not None


@given(st.binary(max_size=400), st.integers(0, 2**32 - 1))
def test_rich_text_however_packed_is_unpacked_or_nothing(packed: bytes, size: int) -> None:
    assert len(lzfu.unpacked(bytes(4) + size.to_bytes(4, "little") + b"LZFu" + bytes(4) + packed)) <= 17 * len(packed)


@given(st.binary(max_size=400))
def test_what_is_no_deflate64_ends(packed: bytes) -> None:
    with suppress(zlib.error):
        assert sum(map(len, deflate64.unpacked(packed))) <= 70_000 * 8 * len(packed)


# --- time ----------------------------------------------------------------------------------------------------------

MANY = 60_000
OF_A_MAIL = b"From: a\nMessage-ID: b\nMIME-Version: 1.0\n"
OF_PARTS = OF_A_MAIL + b"Content-Type: multipart/mixed; boundary=b\n\n"
OF_A_PAGE = OF_A_MAIL + b"Content-Type: text/html\n\n"
PARTED = b"Content-Type: multipart/mixed; boundary=%d\n\n--%d\n"
LONG = {
    "nested parts": OF_A_MAIL
    + b"".join(b"Content-Type: multipart/mixed; boundary=%d\n\n--%d\n" % (n, n) for n in range(MANY)),
    "parts of one boundary": OF_PARTS + b"--b\nContent-Type: multipart/mixed; boundary=b\n\n" * MANY,
    "empty parts": OF_PARTS + b"--b\n" * MANY,
    "parameters": OF_A_MAIL + b"Content-Type: text/plain; " + b"a=b;" * MANY + b"\n\nx",
    "encoded words": OF_A_MAIL + b"Subject: " + b"=?utf-8?Q?" * MANY + b"\n\nx",
    "addresses": OF_A_MAIL + b"Cc: " + b"a@b.c, " * MANY + b"\n\nx",
    "mails of a mailbox": b"From a 2026\nFrom: x\n\n" * MANY,
    "blocks in blocks": OF_A_PAGE + b"<div>" * MANY,
    "lists in lists": OF_A_PAGE + b"<ul><li>" * MANY,
    "formats": OF_A_PAGE + b"".join(b"<b id=%d>" % n for n in range(MANY)) + b"<p>x" * MANY,
    "attributes": OF_A_PAGE + b"<a " + b"".join(b"a%d=1 " % n for n in range(MANY)) + b">",
    "options": OF_A_PAGE + b"<select>" + b"<option>x" * MANY,
    "open quotations": OF_A_PAGE + b'<a b="' * MANY,
    "folded lines": b"BEGIN:VCALENDAR\nSUMMARY:x\n" + b" y\n" * MANY,
    "lines that just need no cut": (b"x " * 9_900 + b"\n") * 300,
    "a long line before one that was typed over": b"a" * 10 * MANY + b"\nb\x08b\n",
    "blanks in a document": made_office.flat("text", f"<text:p>{' ' * MANY}</text:p>"),
    "parameters of a card": b"BEGIN:VCARD\nNOTE" + b';a="b' * MANY + b"\n",
}


@pytest.mark.parametrize("kind", LONG)
def test_time_grows_with_the_length_and_not_with_its_square(kind: str) -> None:
    """Of what takes a square, these lengths would take minutes; the worker has one."""
    begun_s = time.process_time()
    ends_as_parts_or_a_reason(LONG[kind])
    assert time.process_time() - begun_s < 8


@pytest.mark.parametrize(
    "group", [b" ", b"{", b"}", rb"{\field{\*\fldinst{HYPERLINK \"", rb"\u1234?", rb"\f1\'e4\f2\'e4"]
)
def test_rich_text_takes_no_square_either(group: bytes) -> None:
    begun_s = time.process_time()
    rtf.to_text(b"{\\rtf1 " + group * MANY)
    assert time.process_time() - begun_s < 8


@given(st.floats(), st.one_of(st.text(max_size=40), st.text('0#?.,%/@;[]hmsyd"\\_*E+-AP ', max_size=40)), st.booleans())
def test_any_number_in_any_format_has_a_text(value: float, code: str, from_1904: bool) -> None:
    assert isinstance(shown(value, code, from_1904=from_1904), str)
    assert isinstance(shown_text("x", code), str)


@given(st.binary(max_size=400), st.binary(max_size=60))
def test_an_old_presentation_is_read_or_refused(stream: bytes, user: bytes) -> None:
    with suppress(Broken, Unreadable):
        old_slides.read({"powerpoint document": stream, "current user": user})


@given(st.binary(max_size=600), st.binary(max_size=200))
def test_an_old_document_is_read_or_refused(stream: bytes, table: bytes) -> None:
    head = b"\xec\xa5\xc1\0" + bytes(6) + b"\0\0"
    with suppress(Broken, Unreadable):
        old_word_reader.read({"worddocument": head + stream, "0table": table})
