"""What maintainers rely on fits together: the version, the changelog, make's targets, the workflow and the pins."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from itertools import pairwise
from typing import Any

import pytest
import yaml
from packaging.specifiers import SpecifierSet
from packaging.version import Version

import bot
from tests.repository import ROOT, text_of, tracked

PROJECT: dict[str, Any] = tomllib.loads(text_of("pyproject.toml"))
RELEASES = re.findall(r"^## \[(\d[^\]]*)\] - (\S+)", text_of("CHANGELOG.md"), flags=re.MULTILINE)
PROMISED = re.findall(
    r"^    \"Programming Language :: Python :: (.+)\",$", text_of("pyproject.toml"), flags=re.MULTILINE
)
"""The versions of Python, oldest first."""


def said_by(*command: str) -> str:
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stdout


def workflow(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(text_of(f".github/workflows/{name}"))
    return loaded


def steps() -> list[dict[str, Any]]:
    """Of every job of every workflow."""
    names = [name.rpartition("/")[2] for name in tracked() if name.startswith(".github/workflows/")]
    return [step for name in names for job in workflow(name)["jobs"].values() for step in job["steps"]]


def targets() -> set[str]:
    (phony,) = re.findall(r"^\.PHONY: (.+)$", text_of("Makefile"), flags=re.MULTILINE)
    return set(phony.split())


# --- the version ---------------------------------------------------------------------------------------------------


def test_the_command_and_the_package_have_the_version_from_one_place() -> None:
    assert "version" not in PROJECT["project"]
    assert said_by(sys.executable, "-m", "bot", "--version") == f"python -m bot {bot.__version__}\n"
    assert json.loads(said_by(sys.executable, "-m", "hatchling", "metadata"))["version"] == bot.__version__


def test_the_changelog_begins_with_what_is_not_released_and_goes_back_in_time() -> None:
    sections = re.findall(r"^## \[(.+?)\]", text_of("CHANGELOG.md"), flags=re.MULTILINE)
    assert sections == ["Unreleased", *(version for version, _ in RELEASES)]
    assert all(Version(newer) > Version(older) for (newer, _), (older, _) in pairwise(RELEASES))
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", date) for _, date in RELEASES)


def test_the_version_is_the_newest_release_or_one_that_is_to_come() -> None:
    version, newest = Version(bot.__version__), Version(RELEASES[0][0]) if RELEASES else Version("0")
    assert version > newest if version.is_devrelease else version == newest


# --- make ----------------------------------------------------------------------------------------------------------


def test_make_help_has_a_line_for_every_target() -> None:
    lines = dict(re.findall(r"^make ([\w-]+) +(\S.*)$", said_by("make", "--silent", "help"), flags=re.MULTILINE))
    assert lines.keys() == targets()


@pytest.mark.parametrize("name", [name for name in tracked() if name.endswith((".md", ".yml")) or name == ".ci/run"])
def test_what_documents_and_workflows_call_is_a_target(name: str) -> None:
    called = re.findall(r"(?:`|^(?:exec |- run: )?|run: |&& )make ([a-z][\w-]*)", text_of(name), flags=re.MULTILINE)
    assert set(called) <= targets()


# --- the workflow --------------------------------------------------------------------------------------------------


def test_the_tests_run_on_every_python_that_the_project_promises() -> None:
    test = workflow("ci.yml")["jobs"]["test"]
    assert test["strategy"]["matrix"]["python"] == PROMISED
    assert test["container"]["image"] == "python:${{ matrix.python }}-bookworm"
    assert [step["run"] for step in test["steps"] if "run" in step] == [".ci/run"]


def test_the_oldest_promised_python_is_the_one_that_code_and_pins_are_checked_for() -> None:
    version = PROMISED[0]
    assert SpecifierSet(PROJECT["project"]["requires-python"]) == SpecifierSet(f">={version}")
    assert PROJECT["tool"]["mypy"]["python_version"] == version
    assert PROJECT["tool"]["ruff"]["target-version"] == f"py{version.replace('.', '')}"
    assert f"--python-version {version} " in text_of("Makefile")


# --- the pins ------------------------------------------------------------------------------------------------------


def test_actions_are_pinned_by_commit() -> None:
    used = [step["uses"] for step in steps() if "uses" in step]
    assert used
    assert [action for action in used if not re.fullmatch(r"[\w-]+/[\w/-]+@[0-9a-f]{40}", action)] == []


def test_the_base_image_is_named_once_and_by_digest() -> None:
    bases = re.findall(r"^FROM (\S+)(?: AS (\S+))?$", text_of("Dockerfile"), flags=re.MULTILINE)
    stages = {stage for _, stage in bases if stage}
    (image,) = [base for base, _ in bases if base not in stages]
    assert re.fullmatch(r"python:[\w.]+-slim-bookworm@sha256:[0-9a-f]{64}", image)


def test_a_bot_looks_after_every_kind_of_pin() -> None:
    updates = yaml.safe_load(text_of(".github/dependabot.yml"))["updates"]
    assert {update["package-ecosystem"] for update in updates} == {"pip", "docker", "github-actions"}
