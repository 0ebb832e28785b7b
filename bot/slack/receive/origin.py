"""What Slack delivers goes in; for which of the workspaces that have the app it is, comes out. Pure.

One app may be installed in several workspaces, and each process has the token of one. Sources: slack:apis/events-api
(``authorizations`` names an installation that may see the event), slack:apis/slack-connect,
slack:interactivity/implementing-slash-commands; docs/slack.md §4.
"""

from __future__ import annotations

from bot.slack.shapes import Json, object_of, objects_of, text_of

INTERACTIONS = frozenset({"block_actions", "message_action", "view_submission"})


def is_ours(body: Json, team_id: str, enterprise_id: str) -> bool:
    """``enterprise_id`` is the organisation that the workspace is part of, or empty.

    In a channel that companies share, the event's own ``team_id`` may be another's, and ``authorizations`` says whose
    installation it is meant for. A press is told by the message that it is under: ``team`` is where the person belongs.
    What names no workspace is of the one whose token or secret it came with.
    """
    if body.get("type") in INTERACTIONS:
        return True
    authorizations = [each for each in objects_of(body.get("authorizations")) if _names_one(each)]
    if not (authorizations or _names_one(body)):
        return True
    return any(_is_home(each, team_id, enterprise_id) for each in authorizations or [body])


def installed_in(body: Json) -> list[str]:
    """The workspaces and organisations whose installation a delivery may be for, the likeliest first.

    A press is for the installation whose message it is under; ``team`` is where the person belongs.
    """
    if body.get("type") in INTERACTIONS:
        message, enterprise, view = (object_of(body.get(name)) for name in ("message", "enterprise", "view"))
        own = message.get("team") if body.get("type") == "block_actions" else None  # others' messages have shortcuts
        of_view = [view.get("app_installed_team_id"), view.get("team_id")]
        named = [own, *of_view, object_of(body.get("team")).get("id"), enterprise.get("id")]
    else:
        installations = [each for each in objects_of(body.get("authorizations")) if _names_one(each)] or [body]
        named = [each.get(key) for each in installations for key in ("team_id", "enterprise_id")]
    return list(dict.fromkeys(filter(None, map(text_of, named))))


def _names_one(installation: Json) -> bool:
    return bool(text_of(installation.get("team_id")) or text_of(installation.get("enterprise_id")))


def _is_home(installation: Json, team_id: str, enterprise_id: str) -> bool:
    """Of an installation for a whole organisation every workspace of it is a part; commands write ``"true"``."""
    team = text_of(installation.get("team_id"))
    if team == team_id:
        return True
    for_all = not team or installation.get("is_enterprise_install") in (True, "true")
    return for_all and bool(enterprise_id) and text_of(installation.get("enterprise_id")) == enterprise_id
