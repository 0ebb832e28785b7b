"""Where the links of a document lead is told: pages show their words alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests import made_documents, made_office
from tests.converted import WITHOUT_OFFICE, Converter, converter, libreoffice
from tests.made_office import paragraph, text_run
from tests.office_files import converted_by_office

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PLACES = {
    "rId1": ("hyperlink", "https://forms.example/apply?id=7"),
    "rId2": ("hyperlink", "https://www.example/shown/"),
    "rId3": ("hyperlink", "ftp://files.example/ann"),
}
ADDRESSES = ["apply [here]: https://forms.example/apply?id=7", "write to Ann: ftp://files.example/ann"]


@pytest.fixture
async def convert(tmp_path: Path) -> AsyncIterator[Converter]:
    async with converter(tmp_path) as made:
        yield made


def told(text: str) -> list[str]:
    _, _, found = text.partition("## Addresses of links\n")
    return found.partition("\n```")[0].split("\n")


async def test_links_of_a_word_document(convert: Converter) -> None:
    def link(number: int, *runs: str) -> str:
        return f'<w:hyperlink r:id="rId{number}">{"".join(map(text_run, runs))}</w:hyperlink>'

    links = [
        link(1, "apply ", "[here]"),
        link(2, "www.example/shown"),
        link(3, "write to Ann"),
        link(1, "apply [here]"),
    ]
    inside = '<w:hyperlink w:anchor="b">' + text_run("below") + "</w:hyperlink>"
    body = f'<w:body xmlns:r="{OFFICE}">{"".join(map(paragraph, [*links, inside]))}</w:body>'
    main = f'<w:document xmlns:w="{made_office.WORD}">{body}</w:document>'
    name = "word/document.xml"
    content = made_office.open_xml(name, {name: main}, {name: PLACES}, "wordprocessingml.document")
    found = await convert(content, "call.docx", WITHOUT_OFFICE)
    assert told(found.text) == [line.replace("[here]", "(here)") for line in ADDRESSES]


async def test_links_of_slides(convert: Converter) -> None:
    def run(number: int, words: str) -> str:
        return f'<a:p><a:r><a:rPr><a:hlinkClick r:id="rId{number}"/></a:rPr><a:t>{words}</a:t></a:r></a:p>'

    shape = made_office.box("x").replace(
        "<a:p><a:r><a:t>x</a:t></a:r></a:p>", run(1, "apply [here]") + run(2, "example/shown")
    )
    whole = made_office.box("write to Ann").replace('name="T" />', 'name="T"><a:hlinkClick r:id="rId3"/></p:cNvPr>')
    main, slide = "ppt/presentation.xml", "ppt/slides/slide1.xml"
    listed = '<p:sldIdLst><p:sldId id="256" r:id="rId1"/></p:sldIdLst>'
    parts = {
        main: f'<p:presentation xmlns:p="{made_office.SLIDES}" xmlns:r="{OFFICE}">{listed}</p:presentation>',
        slide: made_office.slide(shape, whole),
    }
    related = {main: {"rId1": ("slide", "slides/slide1.xml")}, slide: PLACES}
    content = made_office.open_xml(main, parts, related, "presentationml.presentation")
    found = await convert(content, "call.pptx", WITHOUT_OFFICE)
    assert told(found.text) == [line.replace("[here]", "(here)") for line in ADDRESSES]


async def test_links_of_an_opendocument_text(convert: Converter) -> None:
    def link(address: str, words: str) -> str:
        name = 'xmlns:xlink="http://www.w3.org/1999/xlink"'
        return f'<text:p><text:a {name} xlink:href="{address}">{words}</text:a></text:p>'

    body = link(PLACES["rId1"][1], "apply <text:span>[here]</text:span>") + link("#below", "below")
    body += link(PLACES["rId2"][1], "https://www.example/shown") + link(PLACES["rId3"][1], "write to Ann")
    found = await convert(made_documents.odt(body), "call.odt", WITHOUT_OFFICE)
    assert told(found.text) == [line.replace("[here]", "(here)") for line in ADDRESSES]


@libreoffice
async def test_links_of_a_document_whose_own_reader_passes_them_over_are_those_of_its_pages(
    convert: Converter, tmp_path: Path
) -> None:
    linked = '<html><body><p>We meet <a href="https://forms.example/apply?id=7">here</a>.</p></body></html>'
    old = await converted_by_office(tmp_path, "call.html", linked.encode(), "doc")
    found = await convert(old, "call.doc")
    assert "Page 1, link “here”: https://forms.example/apply?id=7" in found.text


@libreoffice
async def test_links_that_the_document_itself_tells_are_told_once(convert: Converter) -> None:
    name = "word/document.xml"
    link = f'<w:hyperlink r:id="rId1">{text_run("apply here")}</w:hyperlink>'
    body = f'<w:body xmlns:r="{OFFICE}">{paragraph(link)}</w:body>'
    main = f'<w:document xmlns:w="{made_office.WORD}">{body}</w:document>'
    content = made_office.open_xml(name, {name: main}, {name: PLACES}, "wordprocessingml.document")
    found = await convert(content, "call.docx")
    assert found.text.count("https://forms.example/apply?id=7") == 1
