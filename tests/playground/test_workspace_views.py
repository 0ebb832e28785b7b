"""Shortcuts, modals and home tabs of the workspace: what Slack delivers, what it refuses, what it does with answers."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiohttp import web
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from playground.workspace.people import NotPossible
from playground.workspace.surfaces import TROUBLE
from playground.workspace.workspace import Workspace
from tests.clocks import RunningClock
from tests.loopback import answering

GENERAL, ASK = "C0GENERAL1", "ask_about_message"
Json = dict[str, Any]


@dataclass
class App:
    """An app's endpoint: keeps what comes, and acknowledges with ``answers``, first come first served."""

    payloads: list[Json] = field(default_factory=list)
    answers: list[Json | int] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.Response:
        body = (await request.read()).decode()
        form = parse_qs(body)
        self.payloads.append(json.loads(form["payload"][0]) if "payload" in form else json.loads(body))
        answer = self.answers.pop(0) if self.answers else {}
        return web.Response(status=answer) if isinstance(answer, int) else web.json_response(answer)


@pytest.fixture
def clock_of_slack() -> RunningClock:
    return RunningClock()


@pytest.fixture
def workspace_options(clock_of_slack: RunningClock) -> Json:
    return {"clock": clock_of_slack}


@pytest.fixture
async def app(ws: Workspace) -> AsyncIterator[App]:
    async with connected(ws) as app:
        yield app


@asynccontextmanager
async def connected(ws: Workspace) -> AsyncIterator[App]:
    app = App()
    async with answering(app.handle) as origin:
        ws.events_url = f"{origin}/slack/events"
        yield app


def modal(callback_id: str = "m", *, blocks: list[Json] | None = None, **more: Any) -> Json:
    plain = {"type": "plain_text", "text": "Words"}
    words = {"type": "plain_text_input", "action_id": "a"}
    given = [{"type": "input", "block_id": "b", "label": plain, "element": words}] if blocks is None else blocks
    return {"type": "modal", "callback_id": callback_id, "title": plain, "submit": plain, "blocks": given, **more}


async def used(ws: Workspace, app: App) -> Json:
    """What the app is delivered of a shortcut that Ada uses."""
    ts = await ws.say(ws.user("ada"), GENERAL, "hello")
    delivery = ws.surfaces.shortcut(ws.user("ada"), GENERAL, ts, ASK)
    await ws.until(lambda _: delivery.over)
    return app.payloads[-1]


async def opened(ws: Workspace, app: App, client: AsyncWebClient, **more: Any) -> Json:
    payload = await used(ws, app)
    answer = await client.views_open(trigger_id=payload["trigger_id"], view=modal(**more))
    return dict(answer["view"])


async def sent(ws: Workspace, view: Json, **values: str) -> None:
    delivery = ws.surfaces.submit(ws.user("ada"), view["id"], values)
    await ws.until(lambda _: delivery.over)


def shown(ws: Workspace) -> list[Json]:
    return [view.json for view in ws.people.views.modals[ws.user("ada")]]


async def code_of(call: Callable[[], Any]) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call()
    return str(caught.value.response["error"])


async def test_a_shortcut_brings_its_message_and_says_who_used_it_when(ws: Workspace, app: App) -> None:
    payload = await used(ws, app)

    assert payload["type"] == "message_action"
    assert payload["callback_id"] == ASK
    assert payload["message"]["text"] == "hello"
    assert payload["message_ts"] == payload["message"]["ts"] < payload["action_ts"]
    assert payload["channel"] == {"id": GENERAL, "name": "general"}
    assert payload["user"]["id"] == ws.user("ada")
    assert payload["response_url"].startswith(ws.url)


async def test_a_trigger_opens_one_view_within_three_seconds(
    ws: Workspace, app: App, client: AsyncWebClient, clock_of_slack: RunningClock
) -> None:
    payload = await used(ws, app)
    await client.views_open(trigger_id=payload["trigger_id"], view=modal())
    late = (await used(ws, app))["trigger_id"]
    clock_of_slack.ahead_s = 3.5

    codes = [
        await code_of(lambda id_=id_: client.views_open(trigger_id=id_, view=modal()))  # type: ignore[misc]
        for id_ in (payload["trigger_id"], late, "1.2.x")
    ]
    assert codes == ["expired_trigger_id", "expired_trigger_id", "invalid_trigger_id"]
    clock_of_slack.ahead_s = 0.0
    assert await code_of(lambda: client.views_open(trigger_id=payload["trigger_id"], view=modal())) == (
        "exchanged_trigger_id"
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": {"type": "plain_text", "text": "t" * 25}},
        {"blocks": [{"type": "markdown", "text": "in messages only"}]},
        {"blocks": [{"type": "divider"}] * 101},
        {"private_metadata": "m" * 3_001},
        {"submit": None},
        {"anything": "else"},
    ],
)
async def test_a_view_that_slack_would_not_take_is_refused(
    ws: Workspace, app: App, client: AsyncWebClient, wrong: Json
) -> None:
    trigger_id = (await used(ws, app))["trigger_id"]
    view = {**modal(), **wrong}

    assert await code_of(lambda: client.views_open(trigger_id=trigger_id, view=view)) == "invalid_arguments"
    assert shown(ws) == []


async def test_a_submission_brings_the_view_with_its_values_and_closes_it(
    ws: Workspace, app: App, client: AsyncWebClient
) -> None:
    view = await opened(ws, app, client, private_metadata="kept")
    with pytest.raises(NotPossible):
        ws.surfaces.submit(ws.user("ada"), view["id"], {"b": ""})
    await sent(ws, view, b="some words")

    payload = app.payloads[-1]
    assert (payload["type"], payload["view"]["private_metadata"]) == ("view_submission", "kept")
    assert payload["view"]["state"]["values"] == {"b": {"a": {"type": "plain_text_input", "value": "some words"}}}
    assert "channel" not in payload
    assert "message" not in payload
    assert shown(ws) == []


async def test_what_the_app_answers_decides_what_becomes_of_a_modal(
    ws: Workspace, app: App, client: AsyncWebClient
) -> None:
    view = await opened(ws, app, client)
    app.answers = [
        {"response_action": "errors", "errors": {"b": "Too short."}},
        {"response_action": "update", "view": modal("second")},
        {"response_action": "push", "view": modal("third")},
        {"response_action": "clear"},
    ]
    await sent(ws, view, b="x")
    assert ws.people.views.modals[ws.user("ada")][0].errors == {"b": "Too short."}
    await sent(ws, view, b="more")
    assert [one["callback_id"] for one in shown(ws)] == ["second"]
    await sent(ws, view, b="more")
    assert [one["callback_id"] for one in shown(ws)] == ["second", "third"]
    await sent(ws, shown(ws)[-1], b="all")
    assert shown(ws) == []


@pytest.mark.parametrize("answer", [500, {"response_action": "update", "view": {"type": "home", "blocks": []}}])
async def test_a_submission_that_is_not_answered_well_says_so_in_the_modal(
    ws: Workspace, app: App, client: AsyncWebClient, answer: Json | int
) -> None:
    view = await opened(ws, app, client)
    app.answers = [answer]
    await sent(ws, view, b="x")

    assert ws.people.views.modals[ws.user("ada")][0].errors == {"": TROUBLE}
    assert len([payload for payload in app.payloads if payload["type"] == "view_submission"]) == 1


async def test_three_views_lie_on_each_other_at_most_and_an_old_hash_changes_nothing(
    ws: Workspace, app: App, client: AsyncWebClient
) -> None:
    view = await opened(ws, app, client)
    for _ in range(2):
        trigger_id = (await used(ws, app))["trigger_id"]
        await client.views_push(trigger_id=trigger_id, view=modal())
    full = (await used(ws, app))["trigger_id"]

    assert await code_of(lambda: client.views_push(trigger_id=full, view=modal())) == "push_limit_reached"
    await client.views_update(view_id=view["id"], hash=view["hash"], view=modal("newer"))
    assert shown(ws)[0]["callback_id"] == "newer"
    stale = await code_of(lambda: client.views_update(view_id=view["id"], hash=view["hash"], view=modal()))
    assert stale == "hash_conflict"
    assert await code_of(lambda: client.views_update(view_id="V0", view=modal())) == "not_found"


async def test_a_closed_modal_is_reported_where_the_app_asks_for_it(
    ws: Workspace, app: App, client: AsyncWebClient
) -> None:
    quiet = await opened(ws, app, client)
    ws.surfaces.close(ws.user("ada"), quiet["id"])
    view = await opened(ws, app, client, notify_on_close=True)
    ws.surfaces.close(ws.user("ada"), view["id"])
    await ws.until(lambda _: app.payloads[-1]["type"] == "view_closed")

    assert [payload["type"] for payload in app.payloads].count("view_closed") == 1
    assert app.payloads[-1]["is_cleared"] is False


async def test_a_home_tab_is_shown_to_its_person_and_its_buttons_come_without_a_message(
    ws: Workspace, app: App, client: AsyncWebClient
) -> None:
    button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
    home = {"type": "home", "blocks": [{"type": "actions", "block_id": "x", "elements": [button]}]}
    await client.views_publish(user_id=ws.user("ada"), view=home)
    view = ws.people.views.homes[ws.user("ada")].json
    ws.surfaces.press(ws.user("ada"), view["id"], "go")
    await ws.until(lambda _: app.payloads)

    payload = app.payloads[-1]
    assert payload["container"] == {"type": "view", "view_id": view["id"]}
    assert payload["actions"][0]["action_id"] == "go"
    assert {"channel", "message", "response_url"}.isdisjoint(payload)
    assert await code_of(lambda: client.views_publish(user_id="U0NOBODY", view=home)) == "user_not_found"
