"""Who may use the bot, by what Slack says of them and by the lists that an operator sets."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.access.rules import HEARD_MAX, SENTENCES, SILENT_S, OwnWorkspace, Person, Policy, Reason, SaidSentences
from tests.asked import asked

OWN = OwnWorkspace("T1", "E1")
MEMBER = Person(team_ids=frozenset({"T1"}), email="ada@example.com")
GUEST = replace(MEMBER, is_guest=True)
PARTNER = Person(team_ids=frozenset({"T9"}))
STRANGER = replace(PARTNER, is_stranger=True)
COLLEAGUE = Person(team_ids=frozenset({"T2"}), enterprise_id="E1")
LEFT = replace(MEMBER, is_deactivated=True)
APP = Person(is_app=True, team_ids=frozenset({"T1"}))


def why_not(person: Person | None, question: dict[str, Any] | None = None, **rules: Any) -> Reason | None:
    return Policy(own=OWN, **rules).reason(asked("1.0", **(question or {})), person)


@pytest.mark.parametrize(
    ("person", "reason"),
    [
        (MEMBER, None),
        (COLLEAGUE, None),
        (APP, None),
        (GUEST, Reason.GUEST),
        (PARTNER, Reason.EXTERNAL),
        (STRANGER, Reason.EXTERNAL),
        (Person(is_stranger=True), Reason.EXTERNAL),  # Slack names no workspace for them
        (replace(MEMBER, is_stranger=True), Reason.EXTERNAL),
        (replace(PARTNER, enterprise_id="E9"), Reason.EXTERNAL),
        (replace(PARTNER, is_app=True), Reason.EXTERNAL),
        (LEFT, Reason.DEACTIVATED),
        (None, Reason.UNKNOWN),
    ],
)
def test_without_any_setting_members_and_apps_of_the_workspace_are_answered(
    person: Person | None, reason: Reason | None
) -> None:
    assert why_not(person) == reason


@pytest.mark.parametrize("team", ["T1", "E1", ""])
def test_a_message_that_names_the_bots_own_workspace_or_organisation_is_no_partners(team: str) -> None:
    assert why_not(MEMBER, {"user_team": team}) is None


@pytest.mark.parametrize("person", [MEMBER, APP, Person(is_app=True)])
def test_a_message_that_names_another_workspace_is_a_partners_whatever_the_user_is(person: Person) -> None:
    assert why_not(person, {"user_team": "T9"}) is Reason.EXTERNAL


def test_a_member_of_several_workspaces_of_the_organisation_is_at_home_in_each() -> None:
    assert why_not(Person(team_ids=frozenset({"T2", "T1"})), {"user_team": ""}) is None
    assert why_not(COLLEAGUE, {"user_team": "T2"}) is None


def test_where_the_workspace_is_part_of_no_organisation_nobodys_organisation_is_its_own() -> None:
    person = Person(team_ids=frozenset({"T9"}), enterprise_id="")

    assert Policy(own=OwnWorkspace("T1")).reason(asked("1.0"), person) is Reason.EXTERNAL


def test_guests_and_partners_are_answered_where_they_are_allowed_and_those_who_left_are_not() -> None:
    allowed: dict[str, Any] = {"allow_guests": True, "allow_external": True}

    assert [why_not(person, **allowed) for person in (GUEST, PARTNER, STRANGER)] == [None, None, None]
    assert why_not(LEFT, **allowed) is Reason.DEACTIVATED
    assert why_not(None, **allowed) is Reason.UNKNOWN
    assert why_not(replace(PARTNER, is_guest=True), allow_external=True) is Reason.GUEST


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        ({"allowed_channels": {"C1"}}, None),
        ({"allowed_channels": {"C2"}}, Reason.CHANNEL_NOT_ALLOWED),
        ({"denied_channels": {"C1"}}, Reason.CHANNEL_DENIED),
        ({"denied_channels": {"C1"}, "allowed_channels": {"C1"}}, Reason.CHANNEL_DENIED),
        ({"denied_channels": {"C2"}}, None),
        ({"allowed_users": {"U1"}}, None),
        ({"allowed_users": {"U2"}}, Reason.USER_NOT_ALLOWED),
        ({"denied_users": {"U1"}}, Reason.USER_DENIED),
        ({"denied_users": {"U1"}, "allowed_users": {"U1"}}, Reason.USER_DENIED),
        ({"denied_users": {"U2"}}, None),
    ],
)
def test_lists_of_channels_and_users_hold_for_people_and_apps(rules: dict[str, Any], reason: Reason | None) -> None:
    assert [why_not(person, **rules) for person in (MEMBER, APP)] == [reason, reason]


def test_people_on_a_list_are_no_exception_to_the_other_rules() -> None:
    assert why_not(GUEST, allowed_users={"U1"}) is Reason.GUEST
    assert why_not(PARTNER, allowed_channels={"C1"}) is Reason.EXTERNAL


def test_a_direct_message_is_in_no_list_of_channels_unless_it_is_named() -> None:
    direct = {"channel_id": "D1"}

    assert why_not(MEMBER, direct, allowed_channels={"C1"}) is Reason.CHANNEL_NOT_ALLOWED
    assert why_not(MEMBER, direct, allowed_channels={"C1", "D1"}) is None


@pytest.mark.parametrize(
    ("email", "reason"),
    [
        ("ada@example.com", None),
        ("Ada@EXAMPLE.com", None),
        ("ada@sub.example.com", Reason.EMAIL),
        ("ada@notexample.com", Reason.EMAIL),
        ("ada@example.com.evil.io", Reason.EMAIL),
        ("ada@example.com@evil.io", Reason.EMAIL),
        ("example.com", Reason.EMAIL),
        ("", Reason.EMAIL),
    ],
)
def test_an_address_is_of_a_listed_domain_or_not(email: str, reason: Reason | None) -> None:
    assert why_not(replace(MEMBER, email=email), allowed_email_domains={"example.com"}) == reason


def test_apps_have_no_address() -> None:
    assert why_not(APP, allowed_email_domains={"example.com"}) is None


@pytest.mark.parametrize(
    ("person", "allowed", "reason"),
    [
        (MEMBER, {"T1"}, None),
        (MEMBER, {"T9"}, Reason.WORKSPACE),
        (APP, {"T1"}, None),
        (APP, {"T9"}, Reason.WORKSPACE),
        (Person(is_app=True), {"T1"}, None),
        (COLLEAGUE, {"T1"}, Reason.WORKSPACE),
        (COLLEAGUE, {"E1"}, None),
        (PARTNER, {"T1"}, Reason.WORKSPACE),
        (PARTNER, {"T1", "T9"}, None),
    ],
)
def test_listed_workspaces_are_those_whose_people_are_answered(
    person: Person, allowed: set[str], reason: Reason | None
) -> None:
    assert why_not(person, allowed_workspaces=allowed, allow_external=True) == reason


def test_a_listed_partner_is_a_partner_still() -> None:
    assert why_not(PARTNER, allowed_workspaces={"T1", "T9"}) is Reason.EXTERNAL


def test_every_reason_has_one_sentence() -> None:
    assert SENTENCES.keys() == set(Reason)
    for sentence in SENTENCES.values():
        assert sentence.endswith(".")
        assert ". " not in sentence


def test_the_number_of_remembered_sentences_is_bounded() -> None:
    heard = SaidSentences()
    for number in range(HEARD_MAX + 1):
        heard.note(("T1", f"U{number}", Reason.GUEST), 0.0)

    assert heard.may_hear(("T1", "U0", Reason.GUEST), SILENT_S, 1.0)
    assert not heard.may_hear(("T1", f"U{HEARD_MAX}", Reason.GUEST), SILENT_S, 1.0)
    assert heard.may_hear(("T1", f"U{HEARD_MAX}", Reason.GUEST), SILENT_S, SILENT_S)
