"""Characters that XML does not allow are taken out, wherever the pieces begin in which it comes."""

from __future__ import annotations

import pytest

from bot.files.worker.documents.xml_characters import allowed


@pytest.mark.parametrize("size", range(1, 40))
def test_it_is_the_same_in_pieces_of_every_size(size: int) -> None:
    xml = b"<a>&#7;x&#xD83D;&#xDE00;\x01y&#65;&#1114112;&#10;&amp;&#55357;</a>&#"
    pieces = (xml[at : at + size] for at in range(0, len(xml), size))
    assert b"".join(allowed(pieces)) == b"<a>x&#128512;y&#65;&#65533;&#10;&amp;&#65533;</a>&#"


def test_other_widths_are_left_alone() -> None:
    for codec in ("utf-16", "utf-16-le", "utf-16-be", "utf-32"):
        data = "<a>&#7;</a>".encode(codec)
        assert b"".join(allowed([data[:9], data[9:]])) == data
