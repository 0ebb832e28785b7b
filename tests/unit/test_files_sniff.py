"""What a file is, by its bytes."""

from __future__ import annotations

import io
import math
import random
import struct
import tarfile

import pytest

from bot.files import inner_notes, notes
from bot.files.worker.kind_words import describe, unread
from bot.files.worker.kinds import Kind
from bot.files.worker.sniff import kind_of
from tests import made_files


def tarred() -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a.txt"))
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", Kind.EMPTY),
        (made_files.image("JPEG"), Kind.JPEG),
        (made_files.image("PNG"), Kind.PNG),
        (made_files.image("GIF"), Kind.GIF),
        (made_files.image("WEBP"), Kind.WEBP),
        (made_files.image("TIFF"), Kind.TIFF),
        (made_files.image("BMP"), Kind.BMP),
        (made_files.image("JPEG2000"), Kind.JPEG2000),
        (made_files.image("ICO"), Kind.ICO),
        (made_files.image("AVIF"), Kind.AVIF),
        (made_files.image("ICNS"), Kind.ICNS),
        (b"P6 12 13 is where the two rooms are.\n", Kind.TEXT),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", Kind.HEIF),
        (b"\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00mif1avifmiaf", Kind.AVIF),
        (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom", Kind.VIDEO),
        (b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  ", Kind.VIDEO),
        (b"\x00\x00\x00\x18ftypM4A \x00\x00\x00\x00M4A isom", Kind.AUDIO),
        (b"8BPS\x00\x01" + bytes(20), Kind.PSD),
        (made_files.pdf(), Kind.PDF),
        (b"\xef\xbb\xbf\n" + made_files.pdf(), Kind.PDF),
        (made_files.zipped({"a": b"b"}), Kind.ZIP),
        (tarred(), Kind.TAR),
        (b"\x1f\x8b\x08\x00" + bytes(10), Kind.GZIP),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(10), Kind.OLE),
        (b"{\\rtf1 hello}", Kind.RTF),
        (b"ID3\x04" + bytes(20), Kind.AUDIO),
        (b"ID3 is how the titles of songs are kept.\n", Kind.TEXT),
        (b"MAC \x8c\x0f" + bytes(20), Kind.AUDIO),
        (b"070701;Turin\n070702;Milan\n" * 9, Kind.TEXT),
        (b"070707 and 070708 are the rooms' numbers.\n" * 3, Kind.TEXT),
        (b"do-lhamas spit? Some do.\n", Kind.TEXT),
        ("`ê` is a letter.\n".encode("latin-1"), Kind.TEXT),
        (b"MAC address;room\n00:11;5\n", Kind.TEXT),
        (b"\xff\xe3\x20\xc4\x00\x13\xb1\xda\x74\x05\x43", Kind.AUDIO),
        ("ясно, что ягоды во вторник".encode("cp1251"), Kind.TEXT),
        ("явно не сегодня".encode("cp1251"), Kind.TEXT),
        ("ягоды и грибы".encode("cp1251"), Kind.TEXT),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11" + bytes(60) + b"\xc0\xef\x19\xbc\x4d\x5b\xcf\x11", Kind.VIDEO),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11" + bytes(60), Kind.AUDIO),
        (b"\x00\x03\x0b\x16moov\x00\x00\x00\x6cmvhd" + bytes(40), Kind.VIDEO),
        (b"The free lunch is on Tuesday.", Kind.TEXT),
        ((b"G\x40\x11\x10" + bytes(184)) * 8, Kind.VIDEO),
        (b"GATTACA" * 400, Kind.TEXT),
        (b"\xff\xd8\xff\xf7\x00\x11" + bytes(30), Kind.PICTURE),
        (made_files.image("BMP")[14:], Kind.BMP),
        (b"\xff\xfe\xff\x0e" + "Model".encode("utf-16-le") + bytes(range(1, 250)) * 9, Kind.UNKNOWN),
        ("Größe: 5\r\n".encode("utf-16"), Kind.TEXT),
        (b"\xff\xfb\x90\x64" + bytes(20), Kind.AUDIO),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", Kind.AUDIO),
        (b"OggS" + bytes(30), Kind.AUDIO),
        (b"\x1aE\xdf\xa3" + bytes(20), Kind.VIDEO),
        (b"\x7fELF\x02\x01" + bytes(20), Kind.PROGRAM),
        (b"MZ\x90\x00" + bytes(60), Kind.PROGRAM),
        (b"MZ is how Windows programs begin.", Kind.TEXT),
        (b"BM 25 is a ranking function.", Kind.TEXT),
        (b"Rar!\x1a\x07\x01\x00", Kind.ARCHIVE),
        (b"plain words\n", Kind.TEXT),
        ("größer".encode("utf-16"), Kind.TEXT),
        ("long enough to tell".encode("utf-16-le"), Kind.TEXT),
        ("größer".encode("cp1252"), Kind.TEXT),
        (b"<html>%PDF-1.4</html>", Kind.TEXT),
        (bytes(range(256)), Kind.UNKNOWN),
        ("Встреча во вторник.\n".encode("utf-16-le"), Kind.TEXT),
        ("会議は火曜日です。\n".encode("utf-32-be"), Kind.TEXT),
        ("회의는 화요일입니다.\n".encode("iso2022_kr"), Kind.TEXT),
        (bytes(9_000) + b"ERROR disk full\n" * 200, Kind.TEXT),
        (struct.pack("<600H", *range(100, 700)), Kind.UNKNOWN),
        (struct.pack("<300I", *range(300, 600)), Kind.UNKNOWN),
        (struct.pack("<200f", *(number / 7 for number in range(200))), Kind.UNKNOWN),
        (struct.pack("<500h", *(int(20_000 * math.sin(number / 9)) for number in range(500))), Kind.UNKNOWN),
        (random.Random(3).randbytes(2_000), Kind.UNKNOWN),
        (b"\x7fXYZ" + b"name\0" * 40 + b"\x01\x02\x03\x04" * 5, Kind.UNKNOWN),
        (bytes(4_000), Kind.UNKNOWN),
        (b"8BPS\x00\x02" + bytes(20), Kind.PSD),
        (b"\x00\x00\x00\x18ftypcrx \x00\x00\x00\x01crx isom", Kind.RAW),
        (b"FUJIFILMCCD-RAW 0201", Kind.RAW),
        (b"\x00\x00\x00\x14ftypmif3\x00\x00\x00\x00avif", Kind.PICTURE),
        (b"SQLite format 3\x00" + bytes(100), Kind.UNKNOWN),
    ],
)
def test_the_bytes_decide(content: bytes, expected: Kind) -> None:
    assert kind_of(content[:8_192], content[-2_048:]) is expected


def test_an_unknown_kind_still_has_a_word() -> None:
    assert "SQLite" in describe(b"SQLite format 3\x00" + bytes(100), "db")
    assert describe(bytes(64), "xyz") == "a .xyz file"
    assert describe(bytes(64), "") == "binary data"
    assert describe(b"$FL2@(#) SPSS DATA FILE MS Windows 14.0.1" + bytes(200), "sav").startswith("an SPSS")


def test_a_file_of_zeros_is_lost_or_an_empty_archive() -> None:
    assert unread(bytes(8_192), "photo.jpg") == inner_notes.ONLY_ZEROS
    assert unread(bytes(8_192), "backup.tar") == notes.NOTHING_INSIDE
