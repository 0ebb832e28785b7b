"""Documents that reach out of themselves: beside a picture of their own they show what is at other addresses."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from html import escape

from tests import made_documents, made_files

OWN = (0, 128, 0)
"""The colour of each document's own picture, in RGB."""
_PICTURE = made_files.solid("PNG", OWN)

Reaching = Callable[[Sequence[str]], bytes]
"""The document that shows what is at these addresses."""


def _frames(addresses: Sequence[str]) -> str:
    return "".join(
        f'<draw:frame text:anchor-type="paragraph" svg:x="1cm" svg:y="{number + 1}cm" svg:width="1cm" svg:height="1cm">'
        f'<draw:image xlink:href="{escape(address)}" xlink:type="simple" xlink:show="embed" xlink:actuate="onLoad"/>'
        "</draw:frame>"
        for number, address in enumerate(["Pictures/own.png", *addresses])
    )


def _open_document(body: str, kind: str, element: str = "") -> bytes:
    pictures = {"Pictures/own.png": _PICTURE}
    return made_documents.odt(body, mimetype=kind, body_element=element, extra=pictures)


def odt(addresses: Sequence[str]) -> bytes:
    return _open_document(f"<text:p>{_frames(addresses)}</text:p>", "text")


def odt_backgrounds(addresses: Sequence[str]) -> bytes:
    """The pictures lie behind paragraphs."""
    names = "".join(
        f' xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for prefix, name in (("style", "style"), ("fo", "xsl-fo-compatible"))
    )
    styles = "".join(
        f'<style:style style:name="P{number}" style:family="paragraph"><style:paragraph-properties>'
        f'<style:background-image xlink:href="{escape(address)}" xlink:type="simple" xlink:actuate="onLoad"/>'
        "</style:paragraph-properties></style:style>"
        for number, address in enumerate(addresses)
    )
    text = "".join(f'<text:p text:style-name="P{number}">Hello</text:p>' for number in range(len(addresses)))
    return made_documents.odt(
        f"<text:p>{_frames(())}</text:p>{text}",
        scripts=f"<office:automatic-styles{names}>{styles}</office:automatic-styles>",
        extra={"Pictures/own.png": _PICTURE},
    )


def odg(addresses: Sequence[str]) -> bytes:
    return _open_document(f'<draw:page draw:name="1">{_frames(addresses)}</draw:page>', "graphics", "drawing")


def odp(addresses: Sequence[str]) -> bytes:
    return _open_document(f'<draw:page draw:name="1">{_frames(addresses)}</draw:page>', "presentation")


def ods(addresses: Sequence[str]) -> bytes:
    """With a chart besides, since only for those is a spreadsheet opened by an office program."""
    chart = '<draw:frame svg:width="1cm" svg:height="1cm"><draw:object xlink:href="./Object 1"/></draw:frame>'
    cells = "<table:table-row><table:table-cell/></table:table-row>"
    shapes = f"<table:shapes>{_frames(addresses)}{chart}</table:shapes>"
    return _open_document(f'<table:table table:name="1">{shapes}{cells}</table:table>', "spreadsheet")


def rtf(addresses: Sequence[str]) -> bytes:
    fields = "".join(
        f'{{\\field{{\\*\\fldinst INCLUDEPICTURE "{address}" \\\\* MERGEFORMAT \\\\d}}{{\\fldrslt }}}}\\par'
        for address in addresses
    )
    own = f"{{\\pict\\pngblip\\picwgoal400\\pichgoal400 {_PICTURE.hex()}}}\\par"
    return f"{{\\rtf1\\ansi {own}{fields}}}".encode()


def svg(addresses: Sequence[str]) -> bytes:
    """The references stand in a drawing within the drawing, as a ``data:`` address, where a look at the text misses
    them; without any, there is no such drawing."""
    inner = _drawing([address for address in addresses if "://" in address])
    return _drawing([_data("image/svg+xml", inner)] if addresses else [])


def odt_with_svg(addresses: Sequence[str]) -> bytes:
    picture = {"Pictures/own.png": _PICTURE, "Pictures/drawing.svg": svg(addresses)}
    return made_documents.odt(f"<text:p>{_frames(['Pictures/drawing.svg'])}</text:p>", extra=picture)


def zipped_odg(addresses: Sequence[str]) -> bytes:
    return made_files.zipped({"papers/plan.odg": odg(addresses)})


def zipped_rtf(addresses: Sequence[str]) -> bytes:
    return made_files.zipped({"plan.rtf": rtf(addresses)})


def _drawing(addresses: Sequence[str]) -> bytes:
    names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    images = "".join(
        f'<image x="{40 * number}" width="32" height="32" xlink:href="{address}"/>'
        for number, address in enumerate([_data("image/png", _PICTURE), *addresses])
    )
    return f'<svg {names} width="400" height="40">{images}</svg>'.encode()


def _data(media_type: str, content: bytes) -> str:
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"


ALL: dict[str, Reaching] = {
    made.__name__: made for made in (odt, odt_backgrounds, odg, odp, ods, rtf, odt_with_svg, zipped_odg, zipped_rtf)
}
