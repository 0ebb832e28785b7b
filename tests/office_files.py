"""Office files of every kind, written by LibreOffice itself at test time. I/O: soffice with a profile of its own."""

from __future__ import annotations

import asyncio
from pathlib import Path

WORDS = "<html><body><h1>Minutes</h1><p>We met in Bergen.</p></body></html>"
SUMS = "name,sum\nJanuary,12\nFebruary,30\n"
SLIDES = """<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" office:version="1.3"
 office:mimetype="application/vnd.oasis.opendocument.presentation"><office:body><office:presentation>
<draw:page draw:name="one"><draw:frame svg:width="20cm" svg:height="3cm" svg:x="2cm" svg:y="2cm"><draw:text-box>
<text:p>Our plan for Bergen</text:p></draw:text-box></draw:frame></draw:page>
</office:presentation></office:body></office:document>"""
SOURCES = {
    "minutes.html": (
        WORDS,
        {"odt": "odt:writer8", "docx": "docx:MS Word 2007 XML", "doc": "doc:MS Word 97", "rtf": "rtf"},
    ),
    "sums.csv": (SUMS, {"ods": "ods", "xlsx": "xlsx", "xls": "xls"}),
    "plan.fodp": (SLIDES, {"odp": "odp", "pptx": "pptx", "ppt": "ppt"}),
}


async def office_files(directory: Path) -> list[tuple[str, bytes]]:
    """Ten files, one of each kind."""
    files = []
    for source, (content, kinds) in SOURCES.items():
        path = directory / source
        path.write_text(content, encoding="utf-8")
        for suffix, target in kinds.items():
            await _soffice(directory, target, path)
            written = path.with_suffix(f".{suffix}")
            files.append((written.name, written.read_bytes()))
    return files


async def _soffice(directory: Path, target: str, source: Path) -> None:
    web = ["--infilter=HTML (StarWriter)"] if source.suffix == ".html" else []
    process = await asyncio.create_subprocess_exec(
        "soffice", f"-env:UserInstallation=file://{directory}/profile", "--headless", *web, "--convert-to", target,
        "--outdir", str(directory), str(source), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    async with asyncio.timeout(60):
        await process.wait()


async def converted_by_office(directory: Path, name: str, content: bytes, kind: str) -> bytes:
    """A file as LibreOffice writes it in another format."""
    source = directory / name
    source.write_bytes(content)
    await _soffice(directory, kind, source)
    return source.with_suffix(f".{kind}").read_bytes()
