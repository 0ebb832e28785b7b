"""Reads what all interaction payloads have in common: who acted, where, what was used and what was typed. Pure.

These payloads are presses of buttons, shortcuts, and submitted modals.
Sources: slack:reference/interaction-payloads/block_actions-payload, …/view-interactions-payload and
…/shortcuts-interaction-payload.
"""

from __future__ import annotations

import json

from bot.slack.input_modal import TextInput
from bot.slack.shapes import Json, id_of, object_of, objects_of, text_of


def user_id(body: Json) -> str:
    return id_of(object_of(body.get("user")).get("id"))


def user_team(body: Json) -> str:
    """The workspace or organisation that the person belongs to, which need not be that of the message."""
    return text_of(object_of(body.get("user")).get("team_id")) or text_of(object_of(body.get("team")).get("id"))


def channel_id(body: Json) -> str:
    """The channel of the message; if that is ephemeral, only ``container`` may name it."""
    return id_of(object_of(body.get("channel")).get("id")) or id_of(object_of(body.get("container")).get("channel_id"))


def used_element(body: Json) -> Json:
    """The button, or other element, that was used; empty if the payload is not about one."""
    return next(iter(objects_of(body.get("actions"))), {})


def carried_along(body: Json) -> Json:
    """The object that a submitted modal has carried along in its ``private_metadata``; empty if there is none."""
    try:
        return object_of(json.loads(text_of(object_of(body.get("view")).get("private_metadata"))))
    except ValueError:
        return {}


def typed_in(body: Json, text_input: TextInput) -> str:
    """What was written in the field of a submitted modal."""
    values = object_of(object_of(object_of(body.get("view")).get("state")).get("values"))
    return text_of(object_of(object_of(values.get(text_input.block_id)).get(text_input.action_id)).get("value"))
