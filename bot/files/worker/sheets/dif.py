"""Reads a table in Data Interchange Format (.dif) as comma-separated text.

Pure. Source: the format as VisiCalc and Excel write it. A value has two lines: its type and, for numbers, the number;
then a quoted text, or a word on the number (V for a valid one).
"""

from __future__ import annotations

from bot.files.worker.encodings.detecting import text_of
from bot.files.worker.sheets.plain import lines

_SPECIAL, _NUMBER, _TEXT = "-1", "0", "1"


def read(data: bytes) -> str:
    written = text_of(data).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    begin = next((at for at, line in enumerate(written) if line.strip().upper() == "DATA"), len(written)) + 3
    rows: list[list[str]] = []
    for head, below in zip(written[begin::2], written[begin + 1 :: 2], strict=False):
        kind, _, number = head.partition(",")
        kind, value = kind.strip(), below.strip()
        if kind == _SPECIAL:
            if value.upper() == "EOD":
                break
            rows.append([])
        elif rows and kind == _NUMBER:
            rows[-1].append(number.strip() if value.upper() == "V" else value)
        elif rows and kind == _TEXT:
            text = value[1:-1] if value.startswith('"') and value.endswith('"') and len(value) > 1 else value
            rows[-1].append(text.replace('""', '"'))
    return lines(rows)
