"""Builds a modal with one field to write in; ``interactions`` reads what was written. Pure.

Sources: slack:reference/views/modal-views, slack:reference/block-kit/block-elements/plain-text-input-element.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.slack.escape import text_object


@dataclass(frozen=True, slots=True)
class TextInput:
    """``optional``: Slack submits the modal even if nothing was written."""

    block_id: str
    action_id: str
    label: str
    placeholder: str
    chars_max: int
    optional: bool = False

    def block(self) -> dict[str, Any]:
        return {
            "type": "input",
            "block_id": self.block_id,
            "optional": self.optional,
            "label": text_object(self.label),
            "element": {
                "type": "plain_text_input",
                "action_id": self.action_id,
                "multiline": True,
                "focus_on_load": True,
                "max_length": self.chars_max,
                "placeholder": text_object(self.placeholder),
            },
        }


def input_modal(
    callback_id: str,
    carried: Mapping[str, str],
    text_input: TextInput,
    *,
    title: str,
    submit: str,
    close: str,
    below: str,
) -> dict[str, Any]:
    """A view for views.open. ``carried`` comes back with what is submitted; ``below`` is a line under the field."""
    return {
        "type": "modal",
        "callback_id": callback_id,
        "private_metadata": json.dumps(carried),
        "title": text_object(title),
        "submit": text_object(submit),
        "close": text_object(close),
        "blocks": [text_input.block(), {"type": "context", "elements": [text_object(below)]}],
    }
