"""What the README says of the project can be checked, and is."""

from __future__ import annotations

import re
import tomllib

import pytest
from PIL import Image

from tests.repository import ROOT, text_of

README = text_of("README.md")
TEST = re.compile(r'\[[^\]]+\]\((tests/[\w/]+\.py) "(test_\w+)"\)')
PICTURE_BYTES_MAX = 600_000


def compared() -> list[list[str]]:
    """The cells of the comparison, row by row, without its head."""
    table = README.partition("\n## Compared with what people use today\n")[2].partition("\n## ")[0]
    rows = [line.strip("|").split("|") for line in table.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


@pytest.mark.parametrize("row", compared(), ids=lambda row: row[0])
def test_whatever_the_comparison_says_for_us_is_a_test(row: list[str]) -> None:
    what, ours, *others = row
    named = TEST.findall(ours)
    assert [test for file, test in named if f"def {test}(" not in text_of(file)] == []
    assert bool(named) is (ours != "no"), what
    assert (len(others), "" in others) == (3, False)


def test_the_comparison_says_where_we_are_behind_and_where_we_do_not_know() -> None:
    rows = compared()
    assert len(rows) >= 12
    assert any(row[1] == "no" for row in rows)
    assert any("–" in row[2:] for row in rows)


def test_the_costs_are_those_of_the_page_on_costs() -> None:
    costs = text_of("docs/costs.md")
    [row] = re.findall(r"^\| `claude-sonnet-5-5` \| \$(\S+) \| \$(\S+) \| \$(\S+) \|.*\|$", costs, re.MULTILINE)
    question, uncached, cached = (float(cell) for cell in row)
    said = " ".join(README.partition("\n## What it costs")[2].split())
    assert f"about ${question:.3f}, and ten questions about a PDF of 60 pages ${cached:.2f} with" in said
    assert f"the prompt cache, ${uncached:.2f} without" in said


@pytest.mark.parametrize("page", ["README.md", "docs/setup.md"])
def test_it_is_cloned_from_where_the_project_says_its_source_is(page: str) -> None:
    [address] = re.findall(r"^git clone (\S+)", text_of(page), re.MULTILINE)
    assert address == tomllib.loads(text_of("pyproject.toml"))["project"]["urls"]["Source"]


def test_the_moving_picture_moves_and_is_small() -> None:
    [name] = re.findall(r"\]\((docs/\w+\.webp)\)", README)
    with Image.open(ROOT / name) as picture:
        frames = getattr(picture, "n_frames", 1)
    assert frames > 8
    assert (ROOT / name).stat().st_size <= PICTURE_BYTES_MAX
