"""Checks what this machine provides.

I/O: the directory, processes that try what is needed, fonts, the environment's proxies.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies

from bot.assembly.derived import file_limits
from bot.configuration.model_settings import ModelSettings
from bot.doctor.finding import Finding, mind, ok, untried, wrong
from bot.files import archive_library, office
from bot.files.bounds import FileLimits
from bot.files.confinement import Confinement
from bot.files.extracts import OfficeExtract, Unreadable, UnreadableNow
from bot.operations import health

FONT_ROOTS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path("/Library/Fonts"))
FONT_SUFFIXES = frozenset({".ttf", ".otf", ".ttc", ".pfb"})
TRIED = b"{\\rtf1\\ansi A document to try.\\par}"
CACHE_BYTES = 1_000_000_000
"""The space that the cache takes by default."""


def of_directory(data_dir: Path) -> Iterator[Finding]:
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=data_dir) as file:
            file.write(b"\0" * 4096)
    except OSError as error:
        mend = f"Please let the bot's user (uid {os.getuid()}) write there, or set BOT_DATA_DIR to another directory."
        yield wrong("data directory", f"{data_dir} cannot be written to ({error.strerror}). {mend}")
        return
    yield ok("data directory", str(data_dir))


def of_disk(data_dir: Path) -> Iterator[Finding]:
    try:
        free_bytes = shutil.disk_usage(data_dir).free
    except OSError as error:
        yield wrong("disk", f"{data_dir}: {error.strerror}")
        return
    free = f"{free_bytes / 1e9:.1f} GB are free on the disk of {data_dir}"
    if free_bytes < health.FREE_BYTES_MIN:
        yield wrong("disk", f"{free}, which is too little to work with. Please free some space.")
    elif free_bytes < CACHE_BYTES:
        yield mind("disk", f"{free}, less than the cache may take (BOT_CACHE_BYTES_MAX).")
    else:
        yield ok("disk", free)


def of_proxies() -> Iterator[Finding]:
    proxies = {kind: address for kind, address in getproxies().items() if kind in {"http", "https", "all"}}
    if not proxies:
        yield ok("proxies", "none in the environment")
    for kind, address in sorted(proxies.items()):
        try:
            parts = urlsplit(address if "//" in address else f"//{address}")
            yield ok("proxies", f"{kind.upper()}_PROXY: calls go through {parts.hostname}:{parts.port or 80}")
        except ValueError:  # which quotes a part of it
            yield wrong("proxies", f"{kind.upper()}_PROXY is not an address. Please write it as http://HOST:PORT.")


def of_confinement(settings: ModelSettings, confined: Confinement) -> Iterator[Finding]:
    words = str(confined)
    if confined.holds_documents and confined.landlock_abi:
        yield ok("confinement", words)
    elif settings.bot_confinement == "require" and not confined.holds_documents:
        yield mind("confinement", f"{words}. LibreOffice is not started: Linux 5.13 with Landlock is needed for that.")
    else:
        yield mind("confinement", f"{words}. Files are confined less well than with Landlock (Linux 5.13).")


async def of_office(settings: ModelSettings, confined: Confinement) -> AsyncIterator[Finding]:
    """Has LibreOffice open a document, as it would a person's."""
    limits = file_limits(settings, confined)
    if not office.installed():
        yield mind(
            "LibreOffice",
            "is not installed (soffice is not on PATH): only the words of documents are read, not their pages.",
        )
    elif limits.office_refused:
        yield untried("LibreOffice", "is installed, but is not started here: see confinement.")
    else:
        yield await _opened(limits)
        yield await asyncio.to_thread(_fonts)


async def of_archives() -> Finding:
    if await archive_library.is_installed():
        return ok("archives", "RAR, 7-Zip and other kinds are opened by libarchive")
    how = "Debian's package libarchive13 or libarchive13t64"
    return mind("archives", f"RAR, 7-Zip and some other kinds are not opened: libarchive is not installed ({how}).")


async def _opened(limits: FileLimits) -> Finding:
    with tempfile.TemporaryDirectory(prefix="doctor-") as directory:
        source, within = Path(directory) / "tried.rtf", Path(directory) / "office"
        source.write_bytes(TRIED)
        within.mkdir()
        try:
            await office.Office(limits).convert(source, OfficeExtract(".rtf", "a document"), within)
        except (Unreadable, UnreadableNow) as error:
            return wrong("LibreOffice", f"did not open a document ({error}). Please try soffice --headless by hand.")
    return ok("LibreOffice", "opens documents")


def _fonts() -> Finding:
    files = [file for root in FONT_ROOTS if root.is_dir() for file in root.rglob("*") if file.suffix in FONT_SUFFIXES]
    if not files:
        return mind("fonts", "none are installed: pages of documents come out with wrong letters, or with none.")
    cjk = any("cjk" in file.name.lower() or "han" in file.name.lower() for file in files)
    words = f"{len(files)} font files" + ("" if cjk else ", none for Chinese, Japanese and Korean (fonts-noto-cjk)")
    return ok("fonts", words)
