"""Draws an SVG as a picture, from nothing but the file.

I/O: reads the drawing and the machine's fonts, writes the picture; runs in a worker process, in a job of its own, since
a renderer that can't allocate memory ends its process. resvg would load pictures by path, so every reference that
leaves the file is removed first, and so are SVGs within the SVG.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from html.entities import html5
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET
from xml.parsers.expat import errors

from PIL import Image, ImageColor

from bot.files import notes
from bot.files.bounds import ConvertLimits
from bot.files.extracts import Extract, NoteExtract, Unreadable
from bot.files.outbox import Outbox
from bot.files.worker.documents.xml_characters import allowed
from bot.files.worker.encodings.detecting import text_of
from bot.files.worker.kinds import Kind
from bot.files.worker.pictures import pixels, svg_directions, svg_sizes, svg_styles, svg_words

ABOUT = "SVG drawing"
_RASTER = re.compile(r"\s*data:image/(?:png|jpe?g|gif|webp)[;,]", re.IGNORECASE)
_URL = re.compile(
    r"""@import\s*+(?:url\((?:"[^"]*+"|'[^']*+'|[^)]*+)\)?|"[^"]*+"|'[^']*+')?[^;]*+(?:;|\Z)"""
    r"|url\((?P<target>[^)]*+)(?:\)|\Z)",
    re.IGNORECASE,
)
"""A construct that never ends goes to the end of the style, as in CSS parsers."""
_LENGTH = re.compile(
    r"\s*+\+?([0-9]++(?:\.[0-9]++)?|\.[0-9]++)((?i:e[+-]?[0-9]++))?\s*+(px|pt|pc|mm|cm|in)?\s*+\Z", re.IGNORECASE
)
_DOTS_PER_INCH = 96
"""The resolution in browsers; resvg's own default gives points and millimetres no size."""
_UNITS_PX = {None: 1.0, "px": 1.0, "pt": 4 / 3, "pc": 16.0, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0}
_SIDE_PX_MIN, _LONG_SIDE_PX_MAX = 512, 12_000
_DRAWN_PX_MAX = 24_000_000
_LONG_FROM = 2.5
_RELATIVE_SIDE_PX = 1_000
_WITHOUT_STYLE = frozenset({"d", "points", "transform", "viewBox", "id", "class"})
_MOVED = re.compile(r"(?<![\w-])transform\s{0,9}:\s{0,9}([^;]{1,500});?")
_BEGIN = re.compile(r"<(?:[\w.-]{1,40}:)?svg(?=[\s>/])")
_PREFIX = re.compile(r"[<\s]([A-Za-z_][\w.-]{0,40}):[A-Za-z_]")
_PREFIXES_MAX = 20
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,30});")
_MENDED = frozenset(
    errors.codes[name]
    for name in (
        *(errors.XML_ERROR_UNBOUND_PREFIX, errors.XML_ERROR_UNDEFINED_ENTITY),
        *(errors.XML_ERROR_BAD_CHAR_REF, errors.XML_ERROR_INVALID_TOKEN),
    )
)
_XML = frozenset({"amp", "lt", "gt", "quot", "apos"})
_SVG, _XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
_GROUND = re.compile(
    r"(?<![\w-])background(?:-color)?\s{0,9}:\s{0,9}(#[0-9a-fA-F]{3,8}|rgba?\([\d\s.,%]{1,50}\)|[a-zA-Z]{3,30})"
)
_SIZES = ("width", "height", "x", "y", "cx", "cy", "r")
_FONTS = Path("/usr/share/fonts")
_FAMILIES = {
    "font_family": "Liberation Sans",
    "serif_family": "Liberation Serif",
    "sans_serif_family": "Liberation Sans",
    "cursive_family": "Liberation Sans",
    "fantasy_family": "Liberation Sans",
    "monospace_family": "Liberation Mono",
}


def draw(source: Path, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    """The picture, and a note if it lacks outside references. Raises ``Unreadable``."""
    from resvg_py import svg_to_bytes  # noqa: PLC0415 - its 8 MB are only for workers that meet a drawing

    try:
        cleaned = clean(text_of(source.read_bytes()), limits.image_side_px_max)
        png = svg_to_bytes(svg_string=cleaned.svg, dpi=_DOTS_PER_INCH, languages=["en"], **_families())
        with Image.open(io.BytesIO(png), formats=("PNG",)) as image:
            image.load()
            extracts = pixels.written(image, Kind.PICTURE, ABOUT, out, limits)
    except (ET.ParseError, ValueError, RecursionError, OSError, Image.DecompressionBombError) as error:
        raise Unreadable(notes.NOT_DRAWN) from error
    return [*extracts, NoteExtract(notes.DRAWN_WITHOUT_OUTSIDE)] if cleaned.lacks_outside else extracts


@dataclass(frozen=True, slots=True)
class Cleaned:
    svg: str
    lacks_outside: bool


def clean(svg: str, side_px_max: int) -> Cleaned:
    """The drawing without outside references, in a size that can be drawn and read.

    Raises ``ParseError``, ``ValueError`` or ``RecursionError`` if it is no drawing.
    """
    declaration = re.match(r"\s*<\?xml[^>]*\?>", svg)
    root = _root(svg[declaration.end() :] if declaration else svg)
    if _name(root.tag) != "svg":
        raise ValueError("no drawing")
    lacks_outside = False
    _say_plainly(root)
    for element in root.iter():
        for key, value in list(element.attrib.items()):
            if _name(key) == "href" and not value.lstrip().startswith("#") and not _RASTER.match(value):
                del element.attrib[key]
                lacks_outside = lacks_outside or _name(element.tag) in {"image", "feImage", "use"}
            elif "url(" in value.lower():
                element.attrib[key] = _inside(value)
        if _name(element.tag) == "style" and element.text:
            element.text = _inside(element.text)
    _fit(root, side_px_max)
    return Cleaned(ET.tostring(root, encoding="unicode"), lacks_outside)


def _root(svg: str) -> ET.Element:
    """Parses it, with what a drawing lacks that was taken out of a web page, and without what no XML may hold."""
    try:
        root = ET.fromstring(svg)  # noqa: S314 - expat loads nothing and bounds what entities grow to
    except ET.ParseError as error:
        if error.code not in _MENDED:
            raise
        root = ET.fromstring(_completed(svg))  # noqa: S314 - as above
    if root.tag == "svg":
        for element in root.iter():
            if "}" not in element.tag:
                element.tag = f"{{{_SVG}}}{element.tag}"  # else the renderer leaves out the words
    return root


def _completed(svg: str) -> str:
    """Names of HTML such as ``&nbsp;`` become the characters, and every prefix is bound, if only to its own name.
    Characters that XML does not allow are left out."""
    svg = b"".join(allowed([svg.encode("utf-8", "replace")])).decode()
    svg = _ENTITY.sub(lambda found: found[0] if found[1] in _XML else html5.get(f"{found[1]};", found[0]), svg)
    begin = _BEGIN.search(svg)
    if begin is None:
        return svg
    names = dict.fromkeys(found[1] for found in _PREFIX.finditer(svg))
    unbound = [name for name in names if name[:3] != "xml" and f"xmlns:{name}=" not in svg][:_PREFIXES_MAX]
    bound = "".join(f' xmlns:{name}="{_XLINK if name == "xlink" else name}"' for name in unbound)
    return f"{svg[: begin.end()]}{bound}{svg[begin.end() :]}"


def _say_plainly(root: ET.Element) -> None:
    """Rewrites styles that browsers know but the renderer does not."""
    sheets = [element for element in root.iter() if _name(element.tag) == "style" and element.text]
    for sheet in sheets:
        sheet.text = svg_styles.on_screen(sheet.text or "") if svg_styles.is_for_screens(sheet.get("media", "")) else ""
    own = (element.get("style", "") for element in root.iter())
    known = svg_styles.variables([*(sheet.text or "" for sheet in sheets), *own])
    for sheet in sheets:
        sheet.text = svg_styles.plain(sheet.text or "", known)
    for element in root.iter():
        for key, value in list(element.attrib.items()):
            if key not in _WITHOUT_STYLE and _name(key) != "href":
                element.set(key, svg_styles.plain(value, known))
        moved = _MOVED.search(element.get("style", ""))
        if moved and "transform" not in element.attrib:
            element.set("style", _MOVED.sub("", element.get("style", "")))
            element.set("transform", re.sub(r"(?<=[\d.])(?:px|deg)\b", "", moved[1]))
    svg_sizes.settle(root, sheets)
    svg_words.draw_words(root)
    svg_directions.anchor_words(root)
    _paint_ground(root)


def _paint_ground(root: ET.Element) -> None:
    """A CSS background, which browsers paint for drawings, too: white words may be on it."""
    ground = _GROUND.search(root.get("style", ""))
    if ground is not None and (ground[1] or ground[2].lower() in ImageColor.colormap):
        view = _numbers(root.get("viewBox", ""))
        place = dict(zip(("x", "y", "width", "height"), map(str, view), strict=True)) if len(view) == 4 else {}
        namespace = root.tag.rpartition("}")[0] + "}" if "}" in root.tag else ""
        root.insert(
            0,
            ET.Element(
                f"{namespace}rect", {"width": "100%", "height": "100%", **place, "fill": ground[1] or ground[2]}
            ),
        )


def _inside(style: str) -> str:
    """Without outside references; those within the drawing begin with ``#``."""

    def kept(found: re.Match[str]) -> str:
        if found["target"] is None:
            return ""  # an import, which has no replacement value
        return found[0] if found["target"].lstrip(" \t\r\n\f'\"").startswith("#") else "none"

    return _URL.sub(kept, style)


def _fit(root: ET.Element, side_px_max: int) -> None:
    """Sets the size in pixels to draw in: twice its own, within limits that keep it legible."""
    view = _numbers(root.get("viewBox", ""))
    width = _length_px(root.get("width")) or (view[2] if len(view) == 4 else 0.0)
    height = _length_px(root.get("height")) or (view[3] if len(view) == 4 else 0.0)
    if not (width > 0 and height > 0):
        if len(view) == 4 or not _is_relative(root):
            return
        width = height = _RELATIVE_SIDE_PX
    if len(view) != 4:
        root.set("viewBox", f"0 0 {width} {height}")
    short, long = sorted((width, height))
    wanted = min(max(2 * long, _SIDE_PX_MIN), side_px_max)
    if long > _LONG_FROM * short and wanted < long:
        wanted = min(long, _LONG_SIDE_PX_MAX)
    scale = min(wanted / long, (_DRAWN_PX_MAX / (width * height)) ** 0.5)
    root.set("width", str(max(round(width * scale), 1)))
    root.set("height", str(max(round(height * scale), 1)))


def _numbers(text: str) -> list[float]:
    return [float(number) for number in re.findall(r"[-+]?[0-9]*\.?[0-9]+(?:e[-+]?[0-9]+)?", text)]


def _is_relative(root: ET.Element) -> bool:
    """Whether it has sizes in percent, which say nothing of the drawing's own size."""
    return any(value.endswith("%") for one in root.iter() if one is not root for value in map(one.get, _SIZES) if value)


def _length_px(text: str | None) -> float:
    """0 for a missing, relative or invalid length."""
    found = _LENGTH.match(text or "")
    if found is None:
        return 0.0
    return float(found[1] + (found[2] or "")) * _UNITS_PX[found[3].lower() if found[3] else None]


def _name(tag: object) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _families() -> dict[str, Any]:
    """Replacements for missing fonts; resvg's own defaults are Windows fonts."""
    return dict(_FAMILIES) if next(_FONTS.rglob("LiberationSans-Regular.*"), None) else {}
