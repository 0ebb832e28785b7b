"""Turns what a reader found in a document into extracts, and says what an office program has to add.

I/O: writes words and tables; runs in a worker process.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from bot.files import notes
from bot.files.bounds import ConvertLimits
from bot.files.extracts import Extract, NoteExtract, OfficeExtract, to_json
from bot.files.outbox import Outbox
from bot.files.worker import text
from bot.files.worker.documents.package import Broken, Package
from bot.files.worker.sheets.model import Workbook
from bot.files.worker.words import lines


def pages(office: OfficeExtract, read: Callable[[], lines.Words], out: Outbox, limits: ConvertLimits) -> list[Extract]:
    """The document to be rendered, with its words for what the pages do not show, and in case there are no pages."""
    try:
        words = read()
    except (Broken, MemoryError):
        return [office]
    if not words.filled():
        return [office]
    path = out.new(".json")
    path.write_text(lines.to_json(words), encoding="utf-8")
    instead = words_alone(office.about, words, out, limits)
    found: list[Extract] = [replace(office, words=path.name, instead=tuple(to_json(instead)))]
    return [*found, NoteExtract(notes.WORDS_BREAK_OFF)] if words.breaks_off else found


def words_alone(about: str, words: lines.Words, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    found = text.written(lines.whole_text(words), "", f"{about}, its words", out, limits)
    return [*found, NoteExtract(notes.words_alone(about))]


def sheets(
    office: OfficeExtract | None, read: Callable[[], Workbook], out: Outbox, limits: ConvertLimits
) -> list[Extract]:
    """The sheets as text, with their pictures. Charts, and broken files, are left to an office program."""
    from bot.files.worker.sheets import table  # noqa: PLC0415

    try:
        workbook = read()
    except Broken:
        return [office] if office is not None else []
    about = office.about if office is not None else "Excel workbook"
    extracts = table.written(workbook, about, out, limits)
    pictures: list[Extract] = list(workbook.pictures)
    if workbook.pictures_left_out:
        pictures.append(NoteExtract(notes.PICTURES_LEFT_OUT))
    if workbook.drawn and office is not None:
        office = replace(office, calculated=workbook.calculated_on_load)
        pictures = [replace(office, into="html", optional=True, instead=tuple(to_json(pictures)))]
    if (workbook.formulas_without_values or workbook.stale_results) and office is not None:
        office = replace(office, calculated=workbook.calculated_on_load)
        return [replace(office, optional=True, results=True, instead=tuple(to_json([*extracts, *pictures])))]
    return [*extracts, *pictures]


def worked_out(workbook: Workbook, results: Path | None, out: Outbox, limits: ConvertLimits) -> Workbook:
    """As it was where the other program has made nothing that can be read of it. Only results are the other's:
    it knows less than readers of the workbook itself do, such as newer comments."""
    if results is None:
        return workbook
    from bot.files.worker.sheets import xlsx  # noqa: PLC0415

    with suppress(Broken), Package(results) as package:
        workbook.take_results(xlsx.read(package, out, limits))
    return workbook


def values_alone(source: Path, office: OfficeExtract, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    """For an office program first: calamine's reading lacks what a note says."""
    from bot.files.worker.sheets import by_calamine  # noqa: PLC0415

    found = sheets(office, lambda: by_calamine.read(source, limits), out, limits)
    if found == [office]:
        return found
    instead = to_json([*found, NoteExtract(notes.BINARY_SHEETS)])
    return [replace(office, optional=True, instead=tuple(instead))]
