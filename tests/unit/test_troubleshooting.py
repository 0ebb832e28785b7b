"""The page on what to do when the bot does not answer names lines that there are, and all that the doctor has."""

from __future__ import annotations

import re

from bot.setup.app_events import OF_EVERY_APP
from bot.slack.web_api.scopes import NEEDED
from tests.repository import modules, strings, text_of

PAGE = "docs/troubleshooting.md"
CHECK = re.compile(r"\b(?:ok|mind|wrong|untried|clock)\(\s*\"([^\"]+)\"")


def rows() -> list[list[str]]:
    lines = [line for line in text_of(PAGE).splitlines() if line.startswith("| ") and not line.startswith("| doctor")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_each_event_of_the_log_that_the_page_names_is_in_the_code() -> None:
    named = {name for _, log, _ in rows() for name in re.findall(r"`([a-z_]+\.[a-z_]+)`", log)}
    known = {string for name, tree in modules().items() if name.startswith("bot/") for string in strings(tree)}

    assert sorted(named - known) == []
    assert len(named) > 20


def test_each_check_of_the_doctor_is_on_the_page_and_no_other() -> None:
    code = "".join(text_of(name) for name in modules() if name.startswith("bot/doctor/"))
    checks = (
        set(CHECK.findall(code)) | {f"event {name}" for name in OF_EVERY_APP} | {f"scope {name}" for name in NEEDED}
    )
    checks |= {"scope …"}
    page = {name for doctor, _, _ in rows() for name in re.findall(r"`([^`]+)`", doctor)}
    page |= {name for name in checks if name.startswith(("event ", "scope "))}

    assert sorted(page - checks) == []
    assert sorted(checks - page - {"scopes"}) == []
