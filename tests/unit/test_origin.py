"""Which deliveries are this workspace's: in shared channels, in organisations, and where one app serves several."""

from __future__ import annotations

from typing import Any

import pytest

from bot.access.rules import OwnWorkspace, Person, Policy, Reason
from bot.messages import EntryPoint, Question
from bot.slack.buttons import question_of
from bot.slack.receive.origin import is_ours
from bot.slack.receive.payloads import question_from_event
from bot.slack.web_api.user_object import person_of

Json = dict[str, Any]


def installed(team: str | None, enterprise: str | None = None, *, org_wide: bool = False) -> Json:
    return {"team_id": team, "enterprise_id": enterprise, "is_enterprise_install": org_wide, "is_bot": True}


def event(team: str | None, *authorizations: Json, **more: Any) -> Json:
    return {"type": "event_callback", "team_id": team, "authorizations": list(authorizations), **more}


@pytest.mark.parametrize(
    ("body", "ours"),
    [
        (event("T1", installed("T1")), True),
        (event("T9", installed("T9")), False),
        # Somebody of another company wrote in a shared channel, and the app is installed with us.
        (event("T9", installed("T1")), True),
        # The same app is installed with them, and this delivery is for their installation.
        (event("T1", installed("T9")), False),
        (event("T1"), True),
        (event("T9"), False),
        (event("T1", {}), True),
        (event("T2", installed(None, "E1", org_wide=True)), True),
        (event("T2", installed("T2", "E1", org_wide=True)), True),
        (event("T2", installed("T2", "E1")), False),
        (event("T2", installed(None, "E9", org_wide=True)), False),
        (event("T2", installed("T2", None, org_wide=True)), False),
        (event(None, enterprise_id="E1"), True),
        (event(None), True),
        ({"command": "/ask", "team_id": "T1", "is_enterprise_install": "false"}, True),
        ({"command": "/ask", "team_id": "T9", "is_enterprise_install": "false"}, False),
        ({"command": "/ask", "team_id": "T2", "enterprise_id": "E1", "is_enterprise_install": "true"}, True),
        ({"command": "/ask", "team_id": "T2", "enterprise_id": "E1", "is_enterprise_install": "false"}, False),
        ({"command": "/ask", "team_id": "T9", "enterprise_id": "E9", "is_enterprise_install": "true"}, False),
        ({"command": "/ask", "team_id": 7, "enterprise_id": []}, True),
    ],
)
def test_a_delivery_is_ours_where_it_is_for_our_installation(body: Json, ours: bool) -> None:
    assert is_ours(body, "T1", "E1") is ours


def test_without_an_organisation_of_its_own_a_workspace_is_part_of_none() -> None:
    assert not is_ours(event("T2", installed(None, "", org_wide=True)), "T1", "")
    assert not is_ours({"command": "/ask", "team_id": "T2", "enterprise_id": ""}, "T1", "")


def press(team: Json | None = None, user_team: str = "T1", **message: Any) -> Question | None:
    body = {
        "type": "block_actions",
        "team": team,
        "user": {"id": "U9", "team_id": user_team},
        "channel": {"id": "C1"},
        "message": {"ts": "2.000001", "thread_ts": "1.000001", "bot_id": "B1", **message},
        "actions": [{"action_id": "continue"}],
    }
    return question_of(body, "T1", "U1", "B1")


@pytest.mark.parametrize("team", [{"id": "T1"}, {"id": "T9"}, {"id": None}, None])
def test_a_press_is_asked_where_its_message_is_whichever_workspace_it_names(team: Json | None) -> None:
    question = press(team)

    assert question is not None
    assert (question.team_id, question.thread.thread_ts, question.entry_point) == (
        "T1", "1.000001", EntryPoint.MENTION,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("team", "user_team", "author_team"),
    [({"id": "T9"}, "T9", "T9"), ({"id": "T1"}, "T9", "T9"), ({"id": "T9"}, "", "T9"), (None, "T1", "T1")],
)
def test_a_press_says_whose_it_is(team: Json | None, user_team: str, author_team: str) -> None:
    question = press(team, user_team)

    assert question is not None
    assert question.user_team == author_team


@pytest.mark.parametrize("message", [{"bot_id": "B9"}, {"bot_id": None, "user": "U9"}, {"bot_id": ""}])
def test_a_press_under_anybody_elses_message_is_ignored(message: Json) -> None:
    assert press({"id": "T1"}, **message) is None


def test_a_press_under_a_message_of_the_bots_user_counts() -> None:
    assert press({"id": "T1"}, bot_id=None, user="U1") is not None


@pytest.mark.parametrize(
    ("fields", "author_team"),
    [
        ({"team": "T1"}, "T1"),
        ({"team": "T1", "user_team": "T9", "source_team": "T9"}, "T9"),
        # One of ours, in a channel that the other company owns.
        ({"team": "T1", "user_team": "T1", "source_team": "T9"}, "T1"),
        ({"source_team": "T9"}, ""),
        ({"bot_profile": {"team_id": "T9"}}, ""),
        ({"team": None}, ""),
    ],
)
def test_a_message_says_whose_it_is(fields: Json, author_team: str) -> None:
    message = {"type": "app_mention", "user": "U9", "channel": "C1", "ts": "2.0", "text": "<@U1> hello", **fields}
    question = question_from_event({"team_id": "T1", "event": message}, "U1", "B1", 3.0, is_bot=None)

    assert isinstance(question, Question)
    assert question.user_team == author_team


def test_in_a_shared_channel_an_app_says_whose_it_is() -> None:
    profile = {"id": "B7", "team_id": "T9"}
    message = {"type": "app_mention", "bot_id": "B7", "bot_profile": profile, "text": "<@U1> hello", "ts": "2.0"}
    body = {"team_id": "T1", "event": {**message, "channel": "C1"}, "is_ext_shared_channel": True}
    question = question_from_event(body, "U1", "B1", 3.0, is_bot=None)

    assert isinstance(question, Question)
    assert (question.user_id, question.user_team) == ("B7", "T9")


def test_an_app_that_does_not_say_so_is_not_taken_for_ours_where_companies_share() -> None:
    """Who is known by a bot's id alone can be looked up nowhere."""
    message = {"type": "app_mention", "bot_id": "B7", "text": "<@U1> hello", "ts": "2.0", "channel": "C1"}
    policy = Policy(own=OwnWorkspace("T1", "E1"))
    for shared, reason in ((True, Reason.EXTERNAL), (False, None)):
        body = {"team_id": "T1", "event": message, "is_ext_shared_channel": shared}
        question = question_from_event(body, "U1", "B1", 3.0, is_bot=None)

        assert isinstance(question, Question)
        assert policy.reason(question, Person(is_app=True)) is reason


def test_a_user_of_an_organisation_belongs_to_all_the_workspaces_that_slack_names() -> None:
    user = {
        "id": "W1",
        "team_id": "T2",
        "enterprise_user": {"id": "W1", "enterprise_id": "E1", "teams": ["T2", "T1", None]},
        "profile": {"email": "ada@example.com"},
    }

    person = person_of(user)
    assert person == Person(team_ids=frozenset({"T1", "T2"}), enterprise_id="E1", email="ada@example.com")


def test_an_email_address_that_is_not_confirmed_does_not_count() -> None:
    user = {"team_id": "T1", "is_email_confirmed": False, "profile": {"email": "boss@example.com"}}

    assert person_of(user).email == ""
