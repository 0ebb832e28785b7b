"""Recognises a web page that Slack or a proxy served in place of a file.

Pure. Slack serves its login page with HTTP 200 if an app may not read a file (observed in the wild, documented
nowhere), so only the page itself tells. Pages that are the file are left alone.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from bot.files import fetch_notes
from bot.messages import Attachment

HEAD_BYTES = 65_536
"""How many bytes of the download are examined here."""

_PAGES = frozenset({"post", "space", "quip", "canvas", "email", "html"})
"""Modes and filetypes that download as HTML: what was written in Slack itself, e-mails sent into it, web pages."""
_LOOKS_LIKE_PAGE = re.compile(rb"\s*(?:<!doctype html|<html)\b", re.IGNORECASE)
_SIGN_IN = re.compile(rb"\b(?:sign|log)[ _-]?in\b", re.IGNORECASE)
_SIGN_IN_FORM = re.compile(
    rb"<title>\s*(?:sign|log)[ _-]?in\b|<form\b|type=.password|slack-edge\.com|[?&;]redir=", re.IGNORECASE
)
_LOGIN_PATH = re.compile(r"/(?:signin|sign-in|login|sso|workspace-signin)\b", re.IGNORECASE)


def reason_for_page(attachment: Attachment, content_type: str, head: bytes, size_bytes: int) -> str | None:
    """``None`` if the download can be the file. ``head``: its first ``HEAD_BYTES``; ``size_bytes``: all of it.

    A file that is a page itself may well mention signing in: it takes more to be called a login page.
    """
    if size_bytes == attachment.size_bytes or not _is_page(content_type, head):
        return None
    may_be_page = _may_be_page(attachment)
    if _SIGN_IN.search(head) and (not may_be_page or _SIGN_IN_FORM.search(head)):
        return fetch_notes.NO_PERMISSION
    return None if may_be_page else fetch_notes.WEB_PAGE_INSTEAD


def leads_to_login(location: str) -> bool:
    """Whether a redirect there asks for a login: "https://acme.slack.com/?redir=%2Ffiles-pri%2F…", ".../signin"."""
    try:
        parts = urlsplit(location)
    except ValueError:
        return False
    return "redir=" in parts.query or _LOGIN_PATH.search(parts.path) is not None


def _is_page(content_type: str, head: bytes) -> bool:
    return content_type.lower().startswith("text/html") or _LOOKS_LIKE_PAGE.match(head) is not None


def _may_be_page(attachment: Attachment) -> bool:
    named = attachment.name.lower().endswith((".html", ".htm", ".xhtml", ".mhtml", ".eml"))
    typed = "html" in attachment.mimetype or attachment.mimetype.startswith("message/")
    return named or typed or not _PAGES.isdisjoint({attachment.mode, attachment.filetype})
