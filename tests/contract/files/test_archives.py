"""One member of an archive that is damaged, locked or packed in a foreign way costs a note, and the others are read."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
import zstandard

from bot.files import inner_notes, notes
from tests import made_files
from tests.converted import WITHOUT_OFFICE, Converted, Converter, converter
from tests.file_limits import CONVERT
from tests.made_archives import Packed, deflated, deflated64, old_tar, zip_of

pytestmark = pytest.mark.asyncio(loop_scope="module")
TEXT = b"packed another way\n" * 5
SECOND, THIRD = Packed(b"second.txt", b"The plan.\n", 8, deflated(b"The plan.\n")), Packed(b"third.txt", b"The key.\n")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def convert(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Converter]:
    async with converter(Path(tmp_path_factory.mktemp("converted"))) as made:
        yield made


async def read(convert: Converter, content: bytes, name: str = "a.zip") -> Converted:
    return await convert(content, name, WITHOUT_OFFICE)


def names(converted: Converted) -> list[str]:
    return [label.partition('"')[2].rpartition('"')[0].partition(" › ")[2] for label in converted.labels]


def told(converted: Converted) -> list[tuple[str, str]]:
    return [(note.file_name, note.reason) for note in converted.file.notes]


# --- methods ---------------------------------------------------------------------------------------------------------


def zip_lzma(data: bytes) -> bytes:
    """Version and length of the settings, the settings, and what they pack (APPNOTE 5.8.8)."""
    settings = b"\x5d" + (1 << 16).to_bytes(4, "little")
    filters = [{"id": lzma.FILTER_LZMA1, "dict_size": 1 << 16, "lc": 3, "lp": 0, "pb": 2}]
    return b"\x09\x04\x05\x00" + settings + lzma.compress(data, lzma.FORMAT_RAW, filters=filters)


@pytest.mark.parametrize(
    ("method", "pack"),
    [
        (0, bytes),
        (8, deflated),
        (9, deflated),
        (12, bz2.compress),
        (14, zip_lzma),
        (93, zstandard.compress),
        (95, lzma.compress),
    ],
    ids=["stored", "Deflate", "Deflate64", "bzip2", "LZMA", "Zstandard", "xz"],
)
async def test_members_are_unpacked_by_every_common_method(
    convert: Converter, method: int, pack: Callable[[bytes], bytes]
) -> None:
    found = await read(convert, zip_of([Packed(b"first.txt", TEXT, method, pack(TEXT)), SECOND, THIRD]))
    assert names(found) == ["first.txt", "second.txt", "third.txt"]
    assert found.text.count("packed another way") == 5
    assert told(found) == []


async def test_what_only_deflate64_can_say_is_unpacked(convert: Converter) -> None:
    data = b"a" * 60_001
    found = await read(convert, zip_of([Packed(b"long.txt", data, 9, deflated64(b"a", 60_000))]))
    assert data.decode() in found.text


@pytest.mark.parametrize(
    ("first", "reason"),
    [
        (Packed(b"first.txt", TEXT, 6), notes.packed_otherwise("Implode")),
        (Packed(b"first.txt", TEXT, 98), notes.packed_otherwise("PPMd")),
        (Packed(b"first.txt", TEXT, 77), notes.packed_otherwise("method 77")),
        (Packed(b"first.txt", TEXT, flags=1), notes.PASSWORD),
        (Packed(b"first.txt", TEXT, 8, deflated(TEXT), crc=1), notes.MEMBER_DAMAGED),
        (Packed(b"first.txt", TEXT, 8, b"\xff" * 40), notes.MEMBER_DAMAGED),
        (Packed(b"first.txt", TEXT, 9, b"\xff" * 40), notes.MEMBER_DAMAGED),
        (Packed(b"first.txt", TEXT, 12, b"BZh9" + bytes(40)), notes.MEMBER_DAMAGED),
        (Packed(b"first.txt", TEXT, 93, deflated(TEXT)), notes.MEMBER_DAMAGED),
        (Packed(b"first.txt", TEXT, 95, deflated(TEXT)), notes.MEMBER_DAMAGED),
        (Packed(b"first.txt", TEXT, 8, deflated(TEXT)[:-9]), notes.MEMBER_DAMAGED),
    ],
    ids=[
        *("Implode", "PPMd", "a method nobody knows", "locked", "wrong checksum", "no Deflate", "no Deflate64"),
        *("no bzip2", "no Zstandard", "no xz", "cut short"),
    ],
)
async def test_a_member_that_cannot_be_unpacked_costs_no_other(convert: Converter, first: Packed, reason: str) -> None:
    for members in ([first, SECOND, THIRD], [SECOND, first, THIRD], [SECOND, THIRD, first]):
        found = await read(convert, zip_of(members))
        assert names(found) == ["second.txt", "third.txt"]
        assert told(found) == [("a.zip › first.txt", reason)]


async def test_an_archive_of_nothing_but_damage_is_bounded(convert: Converter) -> None:
    members = [Packed(f"{number}.txt".encode(), TEXT, crc=1) for number in range(300)]
    found = await convert(
        zip_of(members), "a.zip", replace(WITHOUT_OFFICE, convert=replace(CONVERT, archive_files_max=20))
    )
    assert names(found) == [""]
    assert "```\n20.txt\n21.txt\n" in found.text
    assert len(found.reasons) <= 6


# --- names -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("codec", "name"),
    [
        ("cp932", "文章の一覧表.txt"),
        ("gbk", "新建文件夹/报告.txt"),
        ("big5", "會議記錄.txt"),
        ("cp949", "새 폴더/보고서.txt"),
        ("cp866", "Отчёт за год.txt"),
        ("cp1251", "договор.txt"),
        ("cp850", "Übersicht-größe.txt"),
        ("cp437", "résumé.txt"),
        ("cp1252", "Crème brûlée.txt"),
        ("utf-8", "Übersicht-größe.txt"),
        ("cp737", "φωτογραφίες.txt"),
    ],
)
async def test_a_name_is_read_in_the_encoding_it_was_written_in(convert: Converter, codec: str, name: str) -> None:
    found = await read(convert, zip_of([Packed(name.encode(codec), b"text\n"), Packed(b"plain.txt", b"text\n")]))
    assert names(found) == [name, "plain.txt"]


async def test_a_name_that_says_it_is_unicode_is_believed(convert: Converter) -> None:
    flagged = Packed("größe.txt".encode(), b"text\n", flags=0x800)
    raw = "gr\x94\xe1e.txt".encode("latin-1")
    field = b"\x01" + zlib.crc32(raw).to_bytes(4, "little") + "größer.txt".encode()
    beside = Packed(raw, b"text\n", extra=b"\x75\x70" + len(field).to_bytes(2, "little") + field)
    assert names(await read(convert, zip_of([flagged, beside]))) == ["größe.txt", "größer.txt"]


async def test_one_that_says_so_and_is_not_costs_nothing(convert: Converter) -> None:
    found = await read(convert, zip_of([Packed("größe.txt".encode("cp1252"), b"text\n", flags=0x800), SECOND]))
    assert names(found) == ["größe.txt", "second.txt"]
    assert found.reasons == []


async def test_names_in_a_tar_are_read_likewise(convert: Converter) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT, encoding="cp1251") as archive:
        info = tarfile.TarInfo("договор аренды.txt")
        info.size = 5
        archive.addfile(info, io.BytesIO(b"text\n"))
    assert names(await read(convert, buffer.getvalue(), "a.tar")) == ["договор аренды.txt"]


# --- archives of other kinds, and damaged ones -----------------------------------------------------------------------


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.compress], ids=["tar", "tar.gz", "tar.zst"])
async def test_a_tar_of_the_oldest_kind_is_opened(convert: Converter, pack: Callable[[bytes], bytes]) -> None:
    assert names(await read(convert, pack(old_tar("plan.txt", b"The plan.\n")), "a.tar")) == ["plan.txt"]


@pytest.mark.parametrize(
    ("pack", "name"),
    [
        (gzip.compress, "server.log.gz"),
        (bz2.compress, "server.log.bz2"),
        (lzma.compress, "server.log.xz"),
        (lambda data: lzma.compress(data, lzma.FORMAT_ALONE), "server.log.lzma"),
        (zstandard.compress, "server.log.zst"),
    ],
    ids=["gzip", "bzip2", "xz", "lzma", "Zstandard"],
)
async def test_a_packed_file_is_unpacked(convert: Converter, pack: Callable[[bytes], bytes], name: str) -> None:
    found = await read(convert, pack(b"started\n"), name)
    assert found.labels == [f'File "{name} › server.log" (log, 1 line):']


@pytest.mark.parametrize(
    "marker",
    [b"PK\x07\x08", b"PK00", b"#!/bin/sh\nexec unzip $0\n", b"\r\n\0\0"],
    ids=["spanned", "spanned, in one piece", "a script", "junk"],
)
async def test_a_zip_behind_a_marker_of_several_disks_is_opened(convert: Converter, marker: bytes) -> None:
    assert names(await read(convert, zip_of([SECOND, THIRD], before=marker))) == ["second.txt", "third.txt"]


async def test_one_part_of_a_split_archive_says_so(convert: Converter) -> None:
    found = await read(convert, b"PK\x07\x08" + bytes(3_000), "a.z01")
    assert told(found) == [("a.z01", notes.PART_OF_ARCHIVE)]


@pytest.mark.parametrize("name", ["a.z02", "a.7z.002", "A.R07"])
async def test_so_does_one_from_the_middle_by_its_name(convert: Converter, name: str) -> None:
    found = await read(convert, bytes(range(256)) * 12, name)
    assert told(found) == [(name, notes.PART_OF_ARCHIVE)]


async def test_so_does_one_that_is_numbered(convert: Converter) -> None:
    found = await read(convert, zip_of([SECOND, THIRD])[:-60], "a.zip.001")
    assert names(found) == ["second.txt", "third.txt"]
    assert told(found) == [("a.zip.001", notes.PART_OF_ARCHIVE)]


async def test_so_does_the_part_with_its_end(convert: Converter) -> None:
    content = bytearray(bytes(range(256)) * 8 + zip_of([SECOND, THIRD])[60:])
    content[-18:-16] = b"\x01\0"  # the number of the disk that it is
    found = await read(convert, bytes(content), "a.zip")
    assert notes.PART_OF_ARCHIVE in found.reasons
    assert notes.DAMAGED_ARCHIVE not in found.reasons


@pytest.mark.parametrize("before", [b"Before the zip\n", bytes(range(256))], ids=["text", "bytes"])
async def test_a_zip_behind_something_else_is_opened(convert: Converter, before: bytes) -> None:
    assert names(await read(convert, before + zip_of([SECOND, THIRD]))) == ["second.txt", "third.txt"]


@pytest.mark.parametrize("cut", [10, 60, 130])
async def test_a_zip_without_its_directory_gives_what_is_there(convert: Converter, cut: int) -> None:
    found = await read(convert, zip_of([SECOND, THIRD])[:-cut])
    assert names(found) == ["second.txt", "third.txt"]
    assert told(found) == [("a.zip", inner_notes.ARCHIVE_IN_PART)]


async def test_what_a_macintosh_puts_beside_files_is_left_out(convert: Converter) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name in ("./._plan.txt", "./plan.txt", "more/._b", "more/b.txt"):
            info = tarfile.TarInfo(name)
            info.size = 5
            archive.addfile(info, io.BytesIO(b"\0\5\x16\7\0" if "._" in name else b"text\n"))
    found = await read(convert, buffer.getvalue(), "a.tar")
    assert (names(found), told(found)) == (["./plan.txt", "more/b.txt"], [])


async def test_a_damaged_header_in_a_tar_costs_its_member(convert: Converter) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for number in range(3):
            info = tarfile.TarInfo(f"{number}.txt")
            info.size = 5
            archive.addfile(info, io.BytesIO(b"text\n"))
    content = bytearray(buffer.getvalue())
    content[1_024 : 1_024 + 20] = b"\xff" * 20
    found = await read(convert, bytes(content), "a.tar")
    assert names(found) == ["0.txt", "2.txt"]
    assert told(found) == [("a.tar", inner_notes.ARCHIVE_IN_PART)]


@pytest.mark.parametrize(
    ("start", "described"),
    [
        (b"\x60\xea\x29\0", "an ARJ archive"),
        (b"MSWIM\0\0\0", "a Windows disk image"),
        (b"ISc(\0\0\0\0", "an InstallShield archive"),
    ],
)
async def test_archives_that_nothing_here_opens_are_called_what_they_are(
    convert: Converter, start: bytes, described: str
) -> None:
    found = await read(convert, start + bytes(600), "a.bin")
    assert told(found) == [("a.bin", notes.archive_of_kind(described))]


async def test_the_limits_hold_for_every_method(convert: Converter) -> None:
    limits = replace(WITHOUT_OFFICE, convert=replace(CONVERT, archive_bytes_max=1_000_000))
    zeros = bytes(20_000_000)
    for method, packed in ((93, zstandard.compress(zeros)), (95, lzma.compress(zeros)), (12, bz2.compress(zeros))):
        lying = Packed(b"bomb.txt", b"a few bytes", method, packed)
        found = await convert(zip_of([THIRD, lying, SECOND]), "a.zip", limits)
        assert names(found) == ["third.txt", ""]
        assert "```\nbomb.txt\nsecond.txt\n```" in found.text
        assert found.reasons == [notes.members_left_out(1, CONVERT.archive_files_max, 1_000_000)]
    found = await convert(zstandard.compress(zeros), "a.zst", limits)
    assert found.reasons == [notes.members_left_out(0, CONVERT.archive_files_max, 1_000_000)]


async def test_a_member_that_is_too_large_costs_no_smaller_one(convert: Converter) -> None:
    limits = replace(WITHOUT_OFFICE, convert=replace(CONVERT, archive_bytes_max=1_000_000))
    large = Packed(b"video.txt", bytes(1_500_000), 8, deflated(bytes(1_500_000)))
    found = await convert(zip_of([THIRD, large, SECOND]), "a.zip", limits)
    assert names(found) == ["third.txt", "second.txt"]
    assert told(found) == [("a.zip › video.txt", notes.member_too_large(1_000_000))]
    for pack in (bytes, gzip.compress):
        found = await convert(
            pack(tar_of({"a.txt": b"a", "log.txt": bytes(1_500_000), "b.txt": b"b"})), "a.tar", limits
        )
        assert names(found) == ["a.txt", "b.txt"]
        assert told(found) == [("a.tar › log.txt", notes.member_too_large(1_000_000))]


async def test_of_a_tar_that_breaks_off_within_a_header_that_is_told(convert: Converter) -> None:
    found = await read(convert, tar_of({"a.txt": b"The plan", "b.txt": b"lost"})[:1_300], "a.tar")
    assert names(found) == ["a.txt"]
    assert told(found) == [("a.tar", inner_notes.ARCHIVE_IN_PART)]


def tar_of(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


async def test_the_others_are_read_beside_a_member_without_a_name(convert: Converter) -> None:
    found = await read(convert, zip_of([Packed(b"", b"nameless"), Packed(b"b.txt", b"The plan")]), "a.zip")
    assert "The plan" in found.text


async def test_a_document_in_pieces_is_no_archive(convert: Converter) -> None:
    members = [Packed(b"[Content_Types].xml", b"<Types/>"), Packed(b"word/document.xml", b"<w:document/>")]
    found = await read(convert, zip_of(members)[:-40], "letter.docx")
    assert told(found) == [("letter.docx", notes.cut_off("Word document"))]


async def test_members_of_every_kind_go_on_being_read(convert: Converter) -> None:
    inner = zip_of([Packed(b"plan.pdf", made_files.pdf(2), 8, deflated(made_files.pdf(2)))])
    found = await read(convert, zip_of([Packed(b"inner.zip", inner, 93, zstandard.compress(inner))]))
    assert found.labels == ['File "a.zip › inner.zip › plan.pdf" (PDF, 2 pages):']


async def test_a_packed_drawing_is_the_drawing_that_its_name_promises(convert: Converter) -> None:
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><rect width="9" height="9"/></svg>'
    found = await read(convert, gzip.compress(drawing), "plan.svgz")
    assert found.labels[0] == 'File "plan.svgz › plan.svg" (SVG drawing as its source, 1 line):'


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress], ids=["gz", "bz2", "xz"])
async def test_a_packed_text_that_breaks_off_gives_its_beginning(
    convert: Converter, pack: Callable[[bytes], bytes]
) -> None:
    lines = "".join(f"{number}: the pump was {number * 7919 % 1_000} degrees warm\n" for number in range(200_000))
    found = await read(convert, pack(lines.encode())[:-3_000], "pump.log")
    assert "0: the pump was 0 degrees warm\n" in found.text
    assert notes.BREAKS_OFF in found.reasons


async def test_a_packed_file_of_nothing_is_called_empty(convert: Converter) -> None:
    assert (await read(convert, bz2.compress(b""), "a.txt.bz2")).reasons == [notes.EMPTY]


async def test_names_that_an_old_macintosh_wrote_are_read(convert: Converter) -> None:
    german = ["Übersicht.txt", "Größe.txt"]
    found = await read(convert, zip_of([Packed(name.encode("mac_roman"), b"x") for name in german]))
    assert names(found) == german


# --- what is left out ------------------------------------------------------------------------------------------------


def tarred(names: list[str], data: bytes = b"x") -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name in names:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return file.getvalue()


FEW = replace(WITHOUT_OFFICE, convert=replace(CONVERT, archive_files_max=2))
LIST = 'File "a" (the names of files in it that were not read, {} lines):\n```\n{}\n```'


async def test_the_model_knows_the_names_of_what_was_left_out(convert: Converter) -> None:
    called = ["a/1.txt", "2.txt", "Größe.txt", "two\nlines.txt", "last.txt"]
    listed = LIST.format(3, "Größe.txt\ntwo lines.txt\nlast.txt")
    zipped = zip_of([Packed(name.encode(), TEXT, flags=0x800) for name in called])
    for content in (zipped, tarred(called), gzip.compress(tarred(called))):
        assert listed in (await convert(content, "a", FEW)).text


async def test_of_very_many_names_the_rest_is_counted(convert: Converter) -> None:
    found = await convert(tarred([f"{number}.txt" for number in range(1_500)]), "a", FEW)
    assert LIST.format("1,001", "2.txt").removesuffix("\n```") in found.text
    assert found.text.endswith("\n1001.txt\n… and 498 more\n```")


async def test_where_the_limit_ends_the_reading_nobody_counts_the_rest(convert: Converter) -> None:
    small = replace(WITHOUT_OFFICE, convert=replace(CONVERT, archive_bytes_max=100_000, archive_files_max=2))
    content = gzip.compress(tarred([f"{number}.txt" for number in range(400)], bytes(300)))
    text = (await convert(content, "a", small)).text
    assert "\n2.txt\n3.txt\n" in text
    assert text.endswith("\n… and more\n```")


# --- packed files that are complete ----------------------------------------------------------------------------------


async def test_zeros_between_and_after_the_streams_of_a_packed_file_are_no_damage(convert: Converter) -> None:
    """Such as come from tapes and from files that were joined."""
    content = lzma.compress(b"first\n") + bytes(8) + lzma.compress(b"second\n") + bytes(4)
    found = await read(convert, content, "a.txt.xz")
    assert "```\nfirst\nsecond\n```" in found.text
    assert told(found) == []
    assert told(await read(convert, content + b"more", "a.txt.xz")) == [("a.txt.xz", notes.BREAKS_OFF)]
    assert told(await read(convert, content[:-12], "a.txt.xz")) == [("a.txt.xz", notes.BREAKS_OFF)]


async def test_a_packed_tar_without_members_is_called_empty(convert: Converter) -> None:
    for name in ("a.tar.gz", "a.tgz"):
        assert told(await read(convert, gzip.compress(bytes(10_240)), name)) == [(name, notes.NOTHING_INSIDE)]


async def test_a_part_of_a_document_that_is_badly_packed_by_lzma_is_a_broken_one(convert: Converter) -> None:
    packed = zip_lzma(TEXT * 50)
    broken = packed[:20] + b"\xff" * 30 + packed[50:]
    parts = [Packed(b"[Content_Types].xml", b"<Types/>"), Packed(b"word/document.xml", TEXT, 14, broken)]
    found = await read(convert, zip_of(parts), "a.docx")
    assert told(found) == [("a.docx", notes.no_office("Word document"))]
