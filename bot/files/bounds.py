"""The bounds for reading files.

Pure. Bounds that operators can set have no default here: ``bot.settings`` is their only source. The rest is our choice.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Self

REPLY_BYTES_MAX = 1_000_000
"""Characters of a worker's reply about one file; the contents are in files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvertLimits:
    """The most that one conversion takes and returns. Each limit changes the result, so it is part of the cache key."""

    image_side_px_max: int
    """Longest side of an image that is sent; the model shrinks larger ones (claude:en/build-with-claude/vision)."""
    image_bytes_max: int = 3_750_000
    """Bytes of an image that is sent: 5 MB as base64, the smallest limit among the API's hosts."""
    image_pixels_max: int = 64_000_000
    """Pixels of an image that is decoded; a larger one is refused as a bomb."""
    image_pages_max: int = 20
    """Pages of a TIFF, or pieces of a long picture, that are sent."""
    image_frames_max: int = 5
    """Frames of an animation that are sent, spread evenly."""
    text_chars_max: int = 200_000
    """Characters of one text that is sent at once; longer ones are read in batches."""
    whole_chars_max: int = 50_000_000
    """Characters of a text that is kept to be read in batches."""
    archive_files_max: int = 50
    archive_bytes_max: int = 100_000_000
    """All members of an archive together, unpacked."""

    def to_json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Self:
        return cls(**json.loads(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLimits:
    """Every bound of ``FileReader``."""

    convert: ConvertLimits
    download_bytes_max: int
    download_timeout_s: float = 120.0
    """For one try of one download, from the request to the last byte."""
    files_at_once_max: int
    """Files that are downloaded or converted at the same time, over all questions."""
    convert_timeout_s: float = 60.0
    """For one conversion, by the clock and by the processor."""
    file_timeout_s: float = 180.0
    """For one attached file with all its members; those not reached in this time are named."""
    memory_bytes_max: int = 1_000_000_000
    """Address space of a worker process."""
    office_refused: bool
    """For when documents could reach out and the operator does not accept that."""
    office_program: str = "soffice"
    """LibreOffice's command, by name or path; empty to do without."""
    office_timeout_s: float = 90.0
    office_memory_bytes_max: int = 4_000_000_000
    """Address space of a LibreOffice process, which reserves several times what it uses."""
    office_at_once_max: int = 1
    workers_max: int = 2
    worker_idle_s: float = 30.0
    """How long a worker without work is kept."""
    cache_bytes_max: int
    cache_age_max_s: float
    """Since the file was last used."""
