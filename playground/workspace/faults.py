"""Holds the faults that tests want, until the next calls of their methods.

Pure. A method is a Web API method, ``response_url``, ``files`` (downloads) or ``*`` (any Web API method).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class FaultKind(StrEnum):
    RATE_LIMIT = "rate_limit"
    STATUS = "status"
    DROP_BEFORE = "drop_before"
    DROP_AFTER = "drop_after"
    HANG = "hang"
    HANG_AFTER = "hang_after"
    STATUS_AFTER = "status_after"
    REFUSE = "refuse"
    REFUSE_AFTER = "refuse_after"
    CUT = "cut"
    SLOW = "slow"
    REDIRECT = "redirect"


@dataclass(slots=True)
class Fault:
    """One kind of trouble for the next ``times`` calls, after ``skip`` calls that pass."""

    kind: FaultKind
    times: int
    skip: int = 0
    seconds: float = 0.0
    status: int = 500
    code: str = ""
    location: str = ""
    bytes_per_s: int = 0


@dataclass(slots=True)
class Faults:
    """Faults of a method are used up in the order they were added. ``outage`` answers everything with 503 meanwhile."""

    outage: bool = False
    _waiting: dict[str, list[Fault]] = field(default_factory=dict)

    def rate_limit(self, method: str, *, retry_after_s: int = 1, times: int = 1, skip: int = 0) -> None:
        """429 with Retry-After."""
        self._add(method, Fault(FaultKind.RATE_LIMIT, times, skip, seconds=retry_after_s))

    def status(self, method: str, status: int = 500, *, times: int = 1, skip: int = 0) -> None:
        """An HTTP status with an HTML body."""
        self._add(method, Fault(FaultKind.STATUS, times, skip, status=status))

    def drop_before(self, method: str, *, times: int = 1, skip: int = 0) -> None:
        """The connection breaks and nothing was done."""
        self._add(method, Fault(FaultKind.DROP_BEFORE, times, skip))

    def drop_after(self, method: str, *, times: int = 1, skip: int = 0) -> None:
        """It is done, and then the connection breaks: who repeats the call does it twice."""
        self._add(method, Fault(FaultKind.DROP_AFTER, times, skip))

    def hang(self, method: str, seconds: float, *, times: int = 1, skip: int = 0) -> None:
        """Nothing is done for so long, then it is done as usual."""
        self._add(method, Fault(FaultKind.HANG, times, skip, seconds=seconds))

    def hang_after(self, method: str, seconds: float, *, times: int = 1, skip: int = 0) -> None:
        """It is done, and nothing is answered for so long."""
        self._add(method, Fault(FaultKind.HANG_AFTER, times, skip, seconds=seconds))

    def refuse(self, method: str, code: str, *, times: int = 1, skip: int = 0) -> None:
        """Slack's error ``code``."""
        self._add(method, Fault(FaultKind.REFUSE, times, skip, code=code))

    def status_after(self, method: str, status: int = 502, *, times: int = 1, skip: int = 0) -> None:
        """It is done, and a gateway says that it failed."""
        self._add(method, Fault(FaultKind.STATUS_AFTER, times, skip, status=status))

    def refuse_after(self, method: str, code: str = "internal_error", *, times: int = 1, skip: int = 0) -> None:
        """It is done, and Slack says that it failed: "some aspect of the operation" may have "succeeded"."""
        self._add(method, Fault(FaultKind.REFUSE_AFTER, times, skip, code=code))

    def cut(self, method: str = "files", *, times: int = 1, skip: int = 0) -> None:
        """Half of a file, then the connection breaks."""
        self._add(method, Fault(FaultKind.CUT, times, skip))

    def slow(self, bytes_per_s: int, method: str = "files", *, times: int = 1, skip: int = 0) -> None:
        """A file at a trickle."""
        self._add(method, Fault(FaultKind.SLOW, times, skip, bytes_per_s=bytes_per_s))

    def redirect(self, location: str, method: str = "files", *, times: int = 1, skip: int = 0) -> None:
        """302 to anywhere, to see who sends the token on."""
        self._add(method, Fault(FaultKind.REDIRECT, times, skip, status=302, location=location))

    def clear(self) -> None:
        self._waiting.clear()
        self.outage = False

    def take(self, method: str) -> Fault | None:
        """The fault for this call, used up by asking."""
        for name in (method, *(() if method in ("files", "response_url") else ("*",))):
            waiting = self._waiting.get(name, [])
            if not waiting:
                continue
            fault = waiting[0]
            if fault.skip:
                fault.skip -= 1
                continue
            fault.times -= 1
            if fault.times <= 0:
                waiting.pop(0)
            return fault
        return None

    def _add(self, method: str, fault: Fault) -> None:
        self._waiting.setdefault(method, []).append(fault)
