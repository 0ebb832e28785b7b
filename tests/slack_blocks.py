"""Samples of all that Block Kit shows in a message, made here after the reference's pages; ``visible`` tells the words.

Every text that a reader sees is made of words that begin with ``say``; ids, addresses and actions hold none.
Source: slack:reference/block-kit/blocks, block-elements and composition-objects; read 2026-11-25.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count
from typing import Any

Json = dict[str, Any]

_NUMBERS = count(1)


def say() -> str:
    """A word that stands nowhere else."""
    return f"say{next(_NUMBERS)}x"


def visible(value: object) -> list[str]:
    """The words of a sample, each once."""
    return list(dict.fromkeys(word for text in _texts(value) for word in re.findall(r"say\d+x", text)))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def plain() -> Json:
    return {"type": "plain_text", "text": f"{say()} {say()}", "emoji": True}


def mrkdwn() -> Json:
    return {"type": "mrkdwn", "text": f"*{say()}* <https://e.example/a|{say()}> `{say()}`", "verbatim": False}


def words(**style: bool) -> Json:
    return {"type": "text", "text": say(), **({"style": style} if style else {})}


def section(*elements: Json) -> Json:
    return {"type": "rich_text_section", "elements": list(elements)}


def rich(*elements: Json) -> Json:
    return {"type": "rich_text", "block_id": "b1", "elements": list(elements)}


def picture() -> Json:
    return {"type": "image", "image_url": "https://e.example/p.png", "alt_text": say()}


def option() -> Json:
    return {"text": plain(), "value": "v", "description": plain()}


def button() -> Json:
    return {"type": "button", "text": plain(), "action_id": "a", "value": "v", "style": "primary"}


def task() -> Json:
    return {
        "type": "task_card",
        "task_id": "t1",
        "title": say(),
        "status": "in_progress",
        "details": rich(section(words())),
        "output": rich(section(words())),
        "sources": [{"type": "url", "url": "https://e.example/s", "text": say()}],
    }


def card() -> Json:
    texts = {"title": mrkdwn(), "subtitle": mrkdwn(), "body": mrkdwn()}
    return {"type": "card", "icon": picture(), "hero_image": picture(), **texts, "actions": [button()]}


def raw(text: str | None = None) -> Json:
    return {"type": "raw_text", "text": text or say()}


def table(kind: str = "table") -> Json:
    number = {"type": "raw_number", "value": 41.5, "text": say()}
    rows = [[raw(), raw()], [rich(section(words(bold=True))), number]]
    return {"type": kind, "rows": rows, "column_settings": [{"align": "left"}, {"align": "right", "is_wrapped": True}]}


def series(name: str, labels: list[str]) -> Json:
    return {"name": name, "data": [{"label": label, "value": number} for number, label in enumerate(labels)]}


def chart(kind: str) -> Json:
    labels = [say(), say()]
    if kind == "pie":
        drawn: Json = {"type": "pie", "segments": [{"label": label, "value": 9} for label in labels]}
    else:
        axes = {"categories": labels, "x_label": say(), "y_label": say()}
        drawn = {"type": kind, "series": [series(say(), labels), series(say(), labels)], "axis_config": axes}
    return {"type": "data_visualization", "title": say(), "chart": drawn}


LEAVES: list[Json] = [
    *(words(**{style: True}) for style in ("bold", "italic", "strike", "code")),
    {"type": "link", "url": "https://e.example", "text": say()},
    {"type": "link", "url": "https://e.example/say0x"},
    {"type": "emoji", "name": say()},
    {"type": "date", "timestamp": 1720710212, "format": "{date}", "fallback": say()},
    {"type": "color", "value": say()},
    {"type": "broadcast", "range": say()},
    {"type": "attachment_mention", "url": "https://e.example/w", "text": say(), "app_id": "A1"},
    {"type": "canvas", "file_id": "F1", "label": say()},
    {"type": "canvas", "file_id": "F1", "text": say(), "url": "https://e.example/c"},
    {"type": "citation", "url": "https://e.example/c", "text": say(), "index": 1, "details": {"citation_type": "web"}},
    {"type": "file", "file_id": "F1", "text": say(), "url": "https://e.example/f"},
    {"type": "list_record", "file_id": "F1", "record_id": "R1", "text": say(), "url": "https://e.example/l"},
    {"type": "message_mention", "channel_id": "C1", "message_ts": "1.2", "text": say(), "url": "https://e.example/m"},
    {"type": "salesforce_data_field", "salesforce_record_id": "1", "salesforce_field_label": say()},
    {"type": "tag", "tag_id": "1", "text": say()},
    {"type": "work_object_mention", "entity_id": "1", "url": "https://e.example/o", "text": say()},
    {"type": "workflow_mention", "workflow_id": "Wf1", "text": say(), "url": "https://e.example/wf"},
    {"type": "of_tomorrow", "text": say()},
]
"""Inline elements that show words of their own; those for users, channels and groups show names."""

ELEMENTS: list[Json] = [
    button(),
    {**button(), "url": "https://e.example"},
    {"type": "workflow_button", "text": plain(), "action_id": "a", "workflow": {"trigger": {"url": "https://e"}}},
    {"type": "checkboxes", "action_id": "a", "options": [option(), option()]},
    {"type": "radio_buttons", "action_id": "a", "options": [option(), option()]},
    {"type": "overflow", "action_id": "a", "options": [option(), option()]},
    {"type": "static_select", "action_id": "a", "placeholder": plain(), "options": [option()]},
    {"type": "static_select", "action_id": "a", "option_groups": [{"label": plain(), "options": [option()]}]},
    {"type": "external_select", "action_id": "a", "placeholder": plain(), "initial_option": option()},
    {"type": "multi_static_select", "action_id": "a", "placeholder": plain(), "options": [option()]},
    {"type": "users_select", "action_id": "a", "placeholder": plain()},
    {"type": "conversations_select", "action_id": "a", "placeholder": plain()},
    {"type": "channels_select", "action_id": "a", "placeholder": plain()},
    {"type": "datepicker", "action_id": "a", "placeholder": plain(), "initial_date": "2026-11-25"},
    {"type": "timepicker", "action_id": "a", "placeholder": plain()},
    {"type": "datetimepicker", "action_id": "a", "initial_date_time": 1},
    {"type": "plain_text_input", "action_id": "a", "placeholder": plain(), "initial_value": say()},
    {"type": "rich_text_input", "action_id": "a", "initial_value": rich(section(words()))},
    {"type": "number_input", "action_id": "a", "placeholder": plain(), "initial_value": say()},
    {"type": "email_text_input", "action_id": "a", "placeholder": plain()},
    {"type": "url_text_input", "action_id": "a", "placeholder": plain()},
    {"type": "file_input", "action_id": "a"},
    picture(),
]

BLOCKS: dict[str, list[Json]] = {
    "actions": [{"type": "actions", "elements": ELEMENTS}],
    "alert": [{"type": "alert", "text": mrkdwn(), "level": "warning"}],
    "auth_provider": [
        {
            "type": "auth_provider", "value": "v", "name": plain(), "is_connected": True, "description": plain(),
            "connected_identity": plain(), "connected_context": plain(),
        }
    ],
    "call": [{"type": "call", "call_id": "R1", "call": {"v1": {"name": say(), "join_url": "https://e.example/j"}}}],
    "card": [card()],
    "carousel": [{"type": "carousel", "elements": [card(), card()]}],
    "container": [
        {"type": "container", "title": plain(), "subtitle": mrkdwn(), "icon": picture(), "child_blocks": [table()]},
        {"type": "container", "rich_text_title": rich(section(words())), "child_blocks": [{"type": "divider"}]},
    ],
    "context": [{"type": "context", "elements": [picture(), mrkdwn(), plain()]}],
    "context_actions": [
        {
            "type": "context_actions",
            "elements": [
                {
                    "type": "feedback_buttons", "action_id": "a",
                    "positive_button": {"text": plain(), "value": "1"},
                    "negative_button": {"text": plain(), "value": "0"},
                },
                {"type": "icon_button", "icon": "trash", "text": plain(), "action_id": "b"},
            ],
        }
    ],
    "data_table": [{**table("data_table"), "caption": say(), "page_size": 5}],
    "data_visualization": [chart(kind) for kind in ("pie", "bar", "area", "line")],
    "divider": [{"type": "divider"}],
    "file": [{"type": "file", "source": "remote", "external_id": "e1", "file": {"id": "F1", "title": say()}}],
    "header": [{"type": "header", "text": plain(), "level": 1}],
    "image": [
        {**picture(), "title": plain()},
        {"type": "image", "slack_file": {"id": "F1"}, "alt_text": say(), "title": plain()},
    ],
    "input": [{"type": "input", "label": plain(), "hint": plain(), "element": item} for item in ELEMENTS[16:18]],
    "markdown": [{"type": "markdown", "text": f"# {say()}\n\n| {say()} |\n|---|\n| **{say()}** |"}],
    "plan": [{"type": "plan", "title": say(), "tasks": [task(), task()]}],
    "rich_text": [
        rich(section(*LEAVES)),
        rich({"type": "rich_text_list", "style": "ordered", "elements": [section(*LEAVES), section(words())]}),
        rich({"type": "rich_text_quote", "elements": [*LEAVES[:5], {"type": "text", "text": "\n"}, words()]}),
        rich({"type": "rich_text_preformatted", "language": "python", "elements": [words(), LEAVES[4]]}),
        rich({"type": "rich_text_quote", "elements": [{"type": "rich_text_list", "elements": [section(words())]}]}),
    ],
    "section": [
        {"type": "section", "text": mrkdwn(), "fields": [mrkdwn(), plain()], "accessory": item}
        for item in ELEMENTS[:12]
    ],
    "share_shortcut": [{"type": "share_shortcut", "title": say(), "description": say(), "button_label": say()}],
    "table": [table()],
    "task_card": [task()],
    "video": [
        {
            "type": "video", "title": plain(), "title_url": "https://e.example/v", "description": plain(),
            "video_url": "https://e.example/e", "thumbnail_url": "https://e.example/t.png", "alt_text": say(),
            "author_name": say(), "provider_name": say(), "provider_icon_url": "https://e.example/i.png",
        }
    ],
}  # fmt: skip
"""By kind. The reference lists 21; ``auth_provider``, ``call`` and ``share_shortcut`` are in Slack's SDKs only."""
