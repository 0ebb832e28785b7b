"""No bytes, however they came about, make the converters raise: every file ends as extracts or as a reason."""

from __future__ import annotations

import gzip
import tempfile
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.files.bounds import ConvertLimits
from bot.files.extracts import DRAW, from_json
from bot.files.names import safe_name
from bot.files.worker import compound, encodings, hypertext
from bot.files.worker.__main__ import answer
from bot.files.worker.sniff import Kind, describe, kind_of
from tests import made_documents, made_files, made_pdfs, made_pictures

LIMITS = ConvertLimits(image_pixels_max=1_000_000, archive_bytes_max=1_000_000, archive_files_max=10)


def mail() -> bytes:
    message = EmailMessage()
    message["From"], message["Message-ID"], message["Subject"] = "Jürgen <j@example.org>", "<1@x>", "Größe"
    message.set_content("Words")
    message.add_attachment(b"x" * 200, "image", "png", filename="ä.png")
    return message.as_bytes()


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
    "odt": made_documents.odt("<text:p>x</text:p>"),
    "gzip": gzip.compress(b"hello" * 50),
    "msg": made_documents.outlook("S", "body", {"a.txt": b"hello"}),
    "mail": mail(),
    "UTF-16": "größer als gedacht".encode("utf-16"),
    "SVG": made_documents.SVG,
    "animation": made_pictures.animation("GIF", ["red", "blue", "green"], (12, 9)),
    "animated PNG": made_pictures.animation("PNG", ["red", "blue"], (12, 9)),
    "colour key": made_pictures.png([bytes(12)] * 3, 4, extra=[(b"tRNS", bytes(6))]),
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
            file = getattr(extract, "file", None)
            assert file is None or Path(directory, file).is_file()


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


STARTS = [
    b"",
    *(seed[:16] for seed in SEEDS.values()),
    b"\x00\x00\x00\x18ftypheic",
    b"From: a\nTo: b\nMessage-ID: c\n\n",
]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_damaged_drawing_is_drawn_or_not(data: st.DataObject) -> None:
    ends_as_parts_or_a_reason(data.draw(damaged(made_documents.SVG)), filetype=DRAW)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(STARTS), st.binary(max_size=600), st.text(max_size=10), st.sampled_from(["", "quip", "python"]))
def test_any_bytes_end_as_parts_or_a_reason(start: bytes, rest: bytes, name: str, filetype: str) -> None:
    ends_as_parts_or_a_reason(start + rest, name, filetype)


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
    assert isinstance(encodings.text_of(content, declared), str)


@given(st.text(max_size=200))
def test_any_html_becomes_text(html: str) -> None:
    assert "\n\n\n" not in hypertext.to_text(html)
    assert safe_name(hypertext.to_text(html))
