"""Turns an image file of any common kind into images for the API: upright, in sRGB, small, without metadata.

I/O: reads and writes files; runs in a worker process.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image, ImageFile, UnidentifiedImageError

from bot.files import inner_notes, notes
from bot.files.bounds import ConvertLimits
from bot.files.extracts import Extract, NoteExtract, Unreadable
from bot.files.outbox import Outbox
from bot.files.worker.first_look import ends
from bot.files.worker.kinds import Kind
from bot.files.worker.pictures import frames, jpeg_end, pixels
from bot.files.worker.pictures.aperture import widened
from bot.files.worker.pictures.late_pictures import late_picture

_READERS = {
    Kind.JPEG: ("JPEG", "MPO"),
    Kind.PNG: ("PNG",),
    Kind.GIF: ("GIF",),
    Kind.WEBP: ("WEBP",),
    Kind.HEIF: ("HEIF",),
    Kind.AVIF: ("AVIF",),
    Kind.TIFF: ("TIFF",),
    Kind.BMP: ("BMP", "DIB"),
    Kind.JPEG2000: ("JPEG2000",),
    Kind.PSD: ("PSD",),
    Kind.ICO: ("ICO",),
    Kind.ICNS: ("ICNS",),
    Kind.DDS: ("DDS",),
    Kind.QOI: ("QOI",),
    Kind.PNM: ("PPM",),
    Kind.PCX: ("PCX",),
    Kind.SGI: ("SGI",),
    Kind.SUN: ("SUN",),
    Kind.CURSOR: ("CUR",),
    Kind.TGA: ("TGA",),
}
_LATE = frozenset({Kind.JPEG, Kind.PNG, Kind.GIF, Kind.WEBP})
_OF_ONE_SORT = frozenset({Kind.PNG, Kind.GIF})
"""Formats that Pillow supports completely."""
_OF_MANY_SORTS = frozenset({Kind.TIFF, Kind.BMP, Kind.PSD, Kind.DDS, Kind.JPEG2000})
"""Formats with so many variants that one which fails may be rare rather than damaged."""
_UNKNOWN = re.compile(r"unsupported|not supported|unknown|not available|cannot handle", re.IGNORECASE)
"""What Pillow says of a variant that it does not support, rather than of damage."""


def convert(source: Path, kind: Kind, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    """Extracts for the picture, for each page of a TIFF, some frames of an animation, or the pieces of a long picture.

    A truncated picture is shown as far as it goes, with a note. Raises ``Unreadable``.
    """
    if kind is Kind.HEIF:
        import pi_heif  # type: ignore[import-untyped]  # noqa: PLC0415 - its 4 MB are only for workers that meet such a file

        pi_heif.register_heif_opener(thumbnails=False)
    if kind in _LATE:
        source = _from_its_beginning(source, out)
    with warnings.catch_warnings(), _bombs_refused():
        warnings.simplefilter("ignore")  # Pillow warns of oddities in files that it reads well
        if kind in {Kind.RAW, Kind.TIFF, Kind.PSD}:
            from bot.files.worker.pictures import rare_pictures  # noqa: PLC0415 - most pictures are of no rare kind

            rare = rare_pictures.first(source, kind, out, limits)
            if rare is not None:
                return rare
        shown = _at_first_try(source, kind, out, limits) or _at_second_try(source, kind, out, limits)
        return [*shown, *_words(source, out, limits)] if kind is Kind.PSD else shown


def _from_its_beginning(source: Path, out: Outbox) -> Path:
    """The same file, or a copy without the bytes before the picture."""
    late = late_picture(*ends(source))
    if late is None:
        return source
    path = out.new(".bin")
    path.write_bytes(source.read_bytes()[late[1] :])
    return path


def _words(source: Path, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    from bot.files.worker.pictures import photoshop  # noqa: PLC0415 - only for workers that meet such a file

    return photoshop.words(source, out, limits)


def _at_first_try(source: Path, kind: Kind, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    """Empty if Pillow fails. Raises ``Unreadable``."""
    try:
        return _opened(source, kind, out, limits, lenient=False)
    except (MemoryError, Unreadable, Image.DecompressionBombError):
        raise
    except Exception:  # noqa: BLE001 - on bad data Pillow's decoders raise nearly every built-in exception
        return []


def _at_second_try(source: Path, kind: Kind, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    from bot.files.worker.pictures import rare_pictures  # noqa: PLC0415 - as above

    frames_alone = _frames_alone(source, out) if kind is Kind.WEBP else None
    if frames_alone is not None and (shown := _at_first_try(frames_alone, kind, out, limits)):
        return [*shown, NoteExtract(notes.FRAMES_UNREADABLE)]
    rare = rare_pictures.instead(source, kind, out, limits)
    if rare is not None:
        return rare
    whole = jpeg_end.with_end(source, out) if kind is Kind.JPEG else None
    if whole is not None and (shown := _at_first_try(whole, kind, out, limits)):
        return shown
    try:
        ImageFile.LOAD_TRUNCATED_IMAGES = True
        return _opened(source, kind, out, limits, lenient=True)
    except UnidentifiedImageError:
        other = notes.DAMAGED_IMAGE if kind in _OF_ONE_SORT else notes.unreadable_picture(kind)
        raise Unreadable(_cut_off(source, kind) or other) from None
    except (MemoryError, Unreadable, Image.DecompressionBombError):
        raise
    except Exception as error:
        may_be_whole = kind in _OF_MANY_SORTS or _UNKNOWN.search(str(error)) is not None
        other = notes.unreadable_picture(kind) if may_be_whole else notes.DAMAGED_IMAGE
        raise Unreadable(_cut_off(source, kind) or other) from error
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False


def _frames_alone(source: Path, out: Outbox) -> Path | None:
    from bot.files.worker.pictures import cut_webp  # noqa: PLC0415 - as above

    content = cut_webp.complete_frames(source.read_bytes())
    if content is None:
        return None
    path = out.new(".bin")
    path.write_bytes(content)
    return path


def _cut_off(source: Path, kind: Kind) -> str:
    """The text of a note if the boxes of a WebP, AVIF or HEIC claim to reach beyond its end, else empty."""
    data = source.read_bytes()
    at = int.from_bytes(data[4:8], "little") + 8 if kind is Kind.WEBP else 0
    while kind in {Kind.AVIF, Kind.HEIF} and at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        if size < 8:
            return ""  # to the end, or longer than 4 GB
        at += size
    return inner_notes.image_cut_off(100 * len(data) // at) if at > len(data) else ""


@contextmanager
def _bombs_refused() -> Iterator[None]:
    try:
        yield
    except Image.DecompressionBombError:
        raise Unreadable(notes.TOO_MANY_PIXELS) from None


@dataclass(slots=True)
class _Shown:
    """The extracts of the pages so far."""

    extracts: list[Extract] = field(default_factory=list)
    unreadable: list[int] = field(default_factory=list)


def _opened(source: Path, kind: Kind, out: Outbox, limits: ConvertLimits, *, lenient: bool) -> list[Extract]:
    """Raises what Pillow raises, and ``Unreadable`` for too many pixels.

    If ``lenient``, skips pages that can't be read, and raises only if none can.
    """
    whole = widened(source.read_bytes()) if kind is Kind.HEIF else None
    with Image.open(io.BytesIO(whole) if whole else source, formats=_READERS[kind]) as image:
        plan = frames.plan(image, kind, limits)
        shown = _Shown()
        covered = frames.Covered(image, kind)
        for number in plan.numbers:
            try:
                covered.go_to(number)
                about = plan.about(str(kind), number)
                cut = source if kind is Kind.AVIF or whole else None
                shown.extracts += pixels.convert(image, kind, about, out, limits, prepare=covered.cleared, source=cut)
            except (MemoryError, Unreadable, Image.DecompressionBombError):
                raise
            except Exception:
                if not lenient or (number == plan.numbers[-1] and not shown.extracts):
                    raise
                shown.unreadable.append(number + 1)
        return [*shown.extracts, *_notes(plan, shown, lenient=lenient)]


def _notes(plan: frames.Plan, shown: _Shown, *, lenient: bool) -> list[Extract]:
    if plan.animated and shown.unreadable:
        return [NoteExtract(notes.FRAMES_UNREADABLE)]
    found: list[Extract] = []
    if shown.unreadable or plan.broken_after:
        found.append(NoteExtract(notes.pages_unreadable(shown.unreadable or [plan.broken_after + 1], plan.total)))
    elif lenient:
        found.append(NoteExtract(notes.CUT_IMAGE))
    reason = plan.left_out()
    return [*found, NoteExtract(reason)] if reason else found
