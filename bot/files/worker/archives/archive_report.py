"""Nothing in; whether libarchive is there to open RAR, 7-Zip and other archives out, as a line of JSON.

I/O: loads it into this very process, which then ends.
"""

from __future__ import annotations

import json
import sys

from bot.files.worker.archives import libarchive


def main() -> None:
    sys.stdout.write(json.dumps(libarchive.is_installed()) + "\n")
