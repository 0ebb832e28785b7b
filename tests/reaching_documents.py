"""Documents that reach out of themselves: beside a picture of their own they show what is at other addresses."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Callable, Sequence
from html import escape

from tests import made_documents, made_files, made_office

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


_OOXML = "http://schemas.openxmlformats.org"
_RELATED = f"{_OOXML}/officeDocument/2006/relationships"
_DRAWN = f"{_OOXML}/drawingml/2006"


def _relations(addresses: Sequence[str], *more: str) -> bytes:
    """The document's own picture by ``own``, those elsewhere by their numbers."""
    outside = "".join(
        f'<Relationship Id="r{number}" Type="{_RELATED}/image" Target="{escape(address)}" TargetMode="External"/>'
        for number, address in enumerate(addresses)
    )
    own = f'<Relationship Id="own" Type="{_RELATED}/image" Target="../media/own.png"/>'
    names = f'xmlns="{_OOXML}/package/2006/relationships"'
    return f"<Relationships {names}>{own}{outside}{''.join(more)}</Relationships>".encode()


def _blips(addresses: Sequence[str]) -> list[str]:
    return ['r:embed="own"', *(f'r:link="r{number}"' for number in range(len(addresses)))]


def docx(addresses: Sequence[str]) -> bytes:
    """Pictures that are linked, fields that include one, and a template elsewhere."""
    size = 'cx="360000" cy="360000"'
    drawings = "".join(
        f'<w:p><w:r><w:drawing><wp:inline><wp:extent {size}/><wp:docPr id="{number + 1}" name="p{number}"/><a:graphic>'
        f'<a:graphicData uri="{_DRAWN}/picture"><pic:pic><pic:nvPicPr><pic:cNvPr id="0" name="p"/><pic:cNvPicPr/>'
        f"</pic:nvPicPr><pic:blipFill><a:blip {blip}/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr>"
        f'<a:xfrm><a:off x="0" y="0"/><a:ext {size}/></a:xfrm><a:prstGeom prst="rect"/></pic:spPr></pic:pic>'
        "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
        for number, blip in enumerate(_blips(addresses))
    )
    fields = "".join(
        f'<w:p><w:fldSimple w:instr=" INCLUDEPICTURE &quot;{escape(address)}&quot; \\* MERGEFORMAT \\d "/></w:p>'
        f'<w:p><w:fldSimple w:instr=" INCLUDETEXT &quot;{escape(address)}&quot; "/></w:p>'
        for address in addresses
    )
    word = f"{_OOXML}/wordprocessingml/2006/main"
    names = f'xmlns:w="{word}" xmlns:r="{_RELATED}" xmlns:a="{_DRAWN}/main" xmlns:pic="{_DRAWN}/picture" '
    names += f'xmlns:wp="{_DRAWN}/wordprocessingDrawing"'
    template = f'<w:settings xmlns:w="{word}" xmlns:r="{_RELATED}"><w:attachedTemplate r:id="t"/></w:settings>'
    settings = f'<Relationship Id="s" Type="{_RELATED}/settings" Target="settings.xml"/>'
    attached = "".join(
        f'<Relationship Id="t" Type="{_RELATED}/attachedTemplate" Target="{escape(address)}" TargetMode="External"/>'
        for address in addresses[:1]
    )
    package = f"{_OOXML}/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    return made_files.zipped(
        {
            "[Content_Types].xml": (
                f'<Types xmlns="{package}/content-types"><Default Extension="rels" '
                'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
                '<Default Extension="png" ContentType="image/png"/>'
                f'<Override PartName="/word/document.xml" ContentType="{kind}.document.main+xml"/>'
                f'<Override PartName="/word/settings.xml" ContentType="{kind}.settings+xml"/></Types>'
            ).encode(),
            "_rels/.rels": (
                f'<Relationships xmlns="{package}/relationships"><Relationship Id="d" '
                f'Type="{_RELATED}/officeDocument" Target="word/document.xml"/></Relationships>'
            ).encode(),
            "word/document.xml": f"<w:document {names}><w:body>{drawings}{fields}</w:body></w:document>".encode(),
            "word/settings.xml": (template if attached else f'<w:settings xmlns:w="{word}"/>').encode(),
            "word/_rels/document.xml.rels": _relations(addresses, settings).replace(b"../media", b"media"),
            "word/_rels/settings.xml.rels": (
                f'<Relationships xmlns="{package}/relationships">{attached}</Relationships>'
            ).encode(),
            "word/media/own.png": _PICTURE,
        }
    )


def pptx(addresses: Sequence[str]) -> bytes:
    pictures = "".join(
        f'<p:pic><p:nvPicPr><p:cNvPr id="{number + 2}" name="p"/><p:cNvPicPr/><p:nvPr/></p:nvPicPr><p:blipFill>'
        f"<a:blip {blip}/><a:stretch><a:fillRect/></a:stretch></p:blipFill><p:spPr><a:xfrm>"
        f'<a:off x="{number * 500_000}" y="0"/><a:ext cx="400000" cy="400000"/></a:xfrm><a:prstGeom prst="rect"/>'
        "</p:spPr></p:pic>"
        for number, blip in enumerate(_blips(addresses))
    )
    with zipfile.ZipFile(io.BytesIO(made_office.presentation({"slide1": made_office.slide(pictures)}))) as package:
        members = {name: package.read(name) for name in package.namelist()}
    types = members["[Content_Types].xml"]
    members["[Content_Types].xml"] = types.replace(
        b"<Override", b'<Default Extension="png" ContentType="image/png"/><Override', 1
    )
    members["ppt/slides/_rels/slide1.xml.rels"] = _relations(addresses)
    members["ppt/media/own.png"] = _PICTURE
    return made_files.zipped(members)


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
    made.__name__: made
    for made in (
        odt,
        odt_backgrounds,
        odg,
        odp,
        ods,
        rtf,
        docx,
        pptx,
        odt_with_svg,
        zipped_odg,
        zipped_rtf,
    )
}
