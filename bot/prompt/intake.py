"""Decides which of a thread's attachments are worth fetching, newest first, until a request is full.

Pure. What a file amounts to is certain only once it is prepared: a picture is made smaller, an archive grows. So
certain sizes decide at once; otherwise one file is awaited before the next is fetched, and after a few in a row that
did not fit, older ones are not fetched. Which of the prepared files are sent is up to ``budget``.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.estimates import PDF_PAGE_TOKENS, base64_bytes
from bot.file_ports import Fetch
from bot.messages import Attachment, Note, PreparedFile
from bot.prompt.budget import SET_ASIDE, Allowance, Load
from bot.prompt.trimming import TOGETHER

MISFITS_MAX = 3
"""After this many files in a row that do not fit, no older one is tried."""
NAMED_MAX = 3
"""Up to this many unfetched files are named one by one; of more, the newest and how many others."""

_WHY = f"not fetched, because {TOGETHER} more than the model can read at once."
_LEFT = f"was {_WHY}"


class RequestIntake:
    """Implements ``file_ports.Intake``.

    ``wanted``: ids of PDFs that are fetched even if they do not fit, since long ones are read in parts.
    """

    def __init__(self, allowance: Allowance, wanted: Collection[str] = frozenset()) -> None:
        self._wanted = wanted
        self._load = Load(allowance)
        self._expected_bytes: dict[str, int] = {}
        """In JSON, of the files that are being fetched."""
        self._misfits = 0

    def fetch(self, file: Attachment) -> Fetch:
        """Whether to fetch it now, ask again once another one is there, or leave it; ``NOW`` counts it as begun."""
        load, allowance = self._load, self._load.allowance
        expected = base64_bytes(file.size_bytes or 0)
        is_pdf = file.mimetype == "application/pdf" or file.filetype == "pdf"
        is_picture = file.mimetype.startswith("image/")
        wanted = is_pdf and file.id in self._wanted
        if not wanted and (
            self._misfits >= MISFITS_MAX
            or (is_pdf and load.bytes_json and load.bytes_json + expected > allowance.bytes_max)
            or (is_pdf and load.pages >= allowance.pages_max)
            or (is_pdf and load.tokens + PDF_PAGE_TOKENS > allowance.tokens_max)
            or (is_picture and load.images >= allowance.images_max)
        ):
            return Fetch.NEVER
        begun = sum(self._expected_bytes.values())
        too_many = self._misfits or load.bytes_json + begun + expected > allowance.bytes_max
        if not wanted and self._expected_bytes and too_many:
            return Fetch.LATER
        self._expected_bytes[file.id] = expected
        return Fetch.NOW

    def left_out(self, file: Attachment) -> PreparedFile:
        """The result for a file that was not wanted."""
        return PreparedFile(file.id, notes=(Note(file.name, _LEFT),))

    def add(self, file: PreparedFile) -> None:
        """One that was begun is prepared, or could not be."""
        self._expected_bytes.pop(file.attachment_id, None)
        fits = not file.blocks or bool(self._load.fitted(file).blocks) or file.attachment_id in self._wanted
        self._misfits = 0 if fits else self._misfits + 1


def summed_up(notes: Sequence[Note]) -> tuple[Note, ...]:
    """Each note once, and one for all files that newer ones leave no room for, if those are many. Oldest first."""
    summed = tuple(dict.fromkeys(notes))
    for reason in (_LEFT, SET_ASIDE):
        left = [note for note in summed if note.reason == reason]
        if len(left) > NAMED_MAX:
            others = f"{left[-1].file_name} and {len(left) - 1:,} older files"
            together = Note(others, f"were {reason.removeprefix('was ')}")
            summed = (*(note for note in summed if note.reason != reason), together)
    return summed
