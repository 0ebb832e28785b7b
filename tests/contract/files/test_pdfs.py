"""What the model gets of a PDF: a valid, unlocked one within the limits, or a note that says what to do."""

from __future__ import annotations

import io
import random
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from bot.files import inner_notes, notes
from bot.files.bounds import ConvertLimits
from bot.files.extracts import Extract, MemberExtract, NoteExtract, PdfExtract, TextExtract, Unreadable
from bot.files.outbox import Outbox
from bot.files.worker.convert import convert
from bot.files.worker.pdfs import pages
from tests import made_files, made_pdfs
from tests.file_limits import CONVERT

LIMITS = CONVERT
Convert = Callable[..., list[Extract]]


@pytest.fixture
def converted(tmp_path: Path) -> Convert:
    def run(content: bytes, limits: ConvertLimits = LIMITS) -> list[Extract]:
        source = tmp_path / "source"
        source.write_bytes(content)
        return convert(source, "x.pdf", "pdf", Outbox(tmp_path, ""), limits)

    return run


def pages_of(path: Path) -> int:
    with pikepdf.open(path) as pdf:
        assert not pdf.is_encrypted
        assert not pdf.get_warnings()
        return len(pdf.pages)


def test_a_good_pdf_is_left_as_it_is(converted: Convert, tmp_path: Path) -> None:
    content = made_files.pdf(4)
    (extract,) = converted(content)
    assert isinstance(extract, PdfExtract)
    assert extract.pages == 4
    assert (tmp_path / extract.file).read_bytes() == content


def test_a_blank_password_is_no_obstacle(converted: Convert, tmp_path: Path) -> None:
    (extract,) = converted(made_files.pdf(2, password=""))
    assert isinstance(extract, PdfExtract)
    assert pages_of(tmp_path / extract.file) == 2


def test_a_real_password_is_asked_for(converted: Convert) -> None:
    with pytest.raises(Unreadable) as refusal:
        converted(made_files.pdf(2, password="secret"))
    assert refusal.value.reason == notes.PASSWORD


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content.replace(b"startxref", b"startxxxx"),
        lambda content: content[:-200],
        lambda content: b"\r\n\r\nreceived by mail\r\n" + content,
    ],
    ids=["no cross-reference", "cut off", "begins late"],
)
def test_a_damaged_pdf_is_repaired(converted: Convert, tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    (extract,) = converted(damage(made_files.pdf(3)))
    assert isinstance(extract, PdfExtract)
    path = tmp_path / extract.file
    assert path.read_bytes().startswith(b"%PDF-")
    assert pages_of(path) == extract.pages == 3


def packed_pages() -> bytes:
    file = io.BytesIO()
    with pikepdf.open(io.BytesIO(made_pdfs.numbered(3))) as pdf:
        for page in pdf.pages:
            words = b"".join(b"BT (%d) Tj ET\n" % random.Random(number).randrange(10**9) for number in range(900))
            page.obj["/Contents"] = pdf.make_stream(page.Contents.read_bytes() + words)
        pdf.save(file, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return file.getvalue()


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content.decode("latin-1").encode(),
        lambda content: content.decode("utf-8", "replace").encode(),
        lambda content: re.sub(rb"\r?\n", b"\r\n", content),
        lambda content: re.sub(rb"(?s)stream\n.{40}", lambda found: found[0][:9] + bytes(38), content, count=1),
    ],
    ids=["put into UTF-8", "read as UTF-8", "other line ends", "a hole in it"],
)
def test_a_pdf_whose_pages_were_torn_on_the_way_says_so(converted: Convert, damage: Callable[[bytes], bytes]) -> None:
    shown, note = converted(damage(packed_pages()))
    assert isinstance(shown, PdfExtract)
    assert note == NoteExtract(notes.BREAKS_OFF)


def test_a_pdf_whose_pages_are_whole_says_nothing(converted: Convert) -> None:
    assert [type(one) for one in converted(packed_pages())] == [PdfExtract]


@pytest.mark.parametrize("handler", [b"Adobe.PubSec", b"FOPN_foweb"])
def test_a_pdf_that_another_program_locked_is_called_encrypted(converted: Convert, handler: bytes) -> None:
    with pytest.raises(Unreadable) as refusal:
        converted(made_files.pdf(2, password="x").replace(b"/Standard", b"/" + handler))
    assert refusal.value.reason == inner_notes.ENCRYPTED_FILE


@pytest.mark.parametrize(
    "options",
    [{"linearize": True}, {"object_stream_mode": pikepdf.ObjectStreamMode.generate}],
    ids=["made for the web", "objects packed"],
)
def test_of_a_pdf_that_broke_off_the_pages_that_arrived_are_shown(
    converted: Convert, tmp_path: Path, options: dict[str, Any]
) -> None:
    """The size of all pages is said above them, in what has been lost for some."""
    whole = io.BytesIO()
    with pikepdf.open(io.BytesIO(made_pdfs.numbered(60))) as pdf:
        for page in pdf.pages:
            page.obj["/Weight"] = pdf.make_stream(random.Random(0).randbytes(3_000))
        pdf.save(whole, **options)
    content = whole.getvalue()
    shown, note = converted(content[: len(content) * 2 // 3])
    assert isinstance(shown, PdfExtract)
    assert note == NoteExtract(notes.BREAKS_OFF)
    assert pages_of(tmp_path / shown.file) == shown.pages >= 35
    with pikepdf.open(tmp_path / shown.file) as pdf:
        words = [page.Contents.read_bytes() for page in pdf.pages if "/Contents" in page]
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert words[:35] == [page.Contents.read_bytes() for page in pdf.pages][:35]


def test_what_only_begins_like_a_pdf_is_refused(converted: Convert) -> None:
    with pytest.raises(Unreadable) as refusal:
        converted(b"%PDF-1.7\n" + bytes(range(256)) * 20)
    assert refusal.value.reason == notes.DAMAGED_PDF


@pytest.mark.parametrize("before", [None, "secret"], ids=["alone", "behind a locked one"])
def test_a_pdf_without_pages_is_refused(converted: Convert, before: str | None) -> None:
    if before is not None:
        with pytest.raises(Unreadable):
            converted(made_files.pdf(1, password=before))
    with pytest.raises(Unreadable) as refusal:
        converted(made_files.pdf(0))
    assert refusal.value.reason == notes.NO_PAGES


def test_a_long_pdf_is_kept_whole_and_gives_some_of_its_pages(converted: Convert, tmp_path: Path) -> None:
    (extract,) = converted(made_pdfs.numbered(812))
    assert isinstance(extract, PdfExtract)
    assert pages_of(tmp_path / extract.file) == extract.pages == 812
    (part,) = pages.some_pages(tmp_path / extract.file, "201-300", Outbox(tmp_path, "part-"))
    assert isinstance(part, PdfExtract)
    with pikepdf.open(tmp_path / part.file) as pdf:
        words = [page.Contents.read_bytes() for page in pdf.pages]
    assert part.pages == len(words) == 100
    assert b"(PAGE 201)" in words[0]
    assert b"(PAGE 300)" in words[-1]


def test_pages_that_list_the_pictures_of_all_others_are_given_without_them(tmp_path: Path) -> None:
    (tmp_path / "shared.pdf").write_bytes(made_pdfs.numbered(20, size_bytes=2_000_000, shared=True))
    (part,) = pages.some_pages(tmp_path / "shared.pdf", "5-6", Outbox(tmp_path, "part-"))
    assert isinstance(part, PdfExtract)
    assert (tmp_path / part.file).stat().st_size < 300_000


def test_a_form_that_only_one_viewer_shows_is_named_as_such(converted: Convert) -> None:
    with pytest.raises(Unreadable) as refusal:
        converted(made_files.xfa_form())
    assert refusal.value.reason == notes.XFA


def test_a_portfolio_gives_the_files_in_it(converted: Convert, tmp_path: Path) -> None:
    extracts = converted(made_files.portfolio({"a.txt": b"first", "b.pdf": made_files.pdf()}))
    assert [
        (extract.name, (tmp_path / extract.file).read_bytes()[:5])
        for extract in extracts
        if isinstance(extract, MemberExtract)
    ] == [
        ("a.txt", b"first"),
        ("b.pdf", b"%PDF-"),
    ]


@pytest.mark.parametrize(
    ("words", "is_shown"),
    [("Offer of May, signed by Ann", True), ("Open this PDF portfolio in Adobe Reader X", False)],
    ids=["a cover", "a program's words"],
)
def test_the_page_of_a_portfolio_is_shown_where_people_wrote_it(
    converted: Convert, tmp_path: Path, words: str, *, is_shown: bool
) -> None:
    with pikepdf.open(io.BytesIO(made_files.portfolio({"a.txt": b"first"}))) as pdf:
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        pdf.pages[0].obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        pdf.pages[0].obj.Contents = pikepdf.Stream(pdf, f"BT /F1 20 Tf 50 50 Td ({words}) Tj ET".encode())
        pdf.save(tmp_path / "portfolio.pdf")
    extracts = converted((tmp_path / "portfolio.pdf").read_bytes())
    assert any(isinstance(extract, PdfExtract) for extract in extracts) is is_shown
    assert members(extracts, tmp_path) == {"a.txt": b"first"}


def test_of_a_pdf_that_breaks_off_that_is_told(converted: Convert, tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(made_files.pdf(9))) as pdf:
        pdf.save(tmp_path / "plain.pdf", object_stream_mode=pikepdf.ObjectStreamMode.disable)
    whole = (tmp_path / "plain.pdf").read_bytes()
    first, *notes_after = converted(whole[: len(whole) * 3 // 4])
    assert isinstance(first, PdfExtract)
    assert notes_after == [NoteExtract(notes.BREAKS_OFF)]
    assert len(converted(whole[: whole.rindex(b"startxref")] + b"startxref\n99999\n%%EOF\n")) == 1


def members(extracts: list[Extract], directory: Path) -> dict[str, bytes]:
    return {
        extract.name: (directory / extract.file).read_bytes()
        for extract in extracts
        if isinstance(extract, MemberExtract)
    }


def test_files_embedded_in_a_pdf_come_with_its_pages(converted: Convert, tmp_path: Path) -> None:
    extracts = converted(made_pdfs.with_attachments({"figures.csv": b"a;b\n1;2\n", "b.txt": b"second"}))
    assert isinstance(extracts[0], PdfExtract)
    assert members(extracts, tmp_path) == {"figures.csv": b"a;b\n1;2\n", "b.txt": b"second"}


def test_where_such_a_file_was_on_somebodys_disk_is_not_told(converted: Convert, tmp_path: Path) -> None:
    extracts = converted(made_pdfs.with_attachments({"C:\\Users\\ann\\figures.csv": b"a;b", "/home/bob/b.txt": b"b"}))
    assert members(extracts, tmp_path) == {"figures.csv": b"a;b", "b.txt": b"b"}


def test_so_do_files_pinned_to_a_page_each_once(converted: Convert, tmp_path: Path) -> None:
    extracts = converted(made_pdfs.with_attachments({"a.txt": b"listed"}, {"note.txt": b"pinned"}, pages=3))
    assert members(extracts, tmp_path) == {"a.txt": b"listed", "note.txt": b"pinned"}


def test_more_of_them_than_the_limits_allow_are_named(converted: Convert, tmp_path: Path) -> None:
    content = made_pdfs.with_attachments({f"{number}.txt": b"x" * 1_000 for number in range(9)})
    few = converted(content, replace(LIMITS, archive_files_max=4))
    assert len(members(few, tmp_path)) == 4
    assert few[-1] == NoteExtract(notes.members_left_out(4, 4, LIMITS.archive_bytes_max))
    unread = few[-2]
    assert isinstance(unread, TextExtract)
    assert unread.about == "the names of files in it that were not read, 5 lines"
    assert (tmp_path / unread.file).read_text() == "4.txt\n5.txt\n6.txt\n7.txt\n8.txt\n"
    small = converted(content, replace(LIMITS, archive_bytes_max=2_500))
    assert len(members(small, tmp_path)) == 2
    assert isinstance(small[-1], NoteExtract)


def test_a_damaged_one_costs_no_other(converted: Convert, tmp_path: Path) -> None:
    content = made_pdfs.with_attachments({"a.txt": b"good", "b.bin": b"Q" * 40})
    with pikepdf.open(io.BytesIO(content)) as pdf:
        pdf.attachments["b.bin"].obj.EF.F.write(b"\0\1\2 no deflate", filter=pikepdf.Name.FlateDecode)
        pdf.save(tmp_path / "torn.pdf")
    extracts = converted((tmp_path / "torn.pdf").read_bytes())
    assert isinstance(extracts[0], PdfExtract)
    assert members(extracts, tmp_path) == {"a.txt": b"good"}
    assert extracts[-1] == NoteExtract(notes.attachments_damaged(1))


def test_a_portfolio_with_pages_of_its_own_keeps_them(converted: Convert, tmp_path: Path) -> None:
    content = made_pdfs.with_attachments({"a.txt": b"a"}, pages=3)
    with pikepdf.open(io.BytesIO(content)) as pdf:
        pdf.Root.Collection = pikepdf.Dictionary(View=pikepdf.Name.D)
        pdf.save(tmp_path / "portfolio.pdf")
    extracts = converted((tmp_path / "portfolio.pdf").read_bytes())
    assert isinstance(extracts[0], PdfExtract)
    assert members(extracts, tmp_path) == {"a.txt": b"a"}


def test_a_password_on_attachments_alone_keeps_nobody_from_the_pages(converted: Convert, tmp_path: Path) -> None:
    (extract,) = converted(made_pdfs.locked_attachments())
    assert isinstance(extract, PdfExtract)
    assert pages_of(tmp_path / extract.file) == 1
    with pikepdf.open(tmp_path / extract.file) as pdf:
        assert made_pdfs.PAGE_TEXT in pdf.pages[0].Contents.read_bytes()
    page, note = converted(made_pdfs.locked_attachments(attachment=True))
    assert isinstance(page, PdfExtract)
    assert note == NoteExtract(notes.attachments_locked(1))


def test_what_one_reader_cannot_repair_another_may(converted: Convert, tmp_path: Path) -> None:
    (extract,) = converted(made_pdfs.numbers_above_size())
    assert isinstance(extract, PdfExtract)
    assert pages_of(tmp_path / extract.file) == extract.pages == 1
    with pikepdf.open(tmp_path / extract.file) as pdf:
        assert made_pdfs.PAGE_TEXT in pdf.pages[0].Contents.read_bytes()


def test_a_pdf_mentioned_in_a_text_is_text(converted: Convert) -> None:
    (extract,) = converted(b"A PDF starts with %PDF-1.4 and that is that.\n")
    assert not isinstance(extract, PdfExtract)


def pdf_with(*annotations: pikepdf.Dictionary, foreign: pikepdf.Pdf | None = None) -> bytes:
    """``foreign`` is where streams in the annotations were made."""
    file = io.BytesIO()
    with pikepdf.open(io.BytesIO(made_files.pdf(2))) as pdf:
        if foreign is None:
            listed = pikepdf.Array([pdf.make_indirect(one) for one in annotations])
        else:
            listed = pikepdf.Array([pdf.copy_foreign(foreign.make_indirect(one)) for one in annotations])
        pdf.pages[1].obj.Annots = listed
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=listed)
        pdf.save(file)
    return file.getvalue()


def annotation(kind: str, **known: Any) -> pikepdf.Dictionary:
    return pikepdf.Dictionary(Subtype=pikepdf.Name(f"/{kind}"), Rect=pikepdf.Array([0, 0, 9, 9]), **known)


def beside(extracts: list[Extract], directory: Path) -> str:
    (found,) = [extract for extract in extracts if isinstance(extract, TextExtract)]
    return (directory / found.file).read_text(encoding="utf-8")


def test_comments_on_pages_are_read_with_author_and_day(converted: Convert, tmp_path: Path) -> None:
    content = pdf_with(
        annotation("Text", Contents="Too dear, Ünal", T="Ann", M="D:20261124100000Z"),
        annotation("Highlight", Contents="Check this"),
        annotation("Link", Contents="elsewhere"),
        annotation("FreeText", Contents="drawn", AP=pikepdf.Dictionary()),
    )
    text = beside(converted(content), tmp_path)
    assert text == "Page 2, comment by Ann, 2026-11-24: Too dear, Ünal\nPage 2, comment: Check this"


def picture(pdf: pikepdf.Pdf, content: bytes) -> pikepdf.Dictionary:
    return pikepdf.Dictionary(N=pdf.make_stream(content, Subtype=pikepdf.Name("/Form"), BBox=[0, 0, 9, 9]))


def test_what_was_typed_into_a_form_is_read_where_nothing_draws_it(converted: Convert, tmp_path: Path) -> None:
    pdf = pikepdf.new()
    drawn = picture(pdf, b"/Tx BMC q BT /F 9 Tf (K\xf6) Tj [(l) -20 (n am)] TJ T* (Rhein 7) Tj ET Q EMC")
    as_two_bytes = picture(pdf, b"BT <004200660068> Tj ET")
    empty, older = picture(pdf, b"/Tx BMC\nEMC\n"), picture(pdf, b"BT (Ann) Tj ET")
    fields = {
        "Name": ("Bob Müller", None),
        "City": ("Köln am Rhein 7", drawn),
        "Sign": ("Bob", as_two_bytes),
        "Street": ("Ring 5", empty),
        "Guest": ("Zoe", older),
        "Note": ("", empty),
        "Town": ("Bonn", pikepdf.Dictionary(D=pikepdf.Dictionary())),
    }
    content = pdf_with(
        *(
            annotation(
                "Widget", FT=pikepdf.Name("/Tx"), T=name, V=value, **({"AP": shown} if shown is not None else {})
            )
            for name, (value, shown) in fields.items()
        ),
        annotation("Widget", FT=pikepdf.Name("/Tx"), T="Password", V="secret", Ff=1 << 13),
        foreign=pdf,
    )
    assert beside(converted(content), tmp_path).split("\n") == [
        "Page 2, field “Name”: Bob Müller",
        "Page 2, field “Street”: Ring 5",
        "Page 2, field “Guest”: Zoe",
        "Page 2, field “Town”: Bonn",
    ]


def test_what_was_chosen_and_ticked_is_read_too(converted: Convert, tmp_path: Path) -> None:
    pdf = pikepdf.new()
    states = pikepdf.Dictionary(N=pikepdf.Dictionary(Yes=pdf.make_stream(b"q Q"), Off=pdf.make_stream(b"")))
    yes, lands = pikepdf.Name("/Yes"), pikepdf.Array([["AT", "Austria"], ["DE", "Germany"]])
    content = pdf_with(
        annotation("Widget", FT=pikepdf.Name("/Ch"), T="Days", V=pikepdf.Array(["Monday", "Friday"])),
        annotation("Widget", FT=pikepdf.Name("/Ch"), T="Land", V="DE", Opt=lands),
        annotation("Widget", FT=pikepdf.Name("/Btn"), T="Agreed", V=yes),
        annotation("Widget", FT=pikepdf.Name("/Btn"), T="News", V=pikepdf.Name("/Off")),
        annotation("Widget", FT=pikepdf.Name("/Btn"), T="Seen", V=yes, AS=yes, AP=states),
        annotation("Widget", FT=pikepdf.Name("/Btn"), T="Paid", V=yes, AS=pikepdf.Name("/Off"), AP=states),
        annotation("Widget", FT=pikepdf.Name("/Btn"), T="Other", V=pikepdf.Name("/No"), AP=states),
        annotation("Widget", FT=pikepdf.Name("/Tx"), T="Reasons", V=pdf.make_stream(b"It is\r\nlong")),
        foreign=pdf,
    )
    assert beside(converted(content), tmp_path).split("\n") == [
        "Page 2, field “Days”: Monday, Friday",
        "Page 2, field “Land”: Germany",
        "Page 2, field “Agreed”: ticked (Yes)",
        "Page 2, field “Paid”: ticked (Yes)",
        "Page 2, field “Reasons”: It is long",
    ]


def test_a_comment_that_is_written_as_a_page_is_read(converted: Convert, tmp_path: Path) -> None:
    rich = annotation("Highlight", RC="<body><p>Too <b>dear</b></p><p>&amp; late</p></body>", T="Ann")
    pinned = annotation("FileAttachment", Contents="The offer of May")
    assert beside(converted(pdf_with(rich, pinned)), tmp_path) == (
        "Page 2, comment by Ann: Too dear & late\nPage 2, comment: The offer of May"
    )


def test_where_links_lead_is_told_where_the_page_does_not_say_it(converted: Convert, tmp_path: Path) -> None:
    shown = [
        (700, "See our offer", "https://shop.example/offer?id=7"),
        (650, "www.plain.example/a", "https://www.plain.example/a/"),
        (600, "https://long.example/first-", "https://long.example/first-second"),
        (580, "second", "https://long.example/first-second"),
        (500, "write to Ann", "mailto:ann@firm.example"),
        (450, "", "https://logo.example/"),
        (400, "See our offer", "https://shop.example/offer?id=7"),
    ]
    file = io.BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page()
        page = made.add_blank_page().obj
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
        drawn = "".join(f"BT /F 12 Tf 72 {height} Td ({words}) Tj ET\n" for height, words, _ in shown)
        page.Contents = made.make_stream(drawn.encode())
        page.MediaBox = [0, 0, 612, 792]
        places = [
            pikepdf.Dictionary(
                Subtype=pikepdf.Name.Link,
                Rect=[60, height - 4, 400, height + 12],
                A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI=address),
            )
            for height, _, address in shown
        ]
        within = pikepdf.Dictionary(Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], Dest=[page, pikepdf.Name.Fit])
        page.Annots = pikepdf.Array([*places, within])
        made.save(file)
    _, extract = converted(file.getvalue())
    assert isinstance(extract, TextExtract)
    assert extract.about.startswith("where links on its pages lead")
    assert (tmp_path / extract.file).read_text(encoding="utf-8").split("\n") == [
        "Page 2, link “See our offer”: https://shop.example/offer?id=7",
        "Page 2, link “write to Ann”: mailto:ann@firm.example",
        "Page 2, link: https://logo.example/",
    ]


XFA_FORM = """<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/"><template xmlns="http://www.xfa.org/schema/xfa-template/3.3/">
<subform name="form1"><draw><value><text>Application for a permit</text></value></draw>
<subform name="person"><field name="surname"><caption><value><text>Family name</text></value></caption>
<ui><textEdit/></ui></field><field name="land"><caption><value><exData contentType="text/html"><body
xmlns="http://www.w3.org/1999/xhtml"><p>Coun<b>try</b></p><p>of birth</p></body></exData></value></caption><ui>
<choiceList/></ui><items><text>Norway</text><text>Chile</text></items><items save="1"><text>NO</text><text>CL</text>
</items></field></subform>
<subform name="stay"><field name="city"><caption><value><text>City</text></value></caption></field></subform>
<field name="agree"><caption><value><text>I agree</text></value></caption><ui><checkButton/></ui>
<items><integer>1</integer><integer>0</integer></items></field>
<exclGroup name="kind"><field name="a"><caption><value><text>Single</text></value></caption><items><text>S</text>
</items></field><field name="b"><caption><value><text>Multiple</text></value></caption><items><text>M</text>
</items></field>
</exclGroup><field name="id" presence="hidden"/><field name="mail"><bind match="dataRef" ref="$.contact.mail"/><caption>
<value><text>E-mail</text></value></caption></field></subform></template>
<xfa:datasets xmlns:xfa="http://www.xfa.org/schema/xfa-data/1.0/"><xfa:data><form1><person><surname>Novak</surname>
<land>CL</land></person><stay><city>Oslo</city></stay><stay><city>Lima</city></stay><agree>1</agree><kind>M</kind>
<contact><mail>n@x.example</mail></contact><id>77</id></form1></xfa:data></xfa:datasets></xdp:xdp>"""


@pytest.mark.parametrize("parted", [False, True])
def test_of_a_form_that_only_one_viewer_shows_the_captions_and_values_are_read(
    converted: Convert, tmp_path: Path, parted: bool
) -> None:
    file, at = io.BytesIO(), XFA_FORM.index("<xfa:datasets")
    with pikepdf.new() as made:
        made.add_blank_page()
        made.Root.NeedsRendering = True
        pieces = [made.make_stream(piece.encode()) for piece in (XFA_FORM[:at], XFA_FORM[at:])]
        listed = pikepdf.Array([pikepdf.String("template"), pieces[0], pikepdf.String("datasets"), pieces[1]])
        made.Root.AcroForm = pikepdf.Dictionary(XFA=listed if parted else made.make_stream(XFA_FORM.encode()))
        made.save(file)
    extract, note = converted(file.getvalue())
    assert isinstance(extract, TextExtract)
    assert note == NoteExtract(notes.XFA_WORDS)
    assert (tmp_path / extract.file).read_text(encoding="utf-8").split("\n") == [
        "Application for a permit",
        "Family name: Novak",
        "Country of birth: Chile",
        "City: Oslo",
        "City: Lima",
        "I agree: ticked",
        "Single: not chosen",
        "Multiple: chosen",
        "E-mail: n@x.example",
        "id: 77",
    ]
