"""Office files with what their pages do not show, made on the spot: part by part, or by openpyxl."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date

from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image as SheetImage

from tests import made_files
from tests.made_files import zipped

_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SLIDES = "http://schemas.openxmlformats.org/presentationml/2006/main"
DRAWN = "http://schemas.openxmlformats.org/drawingml/2006/main"
SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
Related = Mapping[str, tuple[str, str]]
"""By id: the end of the relation's type, and the part it leads to, from where the part lies that has it."""


def open_xml(main: str, parts: Mapping[str, str | bytes], related: Mapping[str, Related], kind: str) -> bytes:
    """A package of these parts. ``related`` is by part; ``kind`` is of the main part, as content types name it."""
    types = "".join(
        f'<Override PartName="/{name}" ContentType="{_content_type(name, main, kind)}"/>'
        for name in parts
        if name.endswith(".xml")
    )
    members: dict[str, bytes] = {
        "[Content_Types].xml": (
            f'<?xml version="1.0"?><Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
            f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{types}</Types>'
        ).encode(),
        "_rels/.rels": _relations({"rId1": ("officeDocument", main)}),
    }
    members |= {name: part.encode() if isinstance(part, str) else part for name, part in parts.items()}
    for part, relations in related.items():
        folder, _, name = part.rpartition("/")
        members[f"{folder}/_rels/{name}.rels"] = _relations(relations)
    return zipped(members)


def _relations(relations: Related) -> bytes:
    listed = "".join(
        f'<Relationship Id="{number}" Type="{_OFFICE}/{kind}" Target="{target}"'
        + (' TargetMode="External"/>' if "://" in target else "/>")
        for number, (kind, target) in relations.items()
    )
    return f'<?xml version="1.0"?><Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'.encode()


def _content_type(name: str, main: str, kind: str) -> str:
    base = "application/vnd.openxmlformats-officedocument"
    if name == main:
        return f"{base}.{kind}.main+xml"
    word = name.rpartition("/")[2].rstrip("0123456789.xml")
    return f"{base}.{kind.rpartition('.')[0]}.{word}+xml"


# --- Word ----------------------------------------------------------------------------------------------------------
def word(body: str, parts: Mapping[str, str] | None = None) -> bytes:
    """``body`` stands within ``<w:body>``; ``parts`` are what stands within the root of ``comments``, ``footnotes``,
    ``header1`` and the like, by that name."""
    roots = {
        "comments": "comments",
        "commentsExtended": "commentsEx",
        "footnotes": "footnotes",
        "endnotes": "endnotes",
        "header1": "hdr",
        "footer1": "ftr",
        "numbering": "numbering",
        "styles": "styles",
    }
    made = {"word/document.xml": f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'}
    related = {}
    for number, (name, content) in enumerate((parts or {}).items(), 1):
        root = roots[name]
        made[f"word/{name}.xml"] = f'<w:{root} xmlns:w="{WORD}">{content}</w:{root}>'
        related[f"rId{number}"] = (name.rstrip("1"), f"{name}.xml")
    return open_xml("word/document.xml", made, {"word/document.xml": related}, "wordprocessingml.document")


def paragraph(*runs: str) -> str:
    return f"<w:p>{''.join(run if run.startswith('<') else text_run(run) for run in runs)}</w:p>"


def text_run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


# --- PowerPoint ----------------------------------------------------------------------------------------------------
def box(text: str, *, x: int = 900_000, y: int = 900_000, attributes: str = "", placeholder: str = "") -> str:
    """A text box of two thirds of a slide's width; ``text`` may have several lines."""
    lines = "".join(f"<a:p><a:r><a:t>{line}</a:t></a:r></a:p>" for line in text.split("\n"))
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="2" name="T" {attributes}/><p:cNvSpPr/><p:nvPr>{placeholder}</p:nvPr></p:nvSpPr>'
        f'<p:spPr><a:xfrm><a:off x="{x}" y="{y}"/><a:ext cx="6000000" cy="1000000"/></a:xfrm><a:prstGeom prst="rect">'
        f"<a:avLst/></a:prstGeom></p:spPr><p:txBody><a:bodyPr/>{lines}</p:txBody></p:sp>"
    )


def slide(*shapes: str, root: str = "sld", attributes: str = "") -> str:
    group = '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'
    return (
        f'<p:{root} xmlns:p="{SLIDES}" xmlns:a="{DRAWN}" xmlns:r="{_OFFICE}" {attributes}><p:cSld><p:spTree>{group}'
        f"{''.join(shapes)}</p:spTree></p:cSld></p:{root}>"
    )


def presentation(
    slides: Mapping[str, str], notes: Mapping[str, str] | None = None, comments: Mapping[str, str] | None = None
) -> bytes:
    """Slides by name ("slide1"); notes and comments are by the slide they are of."""
    numbers = {name: f"rId{number}" for number, name in enumerate(slides, 1)}
    listed = "".join(f'<p:sldId id="{256 + at}" r:id="{number}"/>' for at, number in enumerate(numbers.values()))
    parts = {
        "ppt/presentation.xml": (
            f'<p:presentation xmlns:p="{SLIDES}" xmlns:a="{DRAWN}" xmlns:r="{_OFFICE}">'
            f"<p:sldIdLst>{listed}</p:sldIdLst>"
            '<p:sldSz cx="9144000" cy="6858000"/><p:notesSz cx="6858000" cy="9144000"/></p:presentation>'
        )
    }
    related: dict[str, dict[str, tuple[str, str]]] = {
        "ppt/presentation.xml": {number: ("slide", f"slides/{name}.xml") for name, number in numbers.items()}
    }
    for name, content in slides.items():
        parts[f"ppt/slides/{name}.xml"] = content
        related[f"ppt/slides/{name}.xml"] = {}
    for kind, folder, found in (("notesSlide", "notesSlides", notes), ("comments", "comments", comments)):
        for name, content in (found or {}).items():
            parts[f"ppt/{folder}/{name}.xml"] = content
            related[f"ppt/slides/{name}.xml"][f"r{kind}"] = (kind, f"../{folder}/{name}.xml")
    if comments:
        author = '<p:cmAuthor id="0" name="Ann" initials="A" lastIdx="1" clrIdx="0"/>'
        parts["ppt/commentAuthors.xml"] = f'<p:cmAuthorLst xmlns:p="{SLIDES}">{author}</p:cmAuthorLst>'
    return open_xml("ppt/presentation.xml", parts, related, "presentationml.presentation")


def slide_comment(text: str) -> str:
    comment = f'<p:cm authorId="0" dt="2026-11-24T10:00:00" idx="1"><p:pos x="1" y="1"/><p:text>{text}</p:text></p:cm>'
    return f'<p:cmLst xmlns:p="{SLIDES}">{comment}</p:cmLst>'


# --- Excel ---------------------------------------------------------------------------------------------------------
def price_list(*, chart: bool = False, picture: bool = False, formulas: bool = False) -> bytes:
    """A sheet of everything that pages lose, and a hidden one."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Prices"
    rows: list[list[str | float | date]] = [["Price list 2026"], ["item", "price", "share", "since", "internal"]]
    rows += [[f"lamp {number}", 1_000 + number / 4, number / 100, date(2026, 3, number), "x"] for number in range(1, 6)]
    for values in rows:
        sheet.append(values)
    sheet.merge_cells("A1:C1")
    for row in range(3, 8):
        sheet.cell(row, 2).number_format = '#,##0.00 "€"'
        sheet.cell(row, 3).number_format = "0.0%"
        sheet.cell(row, 4).number_format = "dd.mm.yyyy"
    assert sheet.oddHeader is not None
    sheet.oddHeader.center.text = "Example &&Co"
    sheet["A3"].comment = Comment("out of stock", "Ann")
    sheet.column_dimensions["E"].hidden = True
    sheet.column_dimensions["B"].width = 2
    sheet.row_dimensions[5].hidden = True
    if formulas:
        sheet["B9"] = "=SUM(B3:B7)"
    if chart:
        drawn = BarChart()
        drawn.title = "Prices by lamp"
        drawn.add_data(Reference(sheet, min_col=2, min_row=2, max_row=7), titles_from_data=True)
        sheet.add_chart(drawn, "G2")
    if picture:
        sheet.add_image(SheetImage(io.BytesIO(made_files.image("PNG", (40, 30)))), "G20")
    other = book.create_sheet("Assumptions")
    other["A1"] = "Rebate of seven percent"
    other.sheet_state = "hidden"
    return saved(book)


def saved(book: Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def workbook(
    sheet_data: str, *, after: str = "", before: str = "", parts: Mapping[str, str | bytes] | None = None
) -> bytes:
    """One sheet called Data, with this within ``<sheetData>``; ``parts`` come beside, related to by nothing."""
    sheet = f'<worksheet xmlns="{SHEETS}">{before}<sheetData>{sheet_data}</sheetData>{after}</worksheet>'
    listed = '<sheets><sheet name="Data" sheetId="1" r:id="rId1"/></sheets>'
    book = f'<workbook xmlns="{SHEETS}" xmlns:r="{_OFFICE}">{listed}</workbook>'
    related = {"xl/workbook.xml": {"rId1": ("worksheet", "worksheets/sheet1.xml")}}
    made = {"xl/workbook.xml": book, "xl/worksheets/sheet1.xml": sheet, **(parts or {})}
    return open_xml("xl/workbook.xml", made, related, "spreadsheetml.sheet")


def cells(row: int, *texts: str) -> str:
    inside = "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in texts)
    return f'<row r="{row}">{inside}</row>'


def excel_xml(rows: str, *, styles: str = "", options: str = "", style: str = "Default") -> bytes:
    """An Excel 2003 XML spreadsheet with one sheet, whose table has that style."""
    name = "urn:schemas-microsoft-com:office:spreadsheet"
    return (
        f'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook xmlns="{name}" xmlns:ss="{name}" '
        f'xmlns:x="urn:schemas-microsoft-com:office:excel"><Styles>{styles}</Styles><Worksheet ss:Name="Data">'
        f'<Table ss:StyleID="{style}">{rows}</Table><x:WorksheetOptions>{options}</x:WorksheetOptions></Worksheet>'
        "</Workbook>"
    ).encode()


def flat(kind: str, body: str, *, styles: str = "") -> bytes:
    """A flat OpenDocument file."""
    spaces = {"office": "office", "text": "text", "table": "table", "draw": "drawing", "style": "style"}
    spaces |= {"svg": "svg-compatible", "presentation": "presentation", "number": "datastyle"}
    named = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"' for short, long in spaces.items()
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<office:document {named} xmlns:dc="http://purl.org/dc/elements/1.1/" '
        f'office:version="1.2" office:mimetype="application/vnd.oasis.opendocument.{kind}"><office:automatic-styles>'
        f"{styles}</office:automatic-styles><office:body><office:{kind}>{body}</office:{kind}></office:body></office:document>"
    ).encode()
