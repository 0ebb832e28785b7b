"""An answer of 60,000 characters is shown whole, in messages that Slack takes."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from bot.limits import BLOCKS_MAX, MARKDOWN_CHARS_MAX
from playground.practice_model.script import Answer
from tests.long_answer import CHARS, long_answer
from tests.stage import Stage

LINK = re.compile(r"\[(.*?)\]\(.*?\)")
LANGUAGE = re.compile(r"(?<=```)python")


def words_of(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text))


@pytest.fixture
def transport() -> str:
    """Nothing here depends on how events arrive."""
    return "http"


async def test_every_word_is_shown_and_no_message_is_over_a_limit(stage: Stage) -> None:
    text = long_answer()
    assert len(text) >= CHARS
    stage.model.script(Answer(text))
    ts = await stage.ask("@claude everything about it, please")

    assert await stage.outcome(ts) == "answered"
    words = stage.words(ts)
    assert words_of(LINK.sub(r"\1", LANGUAGE.sub("", text))) - words_of("\n".join(words)) == Counter()
    assert all(len(message["blocks"]) <= BLOCKS_MAX for message in stage.answers(ts))
    sources = [stage.workspace.origin(stage.general, message["ts"]).source for message in stage.answers(ts)]
    assert all(len(source) <= MARKDOWN_CHARS_MAX for source in sources)
    assert [call.error for call in stage.workspace.calls if not call.ok] == []
