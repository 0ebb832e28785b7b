"""Who may use the bot: each kind of person, each way to ask, over both transports; and what others see of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.access.rules import SENTENCES, Reason
from bot.slack.receive.deliveries import NOT_HERE
from bot.slack.receive.listeners import THINKING
from playground.practice_model.script import Answer, HeldAnswer
from playground.practice_model.server import PracticeModel
from playground.workspace import defaults
from playground.workspace.manifest import Manifest
from playground.workspace.people import NotPossible
from playground.workspace.reading import visible_text
from playground.workspace.workspace import Workspace
from tests.logged import Lines, logged
from tests.repository import MANIFEST
from tests.stage import Stage, TurnLog, bot_running, settings_for

KINDS = {
    "grace": None,
    "remy": None,
    "mia": Reason.GUEST,
    "sol": Reason.GUEST,
    "pat": Reason.EXTERNAL,
    "stan": Reason.EXTERNAL,
    "dex": Reason.DEACTIVATED,
}
"""Members, one of them with an address of another domain; guests of several channels and of one; a partner and a
stranger; somebody whose account was deactivated after they wrote."""


@pytest.fixture
def log() -> Iterator[Lines]:
    with logged() as lines:
        yield lines


def where(stage: Stage, who: str) -> str:
    return stage.workspace.channel("with-partner") if who == "pat" else stage.general


def at_work(stage: Stage, who: str) -> None:
    """Who will be deactivated has an account up to then."""
    if who == "dex":
        stage.workspace.state.change_user(stage.workspace.user(who), deleted=False)


def after_work(stage: Stage, who: str) -> None:
    if who == "dex":
        stage.workspace.state.change_user(stage.workspace.user(who), deleted=True)


def told(stage: Stage, who: str) -> list[str]:
    """What only that person sees, in whatever channel."""
    messages = stage.workspace.ephemerals(user_id=stage.workspace.user(who))
    return [visible_text(message) for message in messages]


async def until_told(stage: Stage, who: str, reason: Reason) -> None:
    await stage.workspace.until(lambda _: told(stage, who) == [SENTENCES[reason]])


def denials(log: Lines) -> set[tuple[str, str]]:
    """Who was turned away, and why, as the log says."""
    return {(line["user"], line["reason"]) for line in log.lines if line["event"] == "access.denied"}


def expected_denials(stage: Stage, kinds: dict[str, Reason | None]) -> set[tuple[str, str]]:
    return {(stage.workspace.user(who), reason.value) for who, reason in kinds.items() if reason is not None}


def asked_by(stage: Stage) -> str:
    """All that the model was ever sent."""
    return str([request.body["messages"] for request in stage.model.requests])


async def test_who_mentions_the_bot_in_a_thread(stage: Stage, log: Lines) -> None:
    kinds = {who: reason for who, reason in KINDS.items() if who != "stan"}  # who is in no channel with the bot
    asked = {}
    for who in kinds:
        at_work(stage, who)
        root = stage.workspace.seed(stage.workspace.user("ada"), where(stage, who), f"The plan for {who}.")
        asked[who] = (root, await stage.ask(f"@claude {who} asks", channel=where(stage, who), who=who, thread_ts=root))
        after_work(stage, who)

    for who, reason in kinds.items():
        root, ts = asked[who]
        assert await stage.outcome(ts) == ("denied" if reason else "answered"), who
        assert len(stage.answers(root, channel=where(stage, who))) == (0 if reason else 1), who
        assert told(stage, who) == ([SENTENCES[reason]] if reason else []), who
        assert (f"{who} asks" in asked_by(stage)) == (reason is None), who
    roots = {root for who, (root, _) in asked.items() if kinds[who]}
    calls = [call for call in stage.workspace.calls if roots & {call.args.get("ts"), call.args.get("thread_ts")}]
    assert {call.method for call in calls} == {"chat.postEphemeral"}
    assert {message["thread_ts"] for message in stage.workspace.ephemerals()} == roots
    assert denials(log) == expected_denials(stage, kinds)
    assert "asks" not in str([line for line in log.lines if line["event"] == "access.denied"])


async def test_who_writes_a_direct_message(stage: Stage, log: Lines) -> None:
    asked = {}
    for who in KINDS:
        at_work(stage, who)
        direct = stage.workspace.direct_message(stage.workspace.user(who))
        asked[who] = (direct, await stage.ask(f"{who} asks", channel=direct, who=who))
        after_work(stage, who)

    for who, reason in KINDS.items():
        direct, ts = asked[who]
        assert await stage.outcome(ts) == ("denied" if reason else "answered"), who
        [words] = stage.words(ts, channel=direct)
        assert (words == SENTENCES[reason]) if reason else (words not in SENTENCES.values()), who
        assert (f"{who} asks" in asked_by(stage)) == (reason is None), who
    refused = {direct for who, (direct, _) in asked.items() if KINDS[who]}
    methods = [call.method for call in stage.workspace.calls if call.args.get("channel") in refused]
    assert methods == ["chat.postMessage"] * len(refused)
    assert denials(log) == expected_denials(stage, KINDS)


async def test_whether_a_command_is_answered_depends_on_who_types_it(stage: Stage, log: Lines) -> None:
    workspace = stage.workspace
    kinds = {who: reason for who, reason in KINDS.items() if who not in ("pat", "stan")}
    asked = {}
    for who in kinds:
        at_work(stage, who)
        invocation = await workspace.command(workspace.user(who), stage.general, "/ask", f"{who} asks")
        asked[who] = str(workspace.delivery(invocation).payload["trigger_id"])
        after_work(stage, who)

    for who, reason in kinds.items():
        assert await stage.outcome(asked[who]) == ("denied" if reason else "answered"), who
        [shown] = told(stage, who)
        assert (shown == SENTENCES[reason]) if reason else (f"{who} asks" in shown), who
        assert (f"{who} asks" in asked_by(stage)) == (reason is None), who
    assert workspace.messages(stage.general) == []
    assert denials(log) == expected_denials(stage, kinds)
    with pytest.raises(NotPossible, match="other companies"):  # Slack offers them none
        await workspace.command(workspace.user("pat"), where(stage, "pat"), "/ask", "pat asks")


async def cut_answer(stage: Stage, channel: str) -> tuple[str, str]:
    """The ts of a thread in which an answer waits for *Continue*, and that of the answer."""
    stage.model.script(Answer("One, two", stop_reason="max_tokens"))
    ts = await stage.ask("@claude count", channel=channel)
    await stage.outcome(ts)
    return ts, str(stage.answers(ts, channel=channel)[0]["ts"])


async def test_whether_a_press_counts_depends_on_who_makes_it(stage: Stage, log: Lines) -> None:
    """A press that does not count leaves the button to those whose press does."""
    workspace = stage.workspace
    for channel, kinds in (
        (stage.general, {"mia": Reason.GUEST, "sol": Reason.GUEST, "dex": Reason.DEACTIVATED}),
        (where(stage, "pat"), {"pat": Reason.EXTERNAL}),
    ):
        root, answer = await cut_answer(stage, channel)
        requests = len(stage.model.requests)
        for who in kinds:
            at_work(stage, who)
            await workspace.press(workspace.user(who), channel, answer, "continue")
            after_work(stage, who)
        for who, reason in kinds.items():
            await until_told(stage, who, reason)
        assert len(stage.model.requests) == requests
        assert stage.answers(root, channel=channel)[0]["blocks"][-1]["type"] == "actions"
        stage.model.script(Answer(", three."))
        await workspace.press(workspace.user("grace"), channel, answer, "continue")
        assert await stage.outcome(f"{answer}1") == "answered"
        assert stage.words(root, channel=channel)[-1] == ", three."
    assert denials(log) == expected_denials(stage, {who: KINDS[who] for who in ("mia", "sol", "dex", "pat")})


async def test_another_workspaces_deliveries_are_turned_away(stage: Stage, log: Lines) -> None:
    """One app may be installed in several; each of its processes has the token of one."""
    workspace, ada = stage.workspace, stage.workspace.user("ada")
    ts = await stage.ask("@claude count")
    await stage.outcome(ts)
    invocation = await workspace.command(ada, stage.general, "/ask", "count")
    await stage.log.until_done(str(workspace.delivery(invocation).payload["trigger_id"]))
    requests = len(stage.model.requests)
    # Bolt itself passes over what the bot's own messages fire.
    own = {"user": workspace.bot_user_id}
    before = [
        delivery
        for delivery in workspace.deliveries
        if not (event := delivery.payload.get("event", {})).get("message", event).items() >= own.items()
    ]
    for delivery in before:
        foreign = elsewhere(delivery.payload)
        again = workspace.courier.deliver(delivery.sort, foreign)
        await workspace.until(lambda _, again=again: again.acknowledged)  # type: ignore[misc]
    later = await stage.ask("@claude done?", thread_ts=ts)
    await stage.outcome(later)

    assert len(stage.model.requests) == requests + 1
    assert log.count("delivery.of_another_workspace") == len(before)
    answers = [delivery.outcomes[-1].answer for delivery in workspace.deliveries if "command" in delivery.payload]
    assert [answer["text"] for answer in answers if answer] == [THINKING, NOT_HERE]


class TestOverOneTransport:
    """What does not hang on how deliveries arrive."""

    @pytest.fixture
    def transport(self) -> str:
        return "socket"

    async def test_a_guests_messages_are_history_like_any_others(self, stage: Stage) -> None:
        root = await stage.ask("The launch is on Monday.", who="mia")
        denied = await stage.ask("@claude is it?", who="mia", thread_ts=root)
        assert await stage.outcome(denied) == "denied"
        ts = await stage.ask("@claude when is the launch?", thread_ts=root)

        assert await stage.outcome(ts) == "answered"
        assert stage.asked_texts()[-1][1] == "mia: The launch is on Monday.\n\nmia: is it?\n\nada: when is the launch?"

    async def test_one_sentence_is_enough_for_a_while(self, stage: Stage, log: Lines) -> None:
        workspace, mia = stage.workspace, stage.workspace.user("mia")
        for number in range(3):
            assert await stage.outcome(await stage.ask(f"@claude {number}", who="mia")) == "denied"
        invocation = await workspace.command(mia, stage.general, "/ask", "and now?")
        assert await stage.outcome(str(workspace.delivery(invocation).payload["trigger_id"])) == "denied"
        direct = workspace.direct_message(mia)
        assert await stage.outcome(await stage.ask("Hello?", who="mia", channel=direct)) == "denied"
        assert await stage.outcome(await stage.ask("@claude me too", who="sol")) == "denied"

        assert told(stage, "mia") == told(stage, "sol") == [SENTENCES[Reason.GUEST]]
        assert [m for m in workspace.messages(direct) if m["user"] == workspace.bot_user_id] == []
        assert log.count("access.denied") == 6
        assert not stage.model.requests

    async def test_nobody_sees_that_a_refused_question_waits_its_turn(self, stage: Stage) -> None:
        held = HeldAnswer()
        stage.model.script(held)
        root = await stage.ask("@claude slow one")
        await held.asked.wait()
        denied = await stage.ask("@claude quick one", who="mia", thread_ts=root)
        waiting = await stage.ask("@claude another one", who="grace", thread_ts=root)
        await stage.workspace.until(lambda _: "Queued behind 2 questions…" in stage.words(root))
        await held.write("Slow answer.")
        await held.finish()

        assert await stage.outcome(denied) == "denied"
        assert await stage.outcome(waiting) == "answered"
        assert len(stage.answers(root)) == 2
        posted = [r for r in stage.workspace.revisions if r.thread_ts == root and "Queued" in r.text]
        assert len({revision.ts for revision in posted}) == 1

    async def test_an_asker_who_cannot_be_looked_up_at_once_waits(self, stage: Stage) -> None:
        """Each trouble meets somebody who is not known yet."""
        faults = stage.workspace.faults
        troubles: dict[str, Callable[[], None]] = {
            "ada": lambda: faults.rate_limit("users.info", retry_after_s=1),
            "grace": lambda: faults.status("users.info", 500, times=2),
            "lars": lambda: faults.hang("users.info", 0.5),
            "remy": lambda: faults.refuse("users.info", "internal_error"),
            "mia": lambda: faults.drop_after("users.info"),
        }
        for who, trouble in troubles.items():
            trouble()
            direct = stage.workspace.direct_message(stage.workspace.user(who))
            ts = await stage.ask("Hello", who=who, channel=direct)
            assert await stage.outcome(ts) == ("denied" if KINDS.get(who) else "answered"), who
        assert len(stage.model.requests) == 4

    @pytest.mark.parametrize("who", ["ada", "mia"])
    async def test_while_slack_is_slow_to_say_who_asks_a_status_is_all_that_is_seen(
        self, stage: Stage, who: str
    ) -> None:
        workspace = stage.workspace
        root = workspace.seed(workspace.user("ada"), stage.general, "The plan.")
        workspace.faults.hang("users.info", 6.0)
        ts = await stage.ask("@claude hello", who=who, thread_ts=root)
        await workspace.until(lambda ws: ws.statuses())
        assert not {"users.info", "conversations.replies"} & {call.method for call in workspace.calls}

        assert await stage.outcome(ts) == ("denied" if KINDS.get(who) else "answered")
        assert workspace.statuses() == []
        assert len(stage.answers(root)) == (0 if KINDS.get(who) else 1)

    async def test_a_press_of_somebody_who_cannot_be_looked_up_now_is_asked_for_again(self, stage: Stage) -> None:
        root, answer = await cut_answer(stage, stage.general)
        grace = stage.workspace.user("grace")
        stage.workspace.faults.status("users.info", 503, times=1_000)
        press = await stage.workspace.press(grace, stage.general, answer, "continue")
        await until_told(stage, "grace", Reason.NOT_NOW)
        assert stage.workspace.delivery(press).acknowledged
        assert len(stage.model.requests) == 1
        stage.workspace.faults.clear()
        again = f"{answer}1"
        async with asyncio.timeout(60):
            while again not in stage.log.turns:  # on a machine that is slow for a while it is "not now" once more
                with suppress(NotPossible, TimeoutError):
                    await stage.workspace.press(grace, stage.general, answer, "continue")
                    await asyncio.wait_for(stage.log.until_done(again), 5)

        assert await stage.outcome(again) == "answered"
        assert len(stage.answers(root)) == 2

    async def test_whom_slack_does_not_describe_is_not_answered(self, stage: Stage) -> None:
        answers = {
            "ada": ("user_not_found", Reason.UNKNOWN),
            "grace": ("user_not_visible", Reason.UNKNOWN),
            "lars": ("missing_scope", Reason.NO_PERMISSION),
        }
        for who, (code, reason) in answers.items():
            stage.workspace.faults.refuse("users.info", code)
            assert await stage.outcome(await stage.ask("@claude hello", who=who)) == "denied"
            assert told(stage, who) == [SENTENCES[reason]]
        assert not stage.model.requests

    async def test_apps_and_slackbot_are_answered_as_before(self, stage: Stage) -> None:
        workspace = stage.workspace
        by_user = await stage.ask("@claude sum up the day", who="standup")
        by_app = workspace.others.say_by_app(workspace.channel("random"), "@claude sum up the week", name="Report")
        reminder = workspace.others.remind(workspace.channel("board-room"), "@claude sum up the month")

        for ts in (by_user, by_app, reminder):
            assert await stage.outcome(ts) == "answered"

    async def test_somebody_who_becomes_a_guest_counts_as_one_within_minutes(self, stage: Stage) -> None:
        """That the minutes pass is shown with a clock of the test's own: tests/integration/test_names.py."""
        workspace = stage.workspace
        workspace.state.change_user(workspace.user("grace"), is_restricted=True)

        assert await stage.outcome(await stage.ask("@claude hello", who="grace")) == "denied"

    async def test_presses_count_under_messages_of_ours_and_in_the_threads_own_workspace(
        self, stage: Stage, log: Lines
    ) -> None:
        workspace, grace = stage.workspace, stage.workspace.user("grace")
        root, answer = await cut_answer(stage, stage.general)
        workspace.people.invocations.clear()
        pressed = await workspace.press(grace, stage.general, answer, "continue")
        payload = workspace.delivery(pressed).payload
        assert await stage.outcome(f"{answer}1") == "answered"

        root, answer = await cut_answer(stage, stage.general)
        message = {**payload["message"], "ts": answer, "thread_ts": root}
        anothers = {**payload, "message": {**message, "bot_id": "B0ELSEWHER", "user": "U0ELSEWHER"}}
        org_wide = {**payload, "message": message, "team": None, "is_enterprise_install": True}
        before = log.count("question.accepted")
        for press, accepted in ((anothers, 0), (org_wide, 1)):
            delivery = workspace.courier.deliver(workspace.delivery(pressed).sort, press)
            await workspace.until(lambda _, delivery=delivery: delivery.acknowledged)  # type: ignore[misc]
            assert log.count("question.accepted") == before + accepted
        assert await stage.outcome(f"{answer}1") == "answered"
        assert len(stage.answers(root)) == 2
        assert len(stage.model.requests) == 4

    @pytest.mark.parametrize(
        ("settings", "outcomes"),
        [
            (
                {"bot_allow_guests": "true", "bot_denied_users": defaults.PEOPLE[1].id},
                {"mia": "answered", "sol": "answered", "grace": "denied", "pat": "denied"},
            ),
            (
                {"bot_allow_external": "true", "bot_denied_channels": "C0GENERAL1"},
                {"pat": "answered", "ada": "denied", "standup": "denied"},
            ),
            (
                {
                    "bot_allowed_users": f" {defaults.PEOPLE[0].id} ,, {defaults.PAT.id}",
                    "bot_allowed_channels": "C0GENERAL1",
                    "bot_allowed_workspaces": defaults.TEAM_ID,
                },
                {"ada": "answered", "grace": "denied", "standup": "denied", "pat": "denied"},
            ),
            ({"bot_allowed_workspaces": "T0ELSEWHER"}, {"ada": "denied", "standup": "denied"}),
        ],
    )
    async def test_settings_decide(
        self, ws: Workspace, model: PracticeModel, tmp_path: Path, turn_log: TurnLog,
        settings: dict[str, str], outcomes: dict[str, str],
    ) -> None:  # fmt: skip
        chosen = settings_for(ws, model.url, tmp_path, "socket", **settings)
        async with bot_running(ws, chosen):
            stage = Stage(ws, model, chosen, turn_log)
            for who, outcome in outcomes.items():
                ts = await stage.ask("@claude hello", who=who, channel=where(stage, who))
                assert await stage.outcome(ts) == outcome, who

    @pytest.mark.parametrize("granted", [True, False])
    async def test_only_people_with_addresses_of_listed_domains_are_answered(
        self, model: PracticeModel, tmp_path: Path, turn_log: TurnLog, log: Lines, *, granted: bool
    ) -> None:
        manifest = Manifest.read(MANIFEST)
        if granted:
            manifest = replace(manifest, scopes=manifest.scopes | {"users:read.email"})
        async with Workspace(manifest) as ws:
            chosen = settings_for(ws, model.url, tmp_path, "socket", bot_allowed_email_domains="Playground.example")
            async with bot_running(ws, chosen):
                stage = Stage(ws, model, chosen, turn_log)
                asked = {who: await stage.ask("@claude hello", who=who) for who in ("ada", "remy", "standup")}
                outcomes = {who: await stage.outcome(ts) for who, ts in asked.items()}

        assert outcomes == {"ada": "answered" if granted else "denied", "remy": "denied", "standup": "answered"}
        missing = [line["scope"] for line in log.lines if line["event"] == "access.scope_missing"]
        assert missing == ([] if granted else ["users:read.email"])


def elsewhere(payload: dict[str, Any]) -> dict[str, Any]:
    """The same delivery, of a workspace that has installed the same app."""
    other = "T0ELSEWHER"
    if "event" in payload:
        event = {**payload["event"], "ts": f"1{payload['event']['ts']}", "channel": "C0ELSEWHR9"}
        authorization = {**payload["authorizations"][0], "team_id": other, "user_id": "U0ELSEWHER"}
        return {**payload, "team_id": other, "authorizations": [authorization], "event": event}
    return {**payload, "team_id": other, "trigger_id": f"{payload['trigger_id']}9"}
