"""Lists what a converter may read besides its job: libraries, fonts, time zones, the program itself.

I/O: lists directories. No home directory, settings or data: a converter sees only what is named here.
"""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path

import bot

LIBRARIES = tuple(map(Path, ("/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/nix/store")))
_SYSTEM = (
    *("/etc/ld.so.cache", "/etc/localtime", "/etc/mime.types", "/usr/share/zoneinfo", "/usr/share/locale"),
    *("/etc/fonts", "/usr/share/fonts", "/usr/local/share/fonts", "/usr/share/fontconfig", "/var/cache/fontconfig"),
    *("/dev/null", "/dev/zero", "/dev/urandom"),
)
_OFFICE = (
    "/etc/libreoffice",
    "/usr/share/libreoffice",
    "/var/lib/libreoffice",
    "/usr/share/hunspell",
    "/usr/share/hyphen",
)
_PICTURES = frozenset({"gallery", "template"})
"""LibreOffice's own samples, which a document could show as if they were somebody's data."""


def of_system() -> tuple[Path, ...]:
    return (*LIBRARIES, *map(Path, _SYSTEM))


def of_python() -> tuple[Path, ...]:
    """The interpreter, the installed packages and the package ``bot``, but not what is beside it (``.env``, data)."""
    installed = (sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib"))
    libraries = (Path(prefix, "lib") for prefix in (sys.base_prefix, sys.base_exec_prefix) if prefix != "/usr")
    return (*map(Path, installed), *libraries, *map(Path, bot.__path__))


def without_nested(given: Iterable[Path]) -> list[Path]:
    """Each directory once, whatever links to it, and none within another."""
    known = {path.resolve() for path in given}
    return sorted(path for path in known if known.isdisjoint(path.parents))


def of_office(program: Path) -> tuple[Path, ...]:
    """LibreOffice, whose ``program`` is in a directory of that name. Its ``share`` has links to other places."""
    shared = program.parent.parent / "share"
    own = [path for path in shared.glob("*") if path.name not in _PICTURES]
    linked = [shared / "uno_packages" / "cache", shared / "prereg" / "bundled"]
    return (program.parent, program.parent.parent / "presets", *own, *linked, *map(Path, _OFFICE))
