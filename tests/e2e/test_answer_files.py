"""An answer that is too long for a message is given as a file: at a press or by itself, once or with a word why not."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.closing import Button
from bot.slack.own_messages import press_ts
from bot.slack.write import uploads
from playground.practice_model.script import Answer, Cite
from playground.practice_model.server import PracticeModel
from playground.workspace.manifest import Manifest
from playground.workspace.workspace import Workspace
from tests import made_files
from tests.repository import MANIFEST
from tests.stage import QUICK_RETRIES_S, TRANSPORTS, Stage, TurnLog, bot_running, settings_for

TABLE = "| name | cost |\n| :--- | :--- |\n" + "\n".join(f"| part {n} | {n} |" for n in range(130))
CODE = "```python\n" + "\n".join(f"print({n})" for n in range(1_500)) + "\n```"
LONG = f"## Parts\n\n{TABLE}\n\nAnd the code:\n\n{CODE}\n\nThat is all."


@pytest.fixture
def transport() -> str:
    """Where it matters how events arrive, a test says so."""
    return "socket"


def files(stage: Stage, thread_ts: str, *, channel: str | None = None) -> dict[str, str]:
    """What the bot has uploaded into a thread, by name without its date."""
    shown = [file for message in stage.answers(thread_ts, channel=channel) for file in message.get("files", [])]
    found = {}
    for file in shown:
        name = "-".join(part for part in file["name"].replace("answer-", "", 1).split("-")[4:]) or file["name"][-3:]
        assert name not in found, "uploaded twice"
        found[name] = stage.workspace.files.stored[file["id"]].content.decode("utf-8-sig")
    return found


def buttons(stage: Stage, thread_ts: str) -> list[str]:
    blocks = [block for message in stage.answers(thread_ts) for block in message.get("blocks", [])]
    return [element["text"]["text"] for block in blocks if block["type"] == "actions" for element in block["elements"]]


async def asked(stage: Stage, text: str = LONG) -> tuple[str, str]:
    """The ts of a question that is answered, and of the message with the button."""
    stage.model.script(Answer(text))
    ts = await stage.ask("@claude all of it, please")
    assert await stage.outcome(ts) == "answered"
    return ts, str(stage.answers(ts)[-1]["ts"])


async def press(stage: Stage, message_ts: str, who: str = "grace") -> str:
    await stage.workspace.press(stage.workspace.user(who), stage.general, message_ts, "as_file")
    return press_ts(message_ts, Button.AS_FILE)


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_long_answer_is_given_as_files_at_a_press_and_once(stage: Stage) -> None:
    ts, message_ts = await asked(stage)
    assert buttons(stage, ts) == ["As a file"]
    pressed = [await press(stage, message_ts, who) for who in ("grace", "ada")]
    assert await stage.outcome(pressed[0]) == "uploaded"
    await stage.workspace.until(lambda _: not buttons(stage, ts))

    given = files(stage, ts)
    assert list(given) == [".md", "table-1.csv", "code-1.py"]
    assert given[".md"] == LONG + "\n"
    assert given["table-1.csv"].splitlines()[:3] == ["name,cost", "part 0,0", "part 1,1"]
    assert len(given["table-1.csv"].splitlines()) == 131
    assert given["code-1.py"] == CODE.removeprefix("```python\n").removesuffix("```")


async def test_later_turns_read_the_answer_and_not_its_copy(stage: Stage) -> None:
    ts, message_ts = await asked(stage)
    await stage.outcome(await press(stage, message_ts))
    later = await stage.ask("@claude thank you", thread_ts=ts)
    await stage.outcome(later)

    assert [role for role, _ in stage.asked_texts()] == ["user", "assistant", "user"]
    assert "answer-" not in str(stage.asked_texts())


async def test_the_button_costs_no_call_and_a_short_answer_has_no_button(stage: Stage) -> None:
    ts, _ = await asked(stage, "Short.")
    await asked(stage)
    calls = [call.method for call in stage.workspace.calls]

    assert buttons(stage, ts) == []
    assert not [method for method in calls if method.startswith("files.")]


async def test_marks_and_sources_are_not_in_the_file(stage: Stage) -> None:
    words = "It ends in May. " * 700
    stage.model.script(Answer.citing(words, Cite(0, 1)))
    ts = await stage.ask("@claude when?", files=[("plan.pdf", made_files.pdf())])
    await stage.outcome(ts)
    await stage.outcome(await press(stage, str(stage.answers(ts)[-1]["ts"])))

    assert files(stage, ts)[".md"].split() == words.split()


@pytest.mark.parametrize(
    ("method", "fault", "sentence"),
    [
        ("files.getUploadURLExternal", {"code": "storage_limit_reached"}, uploads.REFUSED["storage_limit_reached"]),
        ("files.getUploadURLExternal", {"code": "file_uploads_disabled"}, uploads.REFUSED["file_uploads_disabled"]),
        ("upload", {"status": 403}, uploads.NOT_UPLOADED.format(code="http_403")),
        ("upload", {"status": 500}, uploads.NOT_UPLOADED.format(code="http_500")),
        (
            "files.completeUploadExternal",
            {"code": "invalid_channel"},
            uploads.NOT_UPLOADED.format(code="invalid_channel"),
        ),
        ("conversations.replies", {"code": "channel_not_found"}, uploads.NOT_READ),
    ],
)
async def test_each_step_that_fails_is_told_in_words_to_whoever_pressed(
    stage: Stage, method: str, fault: dict[str, Any], sentence: str
) -> None:
    ts, message_ts = await asked(stage)
    if "code" in fault:
        stage.workspace.faults.refuse(method, fault["code"])
    else:
        stage.workspace.faults.status(method, fault["status"], times=9)
    assert await stage.outcome(await press(stage, message_ts)) == "failed"

    [told] = stage.workspace.ephemerals(stage.general, stage.workspace.user("grace"))
    assert told["text"] == sentence
    assert files(stage, ts) == {}


@pytest.mark.parametrize(
    ("method", "trouble"),
    [
        ("files.getUploadURLExternal", "drop_after"),
        ("files.getUploadURLExternal", "status"),
        ("upload", "drop_before"),
        ("upload", "drop_after"),
        ("files.completeUploadExternal", "drop_before"),
        ("files.completeUploadExternal", "drop_after"),
    ],
)
async def test_what_passes_is_waited_out_and_nothing_is_uploaded_twice(stage: Stage, method: str, trouble: str) -> None:
    ts, message_ts = await asked(stage, "word " * 2_000)
    getattr(stage.workspace.faults, trouble)(method)
    assert await stage.outcome(await press(stage, message_ts)) == "uploaded"

    assert list(files(stage, ts)) == [".md"]


class TestWithoutTheScope:
    @pytest.fixture
    async def workspace(self) -> AsyncIterator[Workspace]:
        app = Manifest.read(MANIFEST)
        async with Workspace(replace(app, scopes=app.scopes - {"files:write"}), retry_delays_s=QUICK_RETRIES_S) as ws:
            yield ws

    async def test_nothing_is_offered(self, stage: Stage) -> None:
        ts, _ = await asked(stage)
        assert buttons(stage, ts) == []


async def test_from_a_length_on_it_is_given_without_a_press(
    workspace: Workspace, model: PracticeModel, tmp_path: Path, turn_log: TurnLog
) -> None:
    settings = settings_for(workspace, model.url, tmp_path, "http", bot_answer_file_chars=10_000)
    async with bot_running(workspace, settings):
        stage = Stage(workspace, model, settings, turn_log)
        ts, _ = await asked(stage)
        shorter, _ = await asked(stage, "word " * 1_800)
        assert list(files(stage, ts)) == [".md", "table-1.csv", "code-1.py"]
        assert (buttons(stage, ts), buttons(stage, shorter)) == ([], ["As a file"])
    logging.getLogger("bot").removeHandler(turn_log)


async def test_a_file_is_no_question_of_the_days_budget(
    workspace: Workspace, model: PracticeModel, tmp_path: Path, turn_log: TurnLog
) -> None:
    settings = settings_for(workspace, model.url, tmp_path, "http", bot_user_questions_per_day=1)
    async with bot_running(workspace, settings):
        stage = Stage(workspace, model, settings, turn_log)
        ts, message_ts = await asked(stage)
        assert await stage.outcome(await press(stage, message_ts, "ada")) == "uploaded"
        assert files(stage, ts)[".md"] == LONG + "\n"
    logging.getLogger("bot").removeHandler(turn_log)


async def test_any_process_gives_the_file(
    workspace: Workspace, model: PracticeModel, tmp_path: Path, turn_log: TurnLog
) -> None:
    """The one that answered has ended: nothing of the answer is kept but what stands in Slack."""
    first = settings_for(workspace, model.url, tmp_path / "one", "http")
    async with bot_running(workspace, first):
        ts, message_ts = await asked(Stage(workspace, model, first, turn_log))
    second = settings_for(workspace, model.url, tmp_path / "two", "http")
    async with bot_running(workspace, second):
        stage = Stage(workspace, model, second, turn_log)
        pressed = await asyncio.gather(press(stage, message_ts), press(stage, message_ts, "ada"))
        assert await stage.outcome(pressed[0]) == "uploaded"
        assert files(stage, ts)[".md"] == LONG + "\n"
    logging.getLogger("bot").removeHandler(turn_log)
