"""Rich text as the words in it, in whatever alphabet, and the HTML that Outlook wraps in it."""

from __future__ import annotations

import pytest

from bot.files.worker.documents import rtf

FONTS = rb"{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset204 X;}{\f2\fcharset128 M;}}"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (rb"Gr\'f6\'dfe \u8364? {\f1 \'cf\'eb\'e0\'ed} {\f2 \'93\'fa\'96{\f2\'7b}}", "Größe € План 日本"),
        (rb"\u-10179?\u-8704? and \uc2\u1234ab c", "😀 and \u04d2 c"),
        (
            rb"{\header Head\par}Body{\footnote Foot}{\*\atnauthor Ann}{\*\annotation Why?}\par{\footer Page 1}",
            "Head\nBody [Footnote: Foot] [Comment by Ann: Why?]\n\nPage 1",
        ),
        (rb"Body{\super\chftn}{\*\footnote\pard {\chftn}Foot\par}\par more", "Body [Footnote: Foot\n]\nmore"),
        (rb"{\shp{\*\shpinst{\sp{\sn a}{\sv b}}{\shptxt In a box\par}}{\shprslt twice}}", "In a box"),
        (rb"Beside{\shp{\*\shpinst{\shptxt{\b In a} box}}}the box", "Beside\nIn a box\nthe box"),
        (rb'{\field{\*\fldinst{HYPERLINK "https://x.example" }}{\fldrslt{\ul this}}}', "this (https://x.example)"),
        (rb"\trowd A\cell 5\cell\row B\cell 6\cell\row", "A | 5\nB | 6"),
        (rb"{\info{\title No}}{\*\unknown no}{\pict 00ff}yes{\xe {\v no}}", "yes"),
        (rb"\v from\v0 in March{\v  or May}.\par {\v\par}", "[hidden: from] in March [hidden:  or May] ."),
        (
            rb"In {\deleted March.\par Or so.\par}May {\field{\*\fldinst HYPERLINK x}{\*\fldrslt here}}",
            "In [deleted: March.]\n [deleted: Or so.]\nMay here",
        ),
        (rb"{\listtext 1.\tab}First\par\bullet  second\line \emdash", "1.\tFirst\n• second\n—"),
        (rb"before{\pict\bin4 {\}{}after", "beforeafter"),
        (rb"open {groups {are no", "open groups are no"),
    ],
    ids=[
        *(
            "alphabets",
            "beyond the first plane",
            "around the body",
            "starred notes",
            "boxes",
            "a box among words",
            "links",
            "tables",
            "what nobody sees",
        ),
        *("hidden words", "a change of several paragraphs"),
        *("lists", "bytes of a picture", "cut off"),
    ],
)
def test_every_visible_word_is_read(body: bytes, text: str) -> None:
    assert rtf.to_text(rb"{\rtf1\ansi\ansicpg1252" + FONTS + b" " + body + b"}").strip() == text


def test_what_is_wrapped_comes_out_as_it_was() -> None:
    page = (
        rb"{\rtf1\ansi\ansicpg1252\fromhtml1 \deff0"
        + FONTS
        + rb"{\*\htmltag18 <html>}{\*\htmltag64 <p>}\htmlrtf{\htmlrtf0 "
        rb"Gr\'fc\'dfe {\*\htmltag84 &amp;}\htmlrtf &\htmlrtf0  {\*\mhtmltag no}x\line "
        rb"{\*\htmltag72 </p>}\htmlrtf\par}\htmlrtf0}"
    )
    assert rtf.wrapped(page) == ("html", "<html><p>Grüße &amp; x\n</p>")
    assert rtf.wrapped(rb"{\rtf1\ansi no}") is None


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (rb"10{\super 3} km, H{\sub 2}O", "10³ km, H₂O"),
        (rb"10\super 3\nosupersub 5 and 2\super 4\plain 6", "10³5 and 2⁴6"),
        (rb"the 1{\super st}", "the 1st"),
    ],
)
def test_raised_digits_stay_apart_from_the_others(body: bytes, text: str) -> None:
    assert rtf.to_text(rb"{\rtf1\ansi " + body + rb"}").strip() == text
