"""Reports to the metrics how many conversions run, for how long and with what result.

I/O: none of its own. A file's kind is taken from the end of its name, which is enough for metrics and costs no look
inside.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath

from bot.files.extracts import Unreadable, UnreadableNow
from bot.telemetry import metrics

KINDS = {
    "pdf": "pdf",
    "image": "avif bmp gif heic heif ico jpeg jpg png psd svg tif tiff webp cr2 cr3 dng nef arw raf",
    "document": "doc docm docx dot dotx odt rtf pages hwp",
    "slides": "odp pot potx pps ppsx ppt pptm pptx key",
    "sheet": "csv numbers ods tsv xls xlsb xlsm xlsx",
    "mail": "eml ics mbox msg vcf",
    "archive": "7z bz2 cab cpio deb gz iso lha lz lz4 lzh rar tar tgz xar xz z zip zst",
    "text": "c cpp css go h html ipynb java js json log md py rs sh sql toml ts txt xml yaml yml",
}
OF_SUFFIX = {f".{suffix}": kind for kind, suffixes in KINDS.items() for suffix in suffixes.split()}


class WorkerDied(Unreadable):
    """Its process died over the file, or was ended because it took too long."""


def kind_of(name: str) -> str:
    return OF_SUFFIX.get(PurePosixPath(name).suffix.lower(), metrics.OTHER)


@contextmanager
def counted(kind: str) -> Iterator[None]:
    """Wraps one conversion. A cancelled one has no result and is not counted."""
    begun_s = _now_s()
    with metrics.CONVERSIONS_LIVE.track_inprogress():
        try:
            yield
        except WorkerDied:
            _ended(kind, "died", begun_s)
            raise
        except UnreadableNow:
            _ended(kind, "not_now", begun_s)
            raise
        except Unreadable:
            _ended(kind, "unreadable", begun_s)
            raise
    _ended(kind, "ok", begun_s)


def _ended(kind: str, result: str, begun_s: float) -> None:
    metrics.CONVERSION_SECONDS.labels(kind, result).observe(_now_s() - begun_s)


def _now_s() -> float:
    return asyncio.get_running_loop().time()
