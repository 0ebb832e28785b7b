"""An image file of any common kind in, images that the API takes out: upright, in sRGB, small, without metadata.

I/O: reads and writes files; runs in a worker process.
"""

from __future__ import annotations

import io
import warnings
from pathlib import Path

from PIL import Image, ImageCms, ImageFile, ImageOps, ImageStat

from bot.files import notes
from bot.files.bounds import ConvertLimits
from bot.files.extracts import Extract, ImageExtract, NoteExtract, Unreadable
from bot.files.outbox import Outbox
from bot.files.worker.sniff import Kind

_READERS = {
    Kind.JPEG: ("JPEG", "MPO"),
    Kind.PNG: ("PNG",),
    Kind.GIF: ("GIF",),
    Kind.WEBP: ("WEBP",),
    Kind.HEIF: ("HEIF",),
    Kind.AVIF: ("AVIF",),
    Kind.TIFF: ("TIFF",),
    Kind.BMP: ("BMP",),
    Kind.JPEG2000: ("JPEG2000",),
    Kind.PSD: ("PSD",),
    Kind.ICO: ("ICO",),
}
_PHOTOS = frozenset({Kind.JPEG, Kind.HEIF, Kind.AVIF, Kind.JPEG2000})
_JPEG_QUALITIES = (90, 80, 65, 40)
_LIGHT_ABOVE = 200


def convert(source: Path, kind: Kind, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    """One extract for the first frame; of a TIFF, one for each page. Raises ``Unreadable``.

    A picture that is cut off is shown as far as it goes, with a note.
    """
    if kind is Kind.HEIF:
        import pillow_heif  # noqa: PLC0415 - its 4 MB are only for workers that meet such a file

        pillow_heif.register_heif_opener(thumbnails=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of oddities in files that it reads well
        try:
            return _opened(source, kind, out, limits)
        except OSError:
            pass
        try:
            ImageFile.LOAD_TRUNCATED_IMAGES = True
            return [*_opened(source, kind, out, limits), NoteExtract(notes.CUT_IMAGE)]
        except OSError as error:
            raise Unreadable(notes.DAMAGED_IMAGE) from error
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = False


def _opened(source: Path, kind: Kind, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    """Raises ``OSError`` for what may be a picture that is cut off, ``Unreadable`` for everything else."""
    try:
        with Image.open(source, formats=_READERS[kind]) as image:
            return _pages(image, kind, out, limits)
    except (OSError, MemoryError, Unreadable):
        raise
    except Image.DecompressionBombError:
        raise Unreadable(notes.TOO_MANY_PIXELS) from None
    except Exception as error:  # on bad data Pillow's decoders raise nearly every built-in exception
        raise Unreadable(notes.DAMAGED_IMAGE) from error


def _pages(image: Image.Image, kind: Kind, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    total = getattr(image, "n_frames", 1) if kind is Kind.TIFF else 1
    extracts: list[Extract] = []
    kept = min(total, limits.image_pages_max)
    for page in range(kept):
        if page:
            image.seek(page)
        about = f"{kind} image" if total == 1 else f"{kind} image, page {page + 1} of {total}"
        extracts.append(_one(image, kind, about, out, limits))
    if kept < total:
        extracts.append(NoteExtract(notes.pages_left_out(kept, total)))
    return extracts


def _one(image: Image.Image, kind: Kind, about: str, out: Outbox, limits: ConvertLimits) -> ImageExtract:
    side = limits.image_side_px_max
    if kind is Kind.JPEG and image.mode in {"RGB", "YCbCr", "L"}:
        image.draft(None, (side, side))  # decodes a large photo at 1/2, 1/4 or 1/8: less memory, same result
    if image.width * image.height > limits.image_pixels_max:
        raise Unreadable(notes.too_many_pixels(image.width, image.height))
    image.load()
    profile = image.info.get("icc_profile")
    upright = ImageOps.exif_transpose(image)
    shown = _eight_bit(upright)
    shown.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
    shown = _flattened(_in_srgb(shown, profile))
    path, media_type = _write(shown, out, limits, photo=kind in _PHOTOS or (kind is Kind.WEBP and shown.mode == "RGB"))
    return ImageExtract(path.name, media_type, shown.width, shown.height, about)


def _eight_bit(image: Image.Image) -> Image.Image:
    """The picture in L, RGB, RGBA or CMYK."""
    if image.mode in {"L", "RGB", "RGBA", "CMYK"}:
        return image
    if image.mode == "1":
        return image.convert("L")
    if image.mode.startswith("I") or image.mode == "F":
        return _scaled(image.convert("F"), whole=image.mode != "F")
    if image.mode in {"LA", "PA", "La", "RGBa"} or "transparency" in image.info:
        return image.convert("RGBA")
    return image.convert("RGB")


def _scaled(deep: Image.Image, *, whole: bool) -> Image.Image:
    """Grey of 8 bits. Whole numbers scale from the bits in use (scans have 10, 12 or 16), others from their range."""
    low, high = (float(bound) for bound in deep.getextrema() if isinstance(bound, int | float))
    if whole and low >= 0:
        low, high = 0.0, float(2 ** max(int(high).bit_length(), 8) - 1)
    scale = 255.0 / (high - low) if high > low else 1.0
    offset = -low * scale
    return deep.point(lambda value: value * scale + offset).convert("L")


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Colours as a screen shows them. A profile that does not fit the pixels is left aside, as viewers do."""
    if profile and image.mode in {"RGB", "CMYK"}:
        try:
            found = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, found, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            converted = None
        if converted is not None:
            return converted
    return image.convert("RGB") if image.mode == "CMYK" else image


def _flattened(image: Image.Image) -> Image.Image:
    """Without transparency: on white, or on dark grey where what is visible is itself nearly white."""
    if image.mode != "RGBA":
        return image
    alpha = image.getchannel("A")
    visible = ImageStat.Stat(image.convert("L"), mask=alpha.point(lambda value: 255 if value > 64 else 0))
    light = visible.count[0] > 0 and visible.mean[0] > _LIGHT_ABOVE and alpha.getextrema()[0] == 0
    ground = Image.new("RGB", image.size, (64, 64, 64) if light else (255, 255, 255))
    ground.paste(image, mask=alpha)
    return ground


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
