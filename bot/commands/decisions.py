"""Decides what a command changes in its thread, and what people read about it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

from bot.channels import EFFORTS
from bot.commands.spoken import Name, ThreadCommand
from bot.commands.thread_settings import ThreadSettings

DEFAULT = "default"
SHOWN_MODELS_MAX = 20
NOTHING_TO_STOP = "I'm not writing anything in this thread right now, so there is nothing to stop."
MUTED = "I'll stay quiet in this thread and answer only when somebody mentions me. `!unmute` undoes that."
UNMUTED = "I'm listening again in this thread: anybody who has mentioned me here can go on without a mention."
MODEL_CHOSEN = "From now on I'll answer in this thread with {model}."
EFFORT_CHOSEN = "From now on I'll answer in this thread with {effort} effort."
AS_EVERYWHERE = "From now on I'll answer in this thread with {what}, as everywhere else here."
NO_SUCH_MODEL = "I can't use a model called {name} here. {menu}"
NO_SUCH_EFFORT = "There is no effort level called {name}. Please choose low, medium, high or default."
NO_SUCH_COMMAND = "There is no command !{name}. {perhaps}`!help` lists the commands."
HELP = """{now}
`!stop` ends the answer that I'm writing.
`!mute` makes me answer only when I'm mentioned; `!unmute` undoes that.
`!model NAME` chooses another model for this thread. {menu}
`!effort low`, `medium` or `high` sets how much effort I put into my answers.
Send each of these as a message of its own. If I'm not in the thread yet, mention me in that message, too."""


@dataclass(frozen=True, slots=True)
class Menu:
    """What can be chosen: the ``models`` besides ``model``, which is the default, with ``effort`` (empty: the model's
    own)."""

    model: str
    effort: str
    models: Sequence[str] = ()

    def sentence(self) -> str:
        others = [model for model in self.models if model != self.model]
        if not others:
            return f"The only model here is {self.model}."
        more = ", …" if len(others) > SHOWN_MODELS_MAX else ""
        return f"You can choose from {self.model} (the default), {', '.join(others[:SHOWN_MODELS_MAX])}{more}."


@dataclass(frozen=True, slots=True)
class Decision:
    """``settings``: the thread's from now on; ``None``: nothing changes, and only the person who asked is told."""

    sentence: str = field(repr=False)
    settings: ThreadSettings | None = None


def decide(command: ThreadCommand, now: ThreadSettings, menu: Menu) -> Decision:
    match command.name:
        case Name.MUTE | Name.UNMUTE:
            muted = command.name is Name.MUTE
            return Decision(MUTED if muted else UNMUTED, replace(now, muted=muted))
        case Name.MODEL:
            return _model(command.argument, now, menu)
        case Name.EFFORT:
            return _effort(command.argument.lower(), now, menu)
    sentences = {Name.STOP: NOTHING_TO_STOP, Name.UNKNOWN: _unknown(command.argument)}
    help_ = HELP.format(now=_holds(now, menu), menu=menu.sentence())
    return Decision(sentences.get(command.name, help_))


def _model(name: str, now: ThreadSettings, menu: Menu) -> Decision:
    if not name:
        return Decision(f"{_holds(now, menu)} {menu.sentence()} `!model NAME` chooses one.")
    if name.lower() in {DEFAULT, menu.model.lower()}:
        return Decision(AS_EVERYWHERE.format(what=menu.model), replace(now, model=""))
    chosen = next((model for model in menu.models if model.lower() == name.lower()), None)
    if chosen is None:
        return Decision(NO_SUCH_MODEL.format(name=name, menu=menu.sentence()))
    return Decision(MODEL_CHOSEN.format(model=chosen), replace(now, model=chosen))


def _effort(effort: str, now: ThreadSettings, menu: Menu) -> Decision:
    if not effort:
        return Decision(f"{_holds(now, menu)} `!effort low`, `medium` or `high` changes that.")
    if effort == DEFAULT:
        what = f"{menu.effort or 'the usual'} effort"
        return Decision(AS_EVERYWHERE.format(what=what), replace(now, effort=""))
    if effort not in EFFORTS:
        return Decision(NO_SUCH_EFFORT.format(name=effort))
    return Decision(EFFORT_CHOSEN.format(effort=effort), replace(now, effort=effort))


def _holds(now: ThreadSettings, menu: Menu) -> str:
    effort = now.effort or menu.effort
    quiet = ", and only when I'm mentioned" if now.muted else ""
    return f"In this thread I answer with {now.model or menu.model}{f' and {effort} effort' if effort else ''}{quiet}."


def _unknown(name: str) -> str:
    near = get_close_matches(name, [known.value for known in Name if known.value], n=1)
    return NO_SUCH_COMMAND.format(name=name, perhaps=f"Did you mean !{near[0]}? " if near else "")
