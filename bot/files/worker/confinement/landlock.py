"""Restricts this process and its children to given paths, without TCP.

I/O: Linux's Landlock, system calls 444 to 446, which need no privilege. It cannot be undone, and survives exec. If the
kernel supports it, signals and abstract sockets to outside processes are blocked as well. Source:
kernel:userspace-api/landlock; each ABI version adds rights to the lists below.
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_LIBC = ctypes.CDLL(None, use_errno=True)
_ADD_A_RULE = _LIBC["syscall"]
_ADD_A_RULE.argtypes = [*[ctypes.c_long] * 3, ctypes.c_char_p, ctypes.c_long]
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION = 1
_PATH_BENEATH = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE_FILE, _MAKE_DIR, _MAKE_REG = 1 << 4, 1 << 5, 1 << 7, 1 << 8
_MAKE_SOCK = 1 << 9
_REFER, _TRUNCATE = 1 << 13, 1 << 14
_FS_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
"""All file rights, by the ABI that introduced them. Whatever is not allowed below is forbidden."""
_TCP_FROM_ABI, _TCP = 4, 0b11
_SCOPES_FROM_ABI, _SCOPES = 6, 0b11

_READ = _READ_FILE | _READ_DIR
_RUN = _READ | _EXECUTE
_WRITE = _READ | _WRITE_FILE | _TRUNCATE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG | _MAKE_SOCK | _REFER
"""No symbolic links and no devices, so that nobody who reads the output can be led elsewhere."""
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE


def abi() -> int:
    """The ABI version of this system; 0 if it has none or does not allow it."""
    if sys.platform != "linux":
        return 0
    try:
        return max(0, _call(_CREATE_RULESET, None, 0, _ASK_VERSION))
    except (OSError, AttributeError):
        return 0


Rule = bytes
"""Rights to a file descriptor's path and all beneath it, in the kernel's layout."""


def reading(paths: Iterable[Path]) -> list[Rule]:
    """Paths that do not exist are left out. The rules last as long as this process, which keeps the paths open."""
    return _rules(paths, _READ)


def running(paths: Iterable[Path]) -> list[Rule]:
    return _rules(paths, _RUN)


def writing(paths: Iterable[Path]) -> list[Rule]:
    return _rules(paths, _WRITE)


def listening(paths: Iterable[Path]) -> list[Rule]:
    """A directory in which only a local socket may be made."""
    return _rules(paths, _MAKE_SOCK)


class Restriction:
    """A ruleset: once it is entered with ``enter``, only what its rules allow is left.

    For one process: if several share it, each gets what the others add. A parent may make it for its fork. ``version``
    is the ABI; if it is 0, nothing happens. Raises ``OSError``.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.version = version = abi()
        if not version:
            return
        tcp = _TCP if version >= _TCP_FROM_ABI else 0
        scopes = _SCOPES if version >= _SCOPES_FROM_ABI else 0
        attributes = struct.pack("QQQ", _known(version), tcp, scopes)
        self._ruleset = _call(_CREATE_RULESET, attributes, len(attributes), 0)
        for rule in rules:
            self._add(rule)

    def allow(self, *, read: str, write: str) -> None:
        """Adds one path to read and one to write, if they exist. Nothing of them stays open."""
        if not self.version:
            return
        for path, rights in ((read, _READ), (write, _WRITE)):
            with suppress(FileNotFoundError):
                rule, opened = _rule(path, rights, self.version)
                try:
                    self._add(rule)
                finally:
                    os.close(opened)

    def enter(self) -> None:
        """Needs ``PR_SET_NO_NEW_PRIVS``."""
        if not self.version:
            return
        try:
            _call(_RESTRICT_SELF, self._ruleset, 0)
        finally:
            self.close()

    def close(self) -> None:
        """For a parent that made it for another process."""
        if self.version:
            os.close(self._ruleset)

    def _add(self, rule: Rule) -> None:
        if _ADD_A_RULE(_ADD_RULE, self._ruleset, _PATH_BENEATH, rule, 0) < 0:
            raise _error()


def restrict(rules: Iterable[Rule]) -> int:
    """Enters the rules. Returns the ABI; if it is 0, nothing happens.

    Needs ``PR_SET_NO_NEW_PRIVS``. Raises ``OSError``.
    """
    restriction = Restriction(rules)
    restriction.enter()
    return restriction.version


def _known(version: int) -> int:
    return _FS_RIGHTS[max(number for number in _FS_RIGHTS if number <= version)]


def _rules(paths: Iterable[Path], rights: int) -> list[Rule]:
    version = abi()
    if not version:
        return []
    rules = []
    for path in paths:
        with suppress(FileNotFoundError):
            rules.append(_rule(str(path), rights, version)[0])
    return rules


def _rule(path: str, rights: int, version: int) -> tuple[Rule, int]:
    """Also returns the descriptor that must stay open as long as the rule is used."""
    opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    allowed = rights if stat.S_ISDIR(os.fstat(opened).st_mode) else rights & _OF_FILES
    return struct.pack("=Qi", allowed & _known(version), opened), opened


def _call(number: int, *arguments: int | bytes | None) -> int:
    converted = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    result = int(_LIBC.syscall(ctypes.c_long(number), *converted))
    if result < 0:
        raise _error()
    return result


def _error() -> OSError:
    error = ctypes.get_errno()
    return OSError(error, os.strerror(error))
