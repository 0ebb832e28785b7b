"""What is a command in a thread, and what each answers."""

from __future__ import annotations

import pytest

from bot.commands.decisions import Menu, decide
from bot.commands.spoken import Name, ThreadCommand, command_in
from bot.commands.thread_settings import UNCHANGED, ThreadSettings
from bot.messages import Attachment, EntryPoint
from tests.asked import asked

MENU = Menu("claude-sonnet-5-5", "", ("claude-haiku-4-5", "claude-opus-4-5"))


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("!help", ThreadCommand(Name.HELP)),
        (" !HELP ", ThreadCommand(Name.HELP)),
        ("!model claude-haiku-4-5", ThreadCommand(Name.MODEL, "claude-haiku-4-5")),
        ("!model `claude-haiku-4-5`", ThreadCommand(Name.MODEL, "claude-haiku-4-5")),
        ("!effort   low", ThreadCommand(Name.EFFORT, "low")),
        ("!mute", ThreadCommand(Name.MUTE)),
        ("!important: the server is down", None),
        ("!model which one is best?", None),
        ("!help\nme", None),
        ("What does !help do?", None),
        ("!", None),
        ("!!", None),
        ("", None),
    ],
)
def test_a_message_of_its_own_is_a_command(text: str, command: ThreadCommand | None) -> None:
    for addressed in (True, False):
        assert command_in(asked("1.0", text=text), addressed=addressed) == command


def test_a_word_that_is_no_command_is_one_only_where_the_bot_is_spoken_to() -> None:
    assert command_in(asked("1.0", text="!hlep"), addressed=True) == ThreadCommand(Name.UNKNOWN, "hlep")
    assert command_in(asked("1.0", text="!hlep"), addressed=False) is None
    assert command_in(asked("1.0", text="!important stuff"), addressed=True) is None


def test_what_comes_with_a_file_or_by_ask_is_a_question() -> None:
    assert command_in(asked("1.0", text="!help", attachments=(Attachment.bare("F1", "a.pdf"),)), addressed=True) is None
    assert command_in(asked("1.0", text="!help", entry_point=EntryPoint.COMMAND), addressed=True) is None


@pytest.mark.parametrize(
    ("command", "settings", "part"),
    [
        (ThreadCommand(Name.MODEL, "Claude-Haiku-4-5"), ThreadSettings(model="claude-haiku-4-5"), "claude-haiku-4-5"),
        (ThreadCommand(Name.EFFORT, "HIGH"), ThreadSettings(effort="high"), "high effort"),
        (ThreadCommand(Name.MUTE), ThreadSettings(muted=True), "`!unmute`"),
        (ThreadCommand(Name.UNMUTE), ThreadSettings(), "listening again"),
        (ThreadCommand(Name.MODEL, "default"), ThreadSettings(), "as everywhere else"),
        (
            ThreadCommand(Name.MODEL, "gpt"),
            None,
            "You can choose from claude-sonnet-5-5 (the default), claude-haiku-4-5",
        ),
        (ThreadCommand(Name.EFFORT, "most"), None, "low, medium, high or default"),
        (ThreadCommand(Name.MODEL), None, "In this thread I answer with claude-sonnet-5-5."),
        (ThreadCommand(Name.STOP), None, "nothing to stop"),
        (ThreadCommand(Name.UNKNOWN, "hlep"), None, "Did you mean !help?"),
        (ThreadCommand(Name.HELP), None, "`!effort low`"),
    ],
)
def test_a_command_is_answered_with_a_sentence(
    command: ThreadCommand, settings: ThreadSettings | None, part: str
) -> None:
    decision = decide(command, UNCHANGED, MENU)
    assert decision.settings == settings
    assert part in decision.sentence


def test_help_says_what_holds_now() -> None:
    chosen = ThreadSettings(muted=True, model="claude-opus-4-5", effort="low")
    said = decide(ThreadCommand(Name.HELP), chosen, MENU).sentence
    assert "I answer with claude-opus-4-5 and low effort, and only when I'm mentioned." in said


def test_where_nothing_can_be_chosen_it_says_so() -> None:
    only = Menu("claude-sonnet-5-5", "medium")
    assert (
        "The only model here is claude-sonnet-5-5."
        in decide(ThreadCommand(Name.MODEL, "claude-opus-4-5"), UNCHANGED, only).sentence
    )
