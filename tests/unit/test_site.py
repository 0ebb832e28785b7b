"""The documentation is a site: every page is reached, links lead somewhere, and nothing is fetched from elsewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.repository import ROOT, text_of, tracked
from tests.settings_table import settings_page

FETCHED = re.compile(r"<(?:script|img|iframe|link)\b[^>]*?\b(?:src|href)=[\"']?(https?:|//)[^>]*>")
"""What a browser loads by itself; a link to follow is not that."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(directory)]
    quiet = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=quiet, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return directory


def pages_of(nav: Any) -> list[str]:
    if isinstance(nav, str):
        return [nav]
    parts = nav.values() if isinstance(nav, dict) else nav
    return [page for part in parts for page in pages_of(part)]


def test_the_site_is_built_and_shows_every_document(site: Path) -> None:
    documents = {Path(name).stem for name in tracked() if re.fullmatch(r"docs/\w+\.md", name)}
    assert sorted(documents - {page.stem for page in site.glob("*.html")}) == []
    settings = (site / "settings.html").read_text(encoding="utf-8")
    assert "BOT_OPS_PORT" in settings


def test_a_page_fetches_nothing_from_elsewhere(site: Path) -> None:
    found = {page.name: FETCHED.findall(page.read_text(encoding="utf-8")) for page in site.glob("*.html")}
    assert {name: elsewhere for name, elsewhere in found.items() if elsewhere} == {}
    assert len(found) > 10


def test_every_document_is_in_the_menu() -> None:
    documents = {name.removeprefix("docs/") for name in tracked() if re.fullmatch(r"docs/\w+\.md", name)}
    assert sorted(pages_of(yaml.safe_load(text_of("mkdocs.yml"))["nav"])) == sorted(documents)


def test_the_page_of_settings_is_what_the_code_says() -> None:
    """``python -m tests.settings_table`` writes it anew."""
    assert text_of("docs/settings.md") == settings_page()
