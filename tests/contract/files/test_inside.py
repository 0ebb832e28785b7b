"""Files within files: archives, mails and portfolios give up what is in them, within limits."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
import pytest_asyncio

from bot.files import inner_notes, notes
from bot.files.blocks import prepared
from bot.files.bounds import FileLimits
from bot.files.conversion import Conversion
from bot.messages import ImageBlock, PdfBlock, PreparedFile, TextBlock
from tests import file_limits, made_documents, made_files

pytestmark = pytest.mark.asyncio(loop_scope="module")
LIMITS = replace(file_limits.LIMITS, workers_max=1, office_program="")
Prepare = Callable[..., Awaitable[PreparedFile]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def conversions() -> AsyncIterator[dict[FileLimits, Conversion]]:
    """One for each set of limits, kept over the tests as the bot keeps its own over the files."""
    opened: dict[FileLimits, Conversion] = {}
    yield opened
    for conversion in opened.values():
        await conversion.aclose()


@pytest.fixture
def prepare(tmp_path: Path, conversions: dict[FileLimits, Conversion]) -> Prepare:
    async def run(content: bytes, name: str, *, filetype: str = "", limits: FileLimits = LIMITS) -> PreparedFile:
        conversion = conversions.get(limits) or conversions.setdefault(limits, Conversion(limits))
        source = tmp_path / "source"
        source.write_bytes(content)
        return prepared("F1", name, await conversion.convert(source, name, filetype, tmp_path), tmp_path)

    return run


def labels(file: PreparedFile) -> list[str]:
    return [block.text.split("\n")[0] for block in file.blocks if isinstance(block, TextBlock)]


def reasons(file: PreparedFile) -> dict[str, str]:
    return {note.file_name: note.reason for note in file.notes}


def tarred(members: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return file.getvalue()


MEMBERS = {"docs/plan.pdf": made_files.pdf(2), "pic.png": made_files.image("PNG"), "notes.txt": b"remember\n"}


@pytest.mark.parametrize(
    "pack",
    [
        made_files.zipped,
        tarred,
        lambda members: gzip.compress(tarred(members)),
        lambda members: bz2.compress(tarred(members)),
        lambda members: lzma.compress(tarred(members)),
    ],
    ids=["zip", "tar", "tar.gz", "tar.bz2", "tar.xz"],
)
async def test_an_archive_gives_its_files_by_their_names(
    prepare: Prepare, pack: Callable[[Mapping[str, bytes]], bytes]
) -> None:
    file = await prepare(pack(MEMBERS), "all.x")
    assert labels(file) == [
        'File "all.x › docs/plan.pdf" (PDF, 2 pages):',
        'File "all.x › pic.png" (PNG image, 60 × 40 px):',
        'File "all.x › notes.txt" (text, 1 line):',
    ]
    assert [type(block) for block in file.blocks] == [TextBlock, PdfBlock, TextBlock, ImageBlock, TextBlock]
    assert file.notes == ()


async def test_a_single_packed_file_goes_by_its_own_name(prepare: Prepare) -> None:
    file = await prepare(gzip.compress(b"started\n"), "server.log.gz")
    assert labels(file) == ['File "server.log.gz › server.log" (log, 1 line):']


async def test_what_cannot_be_read_in_an_archive_is_named(prepare: Prepare) -> None:
    members = {"ok.txt": b"fine", "locked.pdf": made_files.pdf(password="x"), "song.mp3": b"ID3\x04" + bytes(50)}
    file = await prepare(made_files.zipped(members), "a.zip")
    assert len(file.blocks) == 1
    assert reasons(file) == {"a.zip › locked.pdf": notes.PASSWORD, "a.zip › song.mp3": notes.AUDIO}


async def test_many_unread_members_are_counted_not_listed(prepare: Prepare) -> None:
    file = await prepare(made_files.zipped({f"{n}.mp3": b"ID3\x04" + bytes(50) for n in range(12)}), "a.zip")
    assert len(file.notes) == 5
    assert reasons(file)["a.zip"] == notes.more_notes(8)


async def test_clutter_is_not_mentioned(prepare: Prepare) -> None:
    clutter = {"__MACOSX/._a.txt": b"\x00\x05", ".DS_Store": b"\x00", "x/.git/config": b"[core]", "x/._b": b"\x00\x05"}
    file = await prepare(made_files.zipped({"a.txt": b"text", **clutter}), "a.zip")
    assert len(file.blocks) == 1
    assert file.notes == ()


async def test_names_and_links_in_an_archive_lead_nowhere(prepare: Prepare, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
        outside = tarfile.TarInfo("../../outside.txt")
        outside.size = 4
        archive.addfile(outside, io.BytesIO(b"evil"))
    file = await prepare(buffer.getvalue(), "a.tar")
    assert labels(file) == ['File "a.tar › ../../outside.txt" (text, 1 line):']
    assert not (tmp_path.parent.parent / "outside.txt").exists()


async def test_a_bomb_ends_at_the_limit(prepare: Prepare) -> None:
    limits = replace(LIMITS, convert=replace(file_limits.CONVERT, archive_bytes_max=1_000_000))
    members = {"a.txt": b"fine", "bomb.txt": bytes(50_000_000)}
    too_large = {"a.zip › bomb.txt": notes.member_too_large(1_000_000)}
    file = await prepare(made_files.zipped(members), "a.zip", limits=limits)
    assert len(file.blocks) == 1
    assert reasons(file) == too_large
    file = await prepare(gzip.compress(tarred(members)), "a.zip", limits=limits)
    assert len(file.blocks) == 1
    of_all = notes.members_left_out(1, file_limits.CONVERT.archive_files_max, 1_000_000)
    assert reasons(file) == too_large | {"a.zip": of_all}


async def test_only_so_many_members_are_taken(prepare: Prepare) -> None:
    limits = replace(LIMITS, convert=replace(file_limits.CONVERT, archive_files_max=3))
    file = await prepare(made_files.zipped({f"{n}.txt": b"x" for n in range(9)}), "a.zip", limits=limits)
    assert labels(file)[3:] == ['File "a.zip" (the names of files in it that were not read, 6 lines):']
    assert reasons(file) == {"a.zip": notes.members_left_out(3, 3, 100_000_000)}


async def test_archives_in_archives_are_opened_to_a_depth(prepare: Prepare) -> None:
    content = b"deep\n"
    for depth in range(8):
        content = made_files.zipped({f"{depth}.zip" if depth else "deep.txt": content})
    file = await prepare(content, "a.zip")
    assert file.blocks == ()
    assert reasons(file) == {"a.zip › 7.zip › 6.zip › 5.zip › 4.zip › 3.zip › 2.zip › 1.zip": notes.NESTED}
    two = made_files.zipped({"b.zip": made_files.zipped({"deep.txt": b"deep\n"})})
    assert labels(await prepare(two, "a.zip")) == ['File "a.zip › b.zip › deep.txt" (text, 1 line):']


async def test_archives_in_an_archive_cost_no_more_than_one(prepare: Prepare) -> None:
    inner = made_files.zipped({f"{n}.txt": b"x" for n in range(30)})
    limits = replace(LIMITS, convert=replace(file_limits.CONVERT, archive_files_max=20))
    file = await prepare(made_files.zipped({f"{n}.zip": inner for n in range(30)}), "a.zip", limits=limits)
    members = [label for label in labels(file) if "(text, " in label]
    assert 10 <= len(members) <= 20
    assert len(file.blocks) - len(members) <= 2


async def test_bombs_in_an_archive_do_not_add_up(prepare: Prepare, tmp_path: Path) -> None:
    bomb = made_files.zipped({"zeros.txt": bytes(900_000)})
    limits = replace(LIMITS, convert=replace(file_limits.CONVERT, archive_bytes_max=1_000_000))
    file = await prepare(made_files.zipped({f"{n}.zip": bomb for n in range(3)}), "a.zip", limits=limits)
    assert reasons(file) == {
        "a.zip › 0.zip › zeros.txt": inner_notes.ONLY_ZEROS,
        "a.zip › 1.zip › zeros.txt": notes.CROWDED,
        "a.zip › 2.zip": notes.CROWDED,
    }


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (made_files.zipped({}), notes.NOTHING_INSIDE),
        (made_files.zipped(MEMBERS)[:-30], inner_notes.ARCHIVE_IN_PART),
        (gzip.compress(b"x" * 9_999)[:12], notes.DAMAGED_ARCHIVE),
        (b"PK\x03\x04" + bytes(60), notes.DAMAGED_ARCHIVE),
    ],
    ids=["empty", "cut off", "cut-off gzip", "only a beginning"],
)
async def test_an_archive_that_gives_nothing_says_why(prepare: Prepare, content: bytes, expected: str) -> None:
    assert reasons(await prepare(content, "a.zip")) == {"a.zip": expected}


async def test_a_locked_archive_asks_for_a_copy_without_the_password(prepare: Prepare) -> None:
    content = bytearray(made_files.zipped({"a.txt": b"secret"}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # the flag that says "encrypted", here and in the index
        content[content.index(mark) + at] |= 1
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive:
        assert archive.infolist()[0].flag_bits & 1
    assert reasons(await prepare(bytes(content), "a.zip")) == {"a.zip": notes.PASSWORD}


async def test_members_share_the_time_of_their_archive(prepare: Prepare) -> None:
    limits = replace(LIMITS, file_timeout_s=0.0)
    file = await prepare(made_files.zipped(MEMBERS), "a.zip", limits=limits)
    assert set(reasons(file).values()) == {notes.OUT_OF_TIME}


async def test_a_portfolio_gives_the_files_in_it(prepare: Prepare) -> None:
    file = await prepare(made_files.portfolio({"b.pdf": made_files.pdf(3)}), "set.pdf")
    assert labels(file) == ['File "set.pdf › b.pdf" (PDF, 3 pages):']


# --- mail ----------------------------------------------------------------------------------------------------------


def mail(*, html: bool = False) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = "Jürgen <j@example.org>", "ops@example.org"
    message["Subject"], message["Message-ID"] = "Größe der Kabel", "<1@example.org>"
    if html:
        message.set_content("<h1>Hi</h1><p>See <a href='https://example.org'>this</a></p><script>x()</script>", "html")
    else:
        message.set_content("Die Maße stehen im Anhang.\n")
    return message


async def test_a_mail_gives_its_words_and_its_attachments(prepare: Prepare) -> None:
    message = mail()
    message.add_attachment(made_files.pdf(2), "application", "pdf", filename="maße.pdf")
    file = await prepare(message.as_bytes(), "mail.eml")
    assert labels(file) == ['File "mail.eml" (mail, 5 lines):', 'File "mail.eml › maße.pdf" (PDF, 2 pages):']
    words = file.blocks[0]
    assert isinstance(words, TextBlock)
    assert "From: Jürgen <j@example.org>\nTo: ops@example.org\nSubject: Größe der Kabel\n\nDie Maße" in words.text


async def test_a_mail_in_html_is_read_as_text(prepare: Prepare) -> None:
    (words,) = (await prepare(mail(html=True).as_bytes(), "x")).blocks
    assert isinstance(words, TextBlock)
    assert "# Hi\n\nSee this (https://example.org)\n" in words.text
    assert "x()" not in words.text


async def test_a_signature_logo_is_left_out_and_a_forwarded_mail_is_opened(prepare: Prepare) -> None:
    message, inner = mail(), mail()
    message.add_attachment(made_files.image("PNG", (8, 8)), "image", "png", filename="logo.png", disposition="inline")
    message.add_attachment(inner)
    file = await prepare(message.as_bytes(), "mail.eml")
    assert labels(file) == [
        'File "mail.eml" (mail, 7 lines):',
        'File "mail.eml › Größe der Kabel.eml" (mail, 5 lines):',
    ]


async def test_an_outlook_message_gives_its_words_and_its_attachments(prepare: Prepare) -> None:
    attachments = {"plan.pdf": made_files.pdf(4), "note.txt": b"small"}
    file = await prepare(made_documents.outlook("Größe", "Die Maße\r\nstehen im Anhang.", attachments), "m.msg")
    assert labels(file) == [
        'File "m.msg" (mail, 6 lines):',
        'File "m.msg › plan.pdf" (PDF, 4 pages):',
        'File "m.msg › note.txt" (text, 1 line):',
    ]
    words = file.blocks[0]
    assert isinstance(words, TextBlock)
    assert "From: Jürgen\nTo: ops\nSubject: Größe\n\nDie Maße\nstehen" in words.text


@pytest.mark.parametrize("cut", [40, 600, 1_500])
async def test_a_broken_outlook_message_is_named(prepare: Prepare, cut: int) -> None:
    content = made_documents.outlook("Größe", "x" * 9_000, {})
    assert reasons(await prepare(content[:cut], "m.msg")) == {"m.msg": notes.DAMAGED_OFFICE}


async def test_a_text_with_headers_of_its_own_is_no_mail(prepare: Prepare) -> None:
    (words,) = (await prepare(b"From: here\nto: there\n\nA play in one act.\n", "play.txt")).blocks
    assert isinstance(words, TextBlock)
    assert words.text.startswith('File "play.txt" (text, 4 lines):')


async def test_a_canvas_is_read_as_text(prepare: Prepare) -> None:
    page = b"<html><body><h2>Agenda</h2><ul><li>One</li><li>Two</li></ul></body></html>"
    (words,) = (await prepare(page, "Weekly", filetype="quip")).blocks
    assert words == TextBlock('File "Weekly" (Slack canvas, 4 lines):\n```\n## Agenda\n\n- One\n- Two\n```')
