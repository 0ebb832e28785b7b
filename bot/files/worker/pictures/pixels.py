"""An opened picture in, the files out that the API takes: upright, in sRGB, small; a long one in pieces.

I/O: writes files; runs in a worker process.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageOps

from bot.files import notes
from bot.files.bounds import ConvertLimits
from bot.files.extracts import Extract, ImageExtract, NoteExtract, Unreadable
from bot.files.outbox import Outbox
from bot.files.worker.pictures import colours, jpeg_words, pieces
from bot.files.worker.pictures.aperture import clean_aperture
from bot.files.worker.sniff import Kind

_PHOTOS = frozenset({Kind.JPEG, Kind.HEIF, Kind.AVIF, Kind.JPEG2000, Kind.RAW})
_JPEG_QUALITIES = (90, 80, 65, 40)
_ASKEW_MIN, _ASKEW_MAX = 1.4, 4.2
"""How many times as dense the dots may be in one direction: faxes have 2 and 4 times as many."""
_ORIENTATION = 0x0112
_SIMPLE_MODES = frozenset({"L", "RGB", "RGBA", "CMYK"})
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
    """One extract, or those of the pieces. ``orientation`` is for a picture that has none of its own.

    Raises ``Unreadable`` for too many pixels, and what Pillow raises over a damaged picture.
    """
    side = limits.image_side_px_max
    check_size(image.width, image.height, limits)
    if _may_be_made_smaller(image, side):
        image.draft(None, (side, side))  # decodes a large photo at 1/2, 1/4 or 1/8: less memory, same result
    image.load()
    profile = image.info.get("icc_profile")
    picture = prepare(image) if prepare else image
    if source is not None:
        box = clean_aperture(source.read_bytes(), *picture.size)
        picture = picture.crop(box) if box else picture
    picture = _upright(_in_proportion(picture, image, limits) if kind is Kind.TIFF else picture, image, orientation)
    alone = getattr(image, "n_frames", 1) == 1
    return written(picture, kind, about, out, limits, profile=profile, alone=alone)


def _may_be_made_smaller(image: Image.Image, side: int) -> bool:
    plain = image.format == "JPEG" and image.mode in {"RGB", "YCbCr", "L"}
    return plain and not pieces.is_long(image.size, side) and not jpeg_words.is_written_small(image, side)


def _in_proportion(picture: Image.Image, image: Image.Image, limits: ConvertLimits) -> Image.Image:
    """A fax has half as many lines to the inch as dots in a line: as it is, its letters are squashed."""
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
    """Raises ``Unreadable`` for more pixels than are decoded."""
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
) -> list[Extract]:
    """``alone`` says that it is no page or frame of several: only then is one that is written small shown in pieces,
    which are many."""
    side = limits.image_side_px_max
    long = pieces.is_long(picture.size, side)
    if (long and picture.mode not in _SIMPLE_MODES) or "transparency" in picture.info:
        picture = colours.eight_bit(picture)
    boxes = pieces.boxes(picture.size, side) if long and pieces.loses_words(picture, side) else [(0, 0, *picture.size)]
    names = [pieces.called(number, len(boxes), picture.size) for number in range(1, len(boxes) + 1)]
    if alone and len(boxes) == 1 and pieces.is_written_small(picture, side):
        rows, columns = pieces.grid(picture.size, side, limits.image_pages_max - 1)
        boxes += pieces.tiles(picture.size, rows, columns)
        names = pieces.names_of_tiles(rows, columns)
    left_out = len(boxes) - limits.image_pages_max
    ground = colours.ground_for(picture) if picture.mode == "RGBA" else None
    photo = kind in _PHOTOS
    extracts: list[Extract] = []
    for number, box in enumerate(boxes[: limits.image_pages_max], 1):
        piece = picture.crop(box) if len(boxes) > 1 else picture
        shown = colours.eight_bit(piece)
        ground = ground or (colours.ground_for(shown) if shown.mode == "RGBA" else colours.WHITE)
        shown.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
        shown = colours.flattened(colours.in_srgb(shown, profile), ground)
        photo = photo or (kind is Kind.WEBP and shown.mode == "RGB")
        path, media_type = _write(shown, out, limits, photo=photo)
        photo = media_type == "image/jpeg"  # what was too large as PNG once will be so again
        which = f", {names[number - 1]}" if len(boxes) > 1 else ""
        extracts.append(ImageExtract(path.name, media_type, shown.width, shown.height, about + which))
    if left_out > 0:
        extracts.append(NoteExtract(notes.pieces_left_out(limits.image_pages_max, len(boxes))))
    return extracts


def _upright(picture: Image.Image, image: Image.Image, orientation: int) -> Image.Image:
    """As EXIF says. Broken EXIF says nothing: the picture under it is whole."""
    try:
        own = image.getexif().get(_ORIENTATION)
        if own is None:
            turn = _TURNS.get(orientation)
            return picture if turn is None else picture.transpose(turn)
        if picture is not image:
            turn = _TURNS.get(own)
            return picture if turn is None else picture.transpose(turn)
        return ImageOps.exif_transpose(image)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - strangers' metadata makes Pillow raise nearly every built-in exception
        return picture


def _write(image: Image.Image, out: Outbox, limits: ConvertLimits, *, photo: bool) -> tuple[Path, str]:
    """Drawings as PNG, photos and whatever is too large as PNG as JPEG of falling quality."""
    bare = Image.frombytes(image.mode, image.size, image.tobytes())  # a new image has no metadata to write
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
