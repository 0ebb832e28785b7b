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
from bot.files.worker.encodings.likely_encoding import names

_NAME_CHARS_MAX = 300
_CLUTTER = frozenset(
    {"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini", ".git", ".svn", "__pycache__", "node_modules"}
)


class Full(Exception):
    """The limit on members or on bytes is reached."""


class Unpacked:
    def __init__(self, out: Outbox, limits: ConvertLimits) -> None:
        self.extracts: list[Extract] = []
        self.count = 0
        self._out = out
        self._limits = limits
        self._bytes_left = limits.archive_bytes_max
        self._skipped_bytes_left = 2 * limits.archive_bytes_max

    def add(self, name: str, pieces: Iterable[bytes]) -> None:
        """Raises ``Full``, and what ``pieces`` raises; a file that was begun is removed then."""
        if self.count >= self._limits.archive_files_max:
            raise Full
        path = self._out.new(".bin")
        try:
            with path.open("wb") as target:
                for piece in pieces:
                    self._spend(len(piece))
                    target.write(piece)
        except BaseException:
            path.unlink()
            raise
        self.count += 1
        self.extracts.append(MemberExtract(path.name, name[-_NAME_CHARS_MAX:]))

    def leave_out(self, name: str, reason: str) -> None:
        """Raises ``Full`` if hardly anything else is in the archive."""
        if len(self.extracts) - self.count >= self._limits.archive_files_max:
            raise Full
        self.extracts.append(NoteExtract(reason, name[-_NAME_CHARS_MAX:]))

    def is_too_large(self, name: str, size_bytes: int) -> bool:
        """Whether it exceeds what may still be unpacked. Adds a note if so; smaller members may still fit."""
        if size_bytes <= self._bytes_left or self.count >= self._limits.archive_files_max:
            return False
        self.leave_out(name, notes.member_too_large(self._limits.archive_bytes_max))
        return True

    def skip(self, size_bytes: int) -> None:
        """Counts what is unpacked only to reach what comes after it. Raises ``Full``."""
        self._skipped_bytes_left -= size_bytes
        if self._skipped_bytes_left < 0:
            raise Full

    def note_full(self) -> None:
        limits = self._limits
        reason = notes.members_left_out(self.count, limits.archive_files_max, limits.archive_bytes_max)
        self.extracts.append(NoteExtract(reason))

    def decode_names(self) -> None:
        """Decodes names that came as bytes of an unknown encoding (``surrogateescape``) with one that fits them all.

        In Japanese and Chinese encodings a backslash may be half of a character, which libraries take for a separator.
        """
        raw = [_name(extract).encode("utf-8", "surrogateescape").replace(b"/", b"\\") for extract in self.extracts]
        decoded = [name.replace("\\", "/") for name in names(raw)]
        self.extracts = [_renamed(*each) for each in zip(self.extracts, decoded, strict=True)]

    def _spend(self, size_bytes: int) -> None:
        self._bytes_left -= size_bytes
        if self._bytes_left < 0:
            raise Full


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
