"""Decodes an image or a PDF from base64: what it shows, or the API's refusal of it.

Pure but slow: decodes with Pillow and pypdf. Wordings as seen in answers of the real API, 2025 to 2026.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import logging
import warnings
from typing import Any

from PIL import Image
from pypdf import PdfReader

from bot import limits
from playground.practice_model.faults import BadRequest
from playground.practice_model.received import SeenImage, SeenPdf

FIRST_WORDS_CHARS = 80
PAGES_LOOKED_AT = 150
"""Of a PDF with more pages only the first one is."""
# What is wrong with a PDF is said in the refusal; pypdf's own words would go to the terminal.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)
PIXELS_LOOKED_AT = 100_000
COLOURS = {
    "black": (0, 0, 0), "white": (255, 255, 255), "grey": (128, 128, 128), "red": (255, 0, 0), "green": (0, 160, 0),
    "blue": (0, 0, 255), "yellow": (255, 255, 0), "orange": (255, 165, 0), "purple": (128, 0, 128),
}  # fmt: skip
_MAGIC = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
)


def see_image(path: str, media_type: str, data: str) -> tuple[SeenImage, dict[str, Any]]:
    """The image, and the summary that is kept in place of ``data``. ``path`` names the base64 source in refusals."""
    if len(data) > limits.IMAGE_BASE64_BYTES_MAX:
        megabytes = limits.IMAGE_BASE64_BYTES_MAX // 1_000_000
        raise BadRequest(
            f"{path}: image exceeds {megabytes} MB maximum: {len(data)} bytes > {limits.IMAGE_BASE64_BYTES_MAX} bytes"
        )
    raw = _decoded(path, data)
    true_type = _image_type(raw)
    if true_type is not None and true_type != media_type:
        raise BadRequest(
            f"{path}.data: The image was specified using the {media_type} media type, "
            f"but the image appears to be a {true_type} image"
        )
    width, height, image_format, colour = _opened(raw)
    if max(width, height) > limits.IMAGE_SIDE_PX_MAX:
        raise _too_many_pixels(path, "", limits.IMAGE_SIDE_PX_MAX)
    seen = SeenImage(image_format, width, height, len(raw), colour)
    return seen, _summary(media_type, raw) | {"width": width, "height": height}


def check_many_images(images: list[tuple[str, SeenImage]]) -> None:
    """The rules over a whole request; each image with the path of its source."""
    if len(images) > limits.IMAGES_MAX:
        raise BadRequest(f"Too many images: {len(images)} > {limits.IMAGES_MAX}")
    if len(images) <= limits.MANY_IMAGES:
        return
    for path, image in images:
        if max(image.width_px, image.height_px) > limits.MANY_IMAGES_SIDE_PX_MAX:
            raise _too_many_pixels(path, " for many-image requests", limits.MANY_IMAGES_SIDE_PX_MAX)


def _too_many_pixels(path: str, where: str, side_px_max: int) -> BadRequest:
    return BadRequest(
        f"{path}.data: At least one of the image dimensions exceed max allowed size{where}: {side_px_max} pixels",
        {
            "error_code": "image_dimensions_too_large",
            "max_side_length_pixels": side_px_max,
            "paths": [path],
        },
    )


def see_pdf(path: str, title: str, data: str) -> tuple[SeenPdf, dict[str, Any]]:
    raw = _decoded(path, data)
    try:
        reader = PdfReader(io.BytesIO(raw))
        encrypted = reader.is_encrypted
        pages = 0 if encrypted else len(reader.pages)
        looked_at = pages if pages <= PAGES_LOOKED_AT else 1
        words = tuple(_first_words(reader, number) for number in range(looked_at))
    except Exception as error:  # pypdf meets broken files with every kind of exception
        raise BadRequest(f"{path}.data: The PDF specified was not valid.") from error
    if encrypted:
        raise BadRequest(f"{path}.data: The PDF specified is password protected.")
    if not pages or b"%PDF-" not in raw[:1024]:
        raise BadRequest(f"{path}.data: The PDF specified was not valid.")
    seen = SeenPdf(title, pages, words[0], len(raw), words if len(words) == pages else ())
    return seen, _summary("application/pdf", raw) | {"pages": pages}


def _first_words(reader: PdfReader, number: int) -> str:
    """A page whose text cannot be read is still a page: the API then has its picture alone."""
    try:
        text = reader.pages[number].extract_text().encode("utf-8", "replace").decode()  # halves of pairs among it
    except Exception:  # noqa: BLE001  # as above
        return ""
    return " ".join(text.split())[:FIRST_WORDS_CHARS]


def _decoded(path: str, data: str) -> bytes:
    try:
        raw = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadRequest(f"{path}.data: Invalid base64 data") from error
    if not raw:
        raise BadRequest(f"{path}.data: String should have at least 1 character")
    return raw


def _image_type(raw: bytes) -> str | None:
    if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
        return "image/webp"
    return next((media_type for magic, media_type in _MAGIC if raw.startswith(magic)), None)


def _opened(raw: bytes) -> tuple[int, int, str, str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a picture with very many pixels, which the rules refuse by its sides
            with Image.open(io.BytesIO(raw), formats=("JPEG", "PNG", "GIF", "WEBP")) as image:
                width, height = image.size
                if max(width, height) > limits.IMAGE_SIDE_PX_MAX:
                    return width, height, str(image.format), ""
                image.load()
                return width, height, str(image.format), _colour(image)
    except Exception as error:  # Pillow meets broken files with every kind of exception
        raise BadRequest("Could not process image") from error


def _colour(image: Image.Image) -> str:
    found = image.convert("RGB").getcolors(1) if image.width * image.height <= PIXELS_LOOKED_AT else None
    if not found:
        return ""
    (_, rgb), *_ = found
    if not isinstance(rgb, tuple):
        return ""
    far = {name: sum((a - b) ** 2 for a, b in zip(rgb, known, strict=True)) for name, known in COLOURS.items()}
    return min(far, key=lambda name: far[name])


def _summary(media_type: str, raw: bytes) -> dict[str, Any]:
    return {"media_type": media_type, "bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest()}
