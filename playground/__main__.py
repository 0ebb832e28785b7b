"""The demo's command line: ``python -m playground``, or ``make demo``.

I/O: arguments, the terminal; exit code 0 if every answer was complete.
"""

from __future__ import annotations

import argparse
import asyncio
import sys

from playground import demo


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m playground",
        description="A Slack workspace, a practice model and the bot on this machine; no token needed.",
    )
    parser.add_argument("--once", action="store_true", help="exit after the conversation, 0 if all was answered")
    parser.add_argument("--http", action="store_true", help="deliver events over signed HTTP instead of Socket Mode")
    parser.add_argument("--port", type=int, default=8765, help="port of the page (default: 8765, or a free one)")
    options = parser.parse_args()
    try:
        return asyncio.run(demo.play(once=options.once, http=options.http, port=options.port))
    except (KeyboardInterrupt, asyncio.CancelledError):
        return 130


if __name__ == "__main__":
    sys.exit(main())
