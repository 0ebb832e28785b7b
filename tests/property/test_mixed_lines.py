"""A log that several programs write to: each line is read by itself, whatever ends it and whatever stands around it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.files.worker.encodings.look_alikes import is_by_chance
from bot.files.worker.encodings.mixed_lines import lines_decoded
from tests.growth import grows_linearly

WORDS = ["её Её Всё", "naïve café Größe", "plain", "Ünïcödé → x", "Насос в зале", "Их «дело» №5", "ÄÖ", "é", "", " x©"]
ENDS = [b"\n", b"\r\n", b"\r", b"", b"\n\n", b"\r\r\n"]
CODECS = ["cp1251", "cp1252", "cp1250", "iso8859-15", "cp1254"]


def one_by_one(data: bytes, codec: str) -> str:
    read = []
    for line in data.splitlines(keepends=True):
        try:
            text = line.decode()
        except UnicodeDecodeError:
            text = ""
        in_utf8 = text and not line.isascii() and not is_by_chance(line, codec)
        read.append(text if in_utf8 else line.decode(codec, "replace"))
    return "".join(read)


PIECES = st.one_of(
    st.sampled_from(WORDS).map(str.encode),
    st.tuples(st.sampled_from(WORDS), st.sampled_from(CODECS)).map(lambda one: one[0].encode(one[1], "replace")),
    st.sampled_from(ENDS),
    st.binary(max_size=6),
)


@given(st.lists(PIECES, max_size=16).map(b"".join), st.sampled_from(CODECS))
def test_lines_are_read_as_one_by_one(data: bytes, codec: str) -> None:
    assert "".join(lines_decoded(data, codec)) == one_by_one(data, codec)


@pytest.mark.parametrize("piece", ["é", "é\n", "é\r", "é x", "\n", "é\r\n", "éÃ", "日 ", "日\n", "д é "])
@pytest.mark.parametrize("codec", ["utf-8", "cp1251"])
def test_the_time_grows_with_their_length(piece: str, codec: str) -> None:
    grows_linearly(lambda chars: list(lines_decoded((piece * chars).encode(codec, "replace"), "cp1251")), chars=100_000)
