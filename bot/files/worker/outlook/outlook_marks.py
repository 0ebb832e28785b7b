"""Reads what Outlook shows above a message's text: sensitivity, flags, votes.

Pure. Sources: [MS-OXPROPS], and [MS-OXOMSG] 2.2.1.74 for the votes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from bot.files.worker.outlook.mapi import Key, Properties

_SENSITIVITY, _IMPORTANCE, _FLAG_STATE = 0x0036, 0x0017, 0x1090
_FLAG: Key = ("common", 0x8530)
_VERBS: Key = ("common", 0x8520)
_CHOSEN: Key = ("common", 0x8524)
_SENSITIVE = {1: "personal", 2: "private", 3: "confidential"}
_IMPORTANT = {0: "low", 2: "high"}
_FLAGGED = {1: "completed", 2: "for follow-up"}
_VOTE, _VERBS_MAX = 4, 100


def lines(properties: Properties) -> Iterator[tuple[str, str]]:
    yield "Importance", _IMPORTANT.get(_whole(properties, _IMPORTANCE), "")
    yield "Sensitivity", _SENSITIVE.get(_whole(properties, _SENSITIVITY), "")
    state = _FLAGGED.get(_whole(properties, _FLAG_STATE), "")
    yield "Flag", ", ".join(filter(None, (state, properties.text(_FLAG)))) if state else ""
    yield "Voting options", "; ".join(_votes(properties.data(_VERBS)))
    yield "Vote", properties.text(_CHOSEN)


def _whole(properties: Properties, key: int) -> int:
    number = properties.number(key)
    return int(number) if number is not None else -1


def _votes(data: bytes) -> list[str]:
    """Each option is stored twice: in a code page with its purpose, and again in UTF-16 below."""
    try:
        (count,) = struct.unpack_from("<2xI", data)
        at, kinds = 6, list[int]()
        for _ in range(min(count, _VERBS_MAX)):
            kinds.append(struct.unpack_from("<I", data, at)[0])
            at += 4
            for _ in range(4):  # its name, a class, an empty text, and the name again
                at += 1 + data[at]
            at += 29
        at += 2
        names = list[str]()
        for _ in kinds:
            length = data[at]
            names.append(data[at + 1 : at + 1 + 2 * length].decode("utf-16-le", "replace"))
            at += 1 + 2 * length
            at += 1 + 2 * data[at]
    except (struct.error, IndexError):
        return []
    return [name for kind, name in zip(kinds, names, strict=True) if kind == _VOTE]
