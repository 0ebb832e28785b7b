"""Signed files give what was signed, encrypted ones say that they are; mails lie in mails, some parts lie elsewhere."""

from __future__ import annotations

import base64
import zlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.files import inner_notes, notes
from tests import made_documents
from tests.converted import WITHOUT_OFFICE, Converter, converter
from tests.made_files import zipped

SIGNED, ENVELOPED, DATA = (bytes.fromhex(f"06092a864886f70d01070{number}") for number in (2, 3, 1))
COMPRESSED, ENVELOPED_WITH_CODE = (bytes.fromhex(f"060b2a864886f70d01091001{number}") for number in ("09", "17"))
OCTETS = 'application/octet-stream; name="smime.p7m"'
HEADERS = "From: ann@x.example\nTo: bob@x.example\nSubject: {}\nDate: Tue, 24 Nov 2026 10:00:00 +0000\n"


@pytest.fixture
async def convert(tmp_path: Path) -> AsyncIterator[Converter]:
    async with converter(tmp_path) as made:
        yield made


def der(tag: int, *inner: bytes) -> bytes:
    data = b"".join(inner)
    size = bytes([len(data)]) if len(data) < 0x80 else b"\x82" + len(data).to_bytes(2, "big")
    return bytes([tag]) + size + data


def sealed(kind: bytes, content: bytes = b"") -> bytes:
    """As much of PKCS #7 as stands before and around the content."""
    inside = der(0x30, DATA, der(0xA0, der(0x04, content)) if content else b"")
    return der(0x30, kind, der(0xA0, der(0x30, der(0x02, b"\1"), der(0x31), inside)))


def compressed(content: bytes) -> bytes:
    """Source: RFC 3274."""
    inside = der(0x30, DATA, der(0xA0, der(0x04, zlib.compress(content))))
    method = der(0x30, bytes.fromhex("060b2a864886f70d0109100308"))
    return der(0x30, COMPRESSED, der(0xA0, der(0x30, der(0x02, b"\0"), method, inside)))


@pytest.mark.parametrize("kind", ['application/pkcs7-mime; smime-type=compressed-data; name="smime.p7z"', OCTETS])
async def test_a_compressed_mail_is_read(convert: Converter, kind: str) -> None:
    inner = b"Content-Type: text/plain; charset=utf-8\r\n\r\nThe price is 90 \xe2\x82\xac.\r\n"
    head = f"{HEADERS.format('Offer')}MIME-Version: 1.0\nContent-Type: {kind}\nContent-Transfer-Encoding: base64\n\n"
    found = await convert(head.encode() + base64.encodebytes(compressed(inner)), "a.eml")
    assert "The price is 90 €." in found.text
    assert found.reasons == []


@pytest.mark.parametrize("armour", [False, True])
async def test_a_signed_file_gives_the_file(convert: Converter, *, armour: bool) -> None:
    content = sealed(SIGNED, b"<invoice>1200 EUR</invoice>" * 10)
    if armour:
        content = b"-----BEGIN PKCS7-----\n" + base64.encodebytes(content) + b"-----END PKCS7-----\n"
    found = await convert(content, "invoice.xml.p7m")
    assert found.labels == ['File "invoice.xml.p7m › invoice.xml" (XML, 1 line):']
    assert "1200 EUR" in found.text
    assert found.reasons == [inner_notes.SIGNATURE_UNCHECKED]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (sealed(ENVELOPED, b"secret"), inner_notes.ENCRYPTED_FILE),
        (sealed(ENVELOPED_WITH_CODE, b"secret"), inner_notes.ENCRYPTED_FILE),
        (sealed(SIGNED), inner_notes.SIGNATURE_ALONE),
        (base64.encodebytes(sealed(ENVELOPED, bytes(200))), inner_notes.ENCRYPTED_FILE),
    ],
    ids=["encrypted", "encrypted with a code", "signature alone", "encrypted, in base64"],
)
async def test_a_sealed_file_says_why_it_is_not_read(convert: Converter, content: bytes, reason: str) -> None:
    assert (await convert(content, "invoice.p7m")).reasons == [reason]


async def test_a_locked_document_is_called_that_however_its_streams_are_written(convert: Converter) -> None:
    content = made_documents.compound({"ENCRYPTEDPACKAGE": bytes(64), "ENCRYPTIONINFO": bytes(64)})
    assert (await convert(content, "plan.docx", WITHOUT_OFFICE)).reasons == [notes.PASSWORD]


async def test_a_mail_whose_text_is_sealed_says_so(convert: Converter) -> None:
    mail = HEADERS.format("Hello") + "\n-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n"
    assert (await convert(mail.encode(), "a.eml")).reasons == [notes.ENCRYPTED_MAIL]


async def test_mails_within_mails_are_read_to_the_fifth(convert: Converter) -> None:
    mail = HEADERS.format("Level 0") + "\nThe deepest words.\n"
    for level in range(1, 6):
        kind = f'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b{level}"\n\n'
        parts = f"--b{level}\n\nWords {level}.\n--b{level}\nContent-Type: message/rfc822\n\n{mail}\n--b{level}--\n"
        mail = HEADERS.format(f"Level {level}") + kind + parts
    found = await convert(mail.encode(), "a.eml")
    assert [f"Words {level}." in found.text for level in range(1, 6)] == [True] * 5
    assert "The deepest words." in found.text
    assert found.reasons == []


async def test_a_part_that_is_kept_elsewhere_says_where(convert: Converter) -> None:
    kind = 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n'
    elsewhere = 'Content-Type: message/external-body; access-type=URL; URL="https://files.example/plan.pdf"\n\n'
    parts = f"--b\n\nSee below.\n--b\n{elsewhere}Content-Type: application/pdf\n\n--b--\n"
    text = (await convert((HEADERS.format("Plan") + kind + parts).encode(), "a.eml")).text
    assert "[Kept elsewhere: https://files.example/plan.pdf]" in text


async def test_a_reminder_says_what_somebody_wrote_into_it(convert: Converter) -> None:
    alarm = "BEGIN:VALARM\nTRIGGER:-PT15M\nDESCRIPTION:{}\nEND:VALARM\n"
    event = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Board\n{}END:VEVENT\nEND:VCALENDAR\n"
    own = await convert(event.format(alarm.format("Bring the plan")).encode(), "a.ics")
    usual = await convert(event.format(alarm.format("This is an event reminder")).encode(), "a.ics")
    assert "Reminder: -PT15M\nReminder says: Bring the plan" in own.text
    assert "says" not in usual.text


COREL = b"application/x-vnd.corel.zcf.draw.document+zip"


@pytest.mark.parametrize(
    ("content", "about"),
    [
        (b"\x01\0\0\0\x6c\0\0\0" + bytes(32) + b" EMF" + bytes(64), "Windows metafile (EMF)"),
        (b"\xd7\xcd\xc6\x9a" + bytes(80), "Windows metafile (WMF)"),
        (b"\x31\xbe\0\0\0\xab" + bytes(120), "Windows Write document"),
        (b"RIFF\x80\0\0\0CDRBvrsn" + bytes(120), "CorelDRAW drawing"),
        (b"RIFF\x80\0\0\0CMX1cont" + bytes(120), "Corel drawing (CMX)"),
        (zipped({"mimetype": COREL, "content/root.dat": bytes(64)}), "CorelDRAW drawing"),
        (made_documents.compound({"StarWriterDocument": bytes(64)}), "StarOffice text"),
        (made_documents.compound({"CONTENTS": b"CHNKWKS " + bytes(64)}), "Works document"),
    ],
)
async def test_old_kinds_are_known_by_their_names(convert: Converter, content: bytes, about: str) -> None:
    assert (await convert(content, "x", WITHOUT_OFFICE)).reasons == [notes.no_office(about)]
