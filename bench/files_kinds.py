"""What reading one large file of each kind takes: the peak of memory and the time of the processor.

I/O: writes sample files into a temporary directory; each is read by a process of its own, which reads nothing else, as
the worker does it, unconfined. What LibreOffice adds is not in it::

    python -m bench.files_kinds [KIND ...]

Linux only (``/proc``). A worker forks for each file, so that what Python and the libraries take is
shared; here it is counted each time: the first line says how much that is.
"""

from __future__ import annotations

import argparse
import bz2
import csv
import io
import random
import struct
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from openpyxl import Workbook
from PIL import Image

from bot.assembly.derived import file_limits
from bot.configuration.model_settings import ModelSettings
from bot.files.confinement import NONE
from tests import made_documents, made_files, made_mails, made_office, made_outlook, made_pdfs

LIMITS = file_limits(ModelSettings.model_construct(), NONE).convert
READER = """
import re, resource, sys
from pathlib import Path
from bot.files.bounds import ConvertLimits
from bot.files.outbox import Outbox
from bot.files.worker.convert import convert
source = Path(sys.argv[1])
convert(source, "x", "", Outbox(source.parent, ""), ConvertLimits.from_json(sys.argv[2]))
used = resource.getrusage(resource.RUSAGE_SELF)
print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1], used.ru_utime + used.ru_stime)
"""
MB = 1_000_000
ROWS = 50_000
SENTENCE = "The pump in hall {} was switched off on Tuesday and ran again for {} hours. "


def sentences(count: int) -> str:
    return "".join(SENTENCE.format(number % 90, number) + "\n" * (number % 5 == 4) for number in range(count))


def table(rows: int) -> bytes:
    file = io.StringIO()
    csv.writer(file).writerows([number, f"Größe {number % 97}", number / 7, "Köln"] for number in range(rows))
    return file.getvalue().encode("cp1252")


def workbook() -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Data")
    for number in range(ROWS):
        sheet.append([number, f"part {number % 97}", number / 7, "hall", number % 2 == 0])
    return made_office.saved(book)


def flat_sheet() -> bytes:
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    rows = (f"<table:table-row>{cell.format(n) * 5}</table:table-row>" for n in range(ROWS))
    return made_office.flat("spreadsheet", f'<table:table table:name="Data">{"".join(rows)}</table:table>')


def document() -> bytes:
    return made_office.word("".join(made_office.paragraph(line) for line in sentences(8_000).split("\n")))


def presentation() -> bytes:
    slides = {f"slide{n}": made_office.slide(made_office.box(sentences(5).strip())) for n in range(1, 301)}
    return made_office.presentation(slides)


def dbase() -> bytes:
    head = struct.pack("<4BIHH20x", 3, 126, 1, 1, ROWS, 65, 41) + b"NAME".ljust(11, b"\0") + b"C" + bytes(4) + b"\x28"
    return head + bytes(15) + b"\r" + b"".join(f" {f'Part {n}':40}".encode() for n in range(ROWS))


def mail() -> bytes:
    attached = made_mails.part(f"application/zip{made_mails.attachment('a.zip')}", random.Random(1).randbytes(8 * MB))
    return made_mails.multipart("mixed", [made_mails.part("text/plain", sentences(5_000)), attached])


def archive() -> bytes:
    return made_files.zipped({f"{n}.txt": sentences(5_000).encode() for n in range(50)})


def tar() -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as made:
        for number in range(50):
            info = tarfile.TarInfo(f"{number}.txt")
            data = sentences(5_000).encode()
            info.size = len(data)
            made.addfile(info, io.BytesIO(data))
    return file.getvalue()


def book() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("mimetype", "application/epub+zip")
        made.writestr("META-INF/container.xml", '<container><rootfile full-path="a.opf"/></container>')
        items = "".join(f'<item id="{n}" href="{n}.xhtml"/>' for n in range(40))
        spine = "".join(f'<itemref idref="{n}"/>' for n in range(40))
        made.writestr("a.opf", f"<package><manifest>{items}</manifest><spine>{spine}</spine></package>")
        for number in range(40):
            made.writestr(f"{number}.xhtml", f"<html><body><p>{sentences(2_000)}</p></body></html>")
    return file.getvalue()


def photo(kind: str) -> bytes:
    """24 megapixels."""
    file = io.BytesIO()
    small = Image.frombytes("RGB", (600, 400), random.Random(2).randbytes(600 * 400 * 3))
    small.resize((6_000, 4_000)).save(file, kind)
    return file.getvalue()


def pages(count: int) -> bytes:
    return made_files.pages((1_600, 2_200), count)


SAMPLES: dict[str, Callable[[], bytes]] = {
    "one line": lambda: b"One line.\n",
    "text, 10 MB": lambda: sentences(130_000).encode(),
    "text in another encoding, 2 MB": lambda: table(ROWS),
    "XLSX, 50,000 rows": workbook,
    "flat ODS, 50,000 rows": flat_sheet,
    "dBase, 50,000 rows": dbase,
    "DOCX, 8,000 sentences": document,
    "PPTX, 300 slides": presentation,
    "ODT, 8,000 sentences": lambda: made_documents.odt(
        "".join(f"<text:p>{line}</text:p>" for line in sentences(8_000).split("\n"))
    ),
    "RTF, 8,000 sentences": lambda: b"{\\rtf1\\ansi " + sentences(8_000).replace("\n", "\\par ").encode() + b"}",
    "EPUB, 6 MB of text": book,
    "mail with 8 MB attached": mail,
    "Outlook message": lambda: made_outlook.msg(made_outlook.Made({0x0037: "Pumps", 0x1000: sentences(200)})),
    "zip of 50 texts": archive,
    "tar.gz of 50 texts": tar,
    "bz2 of a text": lambda: bz2.compress(sentences(130_000).encode()),
    "PDF, 20 MB": lambda: made_pdfs.numbered(200, size_bytes=20 * MB),
    "JPEG, 24 megapixels": lambda: photo("JPEG"),
    "PNG, 24 megapixels": lambda: photo("PNG"),
    "WebP, 24 megapixels": lambda: photo("WEBP"),
    "AVIF, 24 megapixels": lambda: photo("AVIF"),
    "JPEG 2000, 24 megapixels": lambda: photo("JPEG2000"),
    "TIFF, 20 pages": lambda: pages(20),
    "SVG": lambda: made_documents.SVG,
}


def measured(content: bytes, directory: Path) -> tuple[float, float]:
    """Megabytes at the peak and seconds of the processor, of a process that reads this and nothing else."""
    source = directory / "source"
    source.write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-c", READER, str(source), LIMITS.to_json()], check=True, capture_output=True, text=True
    )
    kilobytes, seconds = done.stdout.split()
    return int(kilobytes) / 1_000, float(seconds)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench.files_kinds",
        description=__doc__.split("\n", 1)[0],
        epilog=f"The kinds: {'; '.join(SAMPLES)}.",
    )
    parser.add_argument("kinds", nargs="*", metavar="KIND", help="in quotation marks; all kinds if none is given")
    wanted = parser.parse_args().kinds or list(SAMPLES)
    if unknown := [kind for kind in wanted if kind not in SAMPLES]:
        parser.error(f"no such kind: {', '.join(unknown)}")
    print("| kind | size | memory at the peak | processor |\n|---|--:|--:|--:|")
    for kind in wanted:
        content = SAMPLES[kind]()
        with tempfile.TemporaryDirectory() as directory:
            memory, seconds = measured(content, Path(directory))
        print(f"| {kind} | {len(content) / MB:,.1f} MB | {memory:,.0f} MB | {seconds:.2f} s |", flush=True)


if __name__ == "__main__":
    main()
