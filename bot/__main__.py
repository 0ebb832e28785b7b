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
from bot.settings import Settings, data_dir, slips, storage
from bot.telemetry import logs

WHAT_IT_IS = "A Slack bot that reads the thread and the files in it, and answers while the model writes."


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        code = int(options.command(options))
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of our output has gone: "doctor | head"
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
    parser = argparse.ArgumentParser(prog="python -m bot", description=WHAT_IT_IS)
    parser.add_argument("--version", action="version", version=f"%(prog)s {bot.__version__}")
    add = parser.add_subparsers(required=True, metavar="command").add_parser
    run = add("run", help="run the bot, with the settings from the environment or .env")
    run.set_defaults(command=_run)
    _of_ask(add("ask", help="ask the model one question, without Slack, and show its answer as it comes"))
    _of_doctor(add("doctor", help="say what works, what does not and what to do; the bot may be running"))
    lives = add("health", help="exit with 0 if the bot that uses BOT_DATA_DIR is alive, else with 1")
    lives.set_defaults(command=_health)
    _of_usage(add("usage", help="show who used what, by day; the bot may be running"))
    _of_manifest(add("manifest", help="print the Slack app's manifest, as the present settings need it"))
    _of_erase(add("erase", help="remove everything kept about a person or a workspace, and say what it was"))
    return parser


def _of_ask(ask: argparse.ArgumentParser) -> None:
    ask.add_argument("question", help="in quotation marks, if it has more than one word")
    file = "a file to read; may be given again"
    ask.add_argument("--file", action="append", type=Path, default=[], metavar="PATH", help=file)
    ask.set_defaults(command=_ask)


def _of_doctor(doctor: argparse.ArgumentParser) -> None:
    doctor.add_argument("--json", action="store_true", help="print the findings as one JSON object")
    doctor.add_argument("--channel", type=_id("CG"), metavar="C…", help="also check that the bot is in this channel")
    workspace = "the workspace to check, if several have installed the app"
    doctor.add_argument("--workspace", type=_id("TE"), metavar="T…", help=workspace)
    silent = "don't post the test message that shows whether events arrive"
    doctor.add_argument("--no-message", action="store_true", help=silent)
    doctor.set_defaults(command=_doctor)


def _of_usage(usage: argparse.ArgumentParser) -> None:
    since = "a number of days, or a date such as 2026-01-31 (UTC)"
    usage.add_argument("--since", default="7d", metavar="7d", help=since)
    by = "day, workspace, channel, person, model: one or several, with commas between"
    usage.add_argument("--by", default="", metavar="WHAT", help=by)
    usage.add_argument("--csv", action="store_true", help="print CSV for a spreadsheet, with channels too")
    usage.add_argument("--feedback", action="store_true", help="show how people voted on answers, and why, instead")
    usage.set_defaults(command=_usage)


def _of_manifest(manifest: argparse.ArgumentParser) -> None:
    url = "your address that Slack sends events to, over HTTP"
    manifest.add_argument("--url", default="", metavar="https://…", help=url)
    agent = "declare the app as an agent: docs/agent.md says what it costs"
    manifest.add_argument("--agent", action="store_true", help=agent)
    scope = "leave out an optional scope; may be given again"
    manifest.add_argument("--without", action="append", default=[], metavar="SCOPE", help=scope)
    manifest.add_argument("--json", action="store_true", help="print JSON, as Slack's CLI reads it from manifest.json")
    manifest.set_defaults(command=_manifest)


def _of_erase(erase: argparse.ArgumentParser) -> None:
    whose = erase.add_mutually_exclusive_group(required=True)
    whose.add_argument("--user", type=_id("UW"), metavar="U…", help="the person's id in Slack")
    whose.add_argument("--workspace", type=_id("TE"), metavar="T…", help="the workspace's id in Slack")
    erase.set_defaults(command=_erase)


def _id(letters: str) -> Callable[[str], str]:
    def checked(value: str) -> str:
        if not re.fullmatch(f"[{letters}][A-Z0-9]+", value):
            raise argparse.ArgumentTypeError(f"{value!r} is not a Slack id such as {letters[0]}012AB3CD")
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

    address, directory = storage()
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
        print(asyncio.run(usage.votes(storage()[0], options.since, csv=options.csv)), end="")
        return 0
    by = usage.details(options.by)
    print(asyncio.run(usage.report(storage()[0], options.since, csv=options.csv, by=by)), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
