"""Forbids system calls that this process and its children do not need.

I/O: Linux's seccomp filters, which need no privilege. They block the network if a container forbids namespaces or
Landlock in this kernel does not cover TCP, and for everything but TCP. A forbidden call fails with EPERM, so that a
library that only tries can go on. Sources: kernel:userspace-api/seccomp_filter, the kernel's syscall tables.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress

from bot.files.worker.confinement import calls

_PR_SET_SECCOMP, _MODE_FILTER = 22, 2
_LOAD, _ALWAYS, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x05, 0x15, 0x35, 0x45, 0x06
_NUMBER_AT, _ARCHITECTURE_AT, _FIRST_ARGUMENT_AT = 0, 4, 16
_ALLOW, _FAIL = 0x7FFF_0000, 0x0005_0000
_AF_UNIX, _CLONE_THREAD, _W_OK = 1, 0x1_0000, 2
_NOT_STREAM = 0b1110
"""Type bits of sockets other than streams: datagrams can be sent without ``connect``."""

_ARCHITECTURES = {"x86_64": 0xC000_003E, "aarch64": 0xC000_00B7}
_TO_OTHERS = {"fcntl": (8, 10, 15, 1024), "ioctl": (0x8901, 0x8902)}
"""By call, which of its commands send signals to other processes, or hold up whoever opens the file: F_SETOWN,
F_SETSIG, F_SETOWN_EX, F_SETLEASE; FIOSETOWN, SIOCSPGRP."""

_OWN_NUMBER = 0xFFFF_FFFF
"""An operand: the pid of the process that the filter will apply to."""

_LIBC = ctypes.CDLL(None)
_Instruction = tuple[int, int, int, int]
"""Code, instructions to skip if true and if false, operand."""


class Filter:
    """Rules in the kernel's layout: made once, to be entered by many processes."""

    def __init__(self, rules: list[list[_Instruction]]) -> None:
        self._code: ctypes.Array[ctypes.c_char] | None = None
        if not rules or sys.platform != "linux":
            return
        program = _program(rules)
        written = b"".join(struct.pack("=HBBI", *instruction) for instruction in program)
        self._code = ctypes.create_string_buffer(written, len(written))
        self._header = struct.pack("HP", len(program), ctypes.addressof(self._code))
        operands = (operand for *_, operand in program)
        self._own_at = [8 * at + 4 for at, operand in enumerate(operands) if operand == _OWN_NUMBER]

    def enter(self) -> bool:
        """``False`` if there are no filters. Needs ``PR_SET_NO_NEW_PRIVS``."""
        if self._code is None:
            return False
        for at in self._own_at:
            struct.pack_into("=I", self._code, at, os.getpid())
        with suppress(OSError, AttributeError):
            return bool(_LIBC.prctl(_PR_SET_SECCOMP, _MODE_FILTER, self._header, 0, 0) == 0)
        return False


def forbid_reaching_out() -> bool:
    """No connections, only local stream sockets, no access to other processes, no change of files by their paths.
    ``False`` if there are no filters.

    Needs ``PR_SET_NO_NEW_PRIVS``, like all of these.
    """
    numbers = _numbers()
    rules = _forbidden((*calls.OF_THE_SYSTEM, *calls.OF_OTHER_PROCESSES, *calls.OF_OTHER_FILES))
    if numbers:
        rules += [_fail_if(numbers[name], commands) for name, commands in _TO_OTHERS.items()]
        rules.append(_fail_unless(numbers["prlimit64"], (_EQUAL, 1, 0, 0)))  # 0: this process
        rules.append(_fail_unless(numbers["socket"], (_EQUAL, 1, 0, _AF_UNIX)))
        rules.append(_fail_unless(numbers["socket"], (_ANY_BIT, 0, 1, _NOT_STREAM), argument=1))
    return _install(rules)


def no_processes(*, execution: bool) -> Filter:
    """The process that enters it can start only threads, and signal only itself.

    ``execution`` says whether it may still run another program by exec.
    """
    numbers = _numbers()
    rules = _forbidden(calls.STARTING if execution else (*calls.STARTING, *calls.EXECUTING))
    if numbers:
        rules += [_fail_unless(numbers[name], (_EQUAL, 1, 0, _OWN_NUMBER)) for name in ("kill", "tgkill")]
        rules.append(_fail_unless(numbers["clone"], (_ANY_BIT, 1, 0, _CLONE_THREAD)))
        rules.append(_fail(numbers["clone3"], errno.ENOSYS))  # its flags are in memory; libc falls back to clone
    return Filter(rules)


def no_other_memory() -> Filter:
    """Without memory that no bound on address space counts."""
    return Filter(_forbidden(calls.OF_MEMORY))


def hide_writable() -> bool:
    """Makes ``access`` report that nothing is writable. Otherwise LibreOffice puts a socket into /tmp instead of
    ``OSL_SOCKET_PATH`` (its osl/unx/pipe.cxx)."""
    numbers = _numbers()
    modes = {"access": 1, "faccessat": 2, "faccessat2": 2}
    no_write = (_ANY_BIT, 0, 1, _W_OK)
    return _install([_fail_unless(numbers[name], no_write, at) for name, at in modes.items() if name in numbers])


def _numbers() -> Mapping[str, int]:
    return calls.NUMBERS.get(platform.machine(), {})


def _forbidden(names: Iterable[str]) -> list[list[_Instruction]]:
    """Not every architecture has all of them."""
    numbers = _numbers()
    return [_fail(numbers[name]) for name in names if name in numbers]


def _fail(number: int, code: int = errno.EPERM) -> list[_Instruction]:
    return [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _FAIL | code)]


def _fail_unless(number: int, test: _Instruction, argument: int = 0) -> list[_Instruction]:
    """``test`` looks at the low half of an argument, and skips the failure if that is allowed."""
    load = (_LOAD, 0, 0, _FIRST_ARGUMENT_AT + 8 * argument)
    again = (_LOAD, 0, 0, _NUMBER_AT)
    return [(_EQUAL, 0, 4, number), load, test, (_RETURN, 0, 0, _FAIL | errno.EPERM), again]


def _fail_if(number: int, commands: Collection[int]) -> list[_Instruction]:
    """Fails if the second argument is one of these."""
    count = len(commands)
    load = (_LOAD, 0, 0, _FIRST_ARGUMENT_AT + 8)
    among = [(_EQUAL, count - at, 0, command) for at, command in enumerate(commands)]
    again = (_LOAD, 0, 0, _NUMBER_AT)
    over = (_ALWAYS, 0, 0, 1)
    fail = (_RETURN, 0, 0, _FAIL | errno.EPERM)
    return [(_EQUAL, 0, count + 4, number), load, *among, over, fail, again]


def _program(rules: list[list[_Instruction]]) -> list[_Instruction]:
    return [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_EQUAL, 1, 0, _ARCHITECTURES[platform.machine()]),
        (_RETURN, 0, 0, _FAIL | errno.EPERM),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_AT_LEAST, 0, 1, calls.FIRST_UNKNOWN),  # also the second way to make the same calls on x86-64 (x32)
        (_RETURN, 0, 0, _FAIL | errno.ENOSYS),
        *(instruction for rule in rules for instruction in rule),
        (_RETURN, 0, 0, _ALLOW),
    ]


def _install(rules: list[list[_Instruction]]) -> bool:
    return Filter(rules).enter()
