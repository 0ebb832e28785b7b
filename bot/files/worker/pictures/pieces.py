"""The size of a picture in, the pieces out that it is cut into so that its words stay legible.

Pure. A model sees no more than so many pixels of a side. A screenshot of a whole page is ten times as long as it is
wide; shrunk as one it would be a grey stripe. Pieces overlap, so that a line cut by one edge is whole in the next.
"""

from __future__ import annotations

from PIL import Image, ImageChops

Box = tuple[int, int, int, int]
_LONG_FROM = 2.5
"""Times as long as wide. Photos and pages are less."""
_SHRUNK_BELOW = 0.6
_OVERLAP = 0.06
_PIECES_MAX = 20
_LOOKED_AT_PX = 1_000
_LOST_ABOVE = 48
_LOST_SHARE_MIN = 0.0005


def is_long(size: tuple[int, int], side_max: int) -> bool:
    """Whether it is long and would be shrunk so much that its words are lost."""
    short, long = sorted(size)
    return long > _LONG_FROM * short and side_max < _SHRUNK_BELOW * long


def loses_words(picture: Image.Image, side_max: int) -> bool:
    """Whether something fine, such as writing, is in it that goes where it is shrunk: a gradient can be as long."""
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

    Pieces are as long as the model sees in full, or as the picture is wide; longer where they would be too many.
    """
    width, height = size
    if not is_long(size, side_max):
        return [(0, 0, width, height)]
    short, long = sorted(size)
    step_max = max(side_max, short) * (1 - _OVERLAP)
    count = min(-(-long // int(step_max)), _PIECES_MAX)
    step = long / count
    overlap = step * _OVERLAP
    cuts = [(max(int(step * number - overlap), 0), min(int(step * (number + 1)) + 1, long)) for number in range(count)]
    if height >= width:
        return [(0, begin, width, end) for begin, end in cuts]
    return [(begin, 0, end, height) for begin, end in cuts]


def called(number: int, count: int, size: tuple[int, int]) -> str:
    """ "piece 3 of 11, from top to bottom"."""
    way = "top to bottom" if size[1] >= size[0] else "left to right"
    return f"piece {number} of {count}, from {way}"
