"""Writes members of an archive to files, within limits on their number and their unpacked bytes, and collects notes.

I/O: writes the members under names of ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import PurePosixPath

from bot.files import notes
from bot.files.bounds import ConvertLimits
from bot.files.extracts import Extract, MemberExtract, NoteExtract
from bot.files.outbox import Outbox
from bot.files.worker.archives import left_out
from bot.files.worker.encodings.likely_encoding import names

_NAME_CHARS_MAX = 300
_CLUTTER = frozenset(
    {"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini", ".git", ".svn", "__pycache__", "node_modules"}
)


_LISTED_MAX = 20_000


class Full(Exception):
    """Not even the names of further members can be read: that would take too long."""


class Unpacked:
    def __init__(self, out: Outbox, limits: ConvertLimits) -> None:
        self.extracts: list[Extract] = []
        self.count = 0
        self.full = False
        """Whether a limit is reached: further members are only named."""
        self.breaks_off = False
        """Whether there may be more members than were named."""
        self._out = out
        self._limits = limits
        self._bytes_left = limits.archive_bytes_max
        self._skipped_bytes_left = 2 * limits.archive_bytes_max
        self._passed_over: list[str] = []

    def add(self, name: str, pieces: Iterable[bytes]) -> None:
        """Raises ``Full``, and what ``pieces`` raises; a file that was begun is removed then."""
        self.full = self.full or self.count >= self._limits.archive_files_max
        if self.full:
            self.pass_over(name)
            return
        path = self._out.new(".bin")
        try:
            with path.open("wb") as target:
                for piece in pieces:
                    self._bytes_left -= len(piece)
                    if self._bytes_left < 0:
                        break
                    target.write(piece)
        except BaseException as error:
            path.unlink()
            self._passed_over += [name] if isinstance(error, Full) else []
            raise
        if self._bytes_left < 0:
            path.unlink()
            self.pass_over(name)
            return
        self.count += 1
        self.extracts.append(MemberExtract(path.name, name[-_NAME_CHARS_MAX:]))

    def leave_out(self, name: str, reason: str) -> None:
        """With a note of its own, unless there are too many."""
        if self.full or len(self.extracts) - self.count >= self._limits.archive_files_max:
            self.pass_over(name)
        else:
            self.extracts.append(NoteExtract(reason, name[-_NAME_CHARS_MAX:]))

    def pass_over(self, name: str) -> None:
        """Names it among those that were not read. Raises ``Full`` if there are far too many."""
        self.full = True
        self._passed_over.append(name[-_NAME_CHARS_MAX:])
        if len(self._passed_over) >= _LISTED_MAX:
            raise Full

    def is_too_large(self, name: str, size_bytes: int) -> bool:
        """Whether it exceeds what may still be unpacked. Adds a note if so; smaller members may still fit."""
        if self.full or size_bytes <= self._bytes_left or self.count >= self._limits.archive_files_max:
            return False
        self.leave_out(name, notes.member_too_large(self._limits.archive_bytes_max))
        return True

    def skip(self, size_bytes: int) -> None:
        """Counts what is unpacked only to reach what comes after it. Raises ``Full``."""
        self._skipped_bytes_left -= size_bytes
        if self._skipped_bytes_left < 0:
            raise Full

    def note_full(self) -> None:
        """The names are of no use where a single file was too large."""
        limits, names = self._limits, self._passed_over
        reason = notes.members_left_out(self.count, limits.archive_files_max, limits.archive_bytes_max)
        if len(names) > 1 or (names and self.extracts):
            self.extracts += left_out.listed(
                names, None if self.breaks_off else len(names), "names of files", self._out, limits
            )
        self.extracts.append(NoteExtract(reason))

    def decode_names(self) -> None:
        """Decodes names that came as bytes of an unknown encoding (``surrogateescape``) with one that fits them all.

        In Japanese and Chinese encodings a backslash may be half of a character, which libraries take for a separator.
        """
        called = [*map(_name, self.extracts), *self._passed_over]
        raw = [name.encode("utf-8", "surrogateescape").replace(b"/", b"\\") for name in called]
        decoded = [name.replace("\\", "/") for name in names(raw)]
        self.extracts = [_renamed(*each) for each in zip(self.extracts, decoded, strict=False)]
        self._passed_over = decoded[len(self.extracts) :]


def _name(extract: Extract) -> str:
    return extract.name if isinstance(extract, MemberExtract) else getattr(extract, "inside", "")


def _renamed(extract: Extract, name: str) -> Extract:
    if isinstance(extract, MemberExtract):
        return replace(extract, name=name)
    return replace(extract, inside=name) if isinstance(extract, NoteExtract) else extract


def is_clutter(name: str) -> bool:
    """Also what a Macintosh keeps beside a file."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return not _CLUTTER.isdisjoint(parts) or (bool(parts) and parts[-1].startswith("._"))
