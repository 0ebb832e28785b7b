"""Implements views.open, push, update and publish: modals and home tabs as people see them.

I/O: none of its own; changes are noted in the state. Sources: slack:reference/methods/views.open (a trigger serves
once, for three seconds), views.push (three views), views.update (``hash``; ``view_id`` or ``external_id``), and
views.publish.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from bot import limits
from playground.workspace import defaults
from playground.workspace.arguments import Arguments
from playground.workspace.errors import Refused
from playground.workspace.records import Json
from playground.workspace.state import State
from playground.workspace.view_rules import checked
from playground.workspace.web_api import Method

STACK_MAX = 3


@dataclass(slots=True)
class Trigger:
    user_id: str
    made_at: float
    used: bool = False


@dataclass(slots=True)
class View:
    """``json`` is Slack's object; ``errors`` are what the app answered to a submission, by block_id."""

    user_id: str
    json: Json
    errors: Json = field(default_factory=dict)

    @property
    def id(self) -> str:
        return str(self.json["id"])


@dataclass(slots=True)
class Views:
    """``modals`` are what is open, by person, the top one last; ``homes`` each person's home tab."""

    state: State
    triggers: dict[str, Trigger] = field(default_factory=dict)
    modals: dict[str, list[View]] = field(default_factory=lambda: defaultdict(list))
    homes: dict[str, View] = field(default_factory=dict)

    def methods(self) -> dict[str, Method]:
        return {
            "views.open": Method(self.open),
            "views.push": Method(self.push),
            "views.update": Method(self.update),
            "views.publish": Method(self.publish),
        }

    def trigger(self, user_id: str, end: str) -> str:
        """A new one, for what a person has just done."""
        trigger_id = f"{self.state.new_id('trigger-')}.{end}"
        self.triggers[trigger_id] = Trigger(user_id, self.state.clock())
        return trigger_id

    # --- what the app calls --------------------------------------------------------------------------------------

    def open(self, arguments: Arguments) -> Json:
        view = checked(_given(arguments), "modal")
        user_id = self._exchange(arguments)
        shown = self._new(user_id, view)
        self.modals[user_id] = [shown]
        self.changed(user_id)
        return {"view": shown.json}

    def push(self, arguments: Arguments) -> Json:
        view = checked(_given(arguments), "modal")
        user_id = self._exchange(arguments)
        return {"view": self.put_on(user_id, view).json}

    def update(self, arguments: Arguments) -> Json:
        view = checked(_given(arguments), "modal")
        view_id, external_id = arguments.text("view_id"), arguments.text("external_id")
        for stack in self.modals.values():
            for shown in stack:
                if shown.id == view_id or (external_id and shown.json["external_id"] == external_id):
                    self._same(shown, arguments)
                    self.replace(shown, view)
                    return {"view": shown.json}
        raise Refused("not_found")

    def publish(self, arguments: Arguments) -> Json:
        user_id = arguments.required("user_id")
        view = checked(_given(arguments), "home")
        if user_id not in self.state.users:
            raise Refused("user_not_found")
        if not self.state.manifest.home_tab:
            raise Refused("not_enabled")
        shown = self.homes.get(user_id)
        if shown is None:
            shown = self.homes[user_id] = self._new(user_id, view)
        else:
            self._same(shown, arguments)
            self.replace(shown, view)
        self.changed(user_id)
        return {"view": shown.json}

    # --- what becomes of views -----------------------------------------------------------------------------------

    def put_on(self, user_id: str, view: Json) -> View:
        stack = self.modals[user_id]
        if not stack:
            raise Refused("not_found")
        if len(stack) >= STACK_MAX:
            raise Refused("push_limit_reached")
        shown = self._new(user_id, view, stack[0].id, stack[-1].id)
        stack.append(shown)
        self.changed(user_id)
        return shown

    def replace(self, shown: View, view: Json) -> None:
        """Values of inputs with the same ids stay, on the page."""
        kept = {name: shown.json[name] for name in ("id", "root_view_id", "previous_view_id")}
        shown.json = self._object(view) | kept
        shown.errors = {}
        self.changed(shown.user_id)

    def close(self, user_id: str, view: View, *, every: bool = False) -> None:
        stack = self.modals[user_id]
        self.modals[user_id] = [] if every else stack[: stack.index(view)] if view in stack else stack
        self.changed(user_id)

    def find(self, user_id: str, view_id: str) -> View | None:
        home = self.homes.get(user_id)
        open_now = [*self.modals[user_id], *([home] if home else [])]
        return next((view for view in open_now if view.id == view_id), None)

    def changed(self, user_id: str) -> None:
        self.state.changes.note({"type": "views", "user": user_id, **self.shown_to(user_id)})

    def shown_to(self, user_id: str) -> Json:
        home = self.homes.get(user_id)
        modals = [{**view.json, "errors": view.errors} for view in self.modals[user_id]]
        return {"modals": modals, "home": home.json if home else None}

    def _exchange(self, arguments: Arguments) -> str:
        """The person whose trigger it is."""
        given = arguments.text("trigger_id") or arguments.text("interactivity_pointer") or ""
        trigger = self.triggers.get(given)
        if trigger is None:
            raise Refused("invalid_trigger_id")
        if self.state.clock() - trigger.made_at > limits.TRIGGER_LIFETIME_S:
            raise Refused("expired_trigger_id")
        if trigger.used:
            raise Refused("exchanged_trigger_id")
        trigger.used = True
        return trigger.user_id

    def _same(self, shown: View, arguments: Arguments) -> None:
        if (given := arguments.text("hash")) is not None and given != shown.json["hash"]:
            raise Refused("hash_conflict")

    def _new(self, user_id: str, view: Json, root_id: str = "", previous_id: str | None = None) -> View:
        view_id = self.state.new_id("V")
        place = {"id": view_id, "root_view_id": root_id or view_id, "previous_view_id": previous_id}
        return View(user_id, self._object(view) | place)

    def _object(self, view: Json) -> Json:
        blocks = [{"block_id": self.state.new_id(), **block} for block in view["blocks"]]
        defaulted = {"private_metadata": "", "callback_id": "", "external_id": "", "title": None, "close": None}
        flags = {"submit": None, "clear_on_close": False, "notify_on_close": False}
        of = {"team_id": self.state.team.id, "app_id": defaults.APP_ID, "bot_id": defaults.BOT_ID}
        return {**defaulted, **flags, **view, **of, "blocks": blocks, "state": {"values": {}}, "hash": self._hash()}

    def _hash(self) -> str:
        return f"{int(self.state.wall_clock())}.{self.state.new_id('')}"


def _given(arguments: Arguments) -> object:
    return arguments.structure("view", malformed="invalid_arguments")
