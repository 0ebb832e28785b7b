"""Converts a file on disk to extracts, including archive members, mail attachments and office documents.

I/O: worker processes, LibreOffice, files beside the source. The members of one file share its limits on time and count.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.files import notes
from bot.files.bounds import FileLimits
from bot.files.extracts import (
    ALL_ROWS,
    DRAW,
    PAGES,
    DrawingExtract,
    Extract,
    ImageExtract,
    MemberExtract,
    NoteExtract,
    OfficeExtract,
    PdfExtract,
    TextExtract,
    Unreadable,
    UnreadableNow,
    files_named,
    instead_of,
)
from bot.files.office import Office
from bot.files.outbox import link_or_copy
from bot.files.sandbox import Sandbox

_DEPTH_MAX = 6
_SEEN_RENDERED_MAX = 5
"""This many documents within a document get pages of their own: an office program takes a second or two for each, and
the pages around them show something of the others."""
_NOTES_MAX = 5

SparePdf = Callable[[Path], Awaitable[None]]
"""Fetches somebody else's rendering of the file as a PDF to a path. Raises ``Unreadable`` if there is none (yet)."""


@dataclass(slots=True)
class _Task:
    """One file that somebody attached, and what its members have used up."""

    out: Path
    ends_at_s: float
    members_left: int
    bytes_left: int
    jobs: int
    spare_pdf: SparePdf | None
    seen: set[tuple[str, ...]] = field(default_factory=set)
    """The paths of members that the pages around them show a picture of."""
    seen_left: int = _SEEN_RENDERED_MAX

    def may_render(self, extract: OfficeExtract, path: tuple[str, ...]) -> bool:
        needed = not (extract.instead or extract.optional)
        if needed or not any(path[:depth] in self.seen for depth in range(1, len(path) + 1)):
            return True
        self.seen_left -= 1
        return self.seen_left >= 0


class Conversion:
    def __init__(self, limits: FileLimits) -> None:
        self._limits = limits
        self._sandbox = Sandbox(limits)
        self._office = Office(limits)

    @property
    def fingerprint(self) -> str:
        """Changes with everything that changes the result of a conversion."""
        return f"{self._limits.convert.to_json()} office={self._opens_office}"

    @property
    def _opens_office(self) -> bool:
        return self._office.available and not self._limits.office_refused

    async def aclose(self) -> None:
        """Ends the worker processes; no conversion may be under way."""
        await self._sandbox.aclose()

    async def convert(
        self, source: Path, name: str, filetype: str, out: Path, spare_pdf: SparePdf | None = None
    ) -> list[Extract]:
        """Extracts with their bytes in ``out``; faults of the file itself are notes among them.

        Raises ``UnreadableNow`` for what may succeed later.
        """
        ends_at_s = asyncio.get_running_loop().time() + self._limits.file_timeout_s
        limits = self._limits.convert
        task = _Task(out, ends_at_s, limits.archive_files_max, limits.archive_bytes_max, 0, spare_pdf)
        try:
            return _few_notes(await self._expanded(task, source, name, filetype, path=()))
        finally:
            if task.jobs > 1:
                self._sandbox.over(out)

    async def pages(self, pdf: Path, first: int, final: int, out: Path) -> PdfExtract:
        """These pages, counted from 1, of a PDF that ``convert`` gave, as a PDF in ``out``. Raises ``Unreadable``."""
        (found,) = await self._sandbox.convert(pdf, pdf.name, f"{PAGES}{first}-{final}", out, prefix=f"{first}-")
        if not isinstance(found, PdfExtract) or found.pages != final - first + 1:
            raise Unreadable(notes.DAMAGED_PDF)
        return found

    async def _expanded(
        self, task: _Task, source: Path, name: str, filetype: str, path: tuple[str, ...]
    ) -> list[Extract]:
        """``path``: the member names from the attached file to this one."""
        inside = " › ".join(path)
        task.jobs += 1
        try:
            found = await self._sandbox.convert(source, name, filetype, task.out, prefix=f"{task.jobs}-")
        except UnreadableNow:
            raise
        except Unreadable as unreadable:
            return [NoteExtract(unreadable.reason, inside)]
        return await self._followed(task, source, name, found, path)

    async def _followed(
        self, task: _Task, source: Path, name: str, found: Iterable[Extract], path: tuple[str, ...]
    ) -> list[Extract]:
        """Everything that can be read, including members, renderings and drawings."""
        inside = " › ".join(path)
        extracts: list[Extract] = []
        for extract in await self._with_all_rows(task, source, name, list(found)):
            if isinstance(extract, MemberExtract):
                extracts += await self._member(task, extract, path)
            elif isinstance(extract, OfficeExtract):
                extracts += await self._rendered(task, source, name, extract, path)
            elif isinstance(extract, DrawingExtract):
                extracts += await self._drawn(task, source, name, inside)
            else:
                extracts.append(replace(extract, inside=" › ".join(filter(None, (inside, extract.inside)))))
        return extracts

    async def _with_all_rows(self, task: _Task, source: Path, name: str, found: list[Extract]) -> list[Extract]:
        """The same, plus all rows of the sheets that were too long, as far as available."""
        if not any(isinstance(extract, TextExtract) and extract.sheet for extract in found):
            return found
        task.jobs += 1
        try:
            wholes = await self._sandbox.convert(source, name, ALL_ROWS, task.out, prefix=f"{task.jobs}-")
        except Unreadable:
            return found
        by_sheet = {whole.about: whole for whole in wholes if isinstance(whole, TextExtract)}
        known = {extract.reason for extract in found if isinstance(extract, NoteExtract)}
        more = [whole for whole in wholes if isinstance(whole, NoteExtract) and whole.reason not in known]
        read = [
            replace(extract, whole=whole.file, lines=whole.lines, head_lines=whole.head_lines)
            if isinstance(extract, TextExtract) and (whole := by_sheet.get(extract.sheet)) and extract.sheet
            else extract
            for extract in found
        ]
        return [*read, *more]

    async def _drawn(self, task: _Task, source: Path, name: str, inside: str) -> list[Extract]:
        """The picture of a drawing whose source has been read."""
        task.jobs += 1
        try:
            found = await self._sandbox.convert(source, name, DRAW, task.out, prefix=f"{task.jobs}-")
        except UnreadableNow:
            raise
        except Unreadable:
            return [NoteExtract(notes.NOT_DRAWN, inside)]
        return [replace(extract, inside=inside) for extract in found if isinstance(extract, ImageExtract | NoteExtract)]

    async def _member(self, task: _Task, member: MemberExtract, path: tuple[str, ...]) -> list[Extract]:
        path = (*path, member.name)
        if member.seen:
            task.seen.add(path)
        if len(path) > _DEPTH_MAX:
            return [NoteExtract(notes.NESTED, " › ".join(path))]
        source = task.out / member.file
        task.bytes_left -= await asyncio.to_thread(_size_bytes, source)
        if task.members_left <= 0 or task.bytes_left < 0:
            return [NoteExtract(notes.CROWDED, " › ".join(path))]
        if asyncio.get_running_loop().time() > task.ends_at_s:
            return [NoteExtract(notes.OUT_OF_TIME, " › ".join(path))]
        task.members_left -= 1
        try:
            return await self._expanded(task, source, member.name, "", path)
        finally:
            await asyncio.to_thread(source.unlink)  # the contents of nested archives must not add up on disk

    async def _rendered(
        self, task: _Task, source: Path, name: str, extract: OfficeExtract, path: tuple[str, ...]
    ) -> list[Extract]:
        """The document as rendered by LibreOffice or else by Slack; otherwise the document's fallback extracts, and a
        note."""
        if not task.may_render(extract, path):
            return await self._followed(task, source, name, instead_of(extract), path)
        inside = " › ".join(path)
        directory = Path(await asyncio.to_thread(tempfile.mkdtemp, dir=task.out))
        try:
            made = await self._made(task, source, extract, directory, attached=not path)
            return await self._read_anew(task, source, name, made, extract, path)
        except Unreadable as unreadable:
            passing = isinstance(unreadable, UnreadableNow)
            if passing and not extract.instead:
                raise
            reason = unreadable.reason
        finally:
            await asyncio.to_thread(shutil.rmtree, directory, ignore_errors=True)
        instead = await self._followed(task, source, name, instead_of(extract), path)
        told = extract.optional or any(isinstance(one, NoteExtract) for one in instead)
        instead += [] if told else [NoteExtract(reason, inside)]
        return [replace(one, passing=passing) if isinstance(one, NoteExtract) else one for one in instead]

    async def _read_anew(
        self, task: _Task, source: Path, name: str, made: list[Path], extract: OfficeExtract, path: tuple[str, ...]
    ) -> list[Extract]:
        """The contents of the files made from a document. Raises ``Unreadable`` if there are none."""
        found: list[Extract] = []
        for number, file in enumerate(made, 1):
            task.jobs += 1
            if extract.results:
                read = await self._with_results(task, source, name, file)
            else:
                read = await self._sandbox.convert(file, file.name, "", task.out, f"{task.jobs}-", extract.words)
            if extract.into == "xlsx":
                read = [one for kept in read for one in _settled(kept)]
            followed = await self._followed(task, file, file.name, read, path)
            found += [_renamed(one, extract, number, len(made)) for one in followed]
        return found

    async def _with_results(self, task: _Task, source: Path, name: str, made: Path) -> list[Extract]:
        """The workbook itself, with missing formula results taken from ``made``."""
        results = task.out / f"{task.jobs}-results.xlsx"
        await asyncio.to_thread(link_or_copy, made, results)
        try:
            return await self._sandbox.convert(source, name, "", task.out, f"{task.jobs}-", results.name)
        finally:
            await asyncio.to_thread(results.unlink, missing_ok=True)

    async def _made(
        self, task: _Task, source: Path, extract: OfficeExtract, directory: Path, *, attached: bool
    ) -> list[Path]:
        reason = (notes.unconfined if self._office.available else notes.no_office)(extract.about)
        if self._opens_office:
            try:
                return await self._office.convert(source, extract, directory)
            except Unreadable as unreadable:
                reason = unreadable.reason
        if not attached or task.spare_pdf is None or extract.optional or extract.into != "pdf":
            raise Unreadable(reason)
        pdf = directory / "spare.pdf"
        try:
            await task.spare_pdf(pdf)
        except Unreadable:
            raise (Unreadable if self._opens_office else UnreadableNow)(reason) from None
        return [pdf]


def _settled(extract: Extract) -> list[Extract]:
    """For a workbook that LibreOffice wrote: formulas that still have no result are shown without one."""
    again = isinstance(extract, OfficeExtract) and extract.into == "xlsx"
    return instead_of(extract) if isinstance(extract, OfficeExtract) and again else [extract]


def _renamed(extract: Extract, document: OfficeExtract, number: int, count: int) -> Extract:
    """Labels a rendering with what it is a rendering of."""
    if isinstance(extract, PdfExtract) and document.into == "pdf":
        return replace(extract, about=f"{document.about}, shown as PDF")
    if isinstance(extract, ImageExtract) and document.into == "html":
        which = f" {number} of {count}" if count > 1 else ""
        return replace(extract, about=f"chart or picture{which} in the workbook")
    if isinstance(extract, TextExtract) and document.into == "xlsx":
        return replace(extract, about=extract.about.replace("Excel workbook", document.about, 1))
    return extract


def _size_bytes(path: Path) -> int:
    return path.stat().st_size


def _few_notes(extracts: list[Extract]) -> list[Extract]:
    """If many members could not be read, the first notes and a count are enough."""
    inner = [extract for extract in extracts if isinstance(extract, NoteExtract) and extract.inside]
    if len(inner) <= _NOTES_MAX:
        return extracts
    dropped = set(map(id, inner[_NOTES_MAX - 1 :]))
    return [
        *(extract for extract in extracts if id(extract) not in dropped),
        NoteExtract(notes.more_notes(len(dropped))),
    ]


def files_of(extracts: list[Extract]) -> set[str]:
    """The names of the files that the extracts need; any others were intermediate."""
    on_the_way = NoteExtract | OfficeExtract | MemberExtract | DrawingExtract
    return set(files_named(extract for extract in extracts if not isinstance(extract, on_the_way)))
