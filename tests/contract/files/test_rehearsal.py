"""Before strangers' files come, a worker reads some of its own: then each is read sooner, and nothing else changes."""

from __future__ import annotations

import importlib
import os
from pathlib import Path

import pytest

from bot.files.extracts import Extract, NoteExtract
from bot.files.outbox import Outbox
from bot.files.worker.confinement import rehearsal
from bot.files.worker.convert import convert
from tests import file_limits

pytestmark = pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="this system keeps no files in memory")


@pytest.mark.parametrize("reader", rehearsal.SAMPLES)
def test_its_own_files_are_read_as_somebodys_would_be(reader: str) -> None:
    importlib.import_module(reader)
    read: list[Extract] = []

    def once(source: Path, out: Outbox) -> None:
        read.extend(convert(source, "", "", out, file_limits.CONVERT))

    rehearsal.rehearse([reader], once)
    assert len(read) >= rehearsal.TIMES
    assert not [extract for extract in read if isinstance(extract, NoteExtract)]


def test_nothing_of_them_is_left_also_where_one_cannot_be_read() -> None:
    def fails(source: Path, out: Outbox) -> None:
        out.new(".txt").write_bytes(source.read_bytes())
        raise ValueError

    before = set(Path("/proc/self/fd").iterdir())
    rehearsal.rehearse(["bot.files.worker.text"], fails)
    assert set(Path("/proc/self/fd").iterdir()) == before


def test_for_other_readers_there_is_nothing_to_read() -> None:
    read: list[Path] = []
    rehearsal.rehearse(["bot.files.worker.mails.mail", "os"], lambda source, _: read.append(source))
    assert read == []
