"""People end an answer: by its button, a reaction, a word, or by taking the question back; nothing else is lost."""

from __future__ import annotations

import pytest

from bot.answering.endings import STOPPED_BY
from bot.slack.buttons import STOP_LABEL
from playground.practice_model.script import Answer, HeldAnswer
from playground.workspace.reading import visible_text
from playground.workspace.workspace import Workspace
from tests.stage import TRANSPORTS, Stage


@pytest.fixture
def transport(request: pytest.FixtureRequest) -> str:
    return str(getattr(request, "param", "http"))


over_both = pytest.mark.parametrize("transport", TRANSPORTS, indirect=True)


def buttons(stage: Stage, thread_ts: str, *, channel: str | None = None) -> list[str]:
    blocks = [block for message in stage.answers(thread_ts, channel=channel) for block in message["blocks"]]
    return [element["text"]["text"] for block in blocks if block["type"] == "actions" for element in block["elements"]]


async def growing(stage: Stage, *, channel: str | None = None, who: str = "ada") -> tuple[str, HeldAnswer]:
    """A question whose answer has begun to show."""
    held = HeldAnswer()
    stage.model.script(held)
    ts = await stage.ask("@claude tell me a long story", channel=channel, who=who)
    await held.asked.wait()
    await held.write("Once upon a time ")
    await stage.workspace.until(lambda _: any("Once upon" in text for text in stage.words(ts, channel=channel)))
    await held.write("there was a bot. ")
    await stage.workspace.until(lambda _: buttons(stage, ts, channel=channel))
    return ts, held


@over_both
async def test_a_growing_answer_says_so_and_its_button_ends_it(stage: Stage) -> None:
    ts, held = await growing(stage)
    assert buttons(stage, ts) == [STOP_LABEL]
    grace = stage.workspace.user("grace")
    await stage.workspace.press(grace, stage.general, stage.answers(ts)[0]["ts"], "stop")

    assert await stage.outcome(ts) == "stopped"
    await held.hung_up.wait()
    (words,) = stage.words(ts)
    assert words == "Once upon a time there was a bot.\n" + STOPPED_BY.format(name="grace")
    assert buttons(stage, ts) == ["Continue"]


async def test_a_stopped_answer_goes_on_at_the_press_of_continue(stage: Stage) -> None:
    ts, _ = await growing(stage)
    ada, answer = stage.workspace.user("ada"), stage.answers(ts)[0]["ts"]
    await stage.workspace.press(ada, stage.general, answer, "stop")
    await stage.outcome(ts)
    stage.model.script(Answer("It lived happily ever after."))
    await stage.workspace.press(ada, stage.general, answer, "continue")

    assert await stage.outcome(f"{answer}1") == "answered"
    assert ("assistant", "Once upon a time there was a bot.") in stage.asked_texts()
    assert stage.words(ts)[-1] == "It lived happily ever after."


async def test_a_finished_answer_has_no_stop_button_and_took_no_more_calls(stage: Stage) -> None:
    stage.model.script(Answer("Here it is, all at once."))
    ts = await stage.ask("@claude quickly, please")
    await stage.outcome(ts)

    assert stage.words(ts) == ["Here it is, all at once."]
    assert buttons(stage, ts) == []


@pytest.mark.parametrize(
    ("reaction", "on", "transport"),
    [("octagonal_sign", "the question", "http"), ("x", "the answer", "socket")],
    indirect=["transport"],
)
async def test_a_stop_sign_ends_the_answer(stage: Stage, reaction: str, on: str) -> None:
    ts, held = await growing(stage)
    place = ts if on == "the question" else stage.answers(ts)[0]["ts"]
    await stage.workspace.react(stage.workspace.user("ada"), stage.general, place, reaction)

    assert await stage.outcome(ts) == "stopped"
    await held.hung_up.wait()


async def test_other_reactions_and_people_who_may_not_ask_end_nothing(stage: Stage) -> None:
    ts, held = await growing(stage)
    await stage.workspace.react(stage.workspace.user("ada"), stage.general, ts, "tada")
    await stage.workspace.react(stage.workspace.user("mia"), stage.general, ts, "x")
    await stage.workspace.press(stage.workspace.user("mia"), stage.general, stage.answers(ts)[0]["ts"], "stop")
    await stage.workspace.until(lambda ws: all(delivery.over for delivery in ws.deliveries))
    await held.write("It was happy.")
    await held.finish()

    assert await stage.outcome(ts) == "answered"


@over_both
@pytest.mark.parametrize("way", ["sign", "word"])
async def test_a_wish_of_somebody_slack_cannot_name_in_time_is_carried_out_once_it_can(stage: Stage, way: str) -> None:
    ts, held = await growing(stage)
    grace, before = stage.workspace.user("grace"), len(stage.workspace.deliveries)
    stage.workspace.faults.status("users.info", 503, times=1_000)
    if way == "sign":
        await stage.workspace.react(grace, stage.general, ts, "octagonal_sign")
    else:
        await stage.ask("stop", who="grace", thread_ts=ts)
    await stage.workspace.until(lambda ws: all(one.acknowledged for one in ws.deliveries[before:]))
    assert not held.hung_up.is_set()
    stage.workspace.faults.clear()

    assert await stage.outcome(ts) == "stopped"
    assert len(stage.model.requests) == 1


async def test_before_the_first_word_a_word_in_the_thread_ends_it(stage: Stage) -> None:
    held = HeldAnswer()
    stage.model.script(held)
    ts = await stage.ask("@claude tell me a long story")
    await held.asked.wait()
    await stage.ask("@claude stop!", thread_ts=ts)

    assert await stage.outcome(ts) == "stopped"
    await held.hung_up.wait()
    assert stage.words(ts) == [STOPPED_BY.format(name="ada")]
    assert buttons(stage, ts) == ["Ask again"]
    assert len(stage.model.requests) == 1


async def test_stop_in_a_direct_message_ends_what_is_being_answered_there(stage: Stage) -> None:
    direct = stage.workspace.direct_message(stage.workspace.user("ada"))
    ts, held = await growing(stage, channel=direct)
    await stage.ask("stop", channel=direct)

    assert await stage.outcome(ts) == "stopped"
    await held.hung_up.wait()


@pytest.mark.parametrize("word", ["stop", "!stop"])
async def test_whoever_may_ask_stops_what_is_being_answered_in_a_thread_and_only_what_they_wait_for(
    stage: Stage, word: str
) -> None:
    """People whose question waits for it do not lose their answer."""
    ts, held = await growing(stage)
    waiting = await stage.ask("@claude and then?", thread_ts=ts)
    await stage.workspace.until(lambda _: any("Queued behind" in words for words in stage.words(ts)))
    await stage.ask(f"@claude {word}", thread_ts=ts, who="grace")

    assert await stage.outcome(ts) == "stopped"
    await held.hung_up.wait()
    assert any(STOPPED_BY.format(name="grace") in words for words in stage.words(ts))
    assert await stage.outcome(waiting) == "answered"


async def test_the_command_ends_what_its_author_waits_for_too(stage: Stage) -> None:
    ts, held = await growing(stage)
    waiting = await stage.ask("@claude and then?", thread_ts=ts)
    await stage.workspace.until(lambda _: any("Queued behind" in words for words in stage.words(ts)))
    await stage.ask("!stop", thread_ts=ts)

    assert [await stage.outcome(ts), await stage.outcome(waiting)] == ["stopped", "stopped"]
    await held.hung_up.wait()
    assert len(stage.model.requests) == 1


async def test_the_command_ends_an_answer_in_a_direct_message(stage: Stage) -> None:
    direct = stage.workspace.direct_message(stage.workspace.user("ada"))
    ts, held = await growing(stage, channel=direct)
    await stage.ask("!stop", channel=direct)

    assert await stage.outcome(ts) == "stopped"
    await held.hung_up.wait()


async def test_the_command_after_the_end_says_so_to_its_author_alone_and_the_word_is_a_message(stage: Stage) -> None:
    ts = await stage.ask("@claude hello")
    await stage.outcome(ts)
    await stage.ask("!stop", thread_ts=ts)

    def told(ws: Workspace) -> bool:
        return any("nothing to stop" in visible_text(one) for one in ws.ephemerals(stage.general))

    await stage.workspace.until(told, timeout_s=60)
    assert len(stage.model.requests) == 1
    assert await stage.outcome(await stage.ask("stop", thread_ts=ts)) == "answered"


async def test_stop_with_nothing_to_stop_is_a_question(stage: Stage) -> None:
    stage.model.script(Answer("What should I stop?"))
    ts = await stage.ask("@claude stop")

    assert await stage.outcome(ts) == "answered"


@over_both
async def test_a_deleted_question_is_not_answered_and_what_was_written_goes(stage: Stage) -> None:
    root = await stage.ask("What do you think?", who="grace")
    held = HeldAnswer()
    stage.model.script(held)
    ts = await stage.ask("@claude tell us a long story", thread_ts=root)
    await held.asked.wait()
    await held.write("Once upon a time there was a bot. ")
    await stage.workspace.until(lambda _: stage.words(root))
    await stage.workspace.delete(stage.general, ts)

    assert await stage.outcome(ts) == "deleted"
    await held.hung_up.wait()
    assert stage.answers(root) == []


async def test_the_root_of_a_thread_can_be_taken_back_too(stage: Stage) -> None:
    ts, held = await growing(stage)
    await stage.workspace.delete(stage.general, ts)

    assert await stage.outcome(ts) == "deleted"
    await held.hung_up.wait()
    assert stage.answers(ts) == []


async def test_a_deleted_question_that_waits_is_not_asked_and_its_notice_goes(stage: Stage) -> None:
    ts, held = await growing(stage)
    waiting = await stage.ask("@claude and another one", thread_ts=ts)
    await stage.workspace.until(lambda _: "Queued behind 1 question…" in stage.words(ts))
    await stage.workspace.delete(stage.general, waiting)
    await held.write("The end.")
    await held.finish()

    assert await stage.outcome(ts) == "answered"
    assert await stage.outcome(waiting) == "deleted"
    assert stage.words(ts) == ["Once upon a time there was a bot. The end."]
    assert len(stage.model.requests) == 1


@over_both
@pytest.mark.parametrize("place", ["channel", "direct message"])
async def test_an_edit_of_a_question_that_waits_replaces_it(stage: Stage, place: str) -> None:
    channel = stage.general
    if place == "direct message":
        channel = stage.workspace.direct_message(stage.workspace.user("ada"))
    ts, held = await growing(stage, channel=channel)
    waiting = await stage.ask("@claude how far is the mon", channel=channel, thread_ts=ts)
    await stage.workspace.until(lambda _: "Queued behind 1 question…" in stage.words(ts, channel=channel))
    await stage.workspace.edit(channel, waiting, "@claude how far is the moon?")
    await stage.workspace.until(lambda ws: all(delivery.over for delivery in ws.deliveries))
    await held.finish()

    assert await stage.outcome(waiting) == "answered"
    assert stage.asked_texts()[-1] == ("user", "ada: how far is the moon?")


async def test_what_an_edit_of_an_answered_question_says_is_not_asked_again(stage: Stage) -> None:
    stage.model.script(Answer("About 384,400 km."))
    ts = await stage.ask("@claude how far is the mon")
    await stage.outcome(ts)
    await stage.workspace.edit(stage.general, ts, "@claude how far is the moon?")
    later = await stage.ask("@claude and the sun?", thread_ts=ts)

    assert await stage.outcome(later) == "answered"
    assert len(stage.model.requests) == 2
