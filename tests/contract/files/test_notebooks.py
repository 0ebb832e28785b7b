"""What the model gets of a notebook: what was written, what was run, what came of it, and the plots as pictures."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from bot.files import inner_notes, notes
from bot.files.bounds import ConvertLimits
from bot.files.extracts import Extract, MemberExtract, NoteExtract, TextExtract
from bot.files.outbox import Outbox
from bot.files.worker.convert import convert
from tests import made_files
from tests.file_limits import CONVERT

LIMITS = CONVERT
Convert = Callable[..., list[Extract]]
PLOT = base64.b64encode(made_files.noise((200, 200))).decode()


@pytest.fixture
def converted(tmp_path: Path) -> Convert:
    def run(content: object, name: str = "plan.ipynb", limits: ConvertLimits = LIMITS) -> list[Extract]:
        source = tmp_path / "source"
        source.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return convert(source, name, "", Outbox(tmp_path, ""), limits)

    return run


def notebook(*cells: Mapping[str, object]) -> dict[str, object]:
    """Keys in the order in which Jupyter writes them: what tells the format comes last."""
    return {
        "cells": list(cells),
        "metadata": {"kernelspec": {"language": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def code(source: str, *outputs: dict[str, object]) -> dict[str, object]:
    return {"cell_type": "code", "source": source.splitlines(keepends=True), "outputs": list(outputs)}


def plot(kind: str = "image/png", content: str = PLOT) -> dict[str, object]:
    return {"output_type": "display_data", "data": {"text/plain": ["<Figure size 640x480>"], kind: content}}


def test_cells_come_in_order_with_their_outputs_and_without_base64(converted: Convert, tmp_path: Path) -> None:
    extracts = converted(
        notebook(
            {"cell_type": "markdown", "source": "# Sales\nby *month*"},
            code("x = 1\nplt.plot(x)", plot()),
            code("print(x)", {"output_type": "stream", "name": "stdout", "text": ["1\n", "2\n"]}),
            code(
                "x / 0",
                {"output_type": "error", "ename": "Z", "evalue": "by zero", "traceback": ["\x1b[31mZ\x1b[0m: by"]},
            ),
        )
    )
    text, picture = extracts
    assert isinstance(text, TextExtract)
    assert text.about == "Jupyter notebook, python, 24 lines"
    assert (tmp_path / text.file).read_text(encoding="utf-8") == (
        "[cell 1, markdown]\n# Sales\nby *month*\n\n"
        "[cell 2, code]\nx = 1\nplt.plot(x)\n\n"
        "[cell 2, output]\n<Figure size 640x480>\n(picture: cell 2, output 1.png)\n\n"
        "[cell 3, code]\nprint(x)\n\n"
        "[cell 3, output]\n1\n2\n\n"
        "[cell 4, code]\nx / 0\n\n"
        "[cell 4, output]\nZ: by"
    )
    assert isinstance(picture, MemberExtract)
    assert picture.name == "cell 2, output 1.png"
    assert (tmp_path / picture.file).read_bytes() == base64.b64decode(PLOT)


def test_the_middle_of_a_notebook_with_many_plots_is_there(converted: Convert, tmp_path: Path) -> None:
    cells = [
        code("before", plot(content=PLOT * 4)),
        code("SECRET_STEP = 'here'"),
        code("after", plot(content=PLOT * 4)),
    ]
    extracts = converted(notebook(*cells))
    assert isinstance(extracts[0], TextExtract)
    assert "SECRET_STEP = 'here'" in (tmp_path / extracts[0].file).read_text(encoding="utf-8")
    assert not [extract for extract in extracts if isinstance(extract, NoteExtract)]


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ({"data": {"text/html": ["<table><tr><td>Ada</td></tr></table>"]}}, "Ada"),
        ({"data": {"text/html": "<b>in plain words</b>", "text/plain": "in  plain  words"}}, "in  plain  words"),
        (
            {"data": {"text/html": "<b>Done: 3 rows</b>", "text/plain": "<IPython.core.display.HTML object>"}},
            "Done: 3 rows",
        ),
        ({"data": {"text/html": "Ada <i>3 rows</i>", "text/plain": "Ada"}}, "Ada 3 rows"),
        ({"data": {"text/markdown": "**Sum** 7", "text/plain": "<IPython.core.display.Markdown object>"}}, "**Sum** 7"),
        ({"data": {"text/plain": "<__main__.Thing at 0x7f00aa>"}}, "<__main__.Thing at 0x7f00aa>"),
        ({"data": {"text/plain": "\x1b[0;31mred\x1b[0m"}}, "\nred\n"),
        ({"output_type": "stream", "text": ["\x1b[01;34mbin\x1b[0m\x1b[K lib\n"]}, "\nbin lib\n"),
        ({"data": {"text/latex": "$x^2$"}}, "$x^2$"),
        ({"data": {"application/json": {"a": 1}}}, '{"a": 1}'),
    ],
)
def test_of_several_forms_of_an_output_one_is_shown(
    converted: Convert, tmp_path: Path, output: dict[str, object], expected: str
) -> None:
    (text,) = converted(notebook(code("x", {"output_type": "execute_result", **output}), code("y")))
    assert isinstance(text, TextExtract)
    assert expected in (tmp_path / text.file).read_text(encoding="utf-8")
    assert "<b>" not in (tmp_path / text.file).read_text(encoding="utf-8")


def test_pasted_pictures_and_drawings_come_too(converted: Convert) -> None:
    pasted = {
        "cell_type": "markdown",
        "source": "![a](attachment:a.png)",
        "attachments": {"a.png": {"image/png": PLOT}},
    }
    names = [
        extract.name
        for extract in converted(notebook(pasted, code("x", plot("image/svg+xml", "<svg/>"), plot("image/jpeg"))))
        if isinstance(extract, MemberExtract)
    ]
    assert names == ["cell 1, a.png", "cell 2, output 1.svg", "cell 2, output 2.jpg"]


def shown(extracts: list[Extract], directory: Path) -> str:
    assert isinstance(extracts[0], TextExtract)
    return (directory / extracts[0].file).read_text(encoding="utf-8")


def chart(kind: str, figure: object) -> dict[str, object]:
    page = "<div id='c'></div><script>Plotly.newPlot('c', [])</script>"
    return {"output_type": "display_data", "data": {kind: figure, "text/html": page}}


@pytest.mark.parametrize(
    ("kind", "figure"),
    [
        (
            "application/vnd.plotly.v1+json",
            {
                "data": [
                    {"type": "bar", "name": "Köln", "x": ["Jan", "Feb"], "y": {"dtype": "i2", "bdata": "BwBAAA=="}}
                ],
                "layout": {"title": {"text": "Sales by city"}, "template": {"data": {"bar": ["LOOKS"]}}},
            },
        ),
        (
            "application/vnd.vegalite.v5.20.1+json",
            {
                "$schema": "LOOKS",
                "title": "Sales by city",
                "data": {"values": [{"m": "Jan", "Köln": 7}, {"m": "Feb", "Köln": 64}]},
                "config": {"view": "LOOKS"},
            },
        ),
    ],
)
def test_a_chart_that_a_browser_draws_comes_with_its_words_and_numbers(
    converted: Convert, tmp_path: Path, kind: str, figure: object
) -> None:
    text = shown(converted(notebook(code("fig.show()", chart(kind, figure)))), tmp_path)
    for word in ("Sales by city", "Köln", "Jan", "Feb", "7", "64"):
        assert word in text
    assert "LOOKS" not in text


def test_of_a_chart_with_very_many_points_a_note_says_that_some_are_missing(converted: Convert, tmp_path: Path) -> None:
    figure = {"data": [{"name": "Köln", "y": list(range(5_000))}], "layout": {"title": "Sales by city"}}
    extracts = converted(notebook(code("fig", chart("application/vnd.plotly.v1+json", figure))))
    text = shown(extracts, tmp_path)
    assert "Sales by city" in text
    assert "4,700 more" in text
    assert "4999" not in text
    assert NoteExtract(inner_notes.CHARTS_IN_PART) in extracts


@pytest.mark.parametrize(
    "figure", [[1], None, {"y": {"dtype": "f8", "bdata": "AAA"}}, {"a": [[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]}]
)
def test_odd_charts_are_no_trouble(converted: Convert, tmp_path: Path, figure: object) -> None:
    assert "[cell 1, code]" in shown(
        converted(notebook(code("x", chart("application/vnd.plotly.v1+json", figure)))), tmp_path
    )


def test_pictures_within_texts_and_pages_come_too(converted: Convert, tmp_path: Path) -> None:
    within = f"data:image/png;base64,{PLOT}"
    data = {"text/html": f"<b>Result</b> <img src='{within}'>"}
    page: dict[str, object] = {"output_type": "display_data", "data": data}
    extracts = converted(notebook({"cell_type": "markdown", "source": f"see ![plan]({within}) here"}, code("x", page)))
    assert shown(extracts, tmp_path) == (
        "[cell 1, markdown]\nsee ![plan](data:image/png;base64,[cell 1, picture 1.png]) here\n\n"
        "[cell 2, code]\nx\n\n[cell 2, output]\nResult\n(picture: cell 2, output 1.png)"
    )
    assert [extract.name for extract in extracts if isinstance(extract, MemberExtract)] == [
        "cell 1, picture 1.png",
        "cell 2, output 1.png",
    ]


def test_an_old_notebook_is_one_too(converted: Convert, tmp_path: Path) -> None:
    cell = {"cell_type": "code", "input": "old = 1", "outputs": [{"output_type": "pyout", "text": "1", "png": PLOT}]}
    text, picture = converted({"nbformat": 3, "metadata": {}, "worksheets": [{"cells": [cell]}]})
    assert isinstance(text, TextExtract)
    assert "old = 1" in (tmp_path / text.file).read_text(encoding="utf-8")
    assert isinstance(picture, MemberExtract)


def test_more_plots_than_the_limit_are_counted(converted: Convert) -> None:
    extracts = converted(notebook(code("x", *[plot()] * 5)), limits=replace(LIMITS, archive_files_max=3))
    assert extracts[1] == NoteExtract(notes.pictures_left_out(3, 2))


@pytest.mark.parametrize(
    "content",
    [
        b'{"nbformat": 4, "cells": "none"}',
        b'{"nbformat": 4, "cells": [1, null, "x"]}',
        b'{"nbformat": 4, "cells": [',
        b'{"nbformat": 4, "cells": ' + b"[" * 100_000,
        b'{"cells": [{"cell_type": "code"}]}',
    ],
    ids=["no list", "no cells", "cut off", "deep", "of something else"],
)
def test_what_is_no_notebook_is_shown_as_it_is(converted: Convert, content: bytes) -> None:
    extract = converted(content)[0]
    assert isinstance(extract, TextExtract)
    assert extract.language == "json"


def test_odd_values_are_no_trouble(converted: Convert) -> None:
    odd = {
        "cell_type": 7,
        "source": {"a": [1]},
        "outputs": [3, {"data": [1]}, {"output_type": "error", "traceback": 5}],
    }
    assert isinstance(converted(notebook(odd, {"source": None, "attachments": [1]}))[0], TextExtract)


@pytest.mark.parametrize("kind", ["gif", "webp", "bmp"])
def test_pictures_of_any_kind_that_is_shown_come_too(converted: Convert, tmp_path: Path, kind: str) -> None:
    content = made_files.image(kind.upper(), (40, 30))
    extracts = converted(notebook(code("show()", plot(f"image/{kind}", base64.b64encode(content).decode()))))
    (picture,) = [extract for extract in extracts if isinstance(extract, MemberExtract)]
    assert picture.name == f"cell 1, output 1.{kind}"
    assert (tmp_path / picture.file).read_bytes() == content
