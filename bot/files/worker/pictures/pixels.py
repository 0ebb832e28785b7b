"""Writes an opened picture as files that the API takes: upright, in sRGB, small, a long one in pieces.

I/O: writes files; runs in a worker process.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from bot.files import notes
from bot.files.bounds import ConvertLimits
from bot.files.extracts import Extract, ImageExtract, NoteExtract, Unreadable
from bot.files.outbox import Outbox
from bot.files.worker.kinds import Kind
from bot.files.worker.pictures import colours, jpeg_words, pieces, shrinking
from bot.files.worker.pictures.aperture import clean_aperture

_PHOTOS = frozenset({Kind.JPEG, Kind.HEIF, Kind.AVIF, Kind.JPEG2000, Kind.RAW})
_PAGED = frozenset({Kind.TIFF, Kind.HEIF})
_JPEGS = frozenset({"JPEG", "MPO"})
"""An MPO has further pictures behind the one that is shown: a second view, or how bright its parts are."""
_JPEG_QUALITIES = (90, 80, 65, 40)
_ASKEW_MIN, _ASKEW_MAX = 1.4, 4.2
"""How much denser the pixels may be in one direction: for faxes 2 or 4 times."""
_ORIENTATION = 0x0112
_SIMPLE_MODES = frozenset({"L", "RGB", "RGBA", "CMYK"})
_PLAIN_COLOURS = frozenset({"1", "P"})
"""Take a byte for each pixel, and four in the modes that they are shown in."""
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
Prepare = Callable[[Image.Image], Image.Image]
_Colour = tuple[int, int, int]


def convert(
    image: Image.Image,
    kind: Kind,
    about: str,
    out: Outbox,
    limits: ConvertLimits,
    *,
    prepare: Prepare | None = None,
    source: Path | None = None,
    orientation: int = 1,
) -> list[Extract]:
    """One extract, or one for each piece. ``orientation`` is used if the picture declares none.

    Raises ``Unreadable`` for too many pixels, and what Pillow raises for a damaged picture.
    """
    side = limits.image_side_px_max
    check_size(image.width, image.height, limits)
    turn = _turn(image, orientation)
    picture = jpeg_words.decoded(image, side, turn) if _may_be_made_smaller(image, side) else image
    picture.load()
    profile = image.info.get("icc_profile")
    picture = prepare(picture) if prepare else picture
    if source is not None:
        box = clean_aperture(source.read_bytes(), *picture.size)
        picture = picture.crop(box) if box else picture
    picture = _in_proportion(picture, image, limits) if kind is Kind.TIFF else picture
    alone = image.format in _JPEGS or getattr(image, "n_frames", 1) == 1
    return written(picture, kind, about, out, limits, profile=profile, alone=alone, turn=turn)


def _may_be_made_smaller(image: Image.Image, side: int) -> bool:
    return image.format in _JPEGS and image.mode in {"RGB", "YCbCr", "L"} and not pieces.is_long(image.size, side)


def _in_proportion(picture: Image.Image, image: Image.Image, limits: ConvertLimits) -> Image.Image:
    """A fax has half as many lines to the inch as dots in a line, so its letters would be squashed."""
    try:
        across, down = map(float, image.info.get("dpi") or (1, 1))
    except (TypeError, ValueError):
        return picture
    ratio = max(across, down) / min(across, down) if across > 0 < down else 1.0
    if not _ASKEW_MIN <= ratio <= _ASKEW_MAX or picture.width * picture.height * ratio > limits.image_pixels_max:
        return picture
    width, height = picture.size
    return picture.resize((width, round(height * ratio)) if across > down else (round(width * ratio), height))


def check_size(width: int, height: int, limits: ConvertLimits) -> None:
    """Raises ``Unreadable`` for more pixels than may be decoded."""
    if width * height > limits.image_pixels_max:
        raise Unreadable(notes.too_many_pixels(width, height))


def written(
    picture: Image.Image,
    kind: Kind,
    about: str,
    out: Outbox,
    limits: ConvertLimits,
    *,
    profile: bytes | None = None,
    alone: bool = True,
    turn: Image.Transpose | None = None,
) -> list[Extract]:
    """``alone`` says that it is no page or frame of several: only then is one that is written small shown in pieces,
    which are many. ``turn`` makes it upright. Its pixels are given up once they are not needed, unless an animation's
    next frame is painted on them.
    """
    painted_on = not alone and kind not in _PAGED
    side = limits.image_side_px_max
    cut = _cut(picture, side, limits.image_pages_max - 1, turn, alone=alone)
    picture, boxes, names = cut.picture, cut.boxes, cut.names
    left_out = len(boxes) - limits.image_pages_max
    ground = colours.ground_for(picture) if picture.mode == "RGBA" else None
    photo = kind in _PHOTOS
    extracts: list[Extract] = []
    for number, box in enumerate(boxes[: limits.image_pages_max], 1):
        shown, ground = _small(picture.crop(box) if len(boxes) > 1 else picture, side, ground)
        if not painted_on and len(boxes) == 1 and shown is not picture:
            picture.thumbnail((1, 1), Image.Resampling.NEAREST, reducing_gap=None)
        shown = shown if cut.turn is None else shown.transpose(cut.turn)
        shown = colours.flattened(colours.in_srgb(shown, profile), ground)
        photo = photo or (kind is Kind.WEBP and shown.mode == "RGB")
        path, media_type = _write(shown, out, limits, photo=photo)
        photo = media_type == "image/jpeg"  # what was too large as PNG once will be so again
        which = f", {names[number - 1]}" if len(boxes) > 1 else ""
        extracts.append(ImageExtract(path.name, media_type, shown.width, shown.height, about + which))
    if left_out > 0:
        extracts.append(NoteExtract(notes.pieces_left_out(limits.image_pages_max, len(boxes))))
    return extracts


@dataclass(slots=True)
class _Cut:
    """``turn`` is still to be done where the picture is shown whole: it takes as much memory again, so the small
    one is turned."""

    picture: Image.Image
    boxes: list[pieces.Box]
    names: list[str]
    turn: Image.Transpose | None


def _cut(picture: Image.Image, side: int, tiles_max: int, turn: Image.Transpose | None, *, alone: bool) -> _Cut:
    long = pieces.is_long(picture.size, side)
    if long and turn is not None:
        picture, turn = picture.transpose(turn), None
    if (long and picture.mode not in _SIMPLE_MODES) or "transparency" in picture.info:
        picture = colours.eight_bit(picture)
    boxes = pieces.boxes(picture.size, side) if long and pieces.loses_words(picture, side) else [(0, 0, *picture.size)]
    if alone and len(boxes) == 1 and pieces.is_written_small(picture, side, turn):
        picture, turn = picture if turn is None else picture.transpose(turn), None
        rows, columns = pieces.grid(picture.size, side, tiles_max)
        boxes = [(0, 0, *picture.size), *pieces.tiles(picture.size, rows, columns)]
        return _Cut(picture, boxes, pieces.names_of_tiles(rows, columns), turn)
    names = [pieces.called(number, len(boxes), picture.size) for number in range(1, len(boxes) + 1)]
    return _Cut(picture, boxes, names, turn)


def _small(piece: Image.Image, side: int, ground: _Colour | None) -> tuple[Image.Image, _Colour]:
    """The piece so small that it is sent, and what it is to lie on where ``ground`` is not known yet."""
    if piece.mode in _PLAIN_COLOURS and "transparency" not in piece.info:
        piece = shrinking.shrunk(piece, side)
    piece = colours.eight_bit(piece)
    ground = ground or (colours.ground_for(piece) if piece.mode == "RGBA" else colours.WHITE)
    return shrinking.shrunk(piece, side), ground


def _turn(image: Image.Image, orientation: int) -> Image.Transpose | None:
    """What makes it upright, as EXIF says. Broken EXIF says nothing: the picture under it is whole."""
    try:
        own = image.getexif().get(_ORIENTATION)
        return _TURNS.get(orientation if own is None else own)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - strangers' metadata makes Pillow raise nearly every built-in exception
        return None


def _write(image: Image.Image, out: Outbox, limits: ConvertLimits, *, photo: bool) -> tuple[Path, str]:
    """Drawings as PNG, photos and whatever is too large as PNG as JPEG of falling quality."""
    bare = Image.new(image.mode, image.size)  # a new image has no metadata to write
    bare.paste(image)
    if not photo:
        path = out.new(".png")
        bare.save(path, "PNG", compress_level=6)
        if path.stat().st_size <= limits.image_bytes_max:
            return path, "image/png"
        path.unlink()
    path = out.new(".jpg")
    for quality in _JPEG_QUALITIES:
        bare.save(path, "JPEG", quality=quality)
        if path.stat().st_size <= limits.image_bytes_max:
            return path, "image/jpeg"
    raise Unreadable(notes.TOO_HEAVY)
