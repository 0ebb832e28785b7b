"""Does what people do around messages (shortcuts, modals, the home tab), and sends Slack's payloads to the app.

I/O: none of its own; it hands deliveries to the courier. Sources: slack:reference/interaction-payloads/
shortcuts-interaction-payload (``message_action``), view-interactions-payload (``view_submission``, ``view_closed``),
block_actions-payload (``container`` of a view), slack:reference/events/app_home_opened, slack:surfaces/modals
(``response_action``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playground.workspace import defaults
from playground.workspace.delivery import Courier, Delivery, Sort
from playground.workspace.errors import Refused
from playground.workspace.people import NotPossible, People, find_button
from playground.workspace.records import Json
from playground.workspace.state import State
from playground.workspace.view_rules import checked
from playground.workspace.views import View, Views

TROUBLE = "We had some trouble connecting. Try again?"
"""What Slack says in a modal whose submission was not acknowledged, or with something it does not understand."""


@dataclass(slots=True)
class Surfaces:
    people: People

    @property
    def state(self) -> State:
        return self.people.state

    @property
    def courier(self) -> Courier:
        return self.people.courier

    @property
    def views(self) -> Views:
        return self.people.views

    def shortcut(self, user_id: str, channel_id: str, ts: str, callback_id: str) -> Delivery:
        """A message's own menu; it works in every conversation that the person is in."""
        if callback_id not in self.state.manifest.shortcuts:
            raise NotPossible("This app has no such shortcut.")
        channel = self.state.channels.get(channel_id)
        if channel is None or user_id not in channel.members:
            raise NotPossible("There is no such conversation.")
        if ts not in self.state.messages[channel_id]:
            raise NotPossible("There is no such message.")
        invocation = self.people.response_urls.open(user_id, channel_id)
        payload = {
            **self._who("message_action", user_id),
            "callback_id": callback_id,
            "trigger_id": self.views.trigger(user_id, invocation.id),
            "response_url": self.people.response_urls.url(invocation),
            "action_ts": self.state.new_ts(),
            "message_ts": ts,
            "message": self.state.rendered(channel_id, ts),
            "channel": {"id": channel_id, "name": channel.name},
        }
        return self.courier.deliver(Sort.INTERACTIVE, payload)

    def submit(self, user_id: str, view_id: str, values: Json) -> Delivery:
        """``values`` are texts by block_id. What the app answers decides what becomes of the modal."""
        view = self._view(user_id, view_id)
        view.errors = _missing(view, values)
        if view.errors:
            self.views.changed(user_id)
            raise NotPossible("Please complete this required field.")
        payload = {
            **self._who("view_submission", user_id),
            "trigger_id": self.views.trigger(user_id, view_id),
            "view": {**view.json, "state": {"values": _state(view, values)}},
            "response_urls": [],
        }
        return self.courier.deliver(Sort.INTERACTIVE, payload, lambda delivery: self._answered(view, delivery))

    def close(self, user_id: str, view_id: str) -> None:
        view = self._view(user_id, view_id)
        every = bool(view.json["clear_on_close"])
        self.views.close(user_id, view, every=every)
        if view.json["notify_on_close"]:
            closed = {**self._who("view_closed", user_id), "view": view.json, "is_cleared": every}
            self.courier.deliver(Sort.INTERACTIVE, closed)

    def press(self, user_id: str, view_id: str, action_id: str, block_id: str | None = None) -> Delivery:
        """A button in a modal or on the home tab: no channel, no message, no response_url."""
        view = self._view(user_id, view_id)
        button = find_button(view.json, {"action_id": action_id, "block_id": block_id})
        payload = {
            **self._who("block_actions", user_id),
            "container": {"type": "view", "view_id": view_id},
            "trigger_id": self.views.trigger(user_id, view_id),
            "view": view.json,
            "actions": [{**button, "action_ts": self.state.new_ts()}],
        }
        return self.courier.deliver(Sort.INTERACTIVE, payload)

    def open_home(self, user_id: str, tab: str = "home") -> None:
        """``view`` is there once something was published."""
        channel = self.state.direct_message(user_id)
        event: Json = {"type": "app_home_opened", "user": user_id, "channel": channel.id, "tab": tab}
        event["event_ts"] = self.state.new_ts()
        home = self.views.homes.get(user_id)
        if home is not None and tab == "home":
            event["view"] = home.json
        self.courier.event(event, channel)

    def _answered(self, view: View, delivery: Delivery) -> None:
        answer: Any = delivery.outcomes[-1].answer if delivery.outcomes else None
        action = (answer or {}).get("response_action")
        if not delivery.acknowledged:
            view.errors = {"": TROUBLE}
            self.views.changed(view.user_id)
            return
        try:
            if action == "errors":
                view.errors = dict(answer["errors"])
                self.views.changed(view.user_id)
            elif action == "update":
                self.views.replace(view, checked(answer["view"], "modal"))
            elif action == "push":
                self.views.put_on(view.user_id, checked(answer["view"], "modal"))
            else:
                self.views.close(view.user_id, view, every=action == "clear")
        except Refused:
            view.errors = {"": TROUBLE}
            self.views.changed(view.user_id)

    def _view(self, user_id: str, view_id: str) -> View:
        view = self.views.find(user_id, view_id)
        if view is None:
            raise NotPossible("This view is closed.")
        return view

    def _who(self, kind: str, user_id: str) -> Json:
        user, team = self.state.users[user_id], self.state.team
        team_id = user.team or team.id
        return {
            "type": kind,
            "user": {"id": user_id, "username": user.name, "name": user.name, "team_id": team_id},
            "team": {"id": team_id, "domain": "partner" if user.team else team.name.lower()},
            "api_app_id": defaults.APP_ID,
            "token": "playground-verification-token",
            "enterprise": None,
            "is_enterprise_install": False,
        }


def _inputs(view: View) -> list[Json]:
    return [block for block in view.json["blocks"] if block["type"] == "input"]


def _missing(view: View, values: Json) -> Json:
    """Slack itself wants what is not optional, before the app hears of it."""
    wanted = [block["block_id"] for block in _inputs(view) if not block.get("optional")]
    return {id_: "Please complete this required field." for id_ in wanted if not str(values.get(id_) or "")}


def _state(view: View, values: Json) -> Json:
    """``state.values``: by block_id and action_id; an empty input is null."""
    state: Json = {}
    for block in _inputs(view):
        element, value = block["element"], values.get(block["block_id"])
        held: Json = {"type": element["type"]}
        if element["type"] == "plain_text_input":
            held["value"] = value or None
        elif element["type"] in ("radio_buttons", "static_select"):
            options = [option for option in element["options"] if option["value"] == value]
            held["selected_option"] = options[0] if options else None
        else:
            held["selected_options"] = [option for option in element["options"] if option["value"] in (value or [])]
        state[block["block_id"]] = {element.get("action_id", "input"): held}
    return state
