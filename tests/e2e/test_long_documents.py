"""Documents that are longer than a request: read part by part, answered whole, and cheap to ask about again."""

from __future__ import annotations

import re

import pytest

from playground.practice_model.received import SeenPdf
from playground.practice_model.server import ReceivedRequest
from tests import made_pdfs
from tests.stage import Stage

PART = re.compile(r"(?:page|line)s? ([\d,]+)(?:–([\d,]+))? of ([\d,]+)")


@pytest.fixture
def transport() -> str:
    """Nothing here depends on how questions arrive."""
    return "socket"


def pages_sent(requests: list[ReceivedRequest]) -> list[str]:
    """The words of each page of each PDF in these requests."""
    seen = [request.seen for request in requests if request.seen is not None]
    pdfs = [block for one in seen for block in one.blocks() if isinstance(block, SeenPdf)]
    return [words for pdf in pdfs for words in pdf.page_words]


def statuses(stage: Stage) -> list[str]:
    return [call.arguments["status"] for call in stage.workspace.calls if call.method == "assistant.threads.setStatus"]


def answer(stage: Stage, ts: str) -> str:
    return "\n".join(stage.words(ts))


async def test_a_long_pdf_gets_one_answer_after_all_of_its_pages(stage: Stage) -> None:
    ts = await stage.ask("@claude what does each page say?", files=[("contract.pdf", made_pdfs.numbered(812))])

    assert await stage.outcome(ts) == "answered"
    words, requests = answer(stage, ts), list(stage.model.requests)
    assert sorted(pages_sent(requests)) == sorted(f"PAGE {number}" for number in range(1, 813))
    assert all(f"page {number}: PAGE {number}\n" in f"{words}\n" for number in (1, 100, 101, 305, 812))
    assert "contract.pdf is long (812 pages), so it was read in 9 parts" in words
    assert "pages 201–300 of 812" in stage.asked_texts(2)[0][1]
    assert any(re.search(r"is reading pages [\d,]+–[\d,]+ of 812…", status) for status in statuses(stage))
