"""manifest.yml is one that Slack takes, and asks for exactly what the code needs.

The shape and the lengths are those that Slack publishes: slack:reference/app-manifest, and as JSON Schema in
github.com/slackapi/manifest-schema (version 1), read 2026-11-22; written down here as far as the manifest goes.
"""

from __future__ import annotations

import ast
import re
from typing import Any

import jsonschema
import pytest
import yaml
from slack_sdk.web.async_client import AsyncWebClient

from bot.limits import METHOD_TIERS
from bot.messages import Question
from bot.setup import app_scopes
from bot.slack.receive.changes import wish_to_stop
from bot.slack.receive.payloads import deleted_file, question_from_event
from tests.repository import modules, strings, text_of


def words(longest: int, pattern: str = "") -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": longest, "pattern": pattern}


def exactly(*needed: str, **known: Any) -> dict[str, Any]:
    """An object with no other keys than ``known``."""
    return {"type": "object", "required": list(needed), "properties": known, "additionalProperties": False}


def rows(most: int, of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of, "maxItems": most, "uniqueItems": True}


YES_OR_NO, NUMBER, ADDRESS = {"type": "boolean"}, {"type": "integer"}, words(3_500, "^https?://")
COMMAND = exactly(
    "command", "description",
    command=words(32, "^/."), description=words(2_000), usage_hint=words(1_000), should_escape=YES_OR_NO, url=ADDRESS,
)  # fmt: skip
SHORTCUT = exactly(
    "name", "type", "callback_id", "description",
    name=words(24), type={"enum": ["message", "global"]}, callback_id=words(255), description=words(150),
)  # fmt: skip
PROMPT = exactly("title", "message", title=words(75), message=words(2_000))
RULES = exactly(
    "display_information",
    _metadata=exactly(major_version=NUMBER, minor_version=NUMBER),
    display_information=exactly(
        "name",
        name=words(35),
        description=words(140),
        long_description={**words(4_000), "minLength": 175},
        background_color=words(7, "^#([0-9a-fA-F]{3}){1,2}$"),
    ),
    features=exactly(
        app_home=exactly(
            home_tab_enabled=YES_OR_NO, messages_tab_enabled=YES_OR_NO, messages_tab_read_only_enabled=YES_OR_NO
        ),
        agent_view=exactly("agent_description", agent_description=words(300), suggested_prompts=rows(4, PROMPT)),
        bot_user=exactly("display_name", display_name=words(80), always_online=YES_OR_NO),
        slash_commands=rows(50, COMMAND),
        shortcuts=rows(10, SHORTCUT),
    ),
    oauth_config=exactly(
        redirect_urls=rows(1_000, ADDRESS),
        scopes=exactly(bot=rows(255, words(50)), user=rows(255, words(50))),
    ),
    settings=exactly(
        event_subscriptions=exactly(
            request_url=ADDRESS, bot_events=rows(100, words(50)), user_events=rows(100, words(50))
        ),
        interactivity=exactly("is_enabled", is_enabled=YES_OR_NO, request_url=ADDRESS),
        org_deploy_enabled=YES_OR_NO,
        socket_mode_enabled=YES_OR_NO,
        token_rotation_enabled=YES_OR_NO,
    ),
)

SCOPES_OF_METHODS: dict[str, set[str]] = {
    "apps.connections.open": set(),  # an app-level token's connections:write, which no manifest asks for
    "apps.uninstall": set(),
    "assistant.threads.setStatus": {"chat:write"},
    "assistant.threads.setSuggestedPrompts": {"assistant:write"},
    "auth.test": set(),
    "bots.info": {"users:read"},
    "agents.sessions.setStatus": {"chat:write"},
    "chat.delete": {"chat:write"},
    "chat.getPermalink": set(),
    "chat.postEphemeral": {"chat:write"},
    "conversations.history": {"channels:history", "groups:history", "im:history", "mpim:history"},
    "conversations.open": {"im:write"},
    "chat.appendStream": {"chat:write"},
    "chat.postMessage": {"chat:write"},
    "chat.startStream": {"chat:write"},
    "chat.stopStream": {"chat:write"},
    "chat.update": {"chat:write"},
    # im:read and mpim:read are for direct messages, which have no name to look up.
    "conversations.info": {"channels:read", "groups:read"},
    "conversations.members": {"channels:read", "groups:read"},
    "conversations.replies": {"channels:history", "groups:history", "im:history", "mpim:history"},
    "files.completeUploadExternal": {"files:write"},
    "files.getUploadURLExternal": {"files:write"},
    "files.info": {"files:read"},
    "usergroups.list": {"usergroups:read"},
    # The doctor asks where the bot is; im:read and mpim:read are for kinds that it does not ask for.
    "users.conversations": {"channels:read", "groups:read"},
    "users.info": {"users:read"},
    "views.open": set(),
    "views.publish": set(),
}
"""Each from the page slack:reference/methods/<method>, "Required scopes", read 2026-11-22."""
SCOPES_OF_EVENTS = {
    "app_home_opened": set(),
    "app_mention": {"app_mentions:read"},
    "app_uninstalled": set(),
    "file_deleted": {"files:read"},
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "message.im": {"im:history"},
    "message.mpim": {"mpim:history"},
    "reaction_added": {"reactions:read"},
    "tokens_revoked": set(),
}
"""Each from the page slack:reference/events/<event>, read 2026-11-22."""
COMMANDS_SCOPE = {"commands"}
"""slack:reference/scopes/commands."""
DOWNLOADS_SCOPE = {"files:read"}
"""slack:reference/objects/file-object: url_private_download takes a token with this scope."""

METHOD = re.compile(
    r"(admin|agents|api|apps|assistant|auth|bookmarks|bots|calls|canvases|chat|conversations|dialog|dnd|emoji|files|functions"
    r"|migration|oauth|openid|pins|reactions|reminders|search|slackLists|stars|team|tooling|usergroups|users|views"
    r"|workflows)(\.[a-z][A-Za-z]+)+"
)


def manifest() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(text_of("manifest.yml"))
    return loaded


def callers() -> dict[str, ast.Module]:
    return {name: tree for name, tree in modules().items() if not name.startswith("playground/")}


def methods_called() -> set[str]:
    return {
        text
        for name, tree in callers().items()
        if name != "bot/limits.py"  # which lists the tiers of methods, called or not
        for text in strings(tree)
        if METHOD.fullmatch(text)
    }


def test_slack_takes_it() -> None:
    jsonschema.Draft7Validator(RULES, format_checker=None).validate(manifest())


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (("display_information", "name"), "n" * 36),
        (("display_information", "description"), "d" * 141),
        (("features", "bot_user", "display_name"), "d" * 81),
        (("features", "slash_commands", 0, "command"), "ask"),
        (("settings", "socket_mode"), True),
        (("oauth_config", "scopes", "bot", 0), 7),
    ],
)
def test_the_rules_refuse_what_slack_refuses(path: tuple[Any, ...], wrong: object) -> None:
    changed = manifest()
    place: Any = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = wrong
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(changed, RULES)


def test_every_web_api_method_in_the_code_has_its_scopes_known() -> None:
    assert sorted(methods_called()) == sorted(SCOPES_OF_METHODS)


def test_the_web_api_is_called_by_name_so_that_the_names_can_be_read() -> None:
    methods = {name for name in dir(AsyncWebClient) if "_" in name and not name.startswith("_")}
    used = {
        node.attr
        for tree in callers().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in methods
    }
    assert used == {"api_call", "apps_connections_open"}


def test_every_method_called_has_a_rate_limit_known() -> None:
    special = {"auth.test", "chat.getPermalink", "chat.postMessage", "assistant.threads.setStatus"}
    assert methods_called() <= METHOD_TIERS.keys() | special


def test_it_asks_for_exactly_the_scopes_that_the_code_uses() -> None:
    needed = set[str]().union(*SCOPES_OF_METHODS.values(), *SCOPES_OF_EVENTS.values(), COMMANDS_SCOPE, DOWNLOADS_SCOPE)
    scopes = manifest()["oauth_config"]["scopes"]
    assert scopes.keys() == {"bot"}
    only_by_choice = {scope.name for scope in app_scopes.SCOPES if scope.added_by}
    assert sorted(scopes["bot"]) == sorted(needed - only_by_choice)
    assert needed <= {scope.name for scope in app_scopes.SCOPES}


def test_it_subscribes_to_exactly_the_events_that_the_code_knows() -> None:
    assert sorted(manifest()["settings"]["event_subscriptions"]["bot_events"]) == sorted(SCOPES_OF_EVENTS)
    message = {"user": "U1", "ts": "1.0", "text": "<@U0> hello"}
    for event in (
        {"type": "app_mention", "channel": "C1"},
        {"type": "message", "channel_type": "im", "channel": "D1"},
        {"type": "message", "channel_type": "mpim", "channel": "G1"},
    ):
        asked = question_from_event({"team_id": "T1", "event": {**message, **event}}, "U0", "B0", 2.0, is_bot=None)
        assert isinstance(asked, Question), event
    said = {"event": {"type": "message", "subtype": "message_deleted", "channel": "C1", "deleted_ts": "1.0"}}
    assert wish_to_stop(said, "T1", "U0", "B0") is not None
    item = {"type": "message", "channel": "C1", "ts": "1.0"}
    reacted = {"event": {"type": "reaction_added", "user": "U1", "reaction": "x", "item": item}}
    assert wish_to_stop(reacted, "T1", "U0", "B0") is not None
    assert deleted_file({"event": {"type": "file_deleted", "file_id": "F1"}}) == "F1"


def test_buttons_reach_the_bot() -> None:
    assert manifest()["settings"]["interactivity"]["is_enabled"] is True


def test_direct_messages_can_be_written_and_commands_keep_who_is_meant() -> None:
    features = manifest()["features"]
    # Without these two Slack shows "Sending messages to this app has been turned off".
    assert features["app_home"]["messages_tab_enabled"] is True
    assert features["app_home"]["messages_tab_read_only_enabled"] is False
    assert [(command["command"], command["should_escape"]) for command in features["slash_commands"]] == [
        ("/ask", True)
    ]
