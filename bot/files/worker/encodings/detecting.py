"""Detects the codec of a text.

Pure. In order: a byte order mark; UTF-16 and UTF-32 without one; escapes; what the text declares, if all of it decodes
so; UTF-8; then ``choosing`` among the encodings in common use. Only lines with more than ASCII are looked at, each
once, and never from within a character.
"""

from __future__ import annotations

import codecs
import itertools
import re
from collections.abc import Iterator

from bot.files.worker.encodings.choosing import CANDIDATES, EASTERN, WESTERN, chosen, decodes
from bot.files.worker.encodings.declared import declared_codec, is_dump, known_codec
from bot.files.worker.encodings.ebcdic import codec_of_ebcdic
from bot.files.worker.encodings.escaped import CODECS, codec_of_escapes, unescaped
from bot.files.worker.encodings.frames import codec_of_frames
from bot.files.worker.encodings.look_alikes import is_by_chance, is_russian_of_dos, may_be_by_chance
from bot.files.worker.encodings.mixed_lines import lines_decoded, may_have_utf8
from bot.files.worker.encodings.mixed_width import decode_wide
from bot.files.worker.encodings.plausible import out_of_place
from bot.files.worker.encodings.rare_encodings import rarer
from bot.files.worker.encodings.wide import codec_without_mark

_WIDE_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_HEAD_BYTES = 8_192
_SAMPLE_BYTES = 64_000
_LINE_BYTES_MAX = 16_000
_FEW_BYTES = 400
_JUMBLED_SHARE, _WORDS_SHARE = 0.5, 0.1
_MIXED = frozenset({*WESTERN[:6], "cp1251"})
_EXACT = {
    "euc_jis_2004": ("euc_jp", "euc_jis_2004"),
    "big5hkscs": ("cp950", "big5hkscs"),
    "iso8859-15": ("iso8859-15",),
}
_LIKE_ASCII = frozenset({*CANDIDATES, *itertools.chain(*_EXACT.values()), "utf-8", "utf-8-sig"})

_PAIRED = re.compile(rb"\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf]|\xc0\x80")
"""What databases and Java write into UTF-8: halves of UTF-16 apart (CESU-8), and a zero in two bytes."""
_PAIRED_FIRST = frozenset(b"\xed\xc0")
_CP1252 = bytes(range(256)).decode("cp1252", "replace")
_OE = re.compile(rb"\xbd(?:u|il|so|no|tu|d\xe8)")
_CUT_OFF = re.compile(rb"[\x80-\xbf]{1,3}(?=[\xc2-\xf4][\x80-\xbf])")


def codec_of(data: bytes, tail: bytes = b"") -> str:
    """The codec by Python's name, for ``decode``. ``data`` is the beginning of the text; ``tail`` is a piece of its end
    that starts with a line."""
    told = wide_codec(data[:_HEAD_BYTES]) or codec_of_escapes(data) or codec_of_ebcdic(data)
    if told is not None:
        return told
    sample = _sample(data + (b"\n" + tail if tail else b""))
    declared = declared_codec(data, tail or data)
    if sample and not _is_meant_as_utf8(sample):
        if declared and (decodes(sample, declared) or (declared == "utf-8" and is_dump(data))):
            return declared
        framed = codec_of_frames(sample)
        if framed is not None:
            return framed
        sample = _without_utf8(sample)
        usual = _exact(chosen(sample), sample)
        return rarer(sample, usual, old_macintosh=b"\r" in data and b"\n" not in data)
    return "utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "utf-8"


def wide_codec(head: bytes) -> str | None:
    """UTF-16 or UTF-32, with a mark or without one."""
    return next((codec for mark, codec in _WIDE_MARKS if head.startswith(mark)), None) or codec_without_mark(head)


def _is_meant_as_utf8(sample: bytes) -> bool:
    if _is_strict_utf8(sample):
        return not _is_utf8_by_chance(sample)
    return _is_utf8(sample) and not is_russian_of_dos(sample) and not _is_eastern(sample)


def _is_utf8(sample: bytes) -> bool:
    """Whether more of the text follows UTF-8 than breaks it: logs mix encodings, and ``decode`` reads what does not
    fit.

    A character of two bytes counts once, because one byte is bound by the rules; one of four counts three times.
    """
    text = _PAIRED.sub(b"", sample).decode("utf-8", "replace")
    kept = text.replace("\ufffd", "")
    return len(kept.encode()) - len(kept) >= 2 * text.count("\ufffd")


def _is_eastern(sample: bytes) -> bool:
    """Whether an Eastern encoding makes words of a few characters, and broken UTF-8 a jumble: the Korean name "홍길동"
    has two characters of it and one byte that breaks it.
    """
    if len(sample) > _FEW_BYTES:
        return False
    odd, count = out_of_place(decode(sample, "utf-8"), "utf-8")
    return odd >= _JUMBLED_SHARE * count and any(
        decodes(sample, codec) and out_of_place(sample.decode(codec), codec)[0] <= _WORDS_SHARE * count
        for codec in EASTERN[:-1]
    )


def text_of(data: bytes, declared: str = "") -> str:
    """All of a short text, such as a mail's body or a member's name, by its declared encoding if that fits."""
    codec = known_codec(declared) if declared else None
    if codec is None or codec.startswith("utf-8") or not decodes(data, codec):
        codec = codec_of(data)
    return decode(data, codec)


def decode(data: bytes, codec: str) -> str:
    """Bytes that do not fit become U+FFFD; within UTF-8 they are read as Windows-1252, which they mostly are."""
    if codec in CODECS:
        return unescaped(data, codec)
    if codec.startswith("utf-8"):
        return data.decode(codec, "cp1252 in utf-8")
    if codec.startswith("utf-16"):
        return decode_wide(data, codec)
    return "".join(lines_decoded(data, codec)) if may_mix(codec) else data.decode(codec, "replace")


def may_mix(codec: str) -> bool:
    """Whether UTF-8 lines in a text of this encoding are surely UTF-8, as in a log that several programs write to.

    In Chinese, Thai and some encodings of Russian a line of one or two words can be either.
    """
    return codec in _MIXED


def keeps_controls(codec: str) -> bool:
    """Whether control characters of ASCII come from the same bytes in it, and from no others."""
    return codec in _LIKE_ASCII


def _is_utf8_by_chance(sample: bytes) -> bool:
    """Another encoding is looked for only if this is possible."""
    return may_be_by_chance(sample) and is_by_chance(sample, chosen(sample))


def _is_strict_utf8(line: bytes) -> bool:
    return not line.isascii() and decodes(line, "utf-8")


def _without_utf8(sample: bytes) -> bytes:
    """The lines that are not UTF-8, if UTF-8 lines may be among them."""
    if not may_have_utf8(sample):
        return sample
    rest = b"\n".join(line for line in sample.split(b"\n") if not _is_strict_utf8(line))
    return rest if rest and rest != sample and may_mix(chosen(rest)) else sample


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    data, start, end = error.object, error.start, error.end
    if data[start] in _PAIRED_FIRST and (paired := _PAIRED.match(data, start)):
        halves = paired[0].replace(b"\xc0\x80", b"").decode("utf-8", "surrogatepass")
        return halves.encode("utf-16", "surrogatepass").decode("utf-16", "replace"), paired.end()
    if end == len(data) and error.reason == "unexpected end of data":
        return "\ufffd", end  # a character that was cut off, not one of another encoding
    if start == 0 and (cut := _CUT_OFF.match(data)):
        return "\ufffd", cut.end()  # the rest of one, as where the last bytes of a log were taken
    return (_CP1252[data[start]] if end == start + 1 else data[start:end].decode("cp1252", "replace")), end


codecs.register_error("cp1252 in utf-8", _as_cp1252)


def _sample(data: bytes) -> bytes:
    """Lines that are not ASCII, each once, up to a limit. A line end is never part of a character.

    A very long line is cut before a byte below 0x30, which is never the second half of a character.
    """
    lines: dict[bytes, None] = {}
    size = 0
    for line in _lines(data):
        if line.isascii():
            continue
        kept = line if len(line) <= _LINE_BYTES_MAX else _cut(line)
        if kept not in lines:
            lines[kept] = None
            size += len(kept)
        if size > _SAMPLE_BYTES:
            break
    return b"\n".join(lines)


def _lines(data: bytes) -> Iterator[bytes]:
    """By pieces, since the first lines are mostly enough."""
    done = 0
    while done < len(data):
        end = data.find(b"\n", done + _SAMPLE_BYTES) + 1 or len(data)
        yield from data[done:end].replace(b"\r", b"\n").split(b"\n")
        done = end


def _cut(line: bytes) -> bytes:
    first = next(re.finditer(rb"[\x80-\xff]", line)).start()
    begin = max((found.end() for found in re.finditer(rb"[\x20-\x2f]", line[:first])), default=0)
    piece = line[begin : begin + _LINE_BYTES_MAX]
    ends = [found.start() for found in re.finditer(rb"[\x20-\x2f]", piece)]
    return piece[: ends[-1]] if ends and ends[-1] > first - begin else piece[: _whole(piece)]


def _whole(piece: bytes) -> int:
    """Where the last whole character ends in most of the possible encodings; as few bytes as possible are dropped."""
    scores = {
        len(piece) - short: sum(decodes(piece[: len(piece) - short], codec) for codec in ("utf-8", *EASTERN))
        for short in range(4)
    }
    return max(scores, key=lambda end: scores[end])


def _exact(codec: str, sample: bytes) -> str:
    """Among encodings that differ in few characters, the one that Windows writes, else the widest that fits."""
    if codec == "cp1252" and "¤" in sample.decode("cp1252", "replace") and not re.search(rb"[\x80-\x9f]", sample):
        return "iso8859-15"  # nobody writes the currency sign; Latin-9 has the euro in its place
    if codec == "cp1252" and _OE.search(sample) and not re.search(rb"[\x80-\x9f]", sample):
        return "iso8859-15"  # Latin-9 has "œ", as in "cœur", where Latin-1 has a half
    return next((exact for exact in _EXACT.get(codec, ()) if decodes(sample, exact)), codec)
