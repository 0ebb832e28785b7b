"""Paths in; from then on this process and its children see nothing else of the file system and connect nowhere by TCP.

I/O: Linux' Landlock, system calls 444 to 446, for which no privilege is needed. What is given up never comes back, and
survives exec. Also cut off, where the kernel knows how: signals and abstract sockets to processes outside.
Source: kernel:userspace-api/landlock, whose ABI versions each add rights to the lists below.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION = 1
_PATH_BENEATH = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE_FILE, _MAKE_DIR, _MAKE_REG = 1 << 4, 1 << 5, 1 << 7, 1 << 8
_MAKE_SOCK = 1 << 9
_REFER, _TRUNCATE = 1 << 13, 1 << 14
_FS_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
"""All rights over files that an ABI knows, from the one that brought them; what is not allowed below is forbidden."""
_TCP_FROM_ABI, _TCP = 4, 0b11
_SCOPES_FROM_ABI, _SCOPES = 6, 0b11

_READ = _READ_FILE | _READ_DIR
_RUN = _READ | _EXECUTE
_WRITE = _READ | _WRITE_FILE | _TRUNCATE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG | _MAKE_SOCK | _REFER
"""No links that point elsewhere and no devices: whoever reads what was written follows none."""
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE


def abi() -> int:
    """The version that this system has; 0 where it has none or does not allow it."""
    if sys.platform != "linux":
        return 0
    try:
        return max(0, _call(_CREATE_RULESET, None, 0, _ASK_VERSION))
    except (OSError, AttributeError):
        return 0


def restrict(
    *, readable: Iterable[Path], runnable: Iterable[Path], writable: Iterable[Path], listening: Iterable[Path] = ()
) -> int:
    """Leaves these, each with all that lies beneath it; what does not exist is left out. Returns the ABI.

    In ``listening`` it can do nothing but make a socket. Where there is no Landlock nothing happens, and the ABI is 0.
    Needs ``PR_SET_NO_NEW_PRIVS``. Raises ``OSError``.
    """
    version = abi()
    if not version:
        return 0
    known = _FS_RIGHTS[max(number for number in _FS_RIGHTS if number <= version)]
    tcp = _TCP if version >= _TCP_FROM_ABI else 0
    scopes = _SCOPES if version >= _SCOPES_FROM_ABI else 0
    attributes = struct.pack("QQQ", known, tcp, scopes)
    ruleset = _call(_CREATE_RULESET, attributes, len(attributes), 0)
    try:
        allowed = ((readable, _READ), (runnable, _RUN), (writable, _WRITE), (listening, _MAKE_SOCK))
        for paths, rights in allowed:
            for path in paths:
                _allow(ruleset, path, rights & known)
        _call(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)
    return version


def _allow(ruleset: int, path: Path, rights: int) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        beneath = struct.pack("=Qi", rights if path.is_dir() else rights & _OF_FILES, opened)
        _call(_ADD_RULE, ruleset, _PATH_BENEATH, beneath, 0)
    finally:
        os.close(opened)


def _call(number: int, *arguments: int | bytes | None) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    converted = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    result = int(libc.syscall(ctypes.c_long(number), *converted))
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return result
