"""Converts an office document with LibreOffice, if installed, to a PDF, a workbook or pictures of its charts.

I/O: starts one LibreOffice process per document, each with its own throw-away profile: no macros, no external links, no
files but its own and no network (the worker's ``confine``), a dead proxy for whatever still tries, bounds on memory,
processor and time. A document that kills it costs only its own note.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
from asyncio.subprocess import DEVNULL, Process
from contextlib import suppress
from pathlib import Path

from bot.files import isolated, notes
from bot.files.bounds import FileLimits
from bot.files.extracts import OfficeExtract, Unreadable, UnreadableNow
from bot.files.measured import WorkerDied, counted
from bot.files.outbox import link_or_copy
from bot.files.slots import Slots
from bot.telemetry.logs import get_logger

log = get_logger(__name__)
_DEAD_PROXY = "http://127.0.0.1:9"
_COMMON = "/org.openoffice.Office.Common"
_SETTINGS = (
    (f"{_COMMON}/Security/Scripting", "MacroSecurityLevel", "3"),
    (f"{_COMMON}/Security/Scripting", "DisableMacrosExecution", "true"),
    (f"{_COMMON}/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    (f"{_COMMON}/Save/Document", "CreateBackup", "false"),
    ("/org.openoffice.Inet/Settings", "ooInetProxyType", "2"),
    ("/org.openoffice.Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("/org.openoffice.Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("/org.openoffice.Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("/org.openoffice.Inet/Settings", "ooInetHTTPSProxyPort", "9"),
    ("/org.openoffice.Inet/Settings", "ooInetFTPProxyName", "127.0.0.1"),
    ("/org.openoffice.Inet/Settings", "ooInetFTPProxyPort", "9"),
)
_WORK_OUT = ("/org.openoffice.Office.Calc/Formula/Load", "OOXMLRecalcMode", "0")
"""Always. It does so by itself for most programs, but not where one says that it is Excel."""


_START_AGAIN = frozenset({79, 81})
"""Exit codes by which it asks to be restarted, as with every new profile (its desktop/inc/app.hxx)."""
_STARTS_MAX = 3
_MADE = "made"
"""The directory for its output, so that this is not mistaken for the document."""
_PICTURES_MAX = 20


class Office:
    def __init__(self, limits: FileLimits) -> None:
        self._limits = limits
        self._program = _program(limits.office_program)
        self._slots = Slots(limits.office_at_once_max)

    @property
    def available(self) -> bool:
        return self._program is not None

    async def convert(self, source: Path, extract: OfficeExtract, directory: Path) -> list[Path]:
        """What the document was converted to, inside ``directory``, an empty one that the caller removes with its
        contents.

        One file or, for a spreadsheet in HTML, its charts and pictures in order. Raises ``Unreadable``, or
        ``UnreadableNow`` if the program could not be started.
        """
        document = directory / f"document{extract.suffix}"
        await asyncio.to_thread(_prepare, directory, source, document, extract)
        async with self._slots.one():
            with counted("libreoffice"):
                return await self._converted(directory, document, extract)

    async def _converted(self, directory: Path, document: Path, extract: OfficeExtract) -> list[Path]:
        try:
            async with asyncio.timeout(self._limits.office_timeout_s):
                for _ in range(_STARTS_MAX):
                    if await self._run(directory, document, extract.into) not in _START_AGAIN:
                        break
        except TimeoutError:
            raise WorkerDied(notes.TOO_SLOW) from None
        made = await asyncio.to_thread(_made, directory, document, extract.into)
        if not made:
            raise Unreadable(notes.not_opened(extract.about))
        return made

    async def _run(self, directory: Path, document: Path, into: str) -> int:
        """The exit code. The process is gone when this returns or is cancelled."""
        process = await self._started(directory, document, into)
        try:
            return await process.wait()
        finally:
            await _end(process)

    async def _started(self, directory: Path, document: Path, into: str) -> Process:
        limits = self._limits
        bounds = (str(limits.office_memory_bytes_max), str(limits.office_timeout_s))
        try:
            return await asyncio.create_subprocess_exec(
                *isolated.command("bot.files.worker.confinement.confine", *bounds, str(directory), str(self._program)),
                f"-env:UserInstallation={(directory / 'profile').as_uri()}",
                *("--headless", "--norestore", "--nolockcheck", "--nodefault", "--nofirststartwizard"),
                *("--convert-to", into, "--outdir", str(directory / _MADE), str(document)),
                stdin=DEVNULL,
                stdout=DEVNULL,
                stderr=DEVNULL,
                start_new_session=True,  # a group of its own, so that all of its processes can be ended together
                cwd=directory,
                env=_environment(directory),
            )
        except OSError as error:
            log.exception("office.not_started")
            raise UnreadableNow(notes.FAULT) from error


def installed(program: str = "soffice") -> bool:
    return _program(program) is not None


def _program(name: str) -> Path | None:
    """LibreOffice itself, beside its launcher, which is a script that starts several more programs."""
    launcher = shutil.which(name) if name else None
    if launcher is None:
        return None
    program = Path(launcher).resolve().with_name("soffice.bin")
    if program.is_file():
        return program
    return None if sys.platform == "linux" else Path(launcher)


def _environment(directory: Path) -> dict[str, str]:
    kinds = ("http_proxy", "https_proxy", "ftp_proxy", "all_proxy")
    proxies = dict.fromkeys((*kinds, *map(str.upper, kinds)), _DEAD_PROXY)
    return {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "HOME": str(directory),
        "TMPDIR": str(directory),
        "OSL_SOCKET_PATH": ".",
        "SAL_USE_VCLPLUGIN": "svp",
        **proxies,
    }


def _prepare(directory: Path, source: Path, document: Path, extract: OfficeExtract) -> None:
    profile = directory / "profile" / "user"
    profile.mkdir(parents=True)
    (profile / "registrymodifications.xcu").write_text(_profile(calculated=extract.calculated), encoding="utf-8")
    (directory / _MADE).mkdir()
    link_or_copy(source, document)


def _profile(*, calculated: bool) -> str:
    items = (
        f'<item oor:path="{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
        for path, name, value in (*_SETTINGS, *([_WORK_OUT] if calculated else []))
    )
    start = '<?xml version="1.0" encoding="UTF-8"?>\n<oor:items xmlns:oor="http://openoffice.org/2001/registry">'
    return f"{start}{''.join(items)}</oor:items>"


def _made(directory: Path, document: Path, into: str) -> list[Path]:
    """LibreOffice names the pictures after the HTML file, and writes them in order."""
    if into == "html":
        found = [path for path in (directory / _MADE).iterdir() if path.suffix != ".html"]
        found.sort(key=lambda path: path.lstat().st_mtime_ns)
    else:
        found = [directory / _MADE / f"{document.stem}.{into}"]
    return [path for path in found if path.is_file() and not path.is_symlink()][:_PICTURES_MAX]


async def _end(process: Process) -> None:
    """Ends the launcher and whatever it started; if it has already ended, its pid may belong to something else."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
