"""What the playground's page may contain: no way for data to become markup, and nothing from another host."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.repository import ROOT

PAGE = ROOT / "playground" / "page"
SCRIPTS = sorted(PAGE.glob("*.js"))
MARKUP_FROM_TEXT = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|setHTML|document\.write|createContextualFragment|parseFromString|srcdoc"
    r"|\beval\(|new Function|setAttribute\(\"(?:style|on)"
)
ADDRESS = re.compile(r"https?://[\w.-]+\.[a-z]{2,}[^\s\"'`)]*")
SVG_NAMESPACE = "http://www.w3.org/2000/svg"


class Outline(HTMLParser):
    """Collects what a document refers to and what a strict Content-Security-Policy would refuse in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.refused: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.addresses += [value for name in ("src", "href") if (value := given.get(name))]
        self.refused += [name for name in given if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in given):
            self.refused.append(tag)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_no_script_turns_text_into_markup(script: Path) -> None:
    assert MARKUP_FROM_TEXT.findall(script.read_text()) == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_every_import_is_a_file_of_the_page(script: Path) -> None:
    imports = re.findall(r"(?:from|import\()\s*\"([^\"]+)\"", script.read_text())
    assert [name for name in imports if not (PAGE / name).is_file()] == []


@pytest.mark.parametrize("file", sorted(PAGE.iterdir()), ids=lambda path: path.name)
def test_nothing_comes_from_another_host(file: Path) -> None:
    assert set(ADDRESS.findall(file.read_text())) <= {SVG_NAMESPACE}


def test_the_document_keeps_to_its_own_policy() -> None:
    outline = Outline((PAGE / "index.html").read_text())
    assert outline.refused == []
    assert [address for address in outline.addresses if not (PAGE.parent / address.removeprefix("/")).is_file()] == []


def test_every_script_is_reached_from_the_document() -> None:
    reached = {"app.js"}
    for _ in SCRIPTS:
        reached |= {
            name for script in reached for name in re.findall(r"from \"\./([^\"]+)\"", (PAGE / script).read_text())
        }
    assert reached == {script.name for script in SCRIPTS}
