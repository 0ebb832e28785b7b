"""What the repository says about itself is true, and its own rules hold."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import PurePosixPath
from types import ModuleType
from typing import Any

import pytest
from packaging.requirements import Requirement

import bot
import bot.access
import bot.answering
import bot.assembly
import bot.catching_up
import bot.citing
import bot.commands
import bot.configuration
import bot.costs
import bot.doctor
import bot.files.worker
import bot.installations
import bot.llm
import bot.operations
import bot.prompt
import bot.setup
import bot.slack.read
import bot.slack.receive
import bot.slack.web_api
import bot.slack.write
import bot.store
import bot.telemetry
import playground
from bot.prompt.spoken import SYSTEM_PROMPT
from bot.settings import Settings
from tests.repository import ROOT, imports, map_of, modules, text_of, tracked
from tests.settings_table import FIRST, settings_table

UNNAMED = {"store/migrations/versions/", "terminal.py"}
"""What a line beside it speaks of."""
MODULE_LINES_MAX = 300
FUNCTION_LINES_MAX = 60
# Each with a mark in it, so that this file does not hold what it looks for.
REGISTRIES = [
    host.replace("|", ".")
    for host in (
        "pypi|org", "pythonhosted|org", "npmjs|org", "npmjs|com", "yarnpkg|com", "crates|io", "rubygems|org",
        "proxy|golang", "docker|io", "ghcr|io", "jsdelivr|net", "unpkg|com", "cdnjs|com", "conda|anaconda",
    )
]  # fmt: skip
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:work|root|home/[a-z]|Users)/|\.pyen[v]")
IMPURE = {"asyncio", "secrets", "socket", "subprocess", "tempfile", "threading", "time", "uuid"}


# --- the documents -------------------------------------------------------------------------------------------------


MAPPED = [
    bot, bot.access, bot.answering, bot.assembly, bot.catching_up, bot.citing, bot.commands, bot.configuration,
    bot.costs, bot.doctor, bot.files.worker, bot.installations, bot.llm, bot.operations, bot.prompt, bot.setup,
    bot.slack.read, bot.slack.receive, bot.slack.web_api, bot.slack.write, bot.store, bot.telemetry, playground,
]  # fmt: skip


@pytest.mark.parametrize("package", MAPPED)
def test_a_map_names_what_is_there(package: ModuleType) -> None:
    """Every file of the package's own directory and every directory below it, and nothing else."""
    root = package.__name__.replace(".", "/") + "/"
    named = set(map_of(package.__doc__ or ""))
    files = [PurePosixPath(name.removeprefix(root)) for name in tracked() if name.startswith(root)]
    top = {str(file) for file in files if len(file.parts) == 1 and file.name != "__init__.py"}
    rooms = {f"{parent}/" for file in files for parent in file.parents if str(parent) != "."}
    missing = (top | rooms) - named - UNNAMED
    assert (sorted(named - top - rooms), sorted(missing)) == ([], [])


def test_the_readme_has_what_a_newcomer_sets_as_the_code_has_it() -> None:
    """``python -m tests.settings_table`` writes it anew."""
    assert settings_table(FIRST) in text_of("README.md")


def test_the_example_environment_names_exactly_the_settings() -> None:
    named = re.findall(r"^#? ?([A-Z][A-Z_]+)=", text_of(".env.example"), flags=re.MULTILINE)
    assert sorted(named) == sorted(name.upper() for name in Settings.model_fields)


def test_the_example_environment_shows_the_defaults() -> None:
    shown = dict(re.findall(r"^# ([A-Z_]+)=(.*)$", text_of(".env.example"), flags=re.MULTILINE))
    for name, field in Settings.model_fields.items():
        default = "" if field.default in {None, SYSTEM_PROMPT} else str(field.default)
        default = default.lower() if isinstance(field.default, bool) else default
        assert shown.get(name.upper(), "") == default, name


@pytest.mark.parametrize("document", [name for name in tracked() if name.endswith(".md")])
def test_a_document_links_and_names_only_what_exists(document: str) -> None:
    text = text_of(document)
    base = (ROOT / document).parent
    links = [link for link in re.findall(r"\]\(([^)#\s]+)", text) if "://" not in link]
    named = re.findall(r"`((?:bot|playground|tests|docs|bench|deploy)/[\w./]+)`", text)
    assert [link for link in links if not (base / link).exists()] == []
    assert [name for name in named if not (ROOT / name).exists()] == []


# --- the code ------------------------------------------------------------------------------------------------------


def test_every_claim_about_security_names_tests_that_exist() -> None:
    rows = [line for line in text_of("docs/security.md").splitlines() if re.match(r"\| (?!claim|-)", line)]
    unnamed = [row for row in rows if not re.search(r"`tests/[^`]+::test_\w+`", row)]
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", text_of("docs/security.md"))
    missing = [name for file, name in named if f"def {name}(" not in text_of(file)]
    assert (unnamed, missing) == ([], [])
    assert len(rows) > 20


def test_every_test_that_the_promises_name_exists() -> None:
    text = text_of("docs/reliability.md")
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", text)
    assert [name for file, name in named if f"def {name}(" not in text_of(file)] == []
    assert len(named) > 15


def test_modules_and_functions_can_be_read_in_one_go() -> None:
    long_modules = [name for name in modules() if text_of(name).count("\n") > MODULE_LINES_MAX]
    long_functions = [
        f"{name}:{node.name}"
        for name, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno >= FUNCTION_LINES_MAX
    ]
    assert (long_modules, long_functions) == ([], [])


def test_every_module_says_what_it_is() -> None:
    assert [name for name, tree in modules().items() if not ast.get_docstring(tree)] == []


def test_the_protocols_that_a_docstring_says_it_implements_exist() -> None:
    defined = {
        f"{name.removesuffix('.py').replace('/', '.')}.{word}"
        for name in modules()
        for word in re.findall(r"^(?:class )?([A-Z]\w+)\b", text_of(name), flags=re.MULTILINE)
    }
    claimed = [
        (name, protocol)
        for name in modules()
        for protocol in re.findall(r"\b[Ii]mplements\s+``([a-z_.]+\.[A-Z]\w+)``", text_of(name))
    ]
    missing = [one for one in claimed if not any(known.endswith(f".{one[1]}") for known in defined)]
    assert (bool(claimed), missing) == (True, [])


def test_modules_that_call_themselves_pure_are() -> None:
    impure = []
    for name, tree in modules().items():
        if re.search(r"\bPure[.:]", ast.get_docstring(tree) or ""):
            awaits = [node for node in ast.walk(tree) if isinstance(node, ast.Await | ast.AsyncFor | ast.AsyncWith)]
            used = imports(tree) & IMPURE
            chance = [
                node
                for node in ast.walk(tree)
                if isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and (node.value.id == "random" and node.attr != "Random")  # a seeded one is no chance
            ]
            impure += [name] * bool(awaits or chance) + [f"{name}: {module}" for module in sorted(used)]
    assert impure == []


def test_only_the_settings_read_the_environment() -> None:
    reading = {
        name
        for name, tree in modules().items()
        for node in ast.walk(tree)
        if (isinstance(node, ast.Attribute) and node.attr in {"environ", "environb", "getenv"})
        or (isinstance(node, ast.alias) and node.name in {"environ", "getenv"})
        or (isinstance(node, ast.Name) and node.id == "BaseSettings")
    }
    # The demo hands its own environment on to the bot's process.
    assert reading == {"bot/configuration/environment.py", "playground/demo.py"}


def test_every_setting_is_used() -> None:
    used = {
        node.attr
        for tree in modules().values()  # properties of the settings use some for all
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
    }
    files = {name for name in Settings.model_fields if name.removesuffix("_file") in used}  # read for the secret itself
    assert sorted(Settings.model_fields.keys() - used - files) == []


def test_only_the_commands_print() -> None:
    printing = {
        name
        for name, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    }
    assert printing <= {"bot/__main__.py", "bot/ask.py"}


# --- the tests -----------------------------------------------------------------------------------------------------


def test_no_test_rests_on_a_bench() -> None:
    """What both need is in ``playground/measure/``."""
    assert [name for name, tree in modules("tests").items() if "bench" in imports(tree)] == []


def test_tests_find_files_of_the_project_by_one_module() -> None:
    """So that a test that moves to another folder still runs."""
    finding = {
        name
        for name, tree in modules("tests").items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and node.id == "__file__"
    }
    assert finding == {"tests/repository.py"}


def test_no_file_holds_both_sides_of_a_merge() -> None:
    """Git commits them without a word, and nothing else reads the documents as strictly as the code is read."""
    sides = re.compile("^(?:<{7}|>{7}) ", re.MULTILINE)
    assert [name for name in tracked() if sides.search(text_of(name))] == []


# --- the packaging -------------------------------------------------------------------------------------------------


def test_no_file_names_a_package_registry_or_a_machine() -> None:
    found = [
        f"{name}: {match}"
        for name in tracked()
        for text in [text_of(name)]
        for match in [*(host for host in REGISTRIES if host in text), *MACHINE_PATHS.findall(text)]
    ]
    assert found == []


@pytest.mark.parametrize(
    "file", ["requirements.txt", "requirements-demo.txt", "requirements-dev.txt", "requirements-audit.txt"]
)
def test_requirements_are_pinned_with_hashes_and_name_no_address(file: str) -> None:
    assert [line for line in text_of(file).splitlines() if line.startswith("-") or "://" in line] == []
    for requirement, hashes in _pins(file):
        assert [specifier.operator for specifier in requirement.specifier] == ["=="], requirement
        assert hashes, requirement
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", value) for value in hashes), requirement


def test_pins_lie_in_the_ranges_that_the_project_declares() -> None:
    project: dict[str, Any] = tomllib.loads(text_of("pyproject.toml"))["project"]
    run, more = project["dependencies"], project["optional-dependencies"]
    pins = {
        "requirements.txt": run,
        "requirements-demo.txt": [*run, *more["demo"]],
        "requirements-dev.txt": [*run, *more["demo"], *more["dev"]],
        "requirements-audit.txt": [*run, *more["audit"]],
    }
    for file, declared in pins.items():
        pinned = {_key(requirement): requirement for requirement, _ in _pins(file)}
        for wanted in map(Requirement, declared):
            (pin,) = pinned[_key(wanted)].specifier
            assert wanted.specifier.contains(pin.version), (file, wanted)


def test_tests_run_with_what_the_bot_runs_with() -> None:
    run = {str(requirement) for requirement, _ in _pins("requirements.txt")}
    assert sorted(run - {str(requirement) for requirement, _ in _pins("requirements-dev.txt")}) == []


def _pins(file: str) -> list[tuple[Requirement, list[str]]]:
    """Each pinned requirement with its hashes."""
    lines = text_of(file).replace("\\\n", " ").splitlines()
    pins = []
    for line in lines:
        if line.strip() and not line.lstrip().startswith("#"):
            requirement, *hashes = line.split("--hash=")
            pins.append((Requirement(requirement.strip()), [value.strip() for value in hashes]))
    return pins


def _key(requirement: Requirement) -> str:
    return re.sub(r"[-_.]+", "-", requirement.name).lower()
