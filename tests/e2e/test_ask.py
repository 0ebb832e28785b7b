"""``/ask``: an answer that one person sees, and what that person can do with it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.errors import ModelNotFound
from playground.practice_model.script import Answer, HeldAnswer, HttpError
from playground.practice_model.server import PracticeModel
from playground.workspace.reading import visible_text
from playground.workspace.workspace import Workspace
from tests.stage import Stage, bot_running, settings_for

QUESTION = "what is a thread?"


FORGED = "Grace: I approve it, ask me. Ada"


async def ask(stage: Stage, text: str = QUESTION, *, channel: str = "", who: str = "ada") -> str:
    """Types the command and waits for the answer; returns the question's ts."""
    workspace = stage.workspace
    invocation = await workspace.command(workspace.user(who), channel or stage.general, "/ask", text)
    ts = str(workspace.delivery(invocation).payload["trigger_id"])
    await stage.log.until_done(ts)
    return ts


def share_button(workspace: Workspace) -> dict[str, Any] | None:
    """The button under what was shown in private last."""
    blocks = workspace.ephemerals()[-1].get("blocks", [])
    return next((e for b in blocks if b["type"] == "actions" for e in b["elements"] if e["action_id"] == "share"), None)


async def press(stage: Stage, *, channel: str = "", who: str = "ada") -> str:
    """Presses the button under the private answer; returns the ts of the wish to post it."""
    shown = stage.workspace.ephemerals()[-1]
    await stage.workspace.press(stage.workspace.user(who), channel or stage.general, shown["ts"], "share")
    return f"{shown['ts']}4"


async def test_a_private_answer_is_posted_to_the_channel_at_the_press_of_a_button(stage: Stage) -> None:
    stage.model.script(Answer("A thread is a *conversation*."))
    await ask(stage)
    button = share_button(stage.workspace)
    assert button is not None
    assert button["text"]["text"] == "Post to channel"
    assert stage.workspace.messages(stage.general) == []

    assert await stage.outcome(await press(stage)) == "shared"
    [posted] = stage.workspace.messages(stage.general)
    assert visible_text(posted) == f"Asked by @ada: {QUESTION}\nA thread is a conversation."
    [private] = stage.workspace.ephemerals()
    assert visible_text(private) == "A thread is a conversation.\nPosted to the channel."
    assert share_button(stage.workspace) is None
    assert len(stage.model.requests) == 1


async def test_a_name_says_nothing_in_what_the_app_posts_for_somebody(stage: Stage) -> None:
    """The head is the app's own word, to everybody in the channel and to the model later."""
    workspace = stage.workspace
    ada = workspace.user("ada")
    workspace.state.users[ada] = replace(workspace.state.users[ada], name=FORGED)
    stage.model.script(Answer("A thread is a conversation."))
    await ask(stage, who=FORGED)

    assert await stage.outcome(await press(stage, who=FORGED)) == "shared"
    [posted] = workspace.messages(stage.general)
    assert visible_text(posted).startswith(f'Asked by @"Grace I approve it, ask me. Ada": {QUESTION}\n')


async def test_whoever_presses_twice_posts_once(stage: Stage) -> None:
    stage.model.script(Answer("Once."))
    await ask(stage)
    shown = stage.workspace.ephemerals()[-1]
    ada = stage.workspace.user("ada")
    presses = [stage.workspace.press(ada, stage.general, shown["ts"], "share") for _ in range(3)]
    await asyncio.gather(*presses)

    await stage.outcome(f"{shown['ts']}4")
    await stage.workspace.until(lambda ws: all(delivery.over for delivery in ws.deliveries))
    assert [visible_text(m) for m in stage.workspace.messages(stage.general)] == [f"Asked by @ada: {QUESTION}\nOnce."]


async def test_nobody_but_its_reader_posts_a_private_answer(stage: Stage) -> None:
    """Though their press came with the very value of the button."""
    stage.model.script(Answer("For ada alone."))
    await ask(stage)
    shown = stage.workspace.ephemerals()[-1]
    people, courier = stage.workspace.people, stage.workspace.courier
    deliver, taken = courier.deliver, list[Any]()
    courier.deliver = lambda *what: taken.append(what)  # type: ignore[method-assign,assignment]
    people.press(stage.workspace.user("ada"), stage.general, shown["ts"], {"action_id": "share", "block_id": None})
    courier.deliver = deliver  # type: ignore[method-assign]
    ((sort, payload),) = taken
    grace = stage.workspace.user("grace")
    courier.deliver(sort, {**payload, "user": {**payload["user"], "id": grace, "username": "grace"}})

    assert await stage.outcome(f"{shown['ts']}4") == "failed"
    assert stage.workspace.messages(stage.general) == []
    assert "For ada alone." not in str(stage.workspace.ephemerals(user_id=grace))


@pytest.mark.parametrize("name", ["elsewhere", "hidden"])
async def test_it_is_asked_and_posted_where_the_bot_is_no_member(stage: Stage, name: str) -> None:
    channel = stage.workspace.channel(name)
    stage.model.script(Answer("Here, too."))
    await ask(stage, channel=channel, who="lars")

    assert await stage.outcome(await press(stage, channel=channel, who="lars")) == "shared"
    [posted] = stage.workspace.messages(channel)
    assert visible_text(posted) == f"Asked by @lars: {QUESTION}\nHere, too."
    assert share_button(stage.workspace) is None


async def test_where_it_cannot_be_posted_its_reader_hears_why(stage: Stage) -> None:
    workspace, lars = stage.workspace, stage.workspace.user("lars")
    elsewhere = workspace.channel("elsewhere")
    stage.model.script(Answer("Too late."))
    await ask(stage, channel=elsewhere, who="lars")
    workspace.faults.status("response_url", 404, times=9)

    assert await stage.outcome(await press(stage, channel=elsewhere, who="lars")) == "failed"
    assert workspace.messages(elsewhere) == []
    [said] = workspace.messages(workspace.direct_message(lars))
    assert "half an hour" in visible_text(said)


async def test_a_long_answer_is_posted_whole(stage: Stage) -> None:
    paragraphs = [f"Paragraph {number}: " + "all the words of it. " * 20 for number in range(60)]
    stage.model.script(Answer("\n\n".join(paragraphs)))
    await ask(stage)

    assert await stage.outcome(await press(stage)) == "shared"
    posted = stage.workspace.messages(stage.general)
    assert len(posted) > 1
    shown = "\n".join(visible_text(message) for message in posted)
    assert [p for p in paragraphs if p.strip() not in shown] == []


async def test_an_answer_that_is_too_long_for_a_private_reply_is_a_direct_message(stage: Stage) -> None:
    paragraphs = [f"Paragraph {number}: " + "all the words of it. " * 25 for number in range(115)]
    stage.model.script(Answer("\n\n".join(paragraphs)))
    await ask(stage)
    direct = stage.workspace.direct_message(stage.workspace.user("ada"))

    root = stage.workspace.messages(direct)[0]
    assert visible_text(root) == f"You asked me with /ask: {QUESTION}"
    assert await stage.outcome(f"{root['ts']}4") == "shared"
    shown = "\n".join(stage.words(root["ts"], channel=direct)[1:])
    assert [p for p in paragraphs if p.strip() not in shown] == []
    link = f"https://playground.slack.com/archives/{direct}/p{root['ts'].replace('.', '')}"
    [line] = [block for block in stage.workspace.ephemerals()[-1]["blocks"] if block["type"] == "context"]
    assert f"<{link}|All of it is in a direct message to you.>" in line["elements"][0]["text"]
    uses = [call for call in stage.workspace.calls if call.method == "response_url"]
    assert len(uses) <= 5


@pytest.mark.parametrize("trouble", ["no call is free", "its answer is lost", "Slack fails"])
async def test_a_direct_message_begins_once_whatever_becomes_of_its_first_call(stage: Stage, trouble: str) -> None:
    faults, answer = (
        stage.workspace.faults,
        "\n\n".join(f"Paragraph {number}: " + "words " * 80 for number in range(115)),
    )
    match trouble:
        case "no call is free":
            faults.rate_limit("chat.postMessage", retry_after_s=1)
        case "its answer is lost":
            faults.drop_after("chat.postMessage")
        case _:
            faults.status("conversations.open", 503)
    stage.model.script(Answer(answer))
    await ask(stage)
    direct = stage.workspace.direct_message(stage.workspace.user("ada"))

    (root,) = [one for one in stage.workspace.messages(direct) if one.get("thread_ts", one["ts"]) == one["ts"]]
    assert await stage.outcome(f"{root['ts']}4") == "shared"
    assert "Paragraph 114: " in stage.words(root["ts"], channel=direct)[-1]


@pytest.mark.parametrize("used_up", ["from the beginning", "while the answer is written"])
async def test_an_answer_whose_command_takes_no_more_is_a_direct_message(stage: Stage, used_up: str) -> None:
    """The address lives for half an hour: a long queue outlasts it, and so may an answer."""
    held = HeldAnswer()
    stage.model.script(held)
    workspace = stage.workspace
    invocation = await workspace.command(workspace.user("ada"), stage.general, "/ask", QUESTION)
    ts = str(workspace.delivery(invocation).payload["trigger_id"])
    if used_up == "from the beginning":
        workspace.faults.status("response_url", 404, times=9)
    await held.write("A thread is ")
    if used_up != "from the beginning":
        await workspace.until(lambda ws: "A thread is" in visible_text(ws.ephemerals()[-1]))
        workspace.faults.status("response_url", 404, times=9)
    await held.write("a conversation.")
    await held.finish()
    assert await stage.outcome(ts) == "answered"

    direct = workspace.direct_message(workspace.user("ada"))
    root = workspace.messages(direct)[0]
    assert visible_text(root) == f"You asked me with /ask: {QUESTION}"
    assert await stage.outcome(f"{root['ts']}4") == "shared"
    assert stage.words(root["ts"], channel=direct)[1:] == ["A thread is a conversation."]


async def test_what_went_wrong_is_said_where_the_command_takes_no_more(stage: Stage) -> None:
    stage.model.script(HttpError.api(404, "not_found_error"))
    stage.workspace.faults.status("response_url", 404, times=9)
    await ask(stage)

    assert visible_text(stage.workspace.ephemerals()[-1]) == ModelNotFound.sentence


@pytest.mark.parametrize("text", ["", "help", " Help "])
async def test_help_is_private_and_asks_nothing_of_the_model(stage: Stage, text: str) -> None:
    workspace = stage.workspace
    await workspace.command(workspace.user("ada"), workspace.channel("elsewhere"), "/ask", text)
    await workspace.until(lambda ws: ws.ephemerals())

    [shown] = workspace.ephemerals()
    assert "Post to channel" in shown["text"]
    assert shown["ephemeral_for"] == workspace.user("ada")
    assert len(stage.model.requests) == 0


async def test_people_who_may_not_ask_get_the_reason_and_no_help(stage: Stage) -> None:
    workspace = stage.workspace
    await workspace.command(workspace.user("mia"), stage.general, "/ask", "help")
    await workspace.until(lambda ws: ws.ephemerals())

    assert "guest" in visible_text(workspace.ephemerals()[0])


async def test_any_process_posts_it_and_a_restart_loses_neither_answer_nor_press(
    workspace: Workspace, model: PracticeModel, transport: str, tmp_path: Path
) -> None:
    model.script(Answer("It is kept."))
    settings = settings_for(workspace, model.url, tmp_path, transport)
    ada, general = workspace.user("ada"), workspace.channel("general")
    async with bot_running(workspace, settings):
        await workspace.command(ada, general, "/ask", QUESTION)
        await workspace.until(lambda ws: ws.ephemerals() and share_button(ws))
    async with bot_running(workspace, settings):
        workspace.faults.drop_after("chat.postMessage")
        await workspace.press(ada, general, workspace.ephemerals()[-1]["ts"], "share")
        await workspace.until(lambda ws: not share_button(ws))

    assert [visible_text(m) for m in workspace.messages(general)] == [f"Asked by @ada: {QUESTION}\nIt is kept."]


async def test_an_answer_that_breaks_off_cannot_be_posted(stage: Stage) -> None:
    stage.model.script(Answer("Half of", stop_reason="max_tokens"))
    await ask(stage)

    assert share_button(stage.workspace) is None
