"""The command that runs one of our modules as a separate process.

Pure. ``-I`` keeps out the environment, the current directory and the user's packages; so the command itself says where
``bot`` is.
"""

from __future__ import annotations

import sys
from pathlib import Path

import bot

_IMPORT_ROOT = str(Path(bot.__path__[0]).parent)


def command(module: str, *arguments: str) -> tuple[str, ...]:
    """Runs ``main()`` of the module, with ``arguments`` in ``sys.argv[1:]``."""
    start = f"import sys; sys.path.insert(0, sys.argv.pop(1)); from {module} import main; main()"
    return (sys.executable, "-I", "-c", start, _IMPORT_ROOT, *arguments)
