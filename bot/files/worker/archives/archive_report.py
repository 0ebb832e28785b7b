"""Prints whether libarchive can be loaded, which RAR, 7-Zip and other archives need, as a line of JSON.

I/O: loads the library into this process, which then ends.
"""

from __future__ import annotations

import json
import sys

from bot.files.worker.archives import libarchive


def main() -> None:
    sys.stdout.write(json.dumps(libarchive.is_installed()) + "\n")
