"""The commands: ``run`` the bot, ``doctor``, ``ask`` the model, ``health``, ``usage``, ``manifest``, ``erase``.

I/O: arguments, the terminal, exit codes: 0 all well, 1 the work failed, 2 a wrong setting or argument.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import bot
from bot.configuration.environment import secrets_of
from bot.configuration.model_settings import ModelSettings
from bot.doctor.finding import Finding
from bot.errors import StartFailed
from bot.operations import health, process, stopping
from bot.settings import Settings, data_dir, kept_in, slips
from bot.telemetry import logs


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        code = int(options.command(options))
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read along has gone: "doctor | head"
        if options.command is _run:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except StartFailed as error:
        for fault in error.faults:
            print(fault, file=sys.stderr)
        return 2
    except (KeyboardInterrupt, asyncio.CancelledError):
        return 130
    return code


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
    doctor = commands.add_parser("doctor", help="what works and what does not, and what to do; also while the bot runs")
    doctor.add_argument("--json", action="store_true", help="the same as one object in JSON")
    doctor.add_argument("--channel", type=_id("CG"), metavar="C…", help="one where the bot should be")
    doctor.add_argument("--workspace", type=_id("TE"), metavar="T…", help="one of many that have installed the app")
    doctor.add_argument("--no-message", action="store_true", help="post no test message to see whether events arrive")
    doctor.set_defaults(command=_doctor)
    lives = commands.add_parser("health", help="0 if the bot that uses BOT_DATA_DIR lives, else 1")
    lives.set_defaults(command=_health)
    used = commands.add_parser("usage", help="who used what, by day; also while the bot runs")
    used.add_argument("--since", default="7d", metavar="7d", help="so many days, or a date such as 2026-01-31 (UTC)")
    used.add_argument("--by", default="", metavar="WHAT", help="day, workspace, channel, person, model; by commas")
    used.add_argument("--csv", action="store_true", help="with channels, for a spreadsheet")
    used.add_argument("--feedback", action="store_true", help="what people said of answers, and why, instead")
    used.set_defaults(command=_usage)
    app = commands.add_parser("manifest", help="the manifest of the Slack app for the settings as they are")
    app.add_argument("--url", default="", metavar="https://…", help="events come by HTTP to this address of yours")
    app.add_argument(
        "--agent", action="store_true", help="declare the app as an agent: docs/agent.md says what it costs"
    )
    app.add_argument("--without", action="append", default=[], metavar="SCOPE", help="an optional scope to leave out")
    app.add_argument("--json", action="store_true", help="for Slack's CLI, which reads manifest.json")
    app.set_defaults(command=_manifest)
    erase = commands.add_parser("erase", help="remove what is kept of a person or a workspace, and say what")
    whose = erase.add_mutually_exclusive_group(required=True)
    whose.add_argument("--user", type=_id("UW"), metavar="U…", help="a person's id in Slack")
    whose.add_argument("--workspace", type=_id("TE"), metavar="T…", help="a workspace's id in Slack")
    erase.set_defaults(command=_erase)
    return parser


def _id(letters: str) -> Callable[[str], str]:
    def checked(value: str) -> str:
        if not re.fullmatch(f"[{letters}][A-Z0-9]+", value):
            raise argparse.ArgumentTypeError(f"{value!r} is no such id of Slack's")
        return value

    return checked


def _run(_options: argparse.Namespace) -> int:
    stopping.while_it_starts()
    process.collect_later()
    from bot import app  # noqa: PLC0415 - the other commands start faster without it

    try:
        settings = Settings.load()
    except StartFailed as error:
        raise StartFailed(*error.faults, *slips()) from None
    logs.set_up(settings.bot_log_level, settings.bot_log_format, secrets_of(settings))
    try:
        asyncio.run(app.run(settings))
    finally:
        stopping.while_it_ends()
    return 0


def _ask(options: argparse.Namespace) -> int:
    from bot import ask  # noqa: PLC0415 - the other commands start faster without it

    settings = ModelSettings.load()
    logs.set_up(settings.bot_log_level, settings.bot_log_format, secrets_of(settings))
    return asyncio.run(ask.ask(settings, options.question, options.file))


def _doctor(options: argparse.Namespace) -> int:
    from bot.doctor import examination, report  # noqa: PLC0415 - the other commands start faster without it

    process.keep_secrets()
    logs.set_up("ERROR")
    wishes = examination.Wishes(options.channel or "", options.workspace or "", posts=not options.no_message)

    async def examined() -> list[Finding]:
        found = []
        async for finding in examination.examine(wishes):
            found.append(finding)
            if not options.json:
                print(report.line(finding), flush=True)
        return found

    found = asyncio.run(examined())
    print(report.as_json(found) if options.json else f"\n{report.summary(found)}")
    return 0 if report.is_well(found) else 1


def _erase(options: argparse.Namespace) -> int:
    from bot import erase  # noqa: PLC0415 - the other commands start faster without it

    address, directory = kept_in()
    logs.set_up(secrets=[address])
    for line in asyncio.run(erase.run(address, directory, user_id=options.user or "", team_id=options.workspace or "")):
        print(line)
    return 0


def _health(_options: argparse.Namespace) -> int:
    if health.is_alive(data_dir()):
        print(f"alive; files are confined by: {health.confinement(data_dir()) or 'unknown'}")
        return 0
    print(f"no recent heartbeat in {data_dir()}", file=sys.stderr)
    return 1


def _manifest(options: argparse.Namespace) -> int:
    from bot import app_manifest  # noqa: PLC0415 - the other commands start faster without it

    asked = {"agent": options.agent, "without": options.without, "as_json": options.json}
    print(app_manifest.of_settings(options.url, **asked), end="")
    return 0


def _usage(options: argparse.Namespace) -> int:
    from bot import usage  # noqa: PLC0415 - the other commands start faster without it

    if options.feedback:
        print(asyncio.run(usage.votes(kept_in()[0], options.since, csv=options.csv)), end="")
        return 0
    by = usage.details(options.by)
    print(asyncio.run(usage.report(kept_in()[0], options.since, csv=options.csv, by=by)), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
