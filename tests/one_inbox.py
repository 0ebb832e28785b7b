"""The inbox of a process that answers in one workspace, T1."""

from __future__ import annotations

from typing import Any

from bot.inbox import Answer, InboxLimits
from bot.inboxes import Inboxes
from bot.ports import Notices, Questions


class OneInbox:
    """``more`` is what an inbox takes by name, or what its process does."""

    def __init__(
        self, questions: Questions, notices: Notices, answer: Answer, owner: str, limits: InboxLimits, **more: Any
    ) -> None:
        of_process = {"on_alive": more.pop("on_alive")} if "on_alive" in more else {}
        self._inboxes = Inboxes(questions, owner, limits, **of_process)
        self.accept = self._inboxes.open("T1", notices, answer, **more).accept
        self.start = self._inboxes.start
        self.close = self._inboxes.close
