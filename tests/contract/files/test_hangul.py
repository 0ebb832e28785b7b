"""Hangul documents in their newer form (HWPX): words, tables, notes and pictures, not a heap of parts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.files import notes
from bot.messages import ImageBlock
from tests import made_files
from tests.converted import WITHOUT_OFFICE, Converter, converter

NAMES = (
    'xmlns:hp="http://www.hancom.co.kr/hwpml/2011/paragraph" xmlns:hs="http://www.hancom.co.kr/hwpml/2011/section" '
    'xmlns:hm="http://www.hancom.co.kr/hwpml/2011/master-page"'
)
NOTE = notes.words_alone("Hangul document")


@pytest.fixture
async def convert(tmp_path: Path) -> AsyncIterator[Converter]:
    async with converter(tmp_path) as made:
        yield made


def paragraph(*parts: str) -> str:
    runs = "".join(part if part.startswith("<hp:") else f"<hp:t>{part}</hp:t>" for part in parts)
    return f"<hp:p><hp:run><hp:secPr><hp:x>no words</hp:x></hp:secPr>{runs}</hp:run></hp:p>"


def listed(*paragraphs: str) -> str:
    return f"<hp:subList>{''.join(paragraphs)}</hp:subList>"


def table(*rows: tuple[str, ...]) -> str:
    made = ["".join(f"<hp:tc>{listed(cell)}</hp:tc>" for cell in row) for row in rows]
    return f"<hp:tbl>{''.join(f'<hp:tr>{row}</hp:tr>' for row in made)}</hp:tbl>"


def document(*sections: str, extra: dict[str, bytes] | None = None) -> bytes:
    parts = {
        f"Contents/section{number}.xml": f"<hs:sec {NAMES}>{section}</hs:sec>".encode()
        for number, section in enumerate(sections)
    }
    about = {"mimetype": b"application/hwp+zip", "Contents/header.xml": b"<head/>", "Preview/PrvText.txt": b"preview"}
    return made_files.zipped({**about, **parts, **(extra or {})})


async def test_its_words_are_read_where_they_stand(convert: Converter) -> None:
    inner = table((paragraph("a"), paragraph("b")))
    drawn = f"<hp:drawText>{listed(paragraph('in a box'))}</hp:drawText><hp:shapeComment>no</hp:shapeComment>"
    box, head = f"<hp:rect>{drawn}</hp:rect>", f"<hp:ctrl><hp:header>{listed(paragraph('위'))}</hp:header></hp:ctrl>"
    cells = (paragraph("이름"), paragraph("값")), (paragraph("lamp", inner), paragraph("7") + paragraph("8"))
    master = f"<hm:masterPage {NAMES}>{listed(paragraph('대외비'))}</hm:masterPage>".encode()
    note = f"<hp:ctrl><hp:footNote>{listed(paragraph('see [below]'))}</hp:footNote></hp:ctrl>"
    memo = f"<hp:ctrl><hp:fieldBegin><hp:parameters/>{listed(paragraph('why?'))}</hp:fieldBegin></hp:ctrl>"
    first = [
        paragraph("보고서<hp:tab/>2026<hp:lineBreak/>둘째"),
        paragraph("합계", note, " 5", memo),
        paragraph("옛<hp:deleteBegin/> 말<hp:deleteEnd/> <hp:insertBegin/>새<hp:insertEnd/>"),
        paragraph(table(*cells)),
        paragraph(box, "<hp:equation><hp:script>x over 2</hp:script></hp:equation>"),
        paragraph("<hp:dutmal><hp:mainText>漢</hp:mainText><hp:subText>한</hp:subText></hp:dutmal>"),
        paragraph('<hp:checkBtn value="CHECKED" caption="yes"/>', '<hp:textart text="SALE␍␊now"/>'),
        paragraph(head, "end"),
    ]
    content = document(
        "".join(first),
        paragraph(f"<hp:ctrl><hp:header>{listed(paragraph('위'))}</hp:header></hp:ctrl>", "second section"),
        extra={"Contents/masterpage0.xml": master},
    )
    found = await convert(content, "report.hwpx", WITHOUT_OFFICE)
    assert found.labels == ['File "report.hwpx" (Hangul document, its words, 19 lines):']
    assert found.text.split("```")[1].strip().split("\n") == [
        "보고서\t2026",
        "둘째",
        "합계 [note: see (below)] 5 [comment: why?]",
        "옛[deleted:  말] [inserted: 새]",
        "이름 | 값",
        "lamp / [ a | b ] | 7 / 8",
        "x over 2",
        "in a box",
        "漢 (한)",
        "☒ yes SALE now",
        "end",
        "",
        "second section",
        "",
        "## Headers of pages",
        "위",
        "",
        "## On several pages",
        "대외비",
    ]
    assert found.reasons == [NOTE]


async def test_its_pictures_are_seen_and_its_preview_where_nothing_else_is(convert: Converter) -> None:
    picture, preview = made_files.image("BMP", (200, 200)), made_files.solid("PNG", (0, 128, 0))
    extra = {"BinData/image1.bmp": picture, "Preview/PrvImage.png": preview}
    found = await convert(document(paragraph("words"), extra=extra), "report.hwpx", WITHOUT_OFFICE)
    assert [type(block) for block in found.file.blocks][-1] is ImageBlock
    assert "report.hwpx › image1.bmp" in found.text
    alone = await convert(document(paragraph(), extra={"Preview/PrvImage.png": preview}), "p.hwpx", WITHOUT_OFFICE)
    assert "p.hwpx › PrvImage.png" in alone.text
    assert alone.reasons == [NOTE]


async def test_a_locked_or_damaged_one_is_called_that(convert: Converter) -> None:
    manifest = b'<manifest xmlns="m"><file-entry><encryption-data/></file-entry></manifest>'
    locked = document(paragraph("x"), extra={"META-INF/manifest.xml": manifest})
    assert (await convert(locked, "x.hwpx", WITHOUT_OFFICE)).reasons == [notes.PASSWORD]
    damaged = document(paragraph("x"), extra={"Contents/section0.xml": b"<hs:sec>"})
    assert (await convert(damaged, "x.hwpx", WITHOUT_OFFICE)).reasons == [notes.not_opened("Hangul document")]
    deep = "<hp:p><hp:run><hp:tbl><hp:tr><hp:tc><hp:subList>" * 5
    end = "</hp:subList></hp:tc></hp:tr></hp:tbl></hp:run></hp:p>" * 5
    assert (await convert(document(paragraph("kept") + deep + end), "x.hwpx", WITHOUT_OFFICE)).reasons == [NOTE]
