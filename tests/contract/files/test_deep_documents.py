"""A document of a few kilobytes whose parts lie thousands deep within each other costs no more than any other."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.files.outbox import Outbox
from bot.files.worker.convert import convert
from bot.files.worker.documents.package import Broken, parsed
from tests import file_limits, made_documents, made_office
from tests.growth import seconds

DEPTH = 5_000
WORDS = made_office.paragraph("x")
BOX = "<w:p><w:r><w:drawing><w:txbxContent>", "</w:txbxContent></w:drawing></w:r></w:p>"
DEEP = {
    "tables in tables": made_office.word(
        "<w:tbl><w:tr><w:tc>" * DEPTH + WORDS + "</w:tc></w:tr></w:tbl>" * DEPTH,
    ),
    "boxes in boxes": made_office.word(BOX[0] * DEPTH + WORDS + BOX[1] * DEPTH),
    "groups on a slide": made_office.presentation(
        {"slide1": made_office.slide("<p:grpSp>" * DEPTH + made_office.box("x") + "</p:grpSp>" * DEPTH)}
    ),
    "tables in an OpenDocument text": made_documents.odt(
        "<table:table><table:table-row><table:table-cell>" * DEPTH
        + "<text:p>x</text:p>"
        + "</table:table-cell></table:table-row></table:table>" * DEPTH
    ),
    "spans in an OpenDocument text": made_documents.odt(
        f"<text:p>{'<text:span>' * DEPTH}x{'</text:span>' * DEPTH}</text:p>"
    ),
}


@pytest.mark.parametrize("kind", DEEP)
def test_it_is_given_up_at_once(tmp_path: Path, kind: str) -> None:
    """Its own words, that is: an office program, which has bounds of its own, may still show it."""
    source = tmp_path / "source"
    source.write_bytes(DEEP[kind])

    assert (
        seconds(lambda: convert(source, "x", "", Outbox(tmp_path, "1-"), file_limits.LIMITS.convert, None), runs=1)
        < 2.0
    )


def test_depth_has_a_bound_and_length_has_none() -> None:
    assert len(parsed(b"<a>" + b"<b/>" * 100_000 + b"</a>")) == 100_000
    assert parsed(b"<a>" * 150 + b"</a>" * 150).tag == "a"
    with pytest.raises(Broken, match="deep"):
        parsed(b"<a>" * 1_000 + b"</a>" * 1_000)
