"""Reads from a refusal how many images and documents a request may hold, if it says so. Pure.

A host may allow fewer than the model's documentation says: a hundred, or twenty of both together. Wordings are those of
the API, AWS, vLLM and gateways, from issue trackers: "too many images and documents: 120 + 0 > 100", "Too much media:
40 document pages + 70 images > 100", "At most 30 image(s) may be provided in one prompt.", "A maximum of 100 PDF pages
may be provided.", "Too many images in request: 20, maximum allowed: 10."
"""

from __future__ import annotations

import re

from bot.errors import MediaBound

_MEDIA = r"(images?\b|image\(s\)|pictures?\b|media\b|(pdf |document )?pages?\b|pdfs?\b|documents?\b|attachments?\b)"
_NUMBER = r"(?P<most>\d{1,3}(,\d{3})+|\d{1,5})(?!\d|\.\d)"
_TOO_MANY = re.compile(
    rf"\btoo (many|much) {_MEDIA}|\bnumber of {_MEDIA}.{{0,40}}\bexceed|\bexceed\w*\b.{{0,30}}\bnumber of {_MEDIA}"
    rf"|\b(maximum|limit) \d[\d,]* {_MEDIA}.{{0,30}}\bexceeded",
    re.IGNORECASE,
)
_BOUND = re.compile(
    rf"(>|\bmax(imum)?\b( number)?( allowed)?( is| of)?:?|\bat most|\bup to|\blimit( is| of)?:?) *{_NUMBER}",
    re.IGNORECASE,
)
_AT_MOST = re.compile(
    rf"\b(at most|up to|no more than|(a )?max(imum)?( number)?( of)?|limit of) {_NUMBER} {_MEDIA}", re.IGNORECASE
)
_PAGES = re.compile(r"\bpages?\b", re.IGNORECASE)


def bound_in(message: str) -> MediaBound | None:
    """``None`` if the words are about something else."""
    at_most = _AT_MOST.search(message)
    too_many = _TOO_MANY.search(message)
    if at_most is None and too_many is None:
        return None
    written = at_most or _BOUND.search(message)
    most = int(written["most"].replace(",", "")) if written else None
    return MediaBound(most, in_pages=_PAGES.search(message) is not None)
