"""RAR, 7-Zip and other archives that Python has no reader for: their members are read like those of a zip."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
import pytest_asyncio

import bot
from bot.files import inner_notes, notes
from tests import made_files
from tests.converted import WITHOUT_OFFICE, Converted, Converter, converter
from tests.file_limits import CONVERT
from tests.made_archives import Packed, zip_of
from tests.made_foreign_archives import (
    lha,
    needs_libarchive,
    rar4,
    rar5,
    with_dictionary,
    with_list,
    with_method,
    written,
)

pytestmark = [pytest.mark.asyncio(loop_scope="module"), needs_libarchive]
PLAN, KEY = b"The plan.\n", b"The key.\n"
MEMBERS = {"plan.txt": PLAN, "größe/表.txt": KEY}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def convert(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Converter]:
    async with converter(Path(tmp_path_factory.mktemp("converted"))) as made:
        yield made


def names(converted: Converted) -> list[str]:
    return [label.partition('"')[2].rpartition('"')[0].partition(" › ")[2] for label in converted.labels]


def told(converted: Converted) -> list[tuple[str, str]]:
    return [(note.file_name, note.reason) for note in converted.file.notes]


# --- what is read ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["7zip", "iso9660", "xar", "newc", "cpio", "bin"])
async def test_members_are_read_and_directories_and_links_are_none(convert: Converter, kind: str) -> None:
    found = await convert(written(kind, {"größe/": b"", **MEMBERS}, links=("link",)), "a.bin", WITHOUT_OFFICE)
    assert sorted(names(found)) == ["größe/表.txt", "plan.txt"]
    assert "The plan." in found.text
    assert "The key." in found.text
    assert told(found) == []


@pytest.mark.parametrize("kind", ["7zip", "iso9660", "xar", "newc"])
async def test_members_have_their_own_bytes_and_no_more(convert: Converter, kind: str) -> None:
    """Which is seen by the limit on all of them together."""
    limits = replace(WITHOUT_OFFICE, convert=replace(CONVERT, archive_bytes_max=1_000_000))
    members = {f"{number}.txt": PLAN * 10_000 for number in range(10)}
    found = await convert(written(kind, members), "a.bin", limits)
    assert (len(names(found)), told(found)) == (10, [])


@pytest.mark.parametrize("packed_by", ["store", "deflate", "bzip2", "lzma1", "lzma2", "ppmd"])
async def test_7_zip_is_unpacked_by_every_common_method_solid_or_not(convert: Converter, packed_by: str) -> None:
    content = written("7zip", MEMBERS, options=f"7zip:compression={packed_by}")
    assert names(await convert(content, "a.7z", WITHOUT_OFFICE)) == ["plan.txt", "größe/表.txt"]


@pytest.mark.parametrize(
    "content", [rar4({b"plan.txt": PLAN, b"key.txt": KEY}), rar5({"plan.txt": PLAN, "表.txt": KEY})]
)
async def test_rar_of_both_versions_is_read(convert: Converter, content: bytes) -> None:
    found = await convert(content, "a.rar", WITHOUT_OFFICE)
    assert names(found)[0] == "plan.txt"
    assert "The key." in found.text
    assert told(found) == []


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize(("name", "codec"), [("表の資料.txt", "cp932"), ("Отчёт за год.txt", "cp866")])
async def test_names_are_read_in_the_encoding_they_were_written_in(
    convert: Converter, level: int, name: str, codec: str
) -> None:
    raw = {name.encode(codec): KEY, b"plan.txt": PLAN}
    for content in (lha(raw, level=level), rar4(raw)):
        found = await convert(content, "a.lzh", WITHOUT_OFFICE)
        assert names(found) == [name, "plan.txt"]
        assert told(found) == []


async def test_a_debian_package_gives_what_is_in_the_archives_within(convert: Converter) -> None:
    inner = written("ustar", {"./control": b"Package: pump\n"}, packed_by="xz")
    content = written("argnu", {"debian-binary": b"2.0\n", "control.tar.xz": inner})
    found = await convert(content, "pump.deb", WITHOUT_OFFICE)
    assert "Package: pump" in found.text


@pytest.mark.parametrize(("packed_by", "ending"), [("compress", "Z"), ("lz4", "lz4"), ("lzip", "lz")])
async def test_a_packed_file_is_unpacked_and_a_packed_tar_opened(
    convert: Converter, packed_by: str, ending: str
) -> None:
    alone = await convert(written("raw", {"x": PLAN * 9}, packed_by=packed_by), f"plan.txt.{ending}", WITHOUT_OFFICE)
    assert alone.labels == [f'File "plan.txt.{ending} › plan.txt" (text, 9 lines):']
    tar = written("ustar", {"plan.txt": PLAN}, packed_by=packed_by)
    assert names(await convert(tar, f"a.tar.{ending}", WITHOUT_OFFICE)) == ["plan.txt"]


async def test_archives_within_archives_and_mails_are_opened_whichever_is_in_which(convert: Converter) -> None:
    zipped = zip_of([Packed(b"plan.txt", PLAN)])
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "ada@example.com", "bob@example.com", "Plans"
    mail.set_content("See the archive.")
    mail.add_attachment(
        rar5({"inner.7z": written("7zip", {"inner.zip": zipped})}), "application", "rar", filename="a.rar"
    )
    found = await convert(mail.as_bytes(), "mail.eml", WITHOUT_OFFICE)
    assert "a.rar › inner.7z › inner.zip › plan.txt" in found.text
    outer = zip_of([Packed(b"b.7z", written("7zip", {"two.pdf": made_files.pdf(2)}))])
    assert (await convert(outer, "b.zip", WITHOUT_OFFICE)).labels == ['File "b.zip › b.7z › two.pdf" (PDF, 2 pages):']


# --- what is not -----------------------------------------------------------------------------------------------------


async def test_what_is_under_a_password_is_called_that(convert: Converter) -> None:
    members = {"a.txt": PLAN, "b.txt": KEY}
    of_4 = {name.encode(): data for name, data in members.items()}
    for content in (rar4(of_4, locked=b"a.txt"), rar5(members, locked="a.txt")):
        found = await convert(content, "a.rar", WITHOUT_OFFICE)
        assert names(found) == ["b.txt"]
        assert told(found) == [("a.rar › a.txt", notes.PASSWORD)]
    alone = [rar4({b"a.txt": PLAN}, locked=b"a.txt"), rar5({"a.txt": PLAN}, locked="a.txt")]
    for content in (*alone, rar5({}, headers_locked=True)):
        assert told(await convert(content, "a.rar", WITHOUT_OFFICE)) == [("a.rar", notes.PASSWORD)]


async def test_a_damaged_member_costs_no_other(convert: Converter) -> None:
    members = {"a.txt": PLAN, "b.txt": KEY, "c.txt": b"The lock.\n"}
    of_4 = {name.encode(): data for name, data in members.items()}
    stored = written("7zip", members, options="7zip:compression=store").replace(KEY, b"The kex.\n")
    for content in (rar4(of_4, damaged=b"b.txt"), rar5(members, damaged="b.txt"), stored):
        found = await convert(content, "a.bin", WITHOUT_OFFICE)
        assert names(found) == ["a.txt", "c.txt"]
        assert told(found) == [("a.bin › b.txt", notes.MEMBER_DAMAGED)]


async def test_a_member_that_is_packed_in_a_foreign_way_costs_a_note(convert: Converter) -> None:
    content = lha({b"a.txt": PLAN}, method=b"-lh1-")[:-1] + lha({b"b.txt": KEY})
    found = await convert(content, "a.lzh", WITHOUT_OFFICE)
    assert names(found) == ["b.txt"]
    assert told(found) == [("a.lzh › a.txt", notes.packed_otherwise("-lh1-"))]


@pytest.mark.parametrize("version", [15, 20, 26])
async def test_what_rar_packed_before_2002_is_not_called_damaged(convert: Converter, version: int) -> None:
    found = await convert(rar4({b"plan.txt": PLAN}, version=version, method=3), "a.rar", WITHOUT_OFFICE)
    assert told(found) == [("a.rar › plan.txt", inner_notes.PACKED_RARELY)]
    stored = await convert(rar4({b"plan.txt": PLAN}, version=version), "a.rar", WITHOUT_OFFICE)
    assert (names(stored), told(stored)) == (["plan.txt"], [])
    commented = rar4({b"plan.txt": PLAN}, version=version, comment=b"\x62\xb0\x75\0\0\x1f" + bytes(25))
    found = await convert(commented, "a.rar", WITHOUT_OFFICE)
    assert told(found) == [("a.rar", notes.archive_of_kind("a RAR archive"))]


@pytest.mark.parametrize(
    "codec", [b"\x0a", b"\x04\xf7\x11\x01", b"\x03\x01\x7f"], ids=["ARM64", "Zstandard", "unknown"]
)
async def test_nor_is_what_7_zip_packs_in_ways_of_its_own(convert: Converter, codec: bytes) -> None:
    found = await convert(with_method(written("7zip", {"plan.txt": PLAN}), codec), "a.7z", WITHOUT_OFFICE)
    assert found.reasons[0] in {inner_notes.PACKED_RARELY, notes.archive_of_kind("a 7-Zip archive")}
    assert len(found.reasons) == 1


async def test_a_whole_list_that_cannot_be_understood_is_no_damage(convert: Converter) -> None:
    beginning = written("7zip", {"plan.txt": PLAN})[:40]
    for listed in (b"\x01\x04\x7f\x7f", b"\x1f\0\0"):
        found = await convert(with_list(beginning, listed), "a.7z", WITHOUT_OFFICE)
        assert told(found) == [("a.7z", notes.archive_of_kind("a 7-Zip archive"))]
        found = await convert(with_list(beginning, listed)[:-1] + b"\xff", "a.7z", WITHOUT_OFFICE)
        assert told(found) == [("a.7z", notes.DAMAGED_ARCHIVE)]


async def test_what_needs_too_much_memory_says_so(convert: Converter) -> None:
    content = rar5(MEMBERS, method=1, dictionary=12)
    assert told(await convert(content, "a.rar", WITHOUT_OFFICE)) == [("a.rar", notes.TOO_HEAVY)]
    packed = written("7zip", {"plan.txt": PLAN * 50}, options="7zip:compression=lzma1")
    heavy = await convert(with_dictionary(packed, 0xF000_0000), "a.7z", WITHOUT_OFFICE)
    assert told(heavy) == [("a.7z › plan.txt", notes.TOO_HEAVY)]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (rar4({b"plan.txt": PLAN}, volume=True), "a.part1.rar"),
        (rar5({"plan.txt": PLAN}, volume=True), "a.part1.rar"),
    ],
    ids=["RAR 4", "RAR 5"],
)
async def test_one_part_of_a_split_archive_gives_what_is_whole_in_it(
    convert: Converter, content: bytes, name: str
) -> None:
    found = await convert(content, name, WITHOUT_OFFICE)
    assert names(found) == ["plan.txt"]
    assert told(found) == [(name, notes.PART_OF_ARCHIVE)]


async def test_a_member_that_goes_on_in_the_next_part_is_named(convert: Converter) -> None:
    content = rar5({"a.txt": PLAN, "b.txt": KEY}, volume=True)
    found = await convert(content[: content.index(KEY) + 4], "a.part1.rar", WITHOUT_OFFICE)
    assert names(found) == ["a.txt"]
    assert (("a.part1.rar › b.txt", inner_notes.CONTINUED_ELSEWHERE)) in told(found)


async def test_parts_of_a_7_zip_archive_are_called_that_and_a_cut_one_is_called_cut(convert: Converter) -> None:
    content = written("7zip", MEMBERS)
    half = len(content) // 2
    for part, number in ((content[:half], 1), (bytes(range(256)) * 9, 2)):
        name = f"a.7z.00{number}"
        assert told(await convert(part, name, WITHOUT_OFFICE)) == [(name, notes.PART_OF_ARCHIVE)]
    cut = await convert(content[:half], "a.7z", WITHOUT_OFFICE)
    assert told(cut) == [("a.7z", notes.cut_off("7-Zip archive"))]


@pytest.mark.parametrize(
    "content", [rar4({b"a.txt": PLAN, b"b.txt": KEY * 9}), lha({b"a.txt": PLAN, b"b.txt": KEY * 9})]
)
async def test_an_archive_that_breaks_off_gives_what_comes_before(convert: Converter, content: bytes) -> None:
    found = await convert(content[:-50], "a.bin", WITHOUT_OFFICE)
    assert names(found) == ["a.txt"]
    assert set(told(found)) == {("a.bin", notes.BREAKS_OFF), ("a.bin › b.txt", notes.MEMBER_DAMAGED)}


@pytest.mark.parametrize("mark", [b"MSCF\0\0\0\0", b"Rar!\x1a\x07\0", b"7z\xbc\xaf\x27\x1c", b"xar!"])
async def test_of_a_mark_alone_people_hear_that_it_is_damaged_or_cut(convert: Converter, mark: bytes) -> None:
    ((_, reason),) = told(await convert(mark, "a.bin", WITHOUT_OFFICE))
    assert reason in {notes.DAMAGED_ARCHIVE, notes.BREAKS_OFF, notes.cut_off("7-Zip archive")}


async def test_a_program_that_unpacks_itself_stays_a_program(convert: Converter) -> None:
    content = b"MZ\x90\0" + bytes(600) + written("7zip", MEMBERS)
    assert told(await convert(content, "setup.exe", WITHOUT_OFFICE)) == [("setup.exe", notes.PROGRAM)]


async def test_the_limits_hold(convert: Converter) -> None:
    small = replace(WITHOUT_OFFICE, convert=replace(CONVERT, archive_bytes_max=1_000_000, archive_files_max=3))
    bomb = {"a.txt": PLAN, "bomb.txt": bytes(3_000_000), "c.txt": KEY}
    found = await convert(written("7zip", bomb), "a.7z", small)
    assert names(found) == ["a.txt"]
    assert found.reasons == [notes.member_too_large(1_000_000), notes.members_left_out(1, 3, 1_000_000)]
    found = await convert(written("7zip", bomb | {"bomb.txt": bytes(1_500_000)}), "a.7z", small)
    assert names(found) == ["a.txt", "c.txt"]
    assert found.reasons == [notes.member_too_large(1_000_000)]
    found = await convert(rar5({f"{number}.txt": PLAN for number in range(9)}), "a.rar", small)
    assert names(found) == ["0.txt", "1.txt", "2.txt", ""]
    assert "```\n3.txt\n4.txt\n5.txt\n6.txt\n7.txt\n8.txt\n```" in found.text
    assert found.reasons == [notes.members_left_out(3, 3, 1_000_000)]
    hidden = {"node_modules/x": bytes(3_000_000), "a.txt": PLAN}
    found = await convert(written("7zip", hidden), "a.7z", small)
    assert found.reasons == [notes.members_left_out(0, 3, 1_000_000)]


async def test_nothing_of_a_mutated_archive_is_silent(convert: Converter) -> None:
    made = [written("7zip", MEMBERS), rar4({b"a.txt": PLAN, b"b.txt": KEY}), rar5(MEMBERS), lha({b"a.txt": PLAN})]
    for number, content in enumerate(made):
        for at in range(9, len(content), max(len(content) // 6, 1)):
            found = await convert(
                content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :], "a.bin", WITHOUT_OFFICE
            )
            assert found.labels or found.reasons, (number, at)


# --- where the library is not ----------------------------------------------------------------------------------------


WITHOUT = """
import ctypes, pathlib, sys
def missing(name): raise OSError(name)
ctypes.CDLL = missing
from bot.files.bounds import ConvertLimits
from bot.files.outbox import Outbox
from bot.files.worker.archives import members
from bot.files.worker.kinds import Kind
source, limits = pathlib.Path(sys.argv[1]), ConvertLimits(image_side_px_max=100)
(note,) = members.convert(source, Kind.ARCHIVE, "a.rar", Outbox(source.parent, "x"), limits)
print(note.reason, note.passing, sep="\\n")
"""


async def test_without_the_library_the_note_is_what_it_was_and_is_not_remembered(tmp_path: Path) -> None:
    source = tmp_path / "a.rar"
    source.write_bytes(rar5(MEMBERS))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WITHOUT, str(source), stdout=PIPE, cwd=Path(bot.__file__).parent.parent
    )
    out, _ = await process.communicate()
    assert out.decode().splitlines() == [notes.archive_of_kind("a RAR archive"), "True"]
