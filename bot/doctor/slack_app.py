"""Checks whether Slack accepts the tokens, their scopes, and which channels the bot is in. I/O: Slack, only reading."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from functools import partial

from bot.doctor.finding import Finding, mind, ok, wrong
from bot.doctor.model import clock
from bot.errors import SlackError
from bot.setup import where
from bot.setup.app_scopes import EMAILS
from bot.slack.paging import Paging
from bot.slack.shapes import Json, number_of, object_of, objects_of, text_of
from bot.slack.web_api.client import SlackClient
from bot.slack.web_api.identity import Identity
from bot.slack.web_api.scopes import NEEDED, OPTIONAL

PAGES_MAX = 5
KINDS = ("public_channel", "private_channel")


@dataclass(frozen=True, slots=True)
class Joined:
    """A channel that the bot is in."""

    id: str
    name: str = field(repr=False)
    private: bool
    external: bool
    """People of other companies are in it."""
    loudness: tuple[bool, int]
    """How many people a message there reaches; the workspace's general channel comes after all others."""

    @property
    def event(self) -> str:
        return "message.groups" if self.private else "message.channels"


def of_token(api: SlackClient, identity: Identity, *, by_address: bool) -> Iterator[Finding]:
    """``by_address``: people's addresses decide who is answered."""
    where_it_is = f"workspace {identity.workspace or identity.team_id} ({identity.team_id})"
    yield ok("Slack", f"{where_it_is}, bot @{identity.bot_name or identity.bot_user_id}")
    yield clock("clock of Slack", api.date)
    if not api.scopes:
        yield mind("scopes", "Slack does not say which scopes the token has")
        return
    wanted = NEEDED | ({EMAILS: "nobody is answered, since BOT_ALLOWED_EMAIL_DOMAINS is set"} if by_address else {})
    for scope, fails in wanted.items():
        name = f"scope {scope}"
        if scope in api.scopes:
            yield ok(name)
        else:
            found = mind if scope in OPTIONAL and scope != EMAILS else wrong
            yield found(name, f"is missing, and {fails}. {where.add_scope(scope)}")


async def joined(api: SlackClient) -> list[Joined]:
    """Channels that the bot is in, as far as its scopes show them. Raises ``SlackError``."""
    found: list[Joined] = []
    for kind in KINDS:
        if api.scopes and {"public_channel": "channels:read", "private_channel": "groups:read"}[kind] not in api.scopes:
            continue
        found += [_joined(one) async for one in _listed(api, kind)]
    return found


async def _listed(api: SlackClient, kind: str) -> AsyncIterator[Json]:
    call = partial(api.call, "users.conversations", types=kind, exclude_archived="true", limit=200)
    async for page in Paging(PAGES_MAX).of(call, "channels"):
        for one in objects_of(page.get("channels")):
            yield one


def _joined(channel: Json) -> Joined:
    return Joined(
        id=text_of(channel.get("id")),
        name=text_of(channel.get("name")),
        private=channel.get("is_private") is True,
        external=channel.get("is_ext_shared") is True,
        loudness=(channel.get("is_general") is True, number_of(channel.get("num_members"))),
    )


async def of_channels(
    api: SlackClient, identity: Identity, found: list[Joined], channel_id: str
) -> AsyncIterator[Finding]:
    """``channel_id``: the one that the operator asks about, or empty."""
    invite = f"Please write /invite @{identity.bot_name or 'the bot'} there."
    if not found:
        yield mind("channels", f"the bot is in none, so mentions do not reach it. {invite.replace('there', 'in one')}")
    else:
        yield ok("channels", f"the bot is in {len(found)}: {', '.join(f'#{channel.name}' for channel in found[:5])}")
    if channel_id and channel_id not in {channel.id for channel in found}:
        try:
            known = object_of((await api.call("conversations.info", channel=channel_id)).get("channel"))
        except SlackError as error:
            yield wrong("channel", f"{channel_id} cannot be seen by the bot ({error.code}). {invite}")
        else:
            if known.get("is_member") is not True:
                yield wrong("channel", f"the bot is not in #{text_of(known.get('name'))} ({channel_id}). {invite}")
