"""The commands: ``run`` the bot, ``ask`` the model, ``health``, ``usage``.

I/O: arguments, the terminal, exit codes: 0 all well, 1 the work failed, 2 a wrong setting or argument.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

import bot
from bot import health, logs
from bot.errors import StartFailed
from bot.settings import ModelSettings, Settings, data_dir, database_address


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except StartFailed as error:
        for fault in error.faults:
            print(fault, file=sys.stderr)
        return 2
    except (KeyboardInterrupt, asyncio.CancelledError):
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot", description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--version", action="version", version=f"%(prog)s {bot.__version__}")
    commands = parser.add_subparsers(required=True, metavar="command")
    run = commands.add_parser("run", help="answer in Slack, by the settings in the environment or .env")
    run.set_defaults(command=_run)
    ask = commands.add_parser("ask", help="ask the model one question; the answer is streamed to the terminal")
    ask.add_argument("question")
    ask.add_argument(
        "--file", action="append", type=Path, default=[], metavar="PATH", help="may be given several times"
    )
    ask.set_defaults(command=_ask)
    lives = commands.add_parser("health", help="0 if the bot that uses BOT_DATA_DIR lives, else 1")
    lives.set_defaults(command=_health)
    used = commands.add_parser("usage", help="who used what, by day; also while the bot runs")
    used.add_argument("--since", default="7d", metavar="7d", help="so many days, or a date such as 2026-01-31 (UTC)")
    used.add_argument("--csv", action="store_true", help="with channels, for a spreadsheet")
    used.set_defaults(command=_usage)
    return parser


def _run(_options: argparse.Namespace) -> int:
    from bot import app  # noqa: PLC0415 - the other commands start faster without it

    settings = Settings.load()
    logs.set_up(settings.bot_log_level, settings.bot_log_format)
    asyncio.run(app.run(settings))
    return 0


def _ask(options: argparse.Namespace) -> int:
    from bot import ask  # noqa: PLC0415 - the other commands start faster without it

    settings = ModelSettings.load()
    logs.set_up(settings.bot_log_level, settings.bot_log_format)
    return asyncio.run(ask.ask(settings, options.question, options.file))


def _health(_options: argparse.Namespace) -> int:
    if health.is_alive(data_dir()):
        print(f"alive; files are confined by: {health.confinement(data_dir()) or 'unknown'}")
        return 0
    print(f"no recent heartbeat in {data_dir()}", file=sys.stderr)
    return 1


def _usage(options: argparse.Namespace) -> int:
    from bot import usage  # noqa: PLC0415 - the other commands start faster without it

    print(asyncio.run(usage.report(database_address(), options.since, csv=options.csv)), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
