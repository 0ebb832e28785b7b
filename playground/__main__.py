"""The demo's command line: ``python -m playground``, or ``make demo``.

I/O: arguments, the terminal; exit code 0 if every answer was complete, 2 where a port cannot be had.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys

from playground import demo

PORT = 8765


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m playground",
        description="A Slack workspace, a practice model and the bot on this machine; no token needed.",
    )
    parser.add_argument("--once", action="store_true", help="exit after the conversation, 0 if all was answered")
    parser.add_argument("--http", action="store_true", help="deliver events over signed HTTP instead of Socket Mode")
    parser.add_argument("--agent", action="store_true", help="with the app declared as an agent: docs/agent.md")
    parser.add_argument("--port", type=_port, help=f"port of the page (default: {PORT}, or a free one)")
    options = parser.parse_args()
    try:
        port = demo.free_port(PORT if options.port is None else options.port)
    except OSError as error:
        busy = f"Port {options.port or PORT} cannot be used ({(error.strerror or str(error)).lower()})"
        if options.port is not None:
            sys.stderr.write(f"{busy}. Choose another one with --port, or leave --port out.\n")
            return 2
        sys.stderr.write(f"{busy}, so the page gets another one.\n")
        port = 0
    try:
        return asyncio.run(demo.play(once=options.once, http=options.http, agent=options.agent, port=port))
    except (KeyboardInterrupt, asyncio.CancelledError):
        return 130
    except BrokenPipeError:  # whoever read along has gone: "make demo | head"
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) <= 65535:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no port: a number up to 65535, or 0 for any that is free")


if __name__ == "__main__":
    sys.exit(main())
