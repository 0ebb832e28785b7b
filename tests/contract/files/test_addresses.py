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
    return found.partition("\n```")[0].partition("\n\n")[0].split("\n")


async def test_the_links_of_a_word_document_are_listed_with_their_addresses(convert: Converter) -> None:
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


def field(code: str, words: str) -> str:
    def sign(kind: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

    shown = sign("separate") + text_run(words) + sign("end")
    return f'{sign("begin")}<w:r><w:instrText xml:space="preserve">{code}</w:instrText></w:r>{shown}'


async def test_links_that_word_keeps_as_fields_are_listed_too(convert: Converter) -> None:
    simple = f"<w:fldSimple w:instr='HYPERLINK \"{PLACES['rId3'][1]}\"'>{text_run('write to Ann')}</w:fldSimple>"
    numbered = field(" PAGEREF _Toc1 ", "7") + field(' HYPERLINK \\l "below" ', "below")
    tip = field(f' HYPERLINK "{PLACES["rId1"][1]}" \\o "a tip" ', "apply (here)")
    bare = field("hyperlink https://bare.example/x \\t _blank", "unquoted")
    row = f"<w:tbl><w:tr><w:tc>{paragraph(bare)}</w:tc></w:tr></w:tbl>"
    found = await convert(
        made_office.word("".join(map(paragraph, [tip, numbered, simple])) + row), "call.docx", WITHOUT_OFFICE
    )
    assert told(found.text) == [
        *(line.replace("[here]", "(here)") for line in ADDRESSES),
        "unquoted: https://bare.example/x",
    ]


async def test_links_outside_the_text_of_a_word_document_are_listed_too(convert: Converter) -> None:
    kinds = {"header": "hdr", "footnotes": "footnotes", "comments": "comments"}
    inside = {"header": "{}", "footnotes": '<w:footnote w:id="1">{}</w:footnote>'}
    parts, related = dict[str, str](), dict[str, dict[str, tuple[str, str]]]()
    main = "word/document.xml"
    for kind, root in kinds.items():
        link = paragraph(f'<w:hyperlink r:id="rId1">{text_run(f"a {kind} link")}</w:hyperlink>')
        body = inside.get(kind, '<w:comment w:id="1" w:author="Ann">{}</w:comment>').format(link)
        name = f"word/{kind}.xml"
        parts[name] = f'<w:{root} xmlns:w="{made_office.WORD}" xmlns:r="{OFFICE}">{body}</w:{root}>'
        related[name] = {"rId1": ("hyperlink", f"https://{kind}.example/")}
    picture = (
        '<w:r><w:drawing><wp:inline xmlns:wp="w"><wp:docPr id="1" name="P"><a:hlinkClick xmlns:a="a" r:id="rId9"/>'
    )
    picture += "</wp:docPr></wp:inline></w:drawing></w:r>"
    document = f'<w:document xmlns:w="{made_office.WORD}" xmlns:r="{OFFICE}"><w:body>{paragraph(picture)}</w:body>'
    listed = {f"rId{number}": (kind, f"{kind}.xml") for number, kind in enumerate(kinds)}
    related[main] = {**listed, "rId9": ("hyperlink", "https://picture.example/")}
    parts[main] = f"{document}</w:document>"
    content = made_office.open_xml(main, parts, related, "wordprocessingml.document")
    found = await convert(content, "call.docx", WITHOUT_OFFICE)
    expected = {f"a {kind} link: https://{kind}.example/" for kind in kinds}
    assert set(told(found.text)) == {*expected, "https://picture.example/"}


async def test_the_links_of_a_word_2003_document_are_listed(convert: Converter) -> None:
    space = 'xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml"'
    link = f'<w:hlink w:dest="{PLACES["rId3"][1]}">{text_run("write to Ann")}</w:hlink>'
    start = '<?xml version="1.0"?><?mso-application progid="Word.Document"?>'
    content = f"{start}<w:wordDocument {space}><w:body>{paragraph(link)}</w:body></w:wordDocument>"
    found = await convert(content.encode(), "call.xml", WITHOUT_OFFICE)
    assert told(found.text) == ADDRESSES[1:]


async def test_the_links_of_slides_are_listed_with_their_addresses(convert: Converter) -> None:
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


async def test_the_links_of_an_opendocument_text_are_listed_with_their_addresses(convert: Converter) -> None:
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


async def test_links_around_the_text_of_an_opendocument_text_are_listed_too(convert: Converter) -> None:
    """In headers and footers, which are kept with the styles, and of what is drawn."""
    name = 'xmlns:xlink="http://www.w3.org/1999/xlink"'
    link = '<text:p><text:a {} xlink:href="https://{}.example/">a {} link</text:a></text:p>'
    within = "".join(
        f"<style:{kind}>{link.format(name, kind, kind)}</style:{kind}>" for kind in ("header", "footer-left")
    )
    spaces = 'xmlns:office="urn:o" xmlns:style="urn:s" xmlns:text="urn:t"'
    master = f"<office:master-styles><style:master-page>{within}</style:master-page></office:master-styles>"
    styles = f"<office:document-styles {spaces}>{master}</office:document-styles>".encode()
    frame = "<draw:frame><draw:text-box><text:p>in a box</text:p></draw:text-box></draw:frame>"
    linked = f'<text:p>See <draw:a {name} xlink:href="https://box.example/">{frame}</draw:a></text:p>'
    found = await convert(made_documents.odt(linked, extra={"styles.xml": styles}), "call.odt", WITHOUT_OFFICE)
    assert told(found.text) == [
        "in a box: https://box.example/",
        "a header link: https://header.example/",
        "a footer-left link: https://footer-left.example/",
    ]


async def test_a_shape_of_an_opendocument_presentation_that_leads_elsewhere_is_listed(convert: Converter) -> None:
    event = (
        '<office:event-listeners><presentation:event-listener xmlns:presentation="urn:p" '
        'xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="{}"/></office:event-listeners>'
    )
    shapes = "".join(
        f"<draw:custom-shape>{event.format(address)}<text:p>{words}</text:p></draw:custom-shape>"
        for address, words in (("https://forms.example/", "apply"), ("#page2", "next"))
    )
    deck = made_documents.odt(f"<draw:page>{shapes}</draw:page>", mimetype="presentation")
    found = await convert(deck, "call.odp", WITHOUT_OFFICE)
    assert told(found.text) == ["apply: https://forms.example/"]


async def test_links_in_speaker_notes_and_of_what_all_slides_show_are_listed_too(convert: Converter) -> None:
    def linked(words: str, number: int, placeholder: str = "") -> str:
        run = f'<a:r><a:rPr><a:hlinkClick r:id="rId{number}"/></a:rPr><a:t>{words}</a:t></a:r>'
        return made_office.box("x", placeholder=placeholder).replace("<a:r><a:t>x</a:t></a:r>", run)

    main, slide = "ppt/presentation.xml", "ppt/slides/slide1.xml"
    notes, layout = "ppt/notesSlides/notes1.xml", "ppt/slideLayouts/layout1.xml"
    listed = '<p:sldIdLst><p:sldId id="256" r:id="rId1"/></p:sldIdLst>'
    parts = {
        main: f'<p:presentation xmlns:p="{made_office.SLIDES}" xmlns:r="{OFFICE}">{listed}</p:presentation>',
        slide: made_office.slide(made_office.box("Plan")),
        notes: made_office.slide(linked("the source", 1, '<p:ph type="body"/>'), root="notes"),
        layout: made_office.slide(linked("our site", 3), root="sldLayout"),
    }
    related = {
        main: {"rId1": ("slide", "slides/slide1.xml")},
        slide: {
            "rId1": ("notesSlide", "../notesSlides/notes1.xml"),
            "rId2": ("slideLayout", "../slideLayouts/layout1.xml"),
        },
        notes: PLACES,
        layout: PLACES,
    }
    content = made_office.open_xml(main, parts, related, "presentationml.presentation")
    found = await convert(content, "call.pptx", WITHOUT_OFFICE)
    assert told(found.text) == [f"the source: {PLACES['rId1'][1]}", f"our site: {PLACES['rId3'][1]}"]
