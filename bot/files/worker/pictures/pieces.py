"""Cuts large pictures into pieces, so that their words stay legible.

Pure. A model sees only so many pixels a side. A screenshot of a whole page is ten times as long as it is wide; shrunk
to that size it would be a grey stripe. Pieces overlap, so that a line cut by one edge is whole in the next.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageFilter

Box = tuple[int, int, int, int]
_LONG_FROM = 2.5
"""Length divided by width. Photos and pages have less."""
_SHRUNK_BELOW = 0.6
_OVERLAP = 0.06
_PIECES_MAX = 20
_LOOKED_AT_PX = 1_000
_STRIP_PX = 200
_LOST_ABOVE = 48
_LOST_SHARE_MIN = 0.0005
_STROKES_SHARE_MIN = 0.002


@dataclass(frozen=True, slots=True)
class _Writing:
    """How a part with small writing looks: so much of it is even, strokes are so broad in pixels and stand out so much
    from the ground, and when it is shrunk so large a share of them loses a ``lost_part``-th of that or more."""

    even_share_min: float
    strokes_px: int
    stroke_above: int
    lost_part: int
    gone_share_min: float


_WHOLE = _Writing(0.55, 12, 80, 2, 0.75)
_HALVED = _Writing(0.4, 6, 40, 3, 0.3)
"""Of 2,500 looks at JPEGs (photos, scans, pages of PDFs, plans, boards; also blurred, grainy and pale), 589 found small
writing in full size. All of these are in doubt at half of it: the even share was 0.49 and more, strokes were twice
as many as needed, and 0.43 of them gone."""
_HALVED_SCALE_MAX = 0.6


def is_long(size: tuple[int, int], side_max: int) -> bool:
    """Whether it is long, and shrinking would make its words illegible."""
    short, long = sorted(size)
    return long > _LONG_FROM * short and side_max < _SHRUNK_BELOW * long


def loses_words(picture: Image.Image, side_max: int) -> bool:
    """Whether it has fine detail, such as writing, that shrinking would lose; a gradient can be as long."""
    width, height = picture.size
    scale = side_max / max(width, height)
    for at in (0.0, 0.5, 1.0):
        left, upper = int((width - _LOOKED_AT_PX) * at), int((height - _LOOKED_AT_PX) * at)
        left, upper = max(left, 0), max(upper, 0)
        part = picture.crop((left, upper, min(left + _LOOKED_AT_PX, width), min(upper + _LOOKED_AT_PX, height)))
        grey = part.convert("L")
        small = (max(int(grey.width * scale), 1), max(int(grey.height * scale), 1))
        again = grey.resize(small, Image.Resampling.BOX).resize(grey.size, Image.Resampling.BILINEAR)
        lost = ImageChops.difference(grey, again).histogram()
        if sum(lost[_LOST_ABOVE:]) > _LOST_SHARE_MIN * sum(lost):
            return True
    return False


def boxes(size: tuple[int, int], side_max: int) -> list[Box]:
    """Left, upper, right, lower of each piece, in reading order; one box for a picture that is not long.

    Pieces are as long as the model sees in full, or as the picture is wide, or longer if there would be too many.
    """
    width, height = size
    if not is_long(size, side_max):
        return [(0, 0, width, height)]
    short, long = sorted(size)
    step_max = max(side_max, short) * (1 - _OVERLAP)
    count = min(-(-long // int(step_max)), _PIECES_MAX)
    cuts = _cuts(long, count)
    if height >= width:
        return [(0, begin, width, end) for begin, end in cuts]
    return [(begin, 0, end, height) for begin, end in cuts]


def is_written_small(picture: Image.Image, side_max: int, turn: Image.Transpose | None = None) -> bool:
    """Whether writing is in it that nobody could read once it is shrunk, as in a plan or a screenshot of two screens.

    Of letters of seven pixels and less most strokes lose half of their contrast or more, and of larger ones few do.
    Photos have hardly any strokes, and the dots of a halftone have no even ground between them. ``turn`` says how it is
    to be turned before people see it.
    """
    scale = side_max / max(picture.size)
    return scale < _SHRUNK_BELOW and any(_is_lost(part, scale, _WHOLE) for part in _parts(picture, _LOOKED_AT_PX, turn))


def may_be_written_small(
    smaller: Image.Image, size: tuple[int, int], side_max: int, turn: Image.Transpose | None = None
) -> bool:
    """The same of a picture of ``size`` that was decoded smaller: false only if it surely has none. Where less than
    half of it is left, nothing is sure."""
    if 2 * smaller.width < size[0]:
        return True
    scale = min(side_max / max(smaller.size), _HALVED_SCALE_MAX)
    return any(_is_lost(part, scale, _HALVED) for part in _parts(smaller, _LOOKED_AT_PX // 2, turn))


def _parts(picture: Image.Image, side: int, turn: Image.Transpose | None) -> Iterator[Image.Image]:
    width, height = picture.size
    wide, high = min(width, side), min(height, side)
    for down in (0.0, 0.5, 1.0):
        for across in (0.0, 0.5, 1.0):
            part = _grey(picture, int((width - wide) * across), int((height - high) * down), wide, high)
            yield part if turn is None else part.transpose(turn)


def _grey(picture: Image.Image, left: int, upper: int, wide: int, high: int) -> Image.Image:
    """By strips: in colour the part takes four times as much, which the process would keep."""
    if picture.mode == "L":
        return picture.crop((left, upper, left + wide, upper + high))
    grey = Image.new("L", (wide, high))
    for top in range(0, high, _STRIP_PX):
        box = (left, upper + top, left + wide, upper + min(top + _STRIP_PX, high))
        grey.paste(picture.crop(box).convert("L"), (0, top))
    return grey


def _is_lost(grey: Image.Image, scale: float, writing: _Writing) -> bool:
    steps = ImageChops.difference(grey, ImageChops.offset(grey, 1, 0)).histogram()
    if sum(steps[:4]) < writing.even_share_min * sum(steps):
        return False
    ground = ImageChops.difference(grey, grey.filter(ImageFilter.BoxBlur(writing.strokes_px)))
    count = sum(ground.histogram()[writing.stroke_above + 1 :])
    if count <= _STROKES_SHARE_MIN * sum(steps):
        return False
    small = grey.resize((max(int(grey.width * scale), 1), max(int(grey.height * scale), 1)), Image.Resampling.LANCZOS)
    lost = ImageChops.difference(grey, small.resize(grey.size, Image.Resampling.BILINEAR))
    gone = ImageChops.subtract(lost.point(lambda value: min(value * writing.lost_part, 255)), ground)
    strokes = ground.point(lambda value: 255 if value > writing.stroke_above else 0)
    return sum(gone.histogram(mask=strokes)[1:]) > writing.gone_share_min * count


def grid(size: tuple[int, int], side_max: int, count_max: int) -> tuple[int, int]:
    """The rows and columns of overlapping pieces that show it in full size, or as large as ``count_max`` allows."""
    width, height = size
    step = side_max * (1 - _OVERLAP)
    while True:
        rows, columns = -(-height // int(step)), -(-width // int(step))
        if rows * columns <= count_max:
            return rows, columns
        step *= 1.05


def tiles(size: tuple[int, int], rows: int, columns: int) -> list[Box]:
    """Row by row."""
    across, down = _cuts(size[0], columns), _cuts(size[1], rows)
    return [(left, upper, right, lower) for upper, lower in down for left, right in across]


def names_of_tiles(rows: int, columns: int) -> list[str]:
    """For the whole picture and its pieces."""
    tiles_named = [f"row {row} of {rows}, column {column} of {columns}" for row, column in _places(rows, columns)]
    return ["the whole, made smaller; its pieces follow", *(f"piece in {place}" for place in tiles_named)]


def _places(rows: int, columns: int) -> Iterator[tuple[int, int]]:
    return ((row, column) for row in range(1, rows + 1) for column in range(1, columns + 1))


def _cuts(long: int, count: int) -> list[tuple[int, int]]:
    step = long / count
    overlap = step * _OVERLAP
    return [(max(int(step * number - overlap), 0), min(int(step * (number + 1)) + 1, long)) for number in range(count)]


def called(number: int, count: int, size: tuple[int, int]) -> str:
    """ "piece 3 of 11, from top to bottom"."""
    way = "top to bottom" if size[1] >= size[0] else "left to right"
    return f"piece {number} of {count}, from {way}"
