"""Chooses which pages or frames of an image to show, names them, and says what is left out.

Pure, but for what Pillow reads of the file while it looks for the pages.
"""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image

from bot.files import notes
from bot.files.bounds import ConvertLimits
from bot.files.worker.kinds import Kind

_ANIMATED = frozenset({Kind.GIF, Kind.PNG, Kind.WEBP, Kind.AVIF})
_PAGED = frozenset({Kind.TIFF, Kind.HEIF})
_DECODED_PX_MAX = 1_000_000_000
"""Pixels of all frames up to the last one shown: each is painted over the one before."""
_FRAMES_REACHED_MAX = 2_000
_PAGES_LOOKED_AT_MAX = 2_000
_NEW_SUBFILE_TYPE, _SMALLER, _MASK = 254, 1, 4


@dataclass(frozen=True, slots=True)
class Plan:
    """``numbers`` of the frames shown, counted from 0 as in Pillow; ``labels`` as people count them.

    ``among`` is how many of the ``total`` can be reached; ``broken_after`` is the number of pages before a damaged one,
    or 0.
    """

    numbers: list[int]
    labels: list[int]
    total: int
    among: int = 1
    animated: bool = False
    broken_after: int = 0

    def about(self, kind: str, number: int) -> str:
        if self.total == 1:
            return f"{kind} image"
        label = self.labels[self.numbers.index(number)]
        if self.animated:
            return f"{kind} animation, frame {label:,} of {self.total:,}"
        return f"{kind} image, page {label} of {self.total}"

    def left_out(self) -> str:
        """The text of a note; empty if everything was shown."""
        if self.animated and len(self.numbers) < self.total:
            return notes.frames_left_out(len(self.numbers), self.total, self.among)
        pages = len(self.numbers) + (1 if self.broken_after else 0)
        return notes.pages_left_out(len(self.numbers), self.total) if pages < self.total else ""


def plan(image: Image.Image, kind: Kind, limits: ConvertLimits) -> Plan:
    if kind is Kind.TIFF:
        return _tiff_pages(image, limits)
    total = int(getattr(image, "n_frames", 1)) if kind in _ANIMATED | _PAGED else 1
    if total <= 1:
        return Plan([0], [1], 1)
    if kind in _PAGED:
        kept = min(total, limits.image_pages_max)
        return Plan(list(range(kept)), list(range(1, kept + 1)), total)
    reachable = max(min(total, _FRAMES_REACHED_MAX, _DECODED_PX_MAX // max(image.width * image.height, 1)), 1)
    kept = min(reachable, limits.image_frames_max)
    numbers = [number * (reachable - 1) // max(kept - 1, 1) for number in range(kept)]
    return Plan(numbers, [number + 1 for number in numbers], total, reachable, animated=True)


def _tiff_pages(image: Image.Image, limits: ConvertLimits) -> Plan:
    """Without smaller copies of a page and masks, which are stored as pages, too."""
    numbers: list[int] = []
    broken = False
    for number in range(_PAGES_LOOKED_AT_MAX):
        try:
            image.seek(number)
            subfile_type = int(image.tag_v2.get(_NEW_SUBFILE_TYPE, 0))  # type: ignore[attr-defined]  # a TIFF has it
        except EOFError:
            break
        except Exception:  # noqa: BLE001 - whatever a page that is none makes Pillow raise
            broken = True
            break
        if not subfile_type & (_SMALLER | _MASK):
            numbers.append(number)
    numbers = numbers or [0]
    kept = numbers[: limits.image_pages_max]
    image.seek(kept[0])
    total = len(numbers) + broken
    return Plan(kept, list(range(1, len(kept) + 1)), total, broken_after=len(numbers) if broken else 0)


class Covered:
    """The part of a GIF's canvas that its frames have painted so far; Pillow fills the rest with some colour."""

    def __init__(self, image: Image.Image, kind: Kind) -> None:
        self._image = image
        self._extents: list[tuple[int, int, int, int]] | None = [] if kind is Kind.GIF else None
        self._at = -1

    def go_to(self, number: int) -> None:
        if self._extents is None:
            self._image.seek(number)
            return
        while self._at < number:
            self._at += 1
            self._image.seek(self._at)
            extent = getattr(self._image, "dispose_extent", None)
            self._extents.append(extent or (0, 0, *self._image.size))

    def cleared(self, image: Image.Image) -> Image.Image:
        """The loaded frame, transparent where nothing was painted yet."""
        if self._extents is None or any(extent == (0, 0, *image.size) for extent in self._extents):
            return image
        painted = Image.new("L", image.size, 0)
        for left, upper, right, lower in self._extents:
            painted.paste(255, (left, upper, right, lower))
        shown = image.convert("RGBA")
        shown.putalpha(Image.composite(shown.getchannel("A"), Image.new("L", image.size, 0), painted))
        return shown
