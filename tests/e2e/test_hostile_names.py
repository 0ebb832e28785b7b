"""Whatever people, apps, channels and files are called: nothing of it is Slack's own syntax in what the bot sends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from bot.slack.receive.shortcuts import ASK_ABOUT
from playground.practice_model.script import Answer
from tests.e2e.test_shortcuts import asked_ts, submitted
from tests.stage import Stage

HOSTILE = "<!channel> <@U0GRACE001> <https://evil.example|x> *b* \u202egnp\u2066 \ufeff"
OPENS = ("<!", "<@", "<#", "<http", "\u202e", "\u2066")


@pytest.fixture
def transport() -> str:
    """Nothing here depends on how questions arrive."""
    return "http"


def read_as_markup(value: Any, kind: str = "") -> Iterator[str]:
    """The texts of a call's arguments that Slack reads its own syntax in: all but plain ones and what nobody sees."""
    match value:
        case dict():
            for name, item in value.items():
                if name not in {"metadata", "private_metadata", "value", "filename", "title", "files"}:
                    yield from read_as_markup(item, str(value.get("type", kind)))
        case list():
            for item in value:
                yield from read_as_markup(item, kind)
        case str() if kind != "plain_text":
            yield value


async def test_no_name_is_syntax_in_what_is_sent(stage: Stage) -> None:
    workspace, state = stage.workspace, stage.workspace.state
    ada, general = workspace.user("ada"), stage.general
    state.users[ada] = replace(state.users[ada], name=HOSTILE, real_name=HOSTILE)
    channel = state.channels[general]
    channel.name, channel.topic, channel.purpose = HOSTILE, HOSTILE, HOSTILE
    stage.model.script(*[Answer("Fine.")] * 4)

    ts = await workspace.say(ada, general, "@claude well?", files=[(f"{HOSTILE}.mp3", b"ID3\x04" + bytes(200))])
    assert await stage.outcome(ts) == "answered"
    workspace.seed_bot_message(general, "built", name=HOSTILE, thread_ts=ts)
    used = workspace.surfaces.shortcut(ada, general, ts, ASK_ABOUT)
    await workspace.until(lambda ws: ws.people.views.modals[ada])
    view = workspace.people.views.modals[ada][-1]
    await submitted(stage, view, HOSTILE)
    assert await stage.outcome(asked_ts(used)) == "answered"
    wish = await workspace.say(ada, workspace.direct_message(ada), f"catch me up on <#{general}>")
    assert await stage.outcome(wish) == "answered"
    direct = await workspace.say(ada, workspace.direct_message(ada), f"hm {HOSTILE}")
    assert await stage.outcome(direct) == "answered"

    sent = [
        call for call in workspace.calls if call.method.partition(".")[0] in {"chat", "assistant", "views", "files"}
    ]
    texts = [(call.method, text) for call in sent for text in read_as_markup(call.args)]
    assert len(sent) > 6
    assert [(method, text) for method, text in texts if any(mark in text for mark in OPENS)] == []
    assert workspace.pings == []
    titles = [str(call.args["title"]) for call in workspace.calls if call.method == "assistant.threads.setTitle"]
    assert [title for title in titles if any(mark in title for mark in OPENS)] == []
    assert "evil.example" in json.dumps([call.args for call in sent])
