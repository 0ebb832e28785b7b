"""auth.test, apps.connections.open, who is who, and the two ways to set a status: arguments in, Slack's answers out.

I/O: a timer that takes a status away. Sources: slack:reference/methods/auth.test, apps.connections.open, users.info,
bots.info, usergroups.list, assistant.threads.setStatus (two minutes, cleared by the app's reply, up to ten loading
messages), agents.sessions.setStatus (for agents alone; "processing" stays until the app ends it, for an hour at most).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from playground.workspace import defaults
from playground.workspace.agents import Agents
from playground.workspace.arguments import Arguments
from playground.workspace.errors import Refused
from playground.workspace.records import Json, User
from playground.workspace.state import State
from playground.workspace.web_api import Caller, Method, visible_channel

STATUS_LIFETIME_S = 120.0
SESSION_LIFETIME_S = 3_600.0
SESSION_STATUSES = frozenset({"active", "processing", "suspended", "closed"})
LOADING_MESSAGES_MAX = 10
LOADING_MESSAGE_CHARS_MAX = 50


@dataclass(slots=True)
class Account:
    """``link_url`` makes the WebSocket address for a new Socket Mode connection."""

    state: State
    link_url: Callable[[], str]
    base_url: Callable[[], str]

    def methods(self) -> dict[str, Method]:
        return {
            "auth.test": Method(self.auth_test, caller=Caller.ANY),
            "apps.connections.open": Method(self.open_connection, ("connections:write",), Caller.APP),
            "users.info": Method(self.users_info, ("users:read",)),
            "bots.info": Method(self.bots_info, ("users:read",)),
            "usergroups.list": Method(self.usergroups_list, ("usergroups:read",)),
            "assistant.threads.setStatus": Method(self.set_status, ("chat:write",)),
            "agents.sessions.setStatus": Method(self.set_session_status, ("chat:write",)),
            **Agents(self.state).methods(),
        }

    def auth_test(self, arguments: Arguments) -> Json:  # noqa: ARG002 - every method takes its arguments
        return {
            "url": f"{self.base_url()}/",
            "team": self.state.team.name,
            "user": self.state.manifest.bot_name,
            "team_id": self.state.team.id,
            "user_id": defaults.BOT_USER_ID,
            "bot_id": defaults.BOT_ID,
            "is_enterprise_install": False,
        }

    def open_connection(self, arguments: Arguments) -> Json:  # noqa: ARG002 - every method takes its arguments
        return {"url": self.link_url()}

    def users_info(self, arguments: Arguments) -> Json:
        user = self.state.users.get(arguments.required("user", missing="user_not_found"))
        if user is None:
            raise Refused("user_not_found")
        return {
            "user": user_object(user, self.state.team.id, with_email="users:read.email" in self.state.manifest.scopes)
        }

    def bots_info(self, arguments: Arguments) -> Json:
        bot_id = arguments.required("bot", missing="bot_not_found")
        user = next((user for user in self.state.users.values() if user.bot_id == bot_id), None)
        if user is None:
            raise Refused("bot_not_found")
        name = self.state.manifest.app_name if user.id == defaults.BOT_USER_ID else defaults.OTHER_APP_NAME
        return {"bot": {"id": bot_id, "deleted": False, "name": name, "user_id": user.id, "icons": {}}}

    def usergroups_list(self, arguments: Arguments) -> Json:  # noqa: ARG002 - every method takes its arguments
        groups = self.state.groups.values()
        return {
            "usergroups": [
                {
                    "id": group.id,
                    "team_id": self.state.team.id,
                    "handle": group.handle,
                    "name": group.name,
                    "date_delete": 0,
                }
                for group in groups
            ]
        }

    def set_status(self, arguments: Arguments) -> Json:
        channel = visible_channel(
            self.state, arguments.required("channel_id", missing="channel_not_found"), defaults.BOT_USER_ID
        )
        thread_ts = arguments.required("thread_ts", missing="invalid_thread_ts")
        if thread_ts not in self.state.messages[channel.id]:
            raise Refused("invalid_thread_ts")
        if not arguments.has("status"):
            raise Refused("invalid_arguments")
        loading = arguments.structure("loading_messages", malformed="invalid_arguments") or []
        too_long = any(len(str(line)) > LOADING_MESSAGE_CHARS_MAX for line in loading)
        if not isinstance(loading, list) or len(loading) > LOADING_MESSAGES_MAX or too_long:
            raise Refused("invalid_arguments")
        root = self.state.thread_ts(channel.id, thread_ts)
        self.state.set_status(channel.id, root, arguments.text("status") or "")
        shown = self.state.statuses.get((channel.id, root))
        if shown is not None:  # another two minutes from now on, for the same words too
            shown = self.state.statuses[channel.id, root] = replace(shown)
        asyncio.get_running_loop().call_later(STATUS_LIFETIME_S, self._expire, channel.id, root, shown)
        return {}

    def set_session_status(self, arguments: Arguments) -> Json:
        if not self.state.manifest.agent:
            raise Refused("feature_disabled")
        channel_id = arguments.required("channel_id", missing="channel_not_found")
        channel = visible_channel(self.state, channel_id, defaults.BOT_USER_ID)
        thread_ts = arguments.required("thread_ts", missing="thread_ts_required")
        status = arguments.required("status", missing="invalid_status")
        if status not in SESSION_STATUSES:
            raise Refused("invalid_status")
        root = self.state.thread_ts(channel.id, thread_ts)
        if title := arguments.text("title"):
            self.state.titles[channel.id, root] = title
            self.state.changes.note({"type": "title", "channel": channel.id, "thread_ts": root, "title": title})
        self.state.set_session(channel.id, root, processing=status == "processing")
        if status == "processing":
            asyncio.get_running_loop().call_later(SESSION_LIFETIME_S, self._expire_session, channel.id, root)
        return {"status": status, "agent_status": status}

    def _expire_session(self, channel_id: str, thread_ts: str) -> None:
        self.state.set_session(channel_id, thread_ts, processing=False)

    def _expire(self, channel_id: str, thread_ts: str, shown: object) -> None:
        if shown is not None and self.state.statuses.get((channel_id, thread_ts)) is shown:
            self.state.set_status(channel_id, thread_ts, "")


def user_object(user: User, home: str, *, with_email: bool) -> Json:
    """Of somebody whose account is deactivated, or of another company, Slack tells less.

    Sources: slack:reference/objects/user-object, slack:apis/slack-connect (external members),
    slack:reference/scopes/users.read.email.
    """
    team_id = user.team or home
    profile: Json = {"real_name": user.real_name, "display_name": user.name, "team": team_id}
    if user.bot_id:
        profile["bot_id"] = user.bot_id
    if user.email and with_email and not user.team:
        profile["email"] = user.email
    known: Json = {
        "id": user.id,
        "team_id": team_id,
        "name": user.name,
        "deleted": user.deleted,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": 1_700_000_000,
        "profile": profile,
    }
    if user.deleted:
        return known
    known |= {"real_name": user.real_name, "tz": user.tz}
    known |= {"is_restricted": user.is_restricted, "is_ultra_restricted": user.is_ultra_restricted}
    known |= {"is_admin": user.is_admin, "is_owner": False, "is_primary_owner": False}
    if user.team:
        return known | {"is_stranger": user.is_stranger}
    return known | {"is_email_confirmed": True}
