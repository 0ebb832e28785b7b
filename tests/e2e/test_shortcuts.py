"""What the menu of a message offers: a question about it in a modal, and its thread in short."""

from __future__ import annotations

from typing import Any

import pytest

from bot.access.rules import SENTENCES, Reason
from bot.slack.receive.listeners import NOT_OPENED, READING
from bot.slack.receive.shortcuts import ASK_ABOUT, EMPTY, QUESTION, SUMMARISE
from bot.slack.web_api.membership import NOT_A_MEMBER
from playground.practice_model.script import Answer, HeldAnswer
from playground.workspace.delivery import Delivery, Sort
from playground.workspace.reading import visible_text
from playground.workspace.views import View
from tests.stage import Stage

ASKED = "who is the press?\nAbout this message:\nThe press wants Thursday."


async def opened(stage: Stage, ts: str, *, channel: str = "", who: str = "ada") -> tuple[View, Delivery]:
    """Uses "Ask about this" on a message; the modal, and the delivery."""
    user = stage.workspace.user(who)
    used = stage.workspace.surfaces.shortcut(user, channel or stage.general, ts, ASK_ABOUT)
    modals = stage.workspace.people.views.modals
    await stage.workspace.until(lambda _: modals[user])
    return modals[user][-1], used


async def submitted(stage: Stage, view: View, text: str) -> Delivery:
    """Pressed again if Slack was too slow to say who presses."""
    sent = stage.workspace.surfaces.submit(view.user_id, view.id, {QUESTION.block_id: text})
    await stage.workspace.until(lambda _: sent.over)
    if view.errors == {QUESTION.block_id: SENTENCES[Reason.NOT_NOW]}:
        return await submitted(stage, view, text)
    return sent


def asked_ts(used: Delivery, digit: str = "5") -> str:
    return str(used.payload["action_ts"]) + digit


async def thread_of_three(stage: Stage) -> tuple[str, str]:
    """A thread, and its second message."""
    workspace = stage.workspace
    grace, lars = workspace.user("grace"), workspace.user("lars")
    root = await workspace.say(grace, stage.general, "Shall we move the launch to Friday?")
    second = await workspace.say(lars, stage.general, "The press wants Thursday.", thread_ts=root)
    await workspace.say(grace, stage.general, "Then Thursday it is.", thread_ts=root)
    return root, second


async def test_a_question_about_a_message_is_answered_in_its_thread(stage: Stage) -> None:
    root, second = await thread_of_three(stage)
    stage.model.script(Answer("The newspapers."))
    view, used = await opened(stage, second)
    sent = await submitted(stage, view, "who is the press?")

    assert sent.acknowledged
    assert await stage.outcome(asked_ts(used)) == "answered"
    assert stage.words(root) == [f"Asked by @ada: {ASKED}\nThe newspapers."]
    [(_, said)] = stage.asked_texts()
    assert said.startswith("grace: Shall we move the launch to Friday?")
    assert "ada: who is the press?\n\n[About this message:]\n  > The press wants Thursday." in said
    assert stage.workspace.people.views.modals[stage.workspace.user("ada")] == []


async def test_the_modal_is_open_before_slack_has_said_who_asks(stage: Stage) -> None:
    root, _ = await thread_of_three(stage)
    stage.workspace.faults.hang("users.info", seconds=5)
    view, used = await opened(stage, root)

    assert view.json["title"]["text"] == "Ask about this"
    assert used.acknowledged


async def test_a_modal_that_slack_does_not_open_is_told_of(stage: Stage) -> None:
    root, _ = await thread_of_three(stage)
    stage.workspace.faults.refuse("views.open", "expired_trigger_id")
    stage.workspace.surfaces.shortcut(stage.workspace.user("ada"), stage.general, root, ASK_ABOUT)
    await stage.workspace.until(lambda ws: ws.ephemerals())

    assert stage.workspace.ephemerals()[0]["text"] == NOT_OPENED


async def test_people_who_asked_by_a_shortcut_go_on_without_a_mention(stage: Stage) -> None:
    root, _ = await thread_of_three(stage)
    stage.model.script(Answer("On Thursday."), Answer("At nine."))
    view, used = await opened(stage, root)
    await submitted(stage, view, "when is it?")
    await stage.outcome(asked_ts(used))
    later = await stage.ask("and at what time?", thread_ts=root)

    assert await stage.outcome(later) == "answered"
    roles = [role for role, _ in stage.asked_texts()]
    assert roles == ["user", "assistant", "user"]
    assert "when is it?" in stage.asked_texts()[1][1]


async def test_a_submission_that_comes_again_asks_once(stage: Stage) -> None:
    root, _ = await thread_of_three(stage)
    stage.model.script(Answer("Once."))
    view, used = await opened(stage, root)
    sent = await submitted(stage, view, "how often?")
    again = stage.workspace.courier.deliver(Sort.INTERACTIVE, sent.payload)
    await stage.workspace.until(lambda _: again.over)
    await stage.outcome(asked_ts(used))

    assert again.acknowledged
    assert len(stage.words(root)) == 1


async def test_what_is_wrong_is_said_in_the_modal(stage: Stage) -> None:
    workspace = stage.workspace
    grace, elsewhere = workspace.user("grace"), workspace.channel("elsewhere")
    ts = await workspace.say(grace, elsewhere, "Nobody invited the bot.")
    view, _ = await opened(stage, ts, channel=elsewhere)
    await submitted(stage, view, "   ")
    assert view.errors == {QUESTION.block_id: EMPTY}
    await submitted(stage, view, "is it here?")

    assert view.errors == {QUESTION.block_id: NOT_A_MEMBER}
    assert workspace.people.views.modals[workspace.user("ada")] == [view]
    assert len(stage.model.requests) == 0


async def test_people_who_may_not_ask_read_why_in_the_modal(stage: Stage) -> None:
    root, _ = await thread_of_three(stage)
    view, _ = await opened(stage, root, who="mia")
    await submitted(stage, view, "may I?")

    assert "guest" in view.errors[QUESTION.block_id]
    assert len(stage.model.requests) == 0


async def test_another_workspaces_shortcut_reads_nothing_and_asks_nothing(stage: Stage) -> None:
    """One app may be installed in several, and any process of it may be handed what is delivered for all."""
    workspace = stage.workspace
    root, _ = await thread_of_three(stage)
    view, used = await opened(stage, root)
    sent = await submitted(stage, view, "what is it about?")
    assert await stage.outcome(asked_ts(used)) == "answered"
    elsewhere = {"user": {"id": "U0ELSEWHER", "team_id": "T0ELSEWHER"}, "team": {"id": "T0ELSEWHER"}}
    requests, reads = len(stage.model.requests), sum(call.method == "conversations.replies" for call in workspace.calls)
    before = len(stage.answers(root))
    foreign = [
        workspace.courier.deliver(used.sort, {**used.payload, **elsewhere, "callback_id": SUMMARISE}),
        workspace.courier.deliver(sent.sort, {**sent.payload, **elsewhere}),
    ]
    await workspace.until(lambda _: all(each.over for each in foreign))
    later = await stage.ask("@claude are you there?", thread_ts=root)
    assert await stage.outcome(later) == "answered"

    assert [each.acknowledged for each in foreign] == [True, True]
    assert len(stage.model.requests) == requests + 1
    assert sum(call.method == "conversations.replies" for call in workspace.calls) == reads + 1
    assert len(stage.answers(root)) == before + 1


async def test_an_answer_that_fails_has_the_question_above_it_and_can_be_asked_again(stage: Stage) -> None:
    root, _ = await thread_of_three(stage)
    stage.model.script(Answer("", stop_reason="end_turn"), Answer("Better now."))
    view, used = await opened(stage, root)
    await submitted(stage, view, "are you well?")
    assert await stage.outcome(asked_ts(used)) == "failed"
    [failed] = stage.answers(root)
    assert visible_text(failed).startswith("Asked by @ada: are you well?\nThe model gave an empty answer.")
    await stage.workspace.press(stage.workspace.user("ada"), stage.general, failed["ts"], "ask_again")

    assert await stage.outcome(f"{failed['ts']}2") == "answered"
    assert "are you well?" in str(stage.asked_texts())


@pytest.mark.parametrize("on_reply", [False, True])
async def test_a_thread_in_short_is_private_until_it_is_shared(stage: Stage, on_reply: bool) -> None:
    workspace = stage.workspace
    root, second = await thread_of_three(stage)
    stage.model.script(Answer("The launch is on **Thursday**."))
    used = workspace.surfaces.shortcut(workspace.user("ada"), stage.general, second if on_reply else root, SUMMARISE)
    ts = asked_ts(used, "7" if on_reply else "6")
    assert await stage.outcome(ts) == "answered"
    await workspace.until(lambda ws: len(ws.ephemerals()) == 2)

    shown = workspace.ephemerals()[-1]
    assert visible_text(shown) == "The launch is on Thursday."
    assert shown["ephemeral_for"] == workspace.user("ada")
    assert shown.get("thread_ts") == (root if on_reply else None)
    assert stage.words(root) == []
    await workspace.press(workspace.user("ada"), stage.general, shown["ts"], "share")
    assert await stage.outcome(f"{shown['ts']}4") == "shared"
    assert stage.words(root) == ["A summary, shared by @ada\nThe launch is on Thursday."]
    assert visible_text(workspace.ephemerals()[-1]) == "The launch is on Thursday.\nShared in the thread."


async def test_what_stands_below_a_summary_is_shared_with_it(stage: Stage) -> None:
    workspace, ada = stage.workspace, stage.workspace.user("ada")
    root = await workspace.say(ada, stage.general, "Listen to this.", files=[("song.mp3", b"ID3\x04" + bytes(64))])
    stage.model.script(Answer("A song."))
    used = workspace.surfaces.shortcut(ada, stage.general, root, SUMMARISE)
    await stage.outcome(asked_ts(used, "6"))
    shown = workspace.ephemerals()[-1]
    assert "song.mp3" in visible_text(shown)
    await workspace.press(ada, stage.general, shown["ts"], "share")
    await stage.outcome(f"{shown['ts']}4")

    [shared] = stage.words(root)
    assert shared.startswith("A summary, shared by @ada\nA song.\n")
    assert "song.mp3" in shared


async def test_a_summary_that_comes_again_is_made_once(stage: Stage) -> None:
    workspace = stage.workspace
    root, _ = await thread_of_three(stage)
    held = HeldAnswer()
    stage.model.script(held)
    used = workspace.surfaces.shortcut(workspace.user("ada"), stage.general, root, SUMMARISE)
    await held.asked.wait()
    again = workspace.courier.deliver(Sort.INTERACTIVE, used.payload)
    await workspace.until(lambda _: again.over)
    await held.write("Short.")
    await held.finish()
    await stage.outcome(asked_ts(used, "6"))

    assert again.acknowledged
    assert [visible_text(m) for m in workspace.ephemerals()].count("Short.") == 1


async def test_a_summary_where_the_bot_is_no_member_is_declined_in_a_direct_message(stage: Stage) -> None:
    workspace = stage.workspace
    elsewhere, ada = workspace.channel("elsewhere"), workspace.user("ada")
    ts = await workspace.say(workspace.user("grace"), elsewhere, "Nobody invited the bot.")
    used = workspace.surfaces.shortcut(ada, elsewhere, ts, SUMMARISE)
    await stage.outcome(asked_ts(used, "6"))

    said: list[Any] = workspace.messages(workspace.direct_message(ada))
    assert any("invite" in visible_text(message) for message in said)
    assert len(stage.model.requests) == 0


async def test_a_summary_that_is_shown_in_a_direct_message_stands_there_once_though_an_answer_was_lost(
    stage: Stage,
) -> None:
    workspace, ada = stage.workspace, stage.workspace.user("ada")
    root, _ = await thread_of_three(stage)
    stage.model.script(Answer("The launch is on Thursday."))
    workspace.faults.refuse("chat.postEphemeral", "restricted_action", times=100)
    workspace.faults.drop_after("chat.postMessage", times=2)  # that of READING, and that of the answer
    used = workspace.surfaces.shortcut(ada, stage.general, root, SUMMARISE)
    assert await stage.outcome(asked_ts(used, "6")) == "answered"

    told = [visible_text(message) for message in workspace.messages(workspace.direct_message(ada))]
    assert sorted(told) == [READING, "The launch is on Thursday."]


async def test_a_summary_for_who_may_not_ask_is_refused_in_private(stage: Stage) -> None:
    workspace = stage.workspace
    root, _ = await thread_of_three(stage)
    workspace.surfaces.shortcut(workspace.user("mia"), stage.general, root, SUMMARISE)
    await workspace.until(lambda ws: ws.ephemerals())

    assert "guest" in visible_text(workspace.ephemerals()[0])
    assert stage.words(root) == []
