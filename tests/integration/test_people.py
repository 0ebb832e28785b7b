"""Who somebody is, as Slack says over its Web API: waited for, fresh, and never guessed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.access.control import AccessControl
from bot.access.rules import OwnWorkspace, Person, Policy, Reason
from bot.errors import SlackNoAccess, SlackUnavailable
from bot.slack.web_api.client import SlackClient
from bot.slack.web_api.names import PERSON_AGE_MAX_S, Names
from bot.slack.web_api.rate_limiter import RateLimiter
from bot.slack.write.asides import SlackAsides
from bot.store.database import Database
from bot.store.refusal_sentences import StoredSentences
from playground.workspace import defaults
from playground.workspace.workspace import Workspace
from tests.asked import asked
from tests.clocks import StandingClock
from tests.slack_client import web_client

FOREVER = 1_000


@pytest.fixture
def api(ws: Workspace, session: aiohttp.ClientSession) -> SlackClient:
    return SlackClient(web_client(ws, session), RateLimiter())


@pytest.fixture
async def names(api: SlackClient, clock: StandingClock) -> AsyncIterator[Names]:
    names = Names(api, clock=clock)
    yield names
    await names.close()


async def who_is(names: Names, user_id: str, within_s: float = 5.0) -> Person:
    person = await names.person(user_id, within_s=within_s)
    assert person is not None
    return person


def lookups(ws: Workspace) -> int:
    return sum(call.method == "users.info" for call in ws.calls)


async def test_everybody_is_described_as_slack_does(ws: Workspace, names: Names) -> None:
    own = frozenset({defaults.TEAM_ID})
    partner = frozenset({defaults.PARTNER_TEAM_ID})

    assert await who_is(names, ws.user("ada")) == Person(
        team_ids=own, is_admin=True
    )  # the address needs a scope of its own
    assert await who_is(names, ws.user("mia")) == Person(team_ids=own, is_guest=True)
    assert await who_is(names, ws.user("sol")) == Person(team_ids=own, is_guest=True)
    assert await who_is(names, ws.user("dex")) == Person(team_ids=own, is_deactivated=True)
    assert await who_is(names, ws.user("pat")) == Person(team_ids=partner)
    assert await who_is(names, ws.user("stan")) == Person(team_ids=partner, is_stranger=True)
    assert await who_is(names, ws.user("standup")) == Person(team_ids=own, is_app=True)
    assert await who_is(names, ws.bot_id) == await who_is(names, "USLACKBOT") == Person(is_app=True)


@pytest.mark.parametrize("listed", ["user", "bot"])
async def test_an_app_is_denied_by_either_of_its_ids_whichever_it_posts_as(
    ws: Workspace, names: Names, listed: str
) -> None:
    """With a name of its own for a message it posts as its bot, else as its user."""
    ids = {"user": ws.user("standup"), "bot": defaults.OTHER_BOT_ID}
    policy = Policy(own=OwnWorkspace(defaults.TEAM_ID), denied_users=frozenset({ids[listed]}))

    for posts_as in ids.values():
        question = asked("1.0", user_id=posts_as)
        assert policy.reason(question, await who_is(names, posts_as)) is Reason.USER_DENIED
    other = asked("1.0", user_id="B0ANOTHER1")
    assert policy.reason(other, await who_is(names, "B0ANOTHER1")) is None


@pytest.mark.parametrize("user_id", ["U404", "", "C0GENERAL1"])
async def test_nobody_is_made_up(names: Names, user_id: str) -> None:
    assert await names.person(user_id, within_s=5.0) is None


async def test_what_is_known_serves_for_minutes_and_no_longer(
    ws: Workspace, names: Names, clock: StandingClock
) -> None:
    grace = ws.user("grace")
    assert not (await who_is(names, grace)).is_guest
    ws.state.change_user(grace, is_restricted=True)
    clock.now += PERSON_AGE_MAX_S - 1.0
    assert not (await who_is(names, grace)).is_guest
    clock.now += 1.0

    assert (await who_is(names, grace)).is_guest
    assert lookups(ws) == 2
    assert await names.resolve([grace]) == {grace: "grace"}
    assert lookups(ws) == 2


async def test_all_who_ask_at_once_share_one_call(ws: Workspace, names: Names) -> None:
    await asyncio.gather(*(who_is(names, ws.user("ada")) for _ in range(20)))

    assert lookups(ws) == 1


async def test_what_passes_is_waited_out(ws: Workspace, names: Names) -> None:
    ws.faults.status("users.info", 503)
    ws.faults.drop_before("users.info")

    assert await who_is(names, ws.user("ada")) == Person(team_ids=frozenset({defaults.TEAM_ID}), is_admin=True)


async def test_somebody_who_cannot_be_looked_up_is_unknown(ws: Workspace, names: Names, clock: StandingClock) -> None:
    """Not even who was known an hour ago."""
    ada = ws.user("ada")
    await who_is(names, ada)
    clock.now += PERSON_AGE_MAX_S
    ws.faults.status("users.info", 500, times=FOREVER)

    with pytest.raises(SlackUnavailable):
        await names.person(ada, within_s=0.1)
    assert await names.resolve([ada]) == {ada: "ada"}


async def test_without_the_permission_to_ask_nobody_is_described(ws: Workspace, names: Names) -> None:
    ws.faults.refuse("users.info", "missing_scope")

    with pytest.raises(SlackNoAccess, match="missing_scope"):
        await names.person(ws.user("ada"), within_s=5.0)


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        ("", None),
        ("status", Reason.NOT_NOW),
        ("missing_scope", Reason.NO_PERMISSION),
        ("user_not_found", Reason.UNKNOWN),
    ],
)
async def test_the_door_is_open_to_those_whom_slack_describes(
    ws: Workspace, api: SlackClient, names: Names, session: aiohttp.ClientSession, database: Database,
    trouble: str, reason: Reason | None,
) -> None:  # fmt: skip
    if trouble == "status":
        ws.faults.status("users.info", 500, times=FOREVER)
    elif trouble:
        ws.faults.refuse("users.info", trouble, times=FOREVER)
    access = AccessControl(
        Policy(own=OwnWorkspace(defaults.TEAM_ID)), names, SlackAsides(api, session), StoredSentences(database)
    )
    question = asked("1.0", team_id=defaults.TEAM_ID, user_id=ws.user("ada"))

    assert await access.denial(question, within_s=0.5) == reason


async def test_people_on_a_deny_list_are_not_looked_up(
    ws: Workspace, api: SlackClient, names: Names, session: aiohttp.ClientSession, database: Database
) -> None:
    policy = Policy(own=OwnWorkspace(defaults.TEAM_ID), denied_users=frozenset({"U1"}))

    access = AccessControl(policy, names, SlackAsides(api, session), StoredSentences(database))

    assert await access.denial(asked("1.0")) is Reason.USER_DENIED
    assert lookups(ws) == 0


async def test_where_an_ephemeral_sentence_is_refused_it_is_a_direct_message(
    ws: Workspace, api: SlackClient, session: aiohttp.ClientSession
) -> None:
    mia = ws.user("mia")
    ws.faults.refuse("chat.postEphemeral", "user_not_in_channel")
    question = asked("1.0", team_id=defaults.TEAM_ID, channel_id="C0GENERAL1", user_id=mia)
    await SlackAsides(api, session).decline(question, "No.")

    assert [message["text"] for message in ws.messages(ws.direct_message(mia))] == ["No."]


async def test_people_who_may_have_seen_a_sentence_are_not_told_it_again_elsewhere(
    ws: Workspace, api: SlackClient, session: aiohttp.ClientSession
) -> None:
    mia = ws.user("mia")
    ws.faults.drop_after("chat.postEphemeral")
    question = asked("1.0", team_id=defaults.TEAM_ID, channel_id="C0GENERAL1", user_id=mia)
    await SlackAsides(api, session).decline(question, "No.")

    assert [message["text"] for message in ws.ephemerals("C0GENERAL1", mia)] == ["No."]
    assert ws.messages(ws.direct_message(mia)) == []


async def test_a_sentence_in_a_direct_message_stands_there_once_though_the_answer_to_its_post_was_lost(
    ws: Workspace, api: SlackClient, session: aiohttp.ClientSession
) -> None:
    mia = ws.user("mia")
    ws.faults.refuse("chat.postEphemeral", "user_not_in_channel", times=2)
    ws.faults.drop_after("chat.postMessage")
    ws.faults.drop_before("chat.postMessage")
    question = asked("1.0", team_id=defaults.TEAM_ID, channel_id="C0GENERAL1", user_id=mia)
    await SlackAsides(api, session).decline(question, "No.")
    await SlackAsides(api, session).decline(question, "Not this either.")

    assert [message["text"] for message in ws.messages(ws.direct_message(mia))] == ["No.", "Not this either."]
