"""Reads the words of a Word 97-2003 document: text, notes, headers, comments and text boxes.

Pure, on the streams of the compound file. Source: [MS-DOC] 2.4.1 (text), 2.5 (the Fib), 2.9.38 (pieces). Word stores
all texts in one sequence of characters, one kind after the other, and gives the length of each.
"""

from __future__ import annotations

import re
import struct
from itertools import pairwise

from bot.files import notes
from bot.files.extracts import Unreadable
from bot.files.worker.documents import field_words
from bot.files.worker.documents.bylines import byline, day_of, in_one_piece, state
from bot.files.worker.documents.package import Broken
from bot.files.worker.words.lines import CHARS_MAX, Section, Words
from bot.files.worker.words.old_changes import Piece, changes, marked

_ENCRYPTED, _SECOND_TABLE = 0x0100, 0x0200
_COUNTS_AT, _CLX_AT = 0x4C, 0x1A2
_COMMENTS_AT, _AUTHORS_AT, _MOMENTS_AT = 0xBA, 0x1BA, 0x41A
_MOMENT_BYTES = 18
_PAIRS_AT, _PAIRS_SINCE_2002 = 0x98, 0x88
_COMMENT_BYTES = 30
_COMMENT_BEGINS = "\x05"
_SINCE_97 = 0x00C1
_COMMENTS = "Comments"
_PARTS = (
    ("", True), ("Footnotes", True), ("Headers and footers of pages", True), ("", False), (_COMMENTS, False),
    ("Endnotes", True), ("Text boxes", True), ("Text boxes of headers", True),
)  # fmt: skip
_ENDS = re.compile(r"[\r\f\x0e]+")
_FIELD_CODE = re.compile(r"\x13([^\x13\x14\x15]*)(?:(\x14)|(?=\x15))")


def read(streams: dict[str, bytes]) -> Words:
    """``streams`` are by lower-case name. Raises ``Broken``, and ``Unreadable`` if it is locked."""
    data = streams.get("worddocument", b"")
    try:
        version, flags = struct.unpack_from("<2xH6xH", data)
        if flags & _ENCRYPTED:
            raise Unreadable(notes.PASSWORD)
        if version < _SINCE_97:
            raise Broken("older than Word 97")
        table = streams.get("1table" if flags & _SECOND_TABLE else "0table", b"")
        counts = struct.unpack_from("<8i", data, _COUNTS_AT)
        at, size = struct.unpack_from("<2I", data, _CLX_AT)
        pieces = _pieces(table[at : at + size])
        text = "".join(_text(data, piece) for piece in pieces)
        found = changes(data, table, pieces)
    except struct.error as error:
        raise Broken("no Word document") from error
    words, start = Words(), 0
    for (title, shown), count in zip(_PARTS, counts, strict=True):
        end = start + max(count, 0)
        part = marked(text, start, end, found)
        part = _signed(part, _bylines(data, table)) if title == _COMMENTS else part
        _add(part, words.section(title), shown=shown)
        start = end
    words.breaks_off = len(text) >= CHARS_MAX
    words.sections = [section for section in words.sections if section.lines]
    return words


def _bylines(data: bytes, table: bytes) -> list[str]:
    """Author and day of each comment, in order; fewer if the file does not say. Source: [MS-DOC] 2.8.8 and 2.9.7 (the
    comments), 2.9.306 (names, each after its length), 2.9.6 (days, and what a comment answers, since Word 2002)."""
    try:
        at, size = struct.unpack_from("<2I", data, _COMMENTS_AT)
        names_at, names_bytes = struct.unpack_from("<2I", data, _AUTHORS_AT)
    except struct.error:
        return []
    names, left = [], table[names_at : names_at + names_bytes]
    while len(left) > 1:
        length = 2 + 2 * int.from_bytes(left[:2], "little")
        names.append(left[2:length].decode("utf-16-le", "replace"))
        left = left[length:]
    count = max(size - 4, 0) // (4 + _COMMENT_BYTES)
    comments = table[at + 4 * (count + 1) : at + size]
    numbers = [int.from_bytes(comments[n * _COMMENT_BYTES + 20 :][:2], "little") for n in range(count)]
    authors = [names[number] if number < len(names) else "" for number in numbers]
    more = _moments(data, table, count)
    found = []
    for number, (author, (moment, depth, parent)) in enumerate(zip(authors, more, strict=True)):
        answered = number + parent if depth else -1
        reply_to = None if not depth else authors[answered] if 0 <= answered < count else ""
        found.append(byline(author, day_of(moment), state(reply_to=reply_to)))
    return found


def _moments(data: bytes, table: bytes, count: int) -> list[tuple[int, int, int]]:
    """When each comment was written, how many it is below in its thread, and how far on in the list its parent is."""
    pairs = struct.unpack_from("<H", data, _PAIRS_AT)[0] if len(data) > _MOMENTS_AT + 8 else 0
    at, size = struct.unpack_from("<2I", data, _MOMENTS_AT) if pairs >= _PAIRS_SINCE_2002 else (0, 0)
    moments = table[at : at + size]
    if len(moments) < count * _MOMENT_BYTES:
        return [(0, 0, 0)] * count
    return [struct.unpack_from("<I2xIi", moments, n * _MOMENT_BYTES) for n in range(count)]


def _signed(text: str, bylines: list[str]) -> str:
    """Comments with authors and days: each begins with a special character."""
    first, *comments = text.split(_COMMENT_BEGINS)
    by = [*bylines[: len(comments)], *([""] * (len(comments) - len(bylines)))]
    return first + "".join(
        f"Comment{name}: {in_one_piece(comment)}\r" for name, comment in zip(by, comments, strict=True)
    )


def _pieces(clx: bytes) -> list[Piece]:
    """The pieces in order, with one byte a character or two."""
    at = 0
    while clx[at : at + 1] == b"\x01":
        at += 3 + struct.unpack_from("<H", clx, at + 1)[0]
    if clx[at : at + 1] != b"\x02":
        raise Broken("no pieces")
    size = struct.unpack_from("<I", clx, at + 1)[0]
    plc = clx[at + 5 : at + 5 + size]
    count = (len(plc) - 4) // 12
    positions = struct.unpack_from(f"<{count + 1}I", plc)
    pieces, left = list[Piece](), CHARS_MAX
    for number, (start, end) in enumerate(pairwise(positions)):
        where = struct.unpack_from("<I", plc, 4 * (count + 1) + 8 * number + 2)[0]
        length = min(max(end - start, 0), left)
        left -= length
        offset, narrow = where & 0x3FFF_FFFF, bool(where & 0x4000_0000)
        at = pieces[-1].end if pieces else 0
        pieces.append(Piece(at, at + length, offset // 2 if narrow else offset, 1 if narrow else 2))
    return pieces


def _text(data: bytes, piece: Piece) -> str:
    """As many characters as the piece says; those beyond 16 bits are surrogate pairs."""
    count = piece.end - piece.start
    raw = data[piece.offset : piece.offset + count * piece.width].ljust(count * piece.width, b"\0")
    if piece.width == 1:
        return raw.decode("cp1252", "replace")
    text = raw.decode("utf-16-le", "replace")
    return text if len(text) == count else "".join(map(chr, struct.unpack(f"<{count}H", raw)))


def _paired(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _add(text: str, section: Section, *, shown: bool) -> None:
    """Paragraphs, and rows of tables: a cell ends with character 7, and so does its row."""
    for _ in range(20):  # nested fields
        text, count = _FIELD_CODE.subn(lambda found: field_words.of_code(found[1]) if found[2] is None else "", text)
        if not count:
            break
    text = text.replace("\x0b", "\n").replace("\x1e", "-").replace("\x1f", "").replace("\x07\x07", "\r")
    for paragraph in _ENDS.split(text):
        line = re.sub(r"[\x00-\x06\x08\x13-\x15]", "", paragraph.replace("\x07", " | "))
        section.add(_paired(line.strip(" |")), shown=shown)
