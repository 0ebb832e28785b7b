"""Hangul documents in their newer form (HWPX) and their older one (HWP 5): words, tables, notes and pictures."""

from __future__ import annotations

import struct
import zlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.files import notes
from bot.messages import ImageBlock
from tests import made_documents, made_files
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


# --- the older form --------------------------------------------------------------------------------------------------
def record(tag: int, level: int, data: bytes = b"") -> bytes:
    size = min(len(data), 0xFFF)
    head = struct.pack("<I", tag | level << 10 | size << 20)
    return head + (struct.pack("<I", len(data)) if size == 0xFFF else b"") + data


def wide(text: str) -> bytes:
    return text.encode("utf-16-le")


def control(code: int) -> bytes:
    return struct.pack("<8H", code, *[0] * 6, code)


def old_paragraph(level: int, text: bytes, *controls: bytes) -> bytes:
    return record(66, level, bytes(22)) + record(67, level + 1, text + wide("\r")) + b"".join(controls)


def old_cell(row: int, text: str) -> bytes:
    return record(72, 2, struct.pack("<IIHHHH", 1, 0, 0, row, 1, 1)) + old_paragraph(2, wide(text))


def old_document(*sections: bytes, flags: int = 0, **more: bytes) -> bytes:
    tree: made_documents.Tree = {
        "FileHeader": b"HWP Document File".ljust(36, b"\0") + struct.pack("<I", flags),
        "BodyText": {f"Section{number}": section for number, section in enumerate(sections)},
        "PrvText": wide("미리 보기"),
        **({"BinData": more} if more else {}),
    }
    return made_documents.compound(tree)


def packed(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


TABLE = record(71, 1, b" lbt") + record(77, 2) + old_cell(0, "이름") + old_cell(0, "값") + old_cell(1, "lamp")
NOTED = record(71, 1, b"  nf") + record(72, 2, bytes(8)) + old_paragraph(2, wide("see below"))
BOXED = record(71, 1, b" osg") + record(76, 2) + record(72, 3, bytes(8)) + old_paragraph(3, wide("in a box"))
FORMULA = record(71, 1, b"deqe") + record(88, 2, bytes(4) + struct.pack("<H", 8) + wide("x over 2"))
SECTION = (
    old_paragraph(0, wide("보고서") + control(9) + wide("2026\n둘째"))
    + old_paragraph(0, control(11) + wide("before"), TABLE)
    + old_paragraph(0, wide("합계") + control(17) + wide(" 5"), NOTED)
    + old_paragraph(0, control(11) + control(11) + wide("x" * 3_000), BOXED, FORMULA)
)


@pytest.mark.parametrize("flags", [0, 1])
async def test_the_words_of_the_older_form_are_read_to_the_end(convert: Converter, flags: int) -> None:
    sections = [SECTION, old_paragraph(0, wide("끝"))]
    content = old_document(*(packed(section) if flags else section for section in sections), flags=flags)
    found = await convert(content, "a.hwp", WITHOUT_OFFICE)
    assert found.text.split("```")[1].strip().split("\n") == [
        "보고서\t2026",
        "둘째",
        "before",
        "이름 | 값",
        "lamp",
        "합계 [note: see below] 5",
        f"x over 2 {'x' * 3_000}",
        "in a box",
        "",
        "끝",
    ]
    assert found.reasons == [NOTE]


async def test_pictures_of_the_older_form_are_seen(convert: Converter) -> None:
    picture = packed(made_files.image("BMP", (200, 200)))
    content = old_document(packed(old_paragraph(0, wide("words"))), flags=1, **{"BIN0001.bmp": picture})
    assert "a.hwp › BIN0001.bmp" in (await convert(content, "a.hwp", WITHOUT_OFFICE)).text


async def test_what_cannot_be_read_of_the_older_form_is_its_preview(convert: Converter) -> None:
    for content in (old_document(b"not packed", flags=1), old_document(SECTION, flags=4)):
        found = await convert(content, "a.hwp", WITHOUT_OFFICE)
        assert "미리 보기" in found.text
        assert "보고서" not in found.text
        assert found.reasons == [notes.HANGUL_PREVIEW]
    assert (await convert(old_document(SECTION, flags=2), "a.hwp", WITHOUT_OFFICE)).reasons == [notes.PASSWORD]
    cut_off = await convert(old_document(SECTION[:-9]), "a.hwp", WITHOUT_OFFICE)
    assert "보고서" in cut_off.text
    assert notes.WORDS_BREAK_OFF in cut_off.reasons
    for end in range(0, len(SECTION), 997):
        assert (await convert(old_document(SECTION[:end]), "a.hwp", WITHOUT_OFFICE)).reasons
