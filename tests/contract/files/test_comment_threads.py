"""A comment says whether it answers another one, and whether it is settled: an open question is not a closed one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests import made_documents, made_office, made_old_office
from tests.converted import WITHOUT_OFFICE, Converter, converter
from tests.made_office import box, slide

DAY = "2026-11-24T10:00:00"
LATER_POWERPOINT = "http://schemas.microsoft.com/office/powerpoint/2018/8/main"
THREADS = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"


@pytest.fixture
async def convert(tmp_path: Path) -> AsyncIterator[Converter]:
    async with converter(tmp_path) as opened:
        yield opened


def word(extended: str) -> bytes:
    comments = "".join(
        f'<w:comment w:id="{number}" w:author="{author}" w:date="{DAY}Z">'
        "<w:p><w:r><w:t>As to the price:</w:t></w:r></w:p>"
        f'<w:p id:paraId="{number}" xmlns:id="w14"><w:r><w:t>{said}</w:t></w:r></w:p></w:comment>'
        for number, (author, said) in enumerate((("Ann", "Too much."), ("Bob", "Lowered."), ("Cy", "Why?")))
    )
    marks = "".join(f'<w:r><w:commentReference w:id="{number}"/></w:r>' for number in range(3))
    body = made_office.paragraph("The price is 100 EUR.", marks)
    return made_office.word(body, {"comments": comments, "commentsExtended": extended})


async def test_in_word(convert: Converter) -> None:
    extended = (
        '<w:commentEx w:paraId="0" w:done="1"/><w:commentEx w:paraId="1" w:paraIdParent="0" w:done="1"/>'
        '<w:commentEx w:paraId="2" w:done="0"/>'
    )
    text = (await convert(word(extended), "a.docx", WITHOUT_OFFICE)).text
    assert (
        "[comment by Ann, 2026-11-24, resolved: As to the price: / Too much.] "
        "[comment by Bob, 2026-11-24, in reply to Ann, resolved: As to the price: / Lowered.] "
        "[comment by Cy, 2026-11-24: As to the price: / Why?]"
    ) in text


async def test_a_reply_to_a_comment_that_is_gone_is_called_a_reply(convert: Converter) -> None:
    text = (await convert(word('<w:commentEx w:paraId="2" w:paraIdParent="9"/>'), "a.docx", WITHOUT_OFFICE)).text
    assert "[comment by Cy, 2026-11-24, a reply: As to" in text


async def test_in_newer_powerpoint(convert: Converter) -> None:
    body = '<p188:txBody xmlns:a="{}"><a:p><a:r><a:t>{}</a:t></a:r></a:p></p188:txBody>'
    shorter, done, why = (body.format(made_office.DRAWN, said) for said in ("Shorter?", "Done.", "Why?"))
    comments = (
        f'<p188:cmLst xmlns:p188="{LATER_POWERPOINT}"><p188:cm authorId="0" status="resolved" created="{DAY}">'
        f'<p188:replyLst><p188:reply authorId="1" created="{DAY}">{done}</p188:reply></p188:replyLst>'
        f"{shorter}</p188:cm>"
        f'<p188:cm authorId="0" status="active">{why}</p188:cm></p188:cmLst>'
    )
    deck = made_office.presentation({"slide1": slide(box("Our plan"))}, comments={"slide1": comments})
    text = (await convert(deck, "a.pptx", WITHOUT_OFFICE)).text
    assert (
        "Comment by Ann, 2026-11-24, resolved: Shorter?\nComment, 2026-11-24, in reply to Ann: Done.\n"
        "Comment by Ann: Why?"
    ) in text


async def test_in_powerpoint_of_2013(convert: Converter) -> None:
    made = made_office.slide_comment("Shorter?")
    reply = (
        '<p:cm authorId="0" idx="2"><p:text>Done.</p:text><p:extLst><p:ext uri="{C67}"><n:threadingInfo xmlns:n="p15">'
        '<n:parentCm authorId="0" idx="1"/></n:threadingInfo></p:ext></p:extLst></p:cm></p:cmLst>'
    )
    comments = made.replace("</p:cmLst>", reply)
    deck = made_office.presentation({"slide1": slide(box("Our plan"))}, comments={"slide1": comments})
    text = (await convert(deck, "a.pptx", WITHOUT_OFFICE)).text
    assert "Comment by Ann, 2026-11-24: Shorter?\nComment by Ann, in reply to Ann: Done." in text


async def test_in_excel(convert: Converter) -> None:
    thread = (
        f'<ThreadedComments xmlns="{THREADS}">'
        f'<threadedComment ref="A1" dT="{DAY}" personId="p" id="1" done="1"><text>Is that net?</text></threadedComment>'
        '<threadedComment ref="A1" personId="q" id="2" parentId="1"><text>Gross.</text></threadedComment>'
        '<threadedComment ref="A2" personId="p" id="3" done="0"><text>And this?</text></threadedComment>'
        "</ThreadedComments>"
    )
    people = "".join(f'<person displayName="{name}" id="{name[0].lower()}"/>' for name in ("Pat", "Quinn"))
    related = '<Relationship Id="r1" Type="x/threadedComment" Target="../threadedComments/t1.xml"/>'
    parts = {
        "xl/threadedComments/t1.xml": thread,
        "xl/persons/person.xml": f'<personList xmlns="{THREADS}">{people}</personList>',
        "xl/worksheets/_rels/sheet1.xml.rels": (
            f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{related}</Relationships>'
        ),
    }
    rows = made_office.cells(1, "100") + made_office.cells(2, "200")
    text = (await convert(made_office.workbook(rows, parts=parts), "a.xlsx")).text
    resolved = "[comment: Pat, 2026-11-24, resolved: Is that net?] [comment: Quinn, in reply to Pat: Gross.]"
    assert f'1,"100 {resolved}"\n2,200 [comment: Pat: And this?]' in text


async def test_in_open_document(convert: Converter) -> None:
    comment = (
        '<office:annotation xmlns:dc="x" {}><dc:creator>{}</dc:creator><dc:date>2026-11-24</dc:date><text:p>{}</text:p>'
        "</office:annotation>"
    )
    first = comment.format('office:name="c1" office:resolved="true"', "Ann", "Too much.")
    reply = comment.format('office:parent-name="c1" office:resolved="false"', "Bob", "Lowered.")
    text = (await convert(made_documents.odt(f"<text:p>Price{first}{reply}</text:p>"), "a.odt", WITHOUT_OFFICE)).text
    assert (
        "Price [comment by Ann, 2026-11-24, resolved: Too much.] "
        "[comment by Bob, 2026-11-24, in reply to Ann: Lowered.]"
    ) in text


async def test_in_rich_text(convert: Converter) -> None:
    comment = r"{{\*\atnid x}}{{\*\atnauthor {}}}\chatn{{\*\annotation{{\*\atnparent {}}}{}}}"
    said = "".join(
        comment.format(*one) for one in (("Ann", 0, "Too much."), ("Bob", -1, "Lowered."), ("Cy", -9, "Hm."))
    )
    text = (await convert(f"{{\\rtf1 Price{said}\\par}}".encode(), "a.rtf", WITHOUT_OFFICE)).text
    assert (
        "Price [Comment by Ann: Too much.] [Comment by Bob, in reply to Ann: Lowered.] [Comment by Cy, a reply: Hm.]"
    ) in text


async def test_in_word_97(convert: Converter) -> None:
    comments = "\x05 Too much.\r\x05 Lowered.\r\x05 Why?\r"
    content = made_old_office.old_word("The price.\r", comments, authors=("Ann", "Bob", "Cy"), parents=(0, 1, 0))
    text = (await convert(content, "a.doc", WITHOUT_OFFICE)).text
    assert (
        "Comment by Ann, 2026-11-24: Too much.\nComment by Bob, 2026-11-24, in reply to Ann: Lowered.\n"
        "Comment by Cy, 2026-11-24: Why?"
    ) in text
