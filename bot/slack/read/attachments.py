"""Reads what a message shows below its own words (``attachments``), as Markdown.

Pure. Slack keeps four things there: tables that people paste, messages that they forward or link to, older messages of
other apps, and link previews. Previews are left out: they come late, and nobody said them (unless they are all there
is, which an app meant to be seen). A forwarded message contains the original, which may forward another one in turn, up
to a bound. Sources: slack:messaging/formatting-message-text#attachments, slack:reference/messaging/payload; the flags
as Slack's own clients send them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from bot.prompt.spoken import head, plain_name, typed
from bot.slack.escape import decode
from bot.slack.read import blocks, mrkdwn
from bot.slack.read.markdown import joined, link, quoted
from bot.slack.read.mentions import Naming
from bot.slack.shapes import Json, id_of, object_of, objects_of, text_of

SHARED = ("is_share", "is_msg_unfurl", "is_reply_unfurl", "is_thread_root_unfurl")
PREVIEW = ("from_url", "original_url", "is_app_unfurl", "app_unfurl_url", "service_name")
DEPTH_MAX = 4
"""Depth of forwarded messages within forwarded ones; of deeper ones the short form is read."""
NO_WORDS = frozenset({"[no preview available]"})
"""What Slack writes if it has no short form."""
_WORD = re.compile(r"\w+")


def what_shows(message: Json, naming: Naming, depth: int = DEPTH_MAX) -> str:
    """Everything that people see of ``message``, a message or a forwarded one: its own words, then what is below
    them."""
    shown = blocks.read(objects_of(message.get("blocks")), naming)
    # ``text`` repeats the blocks for notifications, so that it counts only where they may not say everything.
    said = shown.markdown if shown.whole else _together(_mrkdwn(message.get("text"), naming), shown.markdown)
    return joined([typed(said), _below(message, naming, depth, previews=not said)])


def _below(message: Json, naming: Naming, depth: int, *, previews: bool) -> str:
    """``previews``: they count, too, for a message that says nothing else."""
    items = objects_of(message.get("attachments"))
    return joined([_attachment(item, naming, depth) for item in items if previews or not _is_preview(item)])


def files_in(message: Json, depth: int = DEPTH_MAX) -> Iterator[Json]:
    """The file objects of ``message``, then those of the messages shared in it."""
    yield from objects_of(message.get("files"))
    for shared in objects_of(message.get("attachments")):
        if depth and _is_shared(shared):
            yield from files_in(shared, depth - 1)
            for original in _originals(shared):
                yield from files_in(original, depth - 1)


def _attachment(item: Json, naming: Naming, depth: int) -> str:
    return _quote(item, naming, depth) if _is_shared(item) else _by_app(item, naming)


def _is_preview(item: Json) -> bool:
    return not _is_shared(item) and any(item.get(flag) for flag in PREVIEW)


def _is_shared(item: Json) -> bool:
    return any(item.get(flag) is True for flag in SHARED)


def _originals(shared: Json) -> list[Json]:
    return [object_of(original.get("message")) for original in objects_of(shared.get("message_blocks"))]


def _together(text: str, shown: str) -> str:
    """Both, unless the words of ``text`` are all ``shown`` anyway."""
    words = set(_WORD.findall(text))
    repeated = text in shown or (words and words <= set(_WORD.findall(shown)))
    return shown if repeated else joined([text, shown])


def _quote(shared: Json, naming: Naming, depth: int) -> str:
    """A forwarded message, headed by its author and its place."""
    if depth:
        originals = joined([what_shows(original, naming, depth - 1) for original in _originals(shared)])
        said = joined([originals or typed(_parts(shared, naming)), _below(shared, naming, depth - 1, previews=False)])
    else:
        said = ""
    said = said or typed(_fallback(shared))
    url, author = text_of(shared.get("from_url")), _author(shared)
    if not author and text_of(shared.get("author_id")):
        author = naming("@", text_of(shared.get("author_id")))
    if not said and not url and not any(files_in(shared)):
        return ""
    return quoted(joined([f"{_head(url, author or 'someone')}:", said]))


def _author(shared: Json) -> str:
    """The name that the message gives the quoted author; empty if it gives none."""
    names = (plain_name(decode(text_of(shared.get(key)))) for key in ("author_name", "author_subname"))
    return next(filter(None, names), "")


def _head(url: str, author: str) -> str:
    return head(f"Shared message from {link(url, author)}")


def quoted_authors(message: Json, depth: int = DEPTH_MAX) -> Iterator[tuple[str, str, str]]:
    """The people quoted in ``message`` by name: the head of the quotation without its colon, the user's id, the
    name."""
    for shared in filter(_is_shared, objects_of(message.get("attachments"))):
        name, author_id = _author(shared), id_of(shared.get("author_id"))
        if name and author_id:
            yield _head(text_of(shared.get("from_url")), name), author_id, name
        for within in (shared, *_originals(shared)) if depth else ():
            yield from quoted_authors(within, depth - 1)


def _by_app(item: Json, naming: Naming) -> str:
    """The older form, in the order in which Slack shows its fields."""
    pretext = _mrkdwn(item.get("pretext"), naming)
    names = [decode(text_of(item.get(key))) for key in ("author_name", "author_subname")]
    author = link(text_of(item.get("author_link")), " ".join(filter(None, names)))
    buttons = " ".join(filter(None, map(_button, objects_of(item.get("actions")))))
    said = _parts(item, naming)
    shown = said or ("" if pretext else _fallback(item))
    return typed(joined([pretext, author, shown, buttons, _footer(item)]))


def _parts(item: Json, naming: Naming) -> str:
    """What an attachment itself says: title, blocks or text, fields, a picture, a file's name."""
    title = decode(text_of(item.get("title")))
    fields = [
        ": ".join(filter(None, [decode(text_of(field.get("title"))), _mrkdwn(field.get("value"), naming)]))
        for field in objects_of(item.get("fields"))
    ]
    shown = blocks.read(objects_of(item.get("blocks")), naming)
    short = _fallback(item) if item.get("blocks") and not shown.whole else ""
    said = _together(_mrkdwn(item.get("text"), naming) or short, shown.markdown)
    picture = text_of(item.get("image_url"))
    image = f"!{link(picture, title or _fallback(item) or 'image')}" if picture else ""
    file_name = decode(text_of(item.get("filename")))
    return joined([link(text_of(item.get("title_link")), title), said, *fields, image, file_name])


def _button(action: Json) -> str:
    """A button, or a menu with its choices."""
    groups = objects_of(action.get("option_groups"))
    options = [option for holder in (action, *groups) for option in objects_of(holder.get("options"))]
    labels = [decode(text_of(part.get("text"))) for part in (action, *groups, *options)]
    return " ".join(f"[{label}]" for label in labels if label)


def _mrkdwn(value: object, naming: Naming) -> str:
    return mrkdwn.to_markdown(text_of(value), naming)


def _footer(item: Json) -> str:
    footer, ts = decode(text_of(item.get("footer"))), str(item.get("ts") or "")
    return " · ".join(filter(None, [footer, _date(ts)]))


def _date(ts: str) -> str:
    try:
        return datetime.fromtimestamp(float(ts), UTC).strftime("%Y-%m-%d %H:%M UTC")
    except (OverflowError, OSError, ValueError):
        return ""


def _fallback(item: Json) -> str:
    text = decode(text_of(item.get("fallback"))).strip()
    return "" if text in NO_WORDS else text
