"""The rules about who may use the bot, and the sentences for those who may not. Pure.

They are here and nowhere else. Lists of ids apply to apps as well as to people; rules about people (guests, deactivated
accounts, e-mail addresses) apply only to people.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from enum import StrEnum

from bot.messages import Question

NONE: frozenset[str] = frozenset()


class Reason(StrEnum):
    """Why a question is not answered; the value is for the log."""

    CHANNEL_DENIED = "channel_denied"
    CHANNEL_NOT_ALLOWED = "channel_not_allowed"
    USER_DENIED = "user_denied"
    USER_NOT_ALLOWED = "user_not_allowed"
    UNKNOWN = "unknown"
    DEACTIVATED = "deactivated"
    EXTERNAL = "external"
    WORKSPACE = "workspace_not_allowed"
    GUEST = "guest"
    EMAIL = "email_domain_not_allowed"
    NOT_NOW = "not_now"
    NO_PERMISSION = "no_permission"


SENTENCES = {
    Reason.CHANNEL_DENIED: "I'm set up not to answer here, so please ask me somewhere else.",
    Reason.CHANNEL_NOT_ALLOWED: "I'm set up to answer in certain channels only, and this isn't one of them.",
    Reason.USER_DENIED: "I'm set up not to answer you, and whoever runs me can change that.",
    Reason.USER_NOT_ALLOWED: "I'm set up to answer certain people only, and whoever runs me can add you.",
    Reason.UNKNOWN: "Slack doesn't tell me who you are, so I can't answer you.",
    Reason.DEACTIVATED: "Slack says that your account is deactivated, so I can't answer you.",
    Reason.EXTERNAL: "I'm set up to answer people of this workspace only, and you belong to another one.",
    Reason.WORKSPACE: "I'm set up to answer people of certain workspaces only, and yours isn't one of them.",
    Reason.GUEST: "I'm set up to answer members of this workspace only, and you're here as a guest.",
    Reason.EMAIL: "I'm set up to answer people with certain e-mail addresses only, and yours isn't one of them.",
    Reason.NOT_NOW: "Slack can't tell me who you are right now, so please try again in a minute.",
    Reason.NO_PERMISSION: ("I can't look up who you are, because the app lacks a permission; my log has its name."),
}
SILENT_S = 600.0
"""Nobody reads the same sentence again within this time."""
SILENT_NOT_NOW_S = 50.0
"""That sentence asks people to try again in a minute, and then there must not be silence."""
HEARD_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Person:
    """What Slack says about a user. Source: slack:reference/objects/user-object.

    ``team_ids``: the user's workspaces; ``enterprise_id``: their organisation, if any. ``is_stranger``: from another
    workspace, and sharing no channel with the app's; others from another workspace are recognised only by ``team_ids``.
    ``email`` is empty if Slack gives none or it is not confirmed.
    """

    is_app: bool = False
    team_ids: frozenset[str] = NONE
    enterprise_id: str = ""
    is_guest: bool = False
    is_stranger: bool = False
    is_deactivated: bool = False
    is_admin: bool = False
    """Of the workspace; owners count as admins."""
    email: str = field(default="", repr=False)
    app_ids: frozenset[str] = field(default=NONE, compare=False)
    """An app's other ids: it posts as its user (``U…``), or under another name as its bot (``B…``)."""


@dataclass(frozen=True, slots=True)
class OwnWorkspace:
    """The workspace that the bot is installed in, and the organisation that it is part of, if any."""

    team_id: str
    enterprise_id: str = ""

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(filter(None, (self.team_id, self.enterprise_id)))


@dataclass(frozen=True, slots=True)
class Policy:
    """Who may use the bot. An empty list restricts nothing."""

    own: OwnWorkspace
    allowed_workspaces: frozenset[str] = NONE
    allowed_channels: frozenset[str] = NONE
    denied_channels: frozenset[str] = NONE
    allowed_users: frozenset[str] = NONE
    denied_users: frozenset[str] = NONE
    allowed_email_domains: frozenset[str] = NONE
    allow_guests: bool = False
    allow_external: bool = False

    def needed_scopes(self) -> frozenset[str]:
        """Without these nobody is answered. Source: slack:reference/methods/users.info."""
        return frozenset({"users:read", "users:read.email"} if self.allowed_email_domains else {"users:read"})

    def without_looking_up(self, question: Question) -> Reason | None:
        """What the question alone decides: ``None`` if its author has to be looked up."""
        reasons = {
            Reason.CHANNEL_DENIED: question.channel_id in self.denied_channels,
            Reason.CHANNEL_NOT_ALLOWED: _misses(self.allowed_channels, question.channel_id),
            Reason.USER_DENIED: question.user_id in self.denied_users,
            Reason.USER_NOT_ALLOWED: _misses(self.allowed_users, question.user_id),
        }
        return next((reason for reason, holds in reasons.items() if holds), None)

    def reason(self, question: Question, person: Person | None) -> Reason | None:
        """``person``: the question's author; ``None`` if Slack knows nobody by that id."""
        known = self.without_looking_up(question)
        if known is not None or person is None:
            return known or Reason.UNKNOWN
        reasons = {
            Reason.USER_DENIED: not self.denied_users.isdisjoint(person.app_ids),
            Reason.DEACTIVATED: person.is_deactivated and not person.is_app,
            Reason.EXTERNAL: not self.allow_external and self._is_external(question, person),
            Reason.WORKSPACE: bool(self.allowed_workspaces)
            and not self.allowed_workspaces & self._workspaces(question, person),
            Reason.GUEST: not self.allow_guests and person.is_guest and not person.is_app,
            Reason.EMAIL: _misses(self.allowed_email_domains, _domain(person.email)) and not person.is_app,
        }
        return next((reason for reason, holds in reasons.items() if holds), None)

    def _is_external(self, question: Question, person: Person) -> bool:
        """Whether Slack's data on the person or the message names a workspace that is not ours.

        Colleagues in another workspace of the same organisation are not external.
        """
        if person.is_stranger:
            return True
        if person.enterprise_id and person.enterprise_id == self.own.enterprise_id:
            return False
        elsewhere = bool(person.team_ids) and person.team_ids.isdisjoint(self.own.ids)
        return elsewhere or question.user_team not in {"", *self.own.ids}

    def _workspaces(self, question: Question, person: Person) -> frozenset[str]:
        """The workspaces that the author belongs to, and the organisation."""
        own = person.team_ids | {person.enterprise_id}
        if self._is_external(question, person):
            return (own | {question.user_team}) - self.own.ids - {""}
        return own - {""} or self.own.ids


def silent_s(reason: str) -> float:
    """How long nobody reads the sentence of ``reason`` again: a ``Reason``, or another word of the caller's."""
    return SILENT_NOT_NOW_S if reason == Reason.NOT_NOW else SILENT_S


@dataclass(slots=True)
class SaidSentences:
    """Which sentences were said when, by the caller's keys, as far as one process knows. ``now_s`` only grows."""

    _at_s: OrderedDict[tuple[str, ...], float] = field(default_factory=OrderedDict)

    def may_hear(self, key: tuple[str, ...], silent_s: float, now_s: float) -> bool:
        return now_s - self._at_s.get(key, -silent_s) >= silent_s

    def note(self, key: tuple[str, ...], now_s: float) -> None:
        self._at_s[key] = now_s
        self._at_s.move_to_end(key)
        if len(self._at_s) > HEARD_MAX:
            self._at_s.popitem(last=False)


def _misses(allowed: frozenset[str], value: str) -> bool:
    return bool(allowed) and value not in allowed


def _domain(email: str) -> str:
    _, at, domain = email.strip().rpartition("@")
    return domain.lower() if at else ""
