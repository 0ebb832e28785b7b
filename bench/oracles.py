"""Reads with independent readers what is in a file: its words, how many pages or frames, its size as a picture.

I/O: reads files. Each reader is another than the bot's own for that kind, or goes through the file's bare XML; a
directory's name says the encoding of the texts in it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET

import openpyxl
import pypdf
import python_calamine
from PIL import Image, ImageOps

from bench import mail_oracles, text_oracles
from bench.encodings import codec_named
from bench.words import missing, plain, reached, words_of
from bot.messages import ImageBlock, PdfBlock, PreparedFile, TextBlock

_APART_MAX = 40
_BYTES_MAX = 8_000_000
_CELLS_MAX = 20_000
_PAGES_MAX = 20
_UNSEEN_PARTS = re.compile(
    r"theme|[sS]tyles|settings|fontTable|slideMaster|slideLayout|notesMaster|handoutMaster|glossary"
)
_SHOWN = ("document", "comments", "footnotes", "endnotes", "header", "footer", "slide", "notesSlide", "drawing", "data")
_NOT_WORDS = frozenset({"deletion", "binary-data", "date", "desc", "title"})
"""What was deleted, pictures in base64, what describes a picture to those who do not see it, and the moment of a
comment, of which the day is enough."""
_OF_EXCEL = re.compile(r"\[Threaded comment\].*?(?:Comment:|\Z)", re.DOTALL)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LINK = re.compile(r"(?:https?://|mailto:)\S*")
_BARE_NUMBER = re.compile(r"[\d.,:/%-]+")


@dataclass(frozen=True, slots=True)
class Seen:
    """What there is to see, by one reader. ``None`` and nothing: it does not say."""

    kind: str
    words: frozenset[str] = frozenset()
    pages: int | None = None
    picture: tuple[int, int] | None = None
    grey: tuple[int, ...] = field(default=(), repr=False)
    """The picture's brightness in 64 fields, where nothing about it is a matter of taste."""


def seen_in(path: Path) -> Seen | None:
    """``None`` for what has no independent reader, or none that reads it."""
    reader = _in_encoding if codec_named(path.parent.name) else _READERS.get(path.suffix.lower())
    if reader is None or path.stat().st_size > _BYTES_MAX:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return reader(path)
        except BaseException as error:
            if not isinstance(error, Exception) and type(error).__name__ != "PanicException":  # how Rust gives up
                raise
            return None


# --- spreadsheets ----------------------------------------------------------------------------------------------------
def _xlsx(path: Path) -> Seen:
    """Words of cells, comments and names of sheets; whole numbers and years where their format leaves no choice."""
    book = openpyxl.load_workbook(path, data_only=True)
    texts = list(book.sheetnames)
    for sheet in book.worksheets:
        for count, cell in enumerate(cell for row in sheet.iter_rows() for cell in row):
            if count > _CELLS_MAX:
                break
            texts += filter(None, [_OF_EXCEL.sub("", cell.comment.text) if cell.comment else ""])
            if isinstance(cell.value, str) and cell.data_type == "s" and not _BARE_NUMBER.fullmatch(cell.value):
                texts.append(_ESCAPED.sub(lambda found: chr(int(found[1], 16)), cell.value))
            elif isinstance(cell.value, int) and cell.data_type == "n" and cell.number_format == "General":
                texts.append(str(cell.value) if abs(cell.value) < 10**10 else "")
            elif isinstance(cell.value, dt.date) and "yyyy" in cell.number_format.lower():
                texts.append(str(cell.value.year))
    return Seen("spreadsheet", words_of(texts))


def _calamine(path: Path) -> Seen:
    book = python_calamine.load_workbook(path)
    texts = list(book.sheet_names)
    for name in book.sheet_names:
        with contextlib.suppress(Exception):  # a sheet of charts
            for row in book.get_sheet_by_name(name).to_python()[:2_000]:
                texts += (cell for cell in row if isinstance(cell, str) and not _BARE_NUMBER.fullmatch(cell))
                texts += (str(cell.year) for cell in row if hasattr(cell, "year"))
    return Seen("spreadsheet", words_of(texts))


# --- documents -------------------------------------------------------------------------------------------------------
def _open_xml(path: Path) -> Seen:
    """Every ``w:t``, ``a:t`` and comment's text of every part that people see."""
    texts: list[str] = []
    with zipfile.ZipFile(path) as opened:
        for name in opened.namelist():
            if name.endswith(".xml") and not _UNSEEN_PARTS.search(name) and Path(name).name.startswith(_SHOWN):
                texts += _paragraphs(ET.fromstring(opened.read(name)))
    return Seen("document" if path.suffix.lower().startswith((".doc", ".dot")) else "slides", words_of(texts))


def _paragraphs(root: ET.Element) -> Iterator[str]:
    for paragraph in root.iter():
        if _local(paragraph) in {"p", "text"}:
            texts = []
            for one in paragraph.iter():
                if _local(one) == "t" and "officeDocument/2006/math" not in one.tag:
                    texts.append(one.text or "")
                elif _local(one) in {"tab", "br", "cr", "p", "r"}:
                    texts.append("" if _local(one) == "r" else " ")
            yield "".join(texts)


def _local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _open_document(path: Path) -> Seen:
    """Every paragraph and heading of content.xml, notes and comments of it included; headers and footers."""
    with zipfile.ZipFile(path) as opened:
        body = ET.fromstring(opened.read("content.xml"))
    kind = {".ods": "spreadsheet", ".ots": "spreadsheet", ".odp": "slides"}.get(path.suffix.lower(), "document")
    return Seen(kind, words_of(_open_paragraphs(body)))


def _open_paragraphs(body: ET.Element) -> Iterator[str]:
    return (_flat(element) for element in body.iter() if _local(element) in {"p", "h"} and "text" in element.tag)


def _by_office(path: Path) -> Seen | None:
    """What LibreOffice holds of it, before anything is laid out on pages."""
    made, kind = {".ppt": ("fodp", "slides"), ".pps": ("fodp", "slides")}.get(path.suffix.lower(), ("fodt", "document"))
    program = shutil.which("soffice")
    if program is None:
        return None
    with tempfile.TemporaryDirectory() as directory:
        own = f"-env:UserInstallation=file://{tempfile.gettempdir()}/corpus-office-{os.getpid()}"
        command = [program, own, "--headless", "--convert-to", made, "--outdir", directory, str(path)]
        subprocess.run(command, check=False, capture_output=True, timeout=60)
        body = ET.parse(Path(directory, f"{path.stem}.{made}")).find("{*}body")
    return Seen(f"{kind}, older", words_of(_open_paragraphs(body))) if body is not None else None


def _flat(element: ET.Element) -> str:
    parts = [element.text or ""]
    for child in element:
        inner = _flat(child) if _local(child) not in _NOT_WORDS else ""
        parts += [" " if _local(child) in {"s", "tab", "line-break", "note", "annotation", "p"} else "", inner]
        parts += [" " if _local(child) in {"note", "annotation"} else "", child.tail or ""]
    return "".join(parts)


# --- mails -----------------------------------------------------------------------------------------------------------
def _mail(path: Path) -> Seen | None:
    texts = list(mail_oracles.mail(path))
    return Seen("mail", words_of(texts)) if texts else None


def _mailbox(path: Path) -> Seen:
    return Seen("mail", words_of(mail_oracles.mailbox(path)))


def _outlook(path: Path) -> Seen:
    return Seen("Outlook message", words_of(mail_oracles.outlook(path)))


# --- the others ------------------------------------------------------------------------------------------------------
def _pdf(path: Path) -> Seen:
    reader = pypdf.PdfReader(path)
    if reader.is_encrypted:
        reader.decrypt("")
    texts = [*(Path(name.replace("\\", "/")).stem for name in reader.attachments), *_page_words(reader)]
    plain_words = (word for text in texts for word in re.findall(r"[A-Za-z]{4,20}", text))
    return Seen("PDF", words_of(plain_words), pages=len(reader.pages))


def _page_words(reader: pypdf.PdfReader) -> list[str]:
    texts: list[str] = []
    with contextlib.suppress(Exception):
        for page in reader.pages[:_PAGES_MAX]:
            texts += page.extract_text().split()
    return texts


def _words_of_pdfs(file: PreparedFile) -> Iterator[str]:
    for block in file.blocks:
        if isinstance(block, PdfBlock):
            yield from _page_words(pypdf.PdfReader(block.data.path))
        elif isinstance(block, TextBlock):
            yield block.text


def _in_encoding(path: Path) -> Seen:
    codec = codec_named(path.parent.name)
    return Seen("text in a known encoding", words_of([path.read_bytes().decode(codec or "")]))


def _zip(path: Path) -> Seen | None:
    """``None`` for a document, whose parts nobody sees."""
    with zipfile.ZipFile(path) as opened:
        names = [one.filename for one in opened.infolist() if not one.is_dir()]
    return _of_names(names) if "[Content_Types].xml" not in names else None


def _tar(path: Path) -> Seen:
    with tarfile.open(path) as opened:
        return _of_names([one.name for one in opened if one.isfile()])


def _of_names(names: list[str]) -> Seen:
    """Of a file whose name is there every word is; five are enough to notice one that is not read at all."""
    return Seen("archive", words_of(Path(name).name for name in names if not name.startswith("__MACOSX")))


def _picture(path: Path) -> Seen:
    """As people see it: turned by its EXIF; its brightness only where it is opaque and of eight bits."""
    with Image.open(path) as opened:
        several = getattr(opened, "n_frames", 1) > 1
        turned = ImageOps.exif_transpose(opened)
        taste = several or opened.mode not in {"L", "RGB"} or "transparency" in opened.info
        grey = () if taste else tuple(turned.convert("L").resize((8, 8), Image.Resampling.BOX).tobytes())
        return Seen("picture", picture=turned.size, grey=grey)


def _flat_document(path: Path) -> Seen | None:
    body = ET.parse(path).find("{*}body")
    kind = {".fods": "spreadsheet", ".fodp": "slides"}.get(path.suffix.lower(), "document")
    return Seen(kind, words_of(_open_paragraphs(body))) if body is not None else None


def _of_texts(path: Path) -> Seen:
    kind, texts = text_oracles.READERS[path.suffix.lower()]
    return Seen(kind, words_of(_LINK.sub(" ", text) for text in texts(path)))


_OPEN_XML = (".docx", ".docm", ".dotx", ".dotm", ".pptx", ".pptm", ".potx", ".ppsx", ".ppsm")
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff", ".jp2", ".ppm", ".pgm", ".pbm", ".qoi")
_READERS: dict[str, Callable[[Path], Seen | None]] = {
    **dict.fromkeys((".xlsx", ".xlsm", ".xltx"), _xlsx),
    **dict.fromkeys((".xls", ".xlsb"), _calamine),
    **dict.fromkeys(_OPEN_XML, _open_xml),
    **dict.fromkeys((".doc", ".rtf", ".ppt", ".pps"), _by_office),
    **dict.fromkeys((".odt", ".ott", ".odp", ".odg", ".ods", ".ots"), _open_document),
    **dict.fromkeys((".fodt", ".fods", ".fodp", ".fodg"), _flat_document),
    **dict.fromkeys(text_oracles.READERS, _of_texts),
    ".eml": _mail,
    ".mbox": _mailbox,
    **dict.fromkeys(_PICTURES, _picture),
    **dict.fromkeys((".tar", ".tgz"), _tar),
    ".msg": _outlook,
    ".pdf": _pdf,
    ".zip": _zip,
}


def lacking(seen: Seen, file: PreparedFile) -> list[str]:
    """What of it is in nothing that the model gets: words, pages, or what a picture should look like."""
    lacks = missing(seen.words, reached(file))
    if (
        lacks and seen.pages is not None
    ):  # readers disagree about what belongs together: the one that saw it looks again
        lacks = missing(frozenset(lacks), plain(" ".join(_words_of_pdfs(file))))
    pages = sum(block.pages for block in file.blocks if isinstance(block, PdfBlock))
    if seen.pages is not None and pages < seen.pages:
        lacks.append(f"{seen.pages} pages, not {pages}")
    pictures = [block for block in file.blocks if isinstance(block, ImageBlock)]
    if seen.picture is not None:
        lacks += _unlike(seen, pictures) if pictures else ["the picture"]
    return lacks


def _unlike(seen: Seen, pictures: list[ImageBlock]) -> list[str]:
    width, height = seen.picture or (1, 1)
    first = pictures[0]
    if len(pictures) > 1:
        return []  # pieces, frames, pages
    ratio = (first.width_px / first.height_px) / (width / height)
    if not 0.9 < ratio < 1.1 and min(first.width_px, first.height_px) > 10:
        return [f"{width} × {height} px, not {first.width_px} × {first.height_px}"]
    with Image.open(first.data.path) as opened:
        grey = opened.convert("L").resize((8, 8), Image.Resampling.BOX).tobytes()
    apart = max((abs(one - other) for one, other in zip(seen.grey, grey, strict=False)), default=0)
    return [f"brightness {apart} apart"] if apart > _APART_MAX else []
