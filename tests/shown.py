"""What a PDF shows: the colours of its pictures, and its words."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pypdf


def colours(path: Path) -> set[tuple[int, int, int]]:
    """The colour in the middle of each picture, in RGB."""
    found = set()
    with pikepdf.open(path) as pdf:
        for part in pdf.objects:
            if isinstance(part, pikepdf.Stream) and part.get("/Subtype") == "/Image":
                picture = pikepdf.PdfImage(part).as_pil_image().convert("RGB")
                found.add(picture.getpixel((picture.width // 2, picture.height // 2)))
    return found  # type: ignore[return-value]  # of an RGB picture a pixel is three numbers


def words(path: Path) -> str:
    return "".join("".join(page.extract_text().split()) for page in pypdf.PdfReader(path).pages)
