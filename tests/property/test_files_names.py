"""No name can break out of the line it stands in."""

from __future__ import annotations

import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from bot.files.names import NAME_CHARS_MAX, extension, safe_name


@given(st.text(max_size=300))
@example("\u202egpj.exe")
@example("a\u2028b\u0085c\x00d")
@example("\ud800")
def test_a_safe_name_is_one_short_line_without_quotes_tags_or_fences(name: str) -> None:
    safe = safe_name(name)
    assert 0 < len(safe) <= NAME_CHARS_MAX
    assert safe == safe.strip()
    assert not set(safe) & set('"`<>&\n\r')
    assert all(char == " " or not unicodedata.category(char).startswith(("C", "Z")) for char in safe)
    assert safe_name(safe) == safe


@given(st.from_regex(r"[\w][\w .()-]{0,60}[\w]\.[a-z]{2,4}", fullmatch=True).filter(lambda name: "  " not in name))
def test_an_ordinary_name_stays_as_it_is(name: str) -> None:
    assert safe_name(name) == name


def test_a_long_name_keeps_its_extension() -> None:
    assert safe_name("x" * 300 + ".pdf").endswith(".pdf")
    assert extension("Report.final.PDF") == "pdf"
    assert extension("no extension") == ""
    assert extension(".gitignore") == ""
