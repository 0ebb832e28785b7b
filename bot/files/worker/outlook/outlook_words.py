"""Writes an Outlook item as the lines that people see: who, when, about what, and the fields of its kind.

Pure. Source of the numbers: [MS-OXPROPS]; [MS-OXOCAL], [MS-OXOCNTC] and [MS-OXOTASK] for their contents.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from email.utils import format_datetime

from bot.files.worker.documents import rtf
from bot.files.worker.encodings.charsets import decoded
from bot.files.worker.hypertext.reader import to_text
from bot.files.worker.mails import mime
from bot.files.worker.mails.mail_body import declared_in
from bot.files.worker.mails.mail_versions import chosen
from bot.files.worker.outlook import lzfu, outlook_days, outlook_marks, outlook_series
from bot.files.worker.outlook.mapi import HTML_CODE_PAGE, Item, Key, Properties

_CLASS, _SUBJECT, _HEADERS, _BODY, _HTML, _RTF, _REPORT = 0x001A, 0x0037, 0x007D, 0x1000, 0x1013, 0x1009, 0x1001
_REPORT_OF_SERVER = 0x0C1B
"""Per recipient, as sent by the mail server that refused the mail. Source: [MS-OXOMSG] 2.2.2.36."""
_ROLE, _NAME, _ADDRESS, _SMTP, _SHOWN_NAME = 0x0C15, 0x3001, 0x3003, 0x39FE, 0x5FF6
_LINES = {1: ("To", 0x0E04), 2: ("Cc", 0x0E03), 3: ("Bcc", 0x0E02)}
_KINDS = (
    *(("ipm.contact", "contact"), ("ipm.distlist", "contact group"), ("ipm.abchperson", "contact")),
    *(("ipm.appointment", "appointment"), ("ipm.ole.class.{00061055", "appointment of a series")),
    *(("ipm.schedule.meeting.resp", "answer to an invitation"), ("ipm.schedule.meeting.can", "cancelled meeting")),
    *(("ipm.schedule", "invitation"), ("ipm.task", "task")),
    *(("ipm.stickynote", "note"), ("ipm.activity", "journal entry")),
)
_CONTACT: dict[Key, str] = {
    0x3001: "Name",
    0x3A45: "Title",
    0x3A06: "First name",
    0x3A44: "Middle name",
    0x3A11: "Last name",
    0x3A05: "Generation",
    0x3A4F: "Nickname",
    0x3A16: "Company",
    0x3A17: "Job title",
    0x3A18: "Department",
    0x3A19: "Office",
    0x3A46: "Profession",
    0x3A4E: "Manager",
    0x3A30: "Assistant",
    0x3A48: "Partner",
    ("address", 0x8083): "Mail",
    ("address", 0x8093): "Mail 2",
    ("address", 0x80A3): "Mail 3",
    ("address", 0x8062): "Chat",
    0x3A08: "Telephone at work",
    0x3A1B: "Second telephone at work",
    0x3A57: "Telephone of the company",
    0x3A09: "Telephone at home",
    0x3A2F: "Second telephone at home",
    0x3A1C: "Mobile telephone",
    0x3A1E: "Telephone in the car",
    0x3A1A: "Main telephone",
    0x3A1F: "Other telephone",
    0x3A2E: "Telephone of the assistant",
    0x3A02: "Callback number",
    0x3A21: "Pager",
    0x3A1D: "Radio telephone",
    0x3A24: "Fax at work",
    0x3A25: "Fax at home",
    0x3A23: "Other fax",
    0x3A2C: "Telex",
    0x3A2D: "ISDN",
    ("address", 0x801B): "Address at work",
    ("address", 0x801A): "Address at home",
    ("address", 0x801C): "Other address",
    0x3A15: "Postal address",
    0x3A29: "Street",
    0x3A2B: "Post office box",
    0x3A2A: "Postal code",
    0x3A27: "City",
    0x3A28: "State",
    0x3A26: "Country",
    0x3A5D: "Street at home",
    0x3A5B: "Postal code at home",
    0x3A59: "City at home",
    0x3A5C: "State at home",
    0x3A5A: "Country at home",
    ("address", 0x802B): "Web",
    0x3A51: "Web at work",
    0x3A50: "Personal web page",
    0x3A42: "Birthday",
    0x3A41: "Anniversary",
    0x3A58: "Children",
    0x3A43: "Hobbies",
    0x3A0C: "Language",
    0x3A0D: "Place",
    0x3A4A: "Customer number",
    0x3A00: "Account",
    0x3A4C: "FTP",
}
_MEETING: dict[Key, str] = {
    ("appointment", 0x8208): "Where",
    ("meeting", 0x0002): "Where",
    ("appointment", 0x8232): "Repeats",
    ("appointment", 0x8234): "Time zone",
    ("appointment", 0x8238): "Attendees",
}
_TASK: dict[Key, str] = {("task", 0x811F): "Owner", ("task", 0x8121): "Given by", ("common", 0x8539): "Company"}
_LOG: dict[Key, str] = {("log", 0x8712): "Kind", ("log", 0x8700): "Kind"}
_TASK_STATES = ("not started", "in progress", "complete", "waiting for someone else", "deferred")
_WHEN = (
    ("Begins", (("appointment", 0x820D), ("task", 0x8104), ("log", 0x8706), 0x0060)),
    ("Ends", (("appointment", 0x820E), ("log", 0x8708), 0x0061)),
    ("Due", (("task", 0x8105),)),
    ("Completed", (("task", 0x810F),)),
    ("Reminder", (("common", 0x8560), ("common", 0x8502))),
)
_EVENT: tuple[Key, Key] = (("appointment", 0x820D), ("appointment", 0x820E))
_DAYS = frozenset({0x3A42, 0x3A41})
_DAYS_OF_TASKS = frozenset({("task", 0x8104), ("task", 0x8105), ("task", 0x810F)})
_WHOLE_DAY, _DONE_SHARE, _TASK_STATE = ("appointment", 0x8215), ("task", 0x8102), ("task", 0x8101)
_MEMBERS, _MEMBERS_ALONE = ("address", 0x8055), ("address", 0x8054)


def kind_of(item: Item) -> str:
    name = item.properties.text(_CLASS).lower()
    return next((kind for start, kind in _KINDS if name.startswith(start)), "mail")


def subject_of(item: Item) -> str:
    return " ".join(item.properties.text(_SUBJECT).split())


def text_of(item: Item) -> str:
    """Headers and fields, an empty line, and the body."""
    kind = kind_of(item)
    lines = [*_headers(item, kind), *_fields(item.properties, kind)]
    shown = [f"{name}: {' '.join(value.split())}" for name, value in lines if value.strip()]
    return "\n\n".join(filter(None, ("\n".join(dict.fromkeys(shown)), _body(item.properties).strip()))) + "\n"


# --- who and when ----------------------------------------------------------------------------------------------------


def _headers(item: Item, kind: str) -> Iterator[tuple[str, str]]:
    """From Outlook's properties; what they lack is taken from the mail's original headers."""
    properties = item.properties
    sent = mime.parse_headers(properties.text(_HEADERS).encode())
    if kind not in {"contact", "contact group", "note"}:
        yield "From", _sender(properties) or sent.words("from")
    for role, (name, listed) in _LINES.items():
        people = [_person(person) for person in item.recipients if (person.number(_ROLE) or 1) % 16 == role]
        yield name, "; ".join(filter(None, people)) or properties.text(listed) or sent.words(name.lower())
    if kind == "mail":
        moment = properties.moment(0x0039) or properties.moment(0x0E06)
        yield "Date", sent.words("date") or (format_datetime(moment) if moment else "")
    yield from outlook_marks.lines(properties)
    yield "Subject", properties.text(_SUBJECT) or properties.text(0x0E1D) or sent.words("subject")
    for person in item.recipients:
        yield f"Report on {_person(person)}", f"{person.text(_REPORT)} {person.text(_REPORT_OF_SERVER)}"


def _sender(properties: Properties) -> str:
    """Who it is from, and who sent it on their behalf, if that is somebody else."""
    people = []
    for name, smtp, address in ((0x0042, 0x5D02, 0x0065), (0x0C1A, 0x5D01, 0x0C1F)):
        people.append(_named(properties.text(name), properties.text(smtp) or properties.text(address)))
    author, sender = people
    if author and sender and author.split(" <")[0] != sender.split(" <")[0]:
        return f"{author} (sent by {sender})"
    return max(author, sender, key=len)


def _person(properties: Properties) -> str:
    name = properties.text(_NAME) or properties.text(_SHOWN_NAME)
    return _named(name, properties.text(_SMTP) or properties.text(_ADDRESS))


def _named(name: str, address: str) -> str:
    is_path = address.startswith("/")  # a path in a company's directory
    if "@" not in address or is_path or address.lower() in name.lower():
        return name or address
    return f"{name} <{address}>" if name else address


# --- fields ----------------------------------------------------------------------------------------------------------


def _fields(properties: Properties, kind: str) -> Iterator[tuple[str, str]]:
    if kind not in {"mail", "contact", "contact group", "note"}:
        if properties.number(_WHOLE_DAY):
            yield from outlook_days.of_event(properties, *_EVENT)
            yield "All day", "yes"
        else:
            yield from _moments(properties)
    if kind == "contact":
        yield from _named_fields(properties, _CONTACT)
    elif kind == "contact group":
        yield from (("Member", member) for member in _members(properties))
    elif kind == "task":
        state, share = properties.number(_TASK_STATE), properties.number(_DONE_SHARE)
        yield "State", _TASK_STATES[int(state)] if state is not None and 0 <= state < len(_TASK_STATES) else ""
        yield "Per cent done", f"{share:.0%}" if share is not None else ""
        yield from _named_fields(properties, _TASK)
    else:
        yield from outlook_series.lines(properties)
        yield from _named_fields(properties, {**_MEETING, **_LOG})
    yield "Categories", properties.text(("public", "Keywords"))


def _moments(properties: Properties) -> Iterator[tuple[str, str]]:
    """Tasks begin and end on days, which are kept as midnight."""
    for name, keys in _WHEN:
        found = next(((key, when) for key in keys if (when := properties.date(key))), None)
        if found is not None:
            key, when = found
            yield name, when.removesuffix(" 00:00 UTC") if key in _DAYS_OF_TASKS else when


def _named_fields(properties: Properties, fields: dict[Key, str]) -> Iterable[tuple[str, str]]:
    for key, name in fields.items():
        moment = properties.moment(key) if key in _DAYS else None
        yield name, outlook_days.day(moment) if moment else properties.text(key)


def _members(properties: Properties) -> Iterator[str]:
    """The members of a group that are stored with name and address. Source: [MS-OXCDATA], one-off entry ids."""
    for key in (_MEMBERS_ALONE, _MEMBERS):
        number = properties.named.get(key)
        entries = properties.raw[number][1] if number is not None and number in properties.raw else []
        found = []
        for entry in entries:
            if len(entry) > 24 and entry[4:8] == b"\x81\x2b\x1f\xa4":
                wide = struct.unpack_from("<H", entry, 22)[0] & 0x8000
                text = entry[24:].decode("utf-16-le" if wide else "cp1252", "replace")
                name, _, address = (*text.split("\0"), "", "")[:3]
                found.append(_named(name, address))
        if found:
            yield from found
            return


# --- body ------------------------------------------------------------------------------------------------------------


def _body(properties: Properties) -> str:
    """Plain text, HTML, or both, as for any mail; rich text if neither says anything."""
    plain = properties.text(_BODY)
    page = properties.html(_HTML)
    rich = to_text(decoded(page, properties.codepage(HTML_CODE_PAGE), declared_in(page))) if page.strip() else ""
    if not plain.strip() and not rich.strip():
        rich = _from_rtf(lzfu.unpacked(properties.data(_RTF)))
    texts = chosen([[plain.replace("\r\n", "\n")], [rich]])
    return "\n\n".join(text.strip("\n") for text in texts) or properties.text(_REPORT)


def _from_rtf(data: bytes) -> str:
    found = rtf.wrapped(data)
    if found is None:
        return rtf.to_text(data) if data else ""
    kind, text = found
    return to_text(text) if kind == "html" else text
