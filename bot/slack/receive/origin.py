"""Finds the workspace that a delivery is for, among those that have the app. Pure.

One app may be installed in several workspaces, and each process may have the token of one. Sources:
slack:apis/events-api (``authorizations`` names an installation that may see the event), slack:apis/slack-connect,
slack:interactivity/implementing-slash-commands; docs/slack.md §4.
"""

from __future__ import annotations

from bot.slack.shapes import Json, object_of, objects_of, text_of

INTERACTIONS = frozenset({"block_actions", "message_action", "view_submission"})


def is_ours(body: Json, team_id: str, enterprise_id: str) -> bool:
    """Whether a delivery is for this workspace. ``enterprise_id``: its organisation, or empty.

    In a shared channel the event's own ``team_id`` may be another company's; ``authorizations`` says whose installation
    it is for. A press is for the workspace of its message: ``team`` is where the person belongs. A delivery that names
    no workspace is for the one whose token or secret it came with.
    """
    if body.get("type") in INTERACTIONS:
        return True
    authorizations = [each for each in objects_of(body.get("authorizations")) if _names_one(each)]
    if not (authorizations or _names_one(body)):
        return True
    return any(_is_home(each, team_id, enterprise_id) for each in authorizations or [body])


def installed_in(body: Json) -> list[str]:
    """The workspaces and organisations whose installation a delivery may be for, the most likely first.

    A press is for the installation of its message; ``team`` is where the person belongs.
    """
    if body.get("type") in INTERACTIONS:
        message, enterprise, view = (object_of(body.get(name)) for name in ("message", "enterprise", "view"))
        own = message.get("team") if body.get("type") == "block_actions" else None  # messages of others have
        of_view = [view.get("app_installed_team_id"), view.get("team_id")]
        named = [own, *of_view, object_of(body.get("team")).get("id"), enterprise.get("id")]
    else:
        installations = [each for each in objects_of(body.get("authorizations")) if _names_one(each)] or [body]
        named = [each.get(key) for each in installations for key in ("team_id", "enterprise_id")]
    return list(dict.fromkeys(filter(None, map(text_of, named))))


def _names_one(installation: Json) -> bool:
    return bool(text_of(installation.get("team_id")) or text_of(installation.get("enterprise_id")))


def _is_home(installation: Json, team_id: str, enterprise_id: str) -> bool:
    """Every workspace of an organisation is part of the organisation's installation; commands write ``"true"``."""
    team = text_of(installation.get("team_id"))
    if team == team_id:
        return True
    for_all = not team or installation.get("is_enterprise_install") in (True, "true")
    return for_all and bool(enterprise_id) and text_of(installation.get("enterprise_id")) == enterprise_id
