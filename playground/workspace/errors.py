"""The ways in which Slack says no to a call: the code that goes into ``error``, and what goes beside it. Pure."""

from __future__ import annotations

from playground.workspace.records import Json


class Refused(Exception):
    """The answer is ``{"ok": false, "error": code, **beside}`` with HTTP status 200, as Slack does it."""

    def __init__(self, code: str, **beside: object) -> None:
        super().__init__(code)
        self.code = code
        self.beside: Json = dict(beside)


class InvalidBlocks(Refused):
    """``invalid_blocks`` with the reason where Slack puts it: response_metadata.messages, with a JSON pointer."""

    def __init__(self, reason: str, pointer: str) -> None:
        line = f"{reason} [json-pointer:{pointer}]"
        super().__init__("invalid_blocks", errors=[line], response_metadata={"messages": [f"[ERROR] {line}"]})


class RateLimited(Exception):
    """HTTP 429 with ``Retry-After``. Source: slack:apis/web-api/rate-limits."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"ratelimited for {retry_after_s} s")
        self.retry_after_s = retry_after_s
