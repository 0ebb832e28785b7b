"""The bot itself never loads a library that reads strangers' bytes."""

from __future__ import annotations

import subprocess
import sys

# Not zstandard: httpx itself loads it where it is installed, and every request of ours asks for no encoding.
READERS = (
    *("PIL", "pikepdf", "pi_heif", "pypdfium2", "chardet", "resvg_py", "puremagic", "selectolax"),
    *("olefile", "python_calamine", "xlrd"),
)


def test_reading_files_costs_nothing_until_one_comes() -> None:
    loaded = "import sys, bot.files.reader; print(*(name for name in sys.argv[1:] if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", loaded, *READERS], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"
