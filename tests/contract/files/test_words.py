"""Files of which Slack itself has the words: clips while they are transcribed, long transcripts, e-mails."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from httpx_aiohttp import HttpxAiohttpClient

from bot.errors import SlackUnavailable
from bot.files import notes
from bot.files.reader import FileReader
from bot.files.said import LOOKS_MAX
from bot.files.workshop import Workshop
from bot.messages import Attachment, PreparedFile, SlackWords, TextBlock, WordsKind
from bot.prompt.budget import Allowance
from bot.prompt.intake import RequestIntake
from tests import file_limits
from tests.file_host import FileHost, file_host

LIMITS = replace(file_limits.LIMITS, convert=replace(file_limits.LIMITS.convert, text_chars_max=1_000), workers_max=1)
CLIP = SlackWords("", WordsKind.VOICE, own=True, whole=False, pending=True, more_url=None, enclosed=())
MAIL = SlackWords("Subject: x\n\nhi", WordsKind.MAIL, own=True, whole=True, pending=False, more_url=None, enclosed=())


@pytest.fixture
async def host() -> AsyncIterator[FileHost]:
    async with file_host() as running:
        yield running


@asynccontextmanager
async def reading(
    host: FileHost, cache_dir: Path, info: Callable[[str], Awaitable[Attachment]]
) -> AsyncIterator[FileReader]:
    async with HttpxAiohttpClient(timeout=httpx.Timeout(10.0)) as client:
        given: dict[str, Any] = {"bot_token": "xoxb-good", "slack_api_url": f"{host.origin}/api/"}
        workshop = Workshop(cache_dir, LIMITS)
        yield FileReader(workshop, client=client, file_info=info, **given)
        await workshop.aclose()


async def prepared(
    host: FileHost, cache_dir: Path, words: SlackWords, *answers: SlackWords | Exception
) -> PreparedFile:
    """What becomes of a file with ``words`` where files.info gives ``answers``, the last of them for ever."""
    left = list(answers)

    async def info(file_id: str) -> Attachment:
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Exception):
            raise answer
        return Attachment.bare(file_id, "clip.m4a", words=answer)

    async with reading(host, cache_dir, info) as reader:
        file = Attachment.bare("F1", "clip.m4a", words=words)
        return (await reader.prepare([file], RequestIntake(Allowance()), lambda *_: None))[0]


async def test_a_transcript_is_waited_for(host: FileHost, tmp_path: Path) -> None:
    spoken = replace(CLIP, text="Buy milk", whole=True, pending=False)
    file = await prepared(host, tmp_path, CLIP, CLIP, CLIP, spoken)

    assert (file.words, [note.reason for note in file.notes]) == ("Buy milk", ["was understood as “Buy milk”."])


async def test_a_transcript_that_takes_too_long_is_named_and_nothing_else(host: FileHost, tmp_path: Path) -> None:
    looks = [CLIP] * (LOOKS_MAX + 5)
    file = await prepared(host, tmp_path, CLIP, *looks)

    assert (file.words, [note.reason for note in file.notes]) == ("", [notes.TRANSCRIBING])


async def test_where_slack_does_not_answer_the_beginning_serves(host: FileHost, tmp_path: Path) -> None:
    begun = replace(CLIP, text="Buy milk and")
    file = await prepared(host, tmp_path, begun, SlackUnavailable("files.info", "ratelimited"))

    assert file.words == "Buy milk and"
    assert file.notes[0].reason.startswith("was understood as “Buy milk and”.")


async def test_the_rest_of_a_long_transcript_is_fetched(host: FileHost, tmp_path: Path) -> None:
    host.files["all.vtt"] = b"WEBVTT\n\n00:01 --> 00:02\nBuy milk and eggs\n"
    begun = replace(CLIP, text="Buy milk", pending=False, more_url=host.url("all.vtt"))

    assert (await prepared(host, tmp_path, begun, begun)).words == "Buy milk and eggs"


@pytest.mark.parametrize("path", ["not there", "login.html"])
async def test_where_the_rest_cannot_be_fetched_the_beginning_serves(host: FileHost, tmp_path: Path, path: str) -> None:
    host.files["login.html"] = b"<html>Sign in</html>"
    begun = replace(CLIP, text="Buy milk", pending=False, more_url=host.url(path))

    file = await prepared(host, tmp_path, begun, begun)

    assert file.words == "Buy milk"
    assert "no more of its transcript" in file.notes[0].reason


async def test_a_long_mail_keeps_its_ends(host: FileHost, tmp_path: Path) -> None:
    long = replace(MAIL, text="begin " + "x" * 5_000 + " end", enclosed=("menu.pdf",))
    file = await prepared(host, tmp_path, long, long)

    (block,) = file.blocks
    assert isinstance(block, TextBlock)
    assert len(block.text) < 1_200
    assert "begin" in block.text
    assert "x end" in block.text
    assert [note.reason for note in file.notes] == [notes.text_left_out(4_010), notes.enclosed(("menu.pdf",))]


async def test_a_mail_of_which_slack_gives_the_beginning_is_asked_for_once(host: FileHost, tmp_path: Path) -> None:
    begun = replace(MAIL, text="Subject: x\n\nh", whole=False)
    whole = await prepared(host, tmp_path, begun, MAIL)
    cut = await prepared(host, tmp_path, begun, begun)

    assert whole.blocks == (TextBlock('File "clip.m4a" (e-mail):\n```\nSubject: x\n\nhi\n```'),)
    assert whole.notes == ()
    assert [note.reason for note in cut.notes] == [notes.CUT_WORDS]
