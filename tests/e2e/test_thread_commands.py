"""Commands in a thread: carried out once, for that thread, and no part of what the model reads."""

from __future__ import annotations

from typing import Any

import pytest

from bot.access.rules import SENTENCES, Reason
from playground.workspace.reading import visible_text
from playground.workspace.workspace import Workspace
from tests.stage import Stage

OTHER = "claude-haiku-4-5"


@pytest.fixture
def settings_options() -> dict[str, Any]:
    return {"bot_models": OTHER}


async def said_in(stage: Stage, thread_ts: str, part: str, channel: str | None = None) -> None:
    """Waits until the bot has said it in the thread."""
    await stage.workspace.until(
        lambda _: any(part in words for words in stage.words(thread_ts, channel=channel)), timeout_s=60
    )


async def whispered(stage: Stage, part: str, count: int = 1) -> None:
    """Waits until somebody alone was told it."""

    def heard(ws: Workspace) -> bool:
        return sum(part in visible_text(message) for message in ws.ephemerals(stage.general)) >= count

    await stage.workspace.until(heard, timeout_s=60)


async def test_a_thread_gets_another_model_and_effort_without_the_model_reading_of_it(stage: Stage) -> None:
    root = await stage.ask("@claude hello")
    await stage.outcome(root)
    await stage.ask(f"!model {OTHER}", thread_ts=root)
    await said_in(stage, root, f"answer in this thread with {OTHER}")
    await stage.ask("!effort low", thread_ts=root)
    await said_in(stage, root, "with low effort")
    await stage.outcome(await stage.ask("and now?", thread_ts=root))

    request = stage.model.requests[-1].body
    assert (request["model"], request["output_config"]["effort"]) == (OTHER, "low")
    assert "!model" not in str(request["messages"])
    assert "answer in this thread" not in str(request["messages"])
    elsewhere = await stage.ask("@claude hello")
    await stage.outcome(elsewhere)
    assert stage.model.requests[-1].body["model"] != OTHER


async def test_a_muted_thread_is_answered_where_the_bot_is_mentioned_and_nowhere_else(stage: Stage) -> None:
    root = await stage.ask("@claude hello")
    await stage.outcome(root)
    await stage.ask("!mute", thread_ts=root)
    await said_in(stage, root, "I'll stay quiet in this thread")
    quiet = await stage.ask("are you there?", thread_ts=root)
    await stage.outcome(await stage.ask("@claude but this?", thread_ts=root))
    assert quiet not in stage.log.turns
    await stage.ask("!unmute", thread_ts=root)
    await said_in(stage, root, "I'm listening again")
    assert await stage.outcome(await stage.ask("and this?", thread_ts=root)) == "answered"


async def test_help_and_mistakes_are_told_to_who_typed_them_alone(stage: Stage) -> None:
    await stage.ask("@claude !help")
    await whispered(stage, "`!mute` makes me answer only when I'm mentioned")
    await stage.ask("@claude !modle")
    await whispered(stage, "Did you mean !model?")
    await stage.ask("@claude !model <!channel>")
    await whispered(stage, "You can choose from claude-sonnet-5-5 (the default), claude-haiku-4-5.")
    await stage.ask("@claude !stop")
    await whispered(stage, "nothing to stop")
    assert not stage.model.requests
    assert stage.workspace.pings == []
    assert not any(call.method == "chat.postMessage" for call in stage.workspace.calls)


async def test_in_a_direct_message_commands_are_answered_in_their_thread(stage: Stage) -> None:
    channel = stage.workspace.direct_message(stage.workspace.user("ada"))
    ts = await stage.ask("!help", channel=channel)
    await said_in(stage, ts, "In this thread I answer with", channel)
    assert not stage.model.requests


async def test_a_command_that_is_delivered_again_is_carried_out_once(stage: Stage) -> None:
    root = await stage.ask("@claude hello")
    await stage.outcome(root)
    ts = await stage.ask("!mute", thread_ts=root)
    await said_in(stage, root, "I'll stay quiet in this thread")
    (delivery,) = [one for one in stage.workspace.deliveries if one.payload["event"].get("ts") == ts]
    stage.workspace.redeliver(delivery)
    await stage.ask("!unmute", thread_ts=root)
    await said_in(stage, root, "I'm listening again")
    assert sum("I'll stay quiet in this thread" in words for words in stage.words(root)) == 1


async def test_what_only_begins_like_a_command_is_a_message_and_other_threads_commands_are_nobodys(
    stage: Stage,
) -> None:
    root = await stage.ask("@claude hello")
    await stage.outcome(root)
    assert await stage.outcome(await stage.ask("!important: answer this", thread_ts=root)) == "answered"
    other = await stage.ask("lunch?", who="grace")
    await stage.ask("!mute", thread_ts=other, who="grace")
    await stage.outcome(await stage.ask("@claude hello again"))
    assert stage.answers(other) == []
    assert stage.workspace.ephemerals() == []


async def test_people_who_may_not_ask_set_nothing_in_a_thread_and_are_told_why(stage: Stage) -> None:
    root = await stage.ask("@claude hello")
    await stage.outcome(root)
    for command in ("!mute", f"!model {OTHER}", "!help"):
        ts = await stage.ask(f"@claude {command}", who="mia", thread_ts=root)
        assert await stage.outcome(ts) == "denied"
    await whispered(stage, "guest")

    assert await stage.outcome(await stage.ask("@claude and now?", thread_ts=root)) == "answered"
    assert stage.model.requests[-1].body["model"] != OTHER
    assert len(stage.model.requests) == 2
    assert not any("quiet in this thread" in words for words in stage.words(root))


async def test_a_command_of_somebody_slack_cannot_name_in_time_is_not_asked_of_the_model(stage: Stage) -> None:
    root = await stage.ask("@claude hello")
    await stage.outcome(root)
    stage.workspace.faults.status("users.info", 503, times=1_000)
    await stage.ask("@claude !effort low", thread_ts=root, who="grace")
    await whispered(stage, SENTENCES[Reason.NOT_NOW])

    assert len(stage.model.requests) == 1
