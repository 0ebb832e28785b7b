"""Each kind of person, by each way to ask, to go on or to stop, over both transports: who may not is never let in.

One bot with one policy serves a whole table. Between two ways it forgets whom it has told, so that each way says why.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.access.rules import SENTENCES, Reason
from bot.settings import sqlite_in
from playground.practice_model.script import Answer, HeldAnswer
from playground.practice_model.server import PracticeModel
from playground.workspace import defaults
from playground.workspace.manifest import Manifest
from playground.workspace.reading import visible_text
from playground.workspace.records import User
from playground.workspace.workspace import Workspace
from tests.logged import Lines, logged
from tests.repository import MANIFEST
from tests.stage import ACK_WITHIN_S, QUICK_RETRIES_S, Stage, TurnLog, bot_running, settings_for

LARS = defaults.PEOPLE[2].id
ADAS_OWN = "D0ADA00001"
POLICY = {
    "bot_allowed_email_domains": "playground.example",
    "bot_denied_users": LARS,
    "bot_denied_channels": f"C0RANDOM01,{ADAS_OWN}",
}
MAY, MAY_NOT = {"grace": None}, {
    "ada": Reason.CHANNEL_DENIED,
    "lars": Reason.USER_DENIED,
    "remy": Reason.EMAIL,
    "mia": Reason.GUEST,
    "sol": Reason.GUEST,
    "pat": Reason.EXTERNAL,
    "stan": Reason.EXTERNAL,
    "dex": Reason.DEACTIVATED,
    "gil": Reason.UNKNOWN,
}  # fmt: skip
"""A member; and one who asks where nobody is answered, one who is denied, one with an address of another domain, guests
of several channels and of one, two of a partner company, one who left, and one of whom Slack knows nothing."""
KINDS: dict[str, Reason | None] = {**MAY, **MAY_NOT}
GIL = User("U0GIL00001", "gil", "Gil Nobody", email="gil@playground.example")


@pytest.fixture
def log() -> Iterator[Lines]:
    with logged() as lines:
        yield lines


@pytest.fixture
async def stage(model: PracticeModel, transport: str, tmp_path: Path, turn_log: TurnLog) -> AsyncIterator[Stage]:
    manifest = Manifest.read(MANIFEST)
    manifest = replace(manifest, scopes=manifest.scopes | {"users:read.email"})
    async with Workspace(manifest, retry_delays_s=QUICK_RETRIES_S, ack_within_s=ACK_WITHIN_S) as workspace:
        for channel, name in (("general", "gil"), ("with-partner", "stan")):
            members = workspace.state.channels[workspace.channel(channel)].members
            members.add(GIL.id if name == "gil" else workspace.user(name))
        settings = settings_for(workspace, model.url, tmp_path, transport, **POLICY)
        async with bot_running(workspace, settings):
            yield Stage(workspace, model, settings, turn_log)
    logging.getLogger("bot").removeHandler(turn_log)
    assert turn_log.crashes == []


def user(stage: Stage, who: str) -> str:
    return GIL.id if who == "gil" else stage.workspace.user(who)


def where(stage: Stage, who: str) -> str:
    return stage.workspace.channel({"pat": "with-partner", "stan": "with-partner", "ada": "random"}.get(who, "general"))


@contextmanager
def acting(stage: Stage, who: str, *, as_a_member: bool = False) -> Iterator[str]:
    """What this person does now the workspace lets happen, whatever Slack says of them afterwards. Gives the id."""
    state = stage.workspace.state
    if who == "gil":
        state.users[GIL.id] = GIL
    known = state.users[user(stage, who)]
    state.change_user(known.id, deleted=False, **({"team": ""} if as_a_member else {}))
    yield known.id
    state.users[known.id] = known
    if who == "gil":
        del state.users[GIL.id]


class Way:
    """What happened since this way of asking began."""

    def __init__(self, stage: Stage, log: Lines) -> None:
        self._stage, self._log = stage, log
        self._lines = len(log.lines)
        self._requests = len(stage.model.requests)
        self._ephemerals = {who: len(self._private(who)) for who in KINDS}
        with closing(sqlite3.connect(sqlite_in(stage.settings.bot_data_dir).removeprefix("sqlite:///"))) as database:
            database.execute("DELETE FROM refusal_sentences")
            database.commit()

    def _private(self, who: str) -> list[str]:
        return [visible_text(m) for m in self._stage.workspace.ephemerals(user_id=user(self._stage, who))]

    def _denied(self) -> set[tuple[str, str]]:
        lines = self._log.lines[self._lines :]
        return {(line["user"], line["reason"]) for line in lines if line["event"] == "access.denied"}

    def told(self, who: str) -> list[str]:
        """What only that person sees of it."""
        return self._private(who)[self._ephemerals[who] :]

    async def until_over(self) -> None:
        await self._stage.workspace.until(lambda ws: all(delivery.over for delivery in ws.deliveries), timeout_s=30)

    async def until_denied(self, *but: str) -> None:
        """Each with the right reason, and nobody else."""
        await self.until_over()
        wanted = {(user(self._stage, who), why.value) for who, why in MAY_NOT.items() if who not in but}
        await self._stage.workspace.until(lambda _: self._denied() >= wanted, timeout_s=30)
        assert self._denied() == wanted

    async def until_told(self, *but: str) -> None:
        for who, reason in MAY_NOT.items():
            if who not in but:
                await self._stage.workspace.until(lambda _, who=who, why=reason: self.told(who) == [SENTENCES[why]])  # type: ignore[misc]

    def nothing_was_asked(self, by_those_who_may: int) -> None:
        requests = list(self._stage.model.requests)[self._requests :]
        assert len(requests) == by_those_who_may
        assert not [who for who in MAY_NOT if f"{who} asks" in str([request.body["messages"] for request in requests])]


async def outcomes(stage: Stage, asked: dict[str, str]) -> dict[str, str]:
    return {who: await stage.outcome(ts) for who, ts in asked.items()}


EXPECTED = {who: "denied" if reason else "answered" for who, reason in KINDS.items()}


async def growing(stage: Stage, channel: str) -> tuple[str, str, HeldAnswer]:
    """A question of grace's whose answer shows the button that stops it; with the ts of the answer."""
    held = HeldAnswer()
    stage.model.script(held)
    ts = await stage.ask("@claude a long story", who="grace", channel=channel)
    await held.asked.wait()
    await held.write("Once upon a time ")
    await stage.workspace.until(lambda _: "Once" in str(stage.words(ts, channel=channel)))
    await held.write("there was a bot. ")
    await stage.workspace.until(lambda _: '"stop"' in str(stage.answers(ts, channel=channel)).replace("'", '"'))
    return ts, str(stage.answers(ts, channel=channel)[0]["ts"]), held


async def cut(stage: Stage, channel: str) -> str:
    """The ts of an answer of grace's that waits for *Continue*."""
    stage.model.script(Answer("One, two", stop_reason="max_tokens"))
    ts = await stage.ask("@claude count", who="grace", channel=channel)
    await stage.outcome(ts)
    return str(stage.answers(ts, channel=channel)[0]["ts"])


async def test_people_who_may_not_ask_are_let_in_by_no_entry_point(stage: Stage, log: Lines) -> None:
    await mentions(stage, Way(stage, log))
    await goes_on_without_a_mention(stage, Way(stage, log))
    await direct_messages(stage, Way(stage, log))
    await commands(stage, Way(stage, log))
    await presses(stage, Way(stage, log))
    await stops(stage, Way(stage, log))


async def mentions(stage: Stage, way: Way) -> None:
    asked = {}
    for who in KINDS:
        with acting(stage, who) as user_id:
            asked[who] = await stage.workspace.say(user_id, where(stage, who), f"@claude {who} asks")

    assert await outcomes(stage, asked) == EXPECTED
    for who, ts in asked.items():
        assert bool(stage.answers(ts, channel=where(stage, who))) == (who in MAY), who
    await way.until_denied()
    await way.until_told()
    way.nothing_was_asked(1)


async def goes_on_without_a_mention(stage: Stage, way: Way) -> None:
    """In a thread in which they alone have mentioned the bot, and it has told them why it does not answer."""
    first, said = {}, {}
    for who in KINDS:
        with acting(stage, who) as user_id:
            first[who] = await stage.workspace.say(user_id, where(stage, who), f"@claude {who} asks")
    assert await outcomes(stage, first) == EXPECTED
    await way.until_over()
    for who in KINDS:
        with acting(stage, who) as user_id:
            channel = where(stage, who)
            said[who] = await stage.workspace.say(user_id, channel, f"{who} asks again", thread_ts=first[who])
    await way.until_over()

    assert await stage.outcome(said["grace"]) == "answered"
    assert set(said.values()) & set(stage.log.turns) == {said["grace"]}
    await way.until_told()
    way.nothing_was_asked(2)


async def direct_messages(stage: Stage, way: Way) -> None:
    asked, channels = {}, {}
    for who in KINDS:
        with acting(stage, who) as user_id:
            channels[who] = stage.workspace.direct_message(user_id)
            asked[who] = await stage.workspace.say(user_id, channels[who], f"{who} asks")

    assert await outcomes(stage, asked) == EXPECTED
    for who, reason in MAY_NOT.items():
        assert stage.words(asked[who], channel=channels[who]) == [SENTENCES[reason]], who
    await way.until_denied()
    way.nothing_was_asked(1)


async def commands(stage: Stage, way: Way) -> None:
    asked = {}
    for who in KINDS:
        with acting(stage, who, as_a_member=True) as user_id:
            invocation = await stage.workspace.command(user_id, where(stage, who), "/ask", f"{who} asks")
            asked[who] = str(stage.workspace.delivery(invocation).payload["trigger_id"])

    assert await outcomes(stage, asked) == EXPECTED
    assert "grace asks" in str(way.told("grace"))
    await way.until_denied()
    await way.until_told()
    way.nothing_was_asked(1)


async def presses(stage: Stage, way: Way) -> None:
    channels = {stage.general, where(stage, "pat")}
    answers = {channel: await cut(stage, channel) for channel in channels}
    for who in MAY_NOT:
        with acting(stage, who) as user_id:
            channel = where(stage, who)
            if channel in channels:
                await stage.workspace.press(user_id, channel, answers[channel], "continue")
            else:  # nothing was ever answered there
                await press_elsewhere(stage, user_id, answers[stage.general], channel)
    await way.until_denied()
    await way.until_told()
    way.nothing_was_asked(len(channels))

    for channel, answer in answers.items():
        stage.model.script(Answer(", three."))
        await stage.workspace.press(user(stage, "grace"), channel, answer, "continue")
        assert await stage.outcome(f"{answer}1") == "answered"


async def press_elsewhere(stage: Stage, user_id: str, answer: str, channel: str) -> None:
    """As if the message with the button stood in another channel."""
    people, courier = stage.workspace.people, stage.workspace.courier
    deliver, taken = courier.deliver, list[Any]()
    courier.deliver = lambda *what: taken.append(what)  # type: ignore[method-assign,assignment]
    people.press(user_id, stage.general, answer, {"action_id": "continue", "block_id": None})
    courier.deliver = deliver  # type: ignore[method-assign]
    ((sort, payload),) = taken
    payload["channel"]["id"] = payload["container"]["channel_id"] = channel
    invocation = people.response_urls.open(user_id, channel)
    courier.deliver(sort, {**payload, "response_url": people.response_urls.url(invocation)})


async def stops(stage: Stage, way: Way) -> None:
    """By the button, a reaction, and a word, which is a refused question then. In ada's channel nothing grows."""
    ours, shared = await growing(stage, stage.general), await growing(stage, where(stage, "pat"))
    words = {}
    for who in MAY_NOT.keys() - {"ada"}:
        with acting(stage, who) as user_id:
            channel = where(stage, who)
            ts, answer, _ = ours if channel == stage.general else shared
            await stage.workspace.press(user_id, channel, answer, "stop")
            await stage.workspace.react(user_id, channel, ts, "octagonal_sign")
            words[who] = await stage.workspace.say(user_id, channel, "@claude stop", thread_ts=ts)
    await way.until_denied("ada")
    await way.until_told("ada")
    assert {ours[0], shared[0]}.isdisjoint(stage.log.turns)

    await shared[2].write("It was happy.")
    await shared[2].finish()
    await stage.workspace.press(user(stage, "grace"), stage.general, ours[1], "stop")
    assert await stage.outcome(shared[0]) == "answered"
    assert await stage.outcome(ours[0]) == "stopped"
    assert "grace stopped" in stage.words(ours[0])[0]
    assert set((await outcomes(stage, words)).values()) == {"denied"}
