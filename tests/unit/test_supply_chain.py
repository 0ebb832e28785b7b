"""What is installed for production: only what the bot imports, and under licences that may be in its process."""

from __future__ import annotations

import re
import sys
import tomllib
from importlib.metadata import Distribution, distribution, packages_distributions
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from tests.repository import imports, modules, text_of, tracked

PERMITTED = {
    "0bsd", "apache 2.0", "apache-2.0", "apache software license", "bsd", "bsd license", "bsd-2-clause", "bsd-3-clause",
    "gnu lesser general public license v3 (lgplv3)", "hpnd", "isc", "mit", "mit license", "mit-0", "mit-cmu",
    "mozilla public license 2.0 (mpl 2.0)", "mpl-2.0", "psf-2.0",
    "python software foundation license", "unlicense",
}  # fmt: skip
"""As packages spell them. The MPL and the LGPL ask for changes to the library's own files alone, and there are none;
libraries under the LGPL are files of their own, which can be replaced."""
READ_BY_HAND = {
    "httpx-aiohttp": "Redistribution and use in source and binary forms, with or without",  # BSD-3-Clause
    "resvg-py": "Permission is hereby granted, free of charge",  # MIT
    "pypdfium2": "BSD-3-Clause, Apache-2.0, dependency licenses",
}
"""Packages whose metadata names no licence, with words of the text that they come with."""
COPYLEFT = re.compile(r"x26[45]|ghostscript|libgs\b|readline|mupdf|poppler|libraw_gpl", re.IGNORECASE)
"""Libraries under the GPL or the AGPL that wheels bundle without saying so in their metadata."""
DRIVERS = {"asyncpg": "named in the database's address"}
"""What is installed to be found by name."""
EXTRAS = {"opentelemetry": "otel"}
"""What is imported only where an operator has installed it, with the extra of the project that it is in."""


def runtime() -> list[str]:
    return list(pins("requirements.txt"))


def pins(file: str) -> dict[str, set[str]]:
    """The packages that are pinned there, each with its extras."""
    found = re.findall(r"^([\w.-]+)(?:\[([\w.,-]+)\])?==", text_of(file), flags=re.MULTILINE)
    return {name: set(extras.split(",")) - {""} for name, extras in found}


def _said(found: Distribution, field: str) -> str:
    return str((found.metadata.get_all(field) or [""])[0])


def licences(found: Distribution) -> set[str]:
    """Each alternative or part, in lower case, of what the metadata says."""
    metadata = found.metadata
    classified = [
        line.rpartition(" :: ")[2] for line in metadata.get_all("Classifier") or [] if line.startswith("License ::")
    ]
    said = _said(found, "License-Expression") or " AND ".join(classified) or _said(found, "License").strip()
    return {part.strip(" ()").lower() if " (" not in part else part.strip().lower()
            for part in re.split(r"\bAND\b|\bOR\b", said)}  # fmt: skip


@pytest.mark.parametrize("name", runtime())
def test_a_package_is_under_a_licence_that_may_be_in_the_process(name: str) -> None:
    found = distribution(name)
    if name in READ_BY_HAND:
        texts = [
            found.read_text("METADATA") or "",
            *(text.read_text() for text in found.files or [] if "LICENSE" in text.name),
        ]
        assert any(READ_BY_HAND[name] in text for text in texts)
        assert not any("GENERAL PUBLIC LICENSE" in text for text in texts)
        return
    assert licences(found) <= PERMITTED


@pytest.mark.parametrize(
    "metadata",
    [
        "Classifier: License :: OSI Approved :: MIT License\nClassifier: License :: OSI Approved :: AGPL License",
        "License-Expression: MIT AND GPL-3.0-or-later",
        "License: AGPL",
        "License-Expression: MIT OR SSPL-1.0",
        "Classifier: License :: OSI Approved",
        "Summary: no licence at all",
    ],
)
def test_what_may_not_be_in_the_process_is_told_by_whatever_says_so(tmp_path: Path, metadata: str) -> None:
    (tmp_path / "METADATA").write_text(f"Metadata-Version: 2.4\nName: x\nVersion: 1\n{metadata}\n")

    assert not licences(Distribution.at(tmp_path)) <= PERMITTED


@pytest.mark.parametrize("name", runtime())
def test_a_wheel_brings_no_library_under_the_gpl(name: str) -> None:
    """libheif and libde265 are under the LGPL, and are libraries of their own beside the package."""
    files = [str(file) for file in distribution(name).files or []]
    assert files
    assert [file for file in files if COPYLEFT.search(file) and not file.endswith((".py", ".pyi"))] == []


def test_nothing_is_installed_for_production_that_only_the_playground_needs() -> None:
    """What the bot imports, and what those need in turn, is all there is."""
    owners = packages_distributions()
    imported = imported_by_the_bot()
    wanted = [owner for name in imported for owner in owners[name]] + list(DRIVERS)
    needed: set[str] = set()
    while wanted:
        name = key(wanted.pop())
        if name not in needed:
            needed.add(name)
            wanted += [requirement.name for requirement in requirements(name)]
    assert sorted(set(map(key, runtime())) - needed) == []


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-demo.txt", "requirements-dev.txt"])
def test_what_is_asked_for_with_an_extra_is_pinned_with_it(file: str) -> None:
    """pip takes the newest release of a package that is not, and refuses it, since it has no hash."""
    pinned = {key(name): extras for name, extras in pins(file).items()}
    project = tomllib.loads(text_of("pyproject.toml"))["project"]["dependencies"]
    asked = [Requirement(line) for line in project]
    for name in pinned.keys() & installed():
        asked += requirements(name)
    with_extras = [one for one in asked if one.extras and key(one.name) in pinned]
    assert with_extras
    assert [str(one) for one in with_extras if one.extras - pinned[key(one.name)]] == []


def test_what_the_bot_imports_is_declared() -> None:
    owners = packages_distributions()
    declared = set(map(key, runtime()))
    assert [name for name in imported_by_the_bot() if not set(map(key, owners[name])) & declared] == []
    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    for name, extra in EXTRAS.items():
        offered = {key(Requirement(line).name) for line in project["optional-dependencies"][extra]}
        assert offered & set(map(key, owners[name]))
        assert offered.isdisjoint(declared)


def imported_by_the_bot() -> set[str]:
    found = {name for tree in modules("bot").values() for name in imports(tree)}
    return found - sys.stdlib_module_names - {"bot"} - EXTRAS.keys()


def test_the_image_and_the_actions_are_pinned_and_packages_audited() -> None:
    bases = re.findall(r"^FROM (\S+)", text_of("Dockerfile"), flags=re.MULTILINE)
    assert re.fullmatch(r"\S+:\S+@sha256:[0-9a-f]{64}", bases[0])
    assert set(bases[1:]) == {"base"}
    workflows = "".join(text_of(name) for name in tracked() if name.startswith(".github/workflows/"))
    actions = re.findall(r"uses: (\S+)", workflows)
    assert [action for action in actions if not re.fullmatch(r"\S+@[0-9a-f]{40}", action)] == []
    assert {"make audit", "make sbom"} <= steps_of("ci.yml")
    assert {"make audit", "make sbom"} <= steps_of("release.yml")
    (recipe,) = re.findall(r"^audit:.*\n((?:\t.*\n)+)", text_of("Makefile"), flags=re.MULTILINE)
    assert "pip_audit --strict" in recipe
    assert recipe.rstrip().endswith("--requirement requirements.txt")
    assert "|| true" not in recipe


def test_each_release_has_a_list_of_what_is_in_it() -> None:
    release = text_of(".github/workflows/release.yml")
    assert "make sbom" in steps_of("release.yml")
    assert release.index("run: make sbom") < release.index("gh release create") < release.index(" dist/* ")
    (recipe,) = re.findall(r"^sbom:.*\n((?:\t.*\n)+)", text_of("Makefile"), flags=re.MULTILINE)
    assert "cyclonedx_py requirements" in recipe
    assert "--output-file dist/" in recipe
    assert recipe.rstrip().endswith("requirements.txt")


def steps_of(workflow: str) -> set[str]:
    """What it runs, whatever came of the steps before, and whose failure ends it."""
    jobs = yaml.safe_load(text_of(f".github/workflows/{workflow}"))["jobs"].values()
    steps = [step for job in jobs for step in job["steps"]]
    return {str(step["run"]).strip() for step in steps if "run" in step and not {"if", "continue-on-error"} & set(step)}


def requirements(name: str) -> list[Requirement]:
    """On this system; ``asyncio`` is the one extra that is installed, of SQLAlchemy."""
    declared = [Requirement(line) for line in distribution(name).requires or []]
    return [one for one in declared if one.marker is None or one.marker.evaluate({"extra": "asyncio"})]


def installed() -> set[str]:
    return {key(name) for names in packages_distributions().values() for name in names}


def key(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
