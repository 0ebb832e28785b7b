"""Reads text boxes, charts and page headers of an Excel 97-2003 workbook, by sheet.

Pure. Source: [MS-XLS] 2.4. BoundSheet8 names a sheet; BOF begins one or, within one, a chart; TXO and the CONTINUE
after it are a text box; SeriesText is a name in a chart; OBJ says what is drawn; Header and Footer are printed on each
page.
"""

from __future__ import annotations

import struct

from bot.files.worker.encodings.labels import codec_of_label
from bot.files.worker.sheets import choices, printed
from bot.files.worker.sheets.table import column_letters
from bot.files.worker.sheets.xls_records import BOF, EOF, WORKSHEET, records

_SHEET, _HEADER, _FOOTER = 0x85, 0x14, 0x15
_CONTINUE, _OBJ, _TXO, _SERIES_TEXT = 0x3C, 0x5D, 0x1B6, 0x100D
_RULE, _IS_LIST, _LISTED_WITHIN, _TEXT_TOKEN = 0x1BE, 3, 0x80, 0x17
_CHART = 0x0020
_CODE_PAGE, _UNICODE = 0x42, 0x0600
_ALONE = {_CHART: "Chart on a sheet of its own", 0x0040: "Sheet of macros, whose formulas are not shown"}
_NOTE, _CHART_OBJECT, _PICTURE = 0x19, 5, 8
_LINES_MAX = 2_500


def drawn_words(stream: bytes) -> tuple[dict[int, list[str]], bool]:
    """Lines by sheet number, from 0, and whether there are charts or pictures."""
    lines: dict[int, list[str]] = {}
    depth, sheet, drawn, kind, expects = 0, -1, False, 0, 0
    charts: list[bool] = []
    codec, names = _codec_of_old(stream), _names_of_sheets(stream)
    for at, number, data in records(stream, _WANTED):
        if number == BOF:
            what = struct.unpack_from("<H", data, 2)[0] if len(data) >= 4 else 0
            charts.append(what == _CHART)
            drawn = drawn or what == _CHART
            _add(lines, sheet, f"{_ALONE[what]}: {names[at]}" if what in _ALONE and not depth and at in names else "")
            sheet += depth == 0 and what == WORKSHEET
            depth += 1
        elif number == EOF and depth:
            depth -= 1
            charts.pop()
        elif number == _OBJ and len(data) >= 6:
            kind = struct.unpack_from("<H", data, 4)[0]
            drawn = drawn or kind in {_CHART_OBJECT, _PICTURE}
        elif number == _TXO and len(data) >= 12 and not codec:
            expects = struct.unpack_from("<H", data, 10)[0]
        elif number == _CONTINUE and expects:
            text = _characters(data[1:], expects, wide=bool(data[:1] and data[0] & 1)).strip()
            expects = 0
            if text and kind != _NOTE:
                _add(lines, sheet, f"Text box: {' / '.join(text.split(chr(10)))}")
        else:
            _add(lines, sheet, _line(number, data, codec, in_chart=any(charts)))
    return lines, drawn


def _line(number: int, data: bytes, codec: str, *, in_chart: bool) -> str:
    if number == _RULE:
        return _choices(data)
    if number in {_HEADER, _FOOTER} and len(data) > 3 and not in_chart:
        words = printed.of_codes(_counted(data, 2, codec))
        return printed.above(words) if number == _HEADER else printed.below(words)
    if number == _SERIES_TEXT and len(data) > 4 and in_chart:
        return f"In a chart: {_counted(data[2:], 1, codec).strip()}"
    return ""


def _codec_of_old(stream: bytes) -> str:
    """The encoding of a workbook of Excel 5 and 95, whose texts are bytes; empty for later ones."""
    version = struct.unpack_from("<H", stream, 4)[0] if len(stream) >= 6 else _UNICODE
    if version >= _UNICODE:
        return ""
    pages = (data for _, _, data in records(stream, {_CODE_PAGE}) if len(data) == 2)
    page = next(pages, b"\xe4\x04")
    return codec_of_label(str(struct.unpack("<H", page)[0])) or "cp1252"


def _counted(data: bytes, width: int, codec: str) -> str:
    """A text after its length, which takes ``width`` bytes, or one in an old workbook."""
    if codec:
        return data[1 : 1 + data[0]].decode(codec, "replace")
    count = int.from_bytes(data[:width], "little")
    return _characters(data[width + 1 :], count, wide=bool(data[width] & 1))


def _add(lines: dict[int, list[str]], sheet: int, line: str) -> None:
    found = lines.setdefault(max(sheet, 0), [])  # a chart on a sheet of its own goes with the one before it
    if line and len(found) < _LINES_MAX and line not in found:
        found.append(line)


def _choices(data: bytes) -> str:
    """Flags, four texts, two formulas, the cells. A list that is not included is in cells, which are shown anyway.

    Source: [MS-XLS] 2.4.98 (Dv).
    """
    try:
        flags, at, texts = struct.unpack_from("<I", data)[0], 4, []
        for _ in range(4):
            count, wide = struct.unpack_from("<HB", data, at)
            texts.append(_characters(data[at + 3 :], count, wide=bool(wide & 1)))
            at += 3 + (2 if wide & 1 else 1) * count
        size = struct.unpack_from("<H", data, at)[0]
        formula, at = data[at + 4 : at + 4 + size], at + 4 + size
        at += 4 + struct.unpack_from("<H", data, at)[0]
        top, _, left, _ = struct.unpack_from("<4H", data, at + 2)
    except struct.error:
        return ""
    listed = ""
    if flags & 0xF == _IS_LIST and flags & _LISTED_WITHIN and formula[:1] == bytes([_TEXT_TOKEN]) and len(formula) > 3:
        wide = bool(formula[2] & 1)
        text = formula[3:].decode("utf-16-le" if wide else "latin-1", "replace")[: formula[1]]
        listed = '"' + text.replace("\0", ",") + '"'
    return choices.line(f"{column_letters(left + 1)}{top + 1}", listed, texts[0], texts[2])


def _names_of_sheets(stream: bytes) -> dict[int, str]:
    """By the offset of each."""
    codec = _codec_of_old(stream)
    sheets = (data for _, _, data in records(stream, {_SHEET}) if len(data) > 8)
    return {struct.unpack_from("<I", data)[0]: _counted(data[6:], 1, codec) for data in sheets}


def _characters(data: bytes, count: int, *, wide: bool) -> str:
    text = data[: 2 * count].decode("utf-16-le", "replace") if wide else data[:count].decode("latin-1")
    return text.replace("\r", "\n").replace("\0", "")


_WANTED = frozenset({_HEADER, _FOOTER, BOF, EOF, _CONTINUE, _OBJ, _TXO, _SERIES_TEXT, _RULE})
