"""A calendar (iCalendar) or address cards (vCard) in, what they say in plain lines out.

Pure. Sources: RFC 5545, RFC 6350, vCard 2.1 and vCalendar 1.0. Written here rather than by a library: ``icalendar``
refuses a calendar that is cut off as a whole, and cards of version 2.1, which telephones still write.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.files.worker.encodings.charsets import decoded
from bot.files.worker.mails.transfer import unpacked
from bot.visible import one_line

_LINE = re.compile(r'([A-Za-z0-9.-]++)((?:;(?:[^":;]|"[^"]*")*+)*+):(.*)', re.DOTALL)
_PARAMETER = re.compile(r';([^=;:"]*)(?:=("[^"]*"|[^;"]*))?')
_TITLES = {"VEVENT": "Event", "VTODO": "Task", "VJOURNAL": "Journal entry", "VCARD": "Contact", "VFREEBUSY": "Times"}
_SKIPPED = frozenset(
    {"BEGIN", "END", "VERSION", "PRODID", "UID", "DTSTAMP", "SEQUENCE", "CALSCALE", "CREATED", "LAST-MODIFIED", "REV"}
    | {"TRANSP", "CLASS", "PROFILE", "CLIENTPIDMAP", "ACTION", "SOURCE", "KEY"}
)
_TYPES_OF_NO_USE = frozenset({"quoted-printable", "base64", "8bit", "internet", "pref", "voice", ""})
_NAMES = {
    "DTSTART": "Begins",
    "DTEND": "Ends",
    "DUE": "Due",
    "DURATION": "Lasts",
    "RRULE": "Repeats",
    "EXDATE": "Not on",
    "RDATE": "Also on",
    "RECURRENCE-ID": "Instead of",
    "PERCENT-COMPLETE": "Per cent done",
    "FN": "Name",
    "ORG": "Company",
    "TEL": "Telephone",
    "EMAIL": "Mail",
    "ADR": "Address",
    "URL": "Web",
    "BDAY": "Birthday",
    "METHOD": "Kind of message",
    "X-WR-CALNAME": "Calendar",
    "X-WR-TIMEZONE": "Time zone",
    "TZ": "Time zone",
    "IMPP": "Chat",
    "ATTACH": "Attachment",
    "COMMENT": "Comment",
    "N": "Full name",
    "TRIGGER": "Reminder",
    "X-SKYPE": "Skype",
    "X-SKYPE-USERNAME": "Skype",
    "X-SOCIALPROFILE": "Profile",
    "X-TWITTER": "Twitter",
    "X-ABLABEL": "Label of the line above",
    "X-ABDATE": "Date",
    "X-ABRELATEDNAMES": "Related",
    "X-ALT-DESC": "Description",
    **{f"X-{name}": name.capitalize() for name in ("AIM", "ICQ", "MSN", "QQ", "GTALK", "JABBER", "YAHOO")},
    **{f"X-{name}": name.capitalize() for name in ("ASSISTANT", "SPOUSE", "MANAGER", "ANNIVERSARY", "CHILDREN")},
}
_INDENT = "  "
_STRUCTURED = frozenset({"ADR", "ORG", "N", "GENDER"})
_DATE = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:T(\d\d):?(\d\d):?(\d\d)?(Z?))?")
_ESCAPES = re.compile(r"\\([nN,;:\\])")


_MOMENTS = frozenset({"DTSTART", "DTEND", "DUE", "EXDATE", "RDATE", "RECURRENCE-ID", "COMPLETED", "FREEBUSY"})
_MOMENTS |= {"BDAY", "ANNIVERSARY", "TRIGGER"}
_PROGRAMS_REMINDER = re.compile(
    r"(?:this is an event |event |alarm |calendar )?(?:reminder|notification)\W*", re.IGNORECASE
)
"""What programs write where nobody has written anything."""


@dataclass(frozen=True, slots=True)
class _Property:
    name: str
    parameters: dict[str, str]
    types: list[str]
    value: str


def to_text(data: bytes) -> str:
    """A paragraph for each event, task and card; the lines in the order of the file. The further lines of a value are
    indented: they are no properties."""
    lines: list[str] = []
    within: list[str] = []
    described = False  # programs write the same with marks behind it
    for item in _properties(data):
        if item.name == "BEGIN":
            within.append(item.value.strip().upper())
            described = described and within[-1] == "VALARM"
            if within[-1] in _TITLES:
                lines += ["", f"{_TITLES[within[-1]]}:"]
        elif item.name == "END":
            within = within[:-1]
        elif not {"VTIMEZONE", "STANDARD", "DAYLIGHT"} & set(within[-2:]):
            line = "" if described and item.name == "X-ALT-DESC" else _line(item, within)
            described |= item.name == "DESCRIPTION" and within[-1:] != ["VALARM"]
            first, *further = line.splitlines() or [""]
            lines += [first, *(f"{_INDENT}{more}".rstrip() for more in further)] if first else []
    return "\n".join(lines).strip() + "\n"


def _line(item: _Property, within: list[str]) -> str:
    name = item.name
    vendors_own = name.startswith("X-") and name not in _NAMES
    if name in _SKIPPED or vendors_own:
        return ""
    value = _value(item)
    if within[-1:] == ["VALARM"] and name != "TRIGGER":
        own = name in {"DESCRIPTION", "SUMMARY"} and not _PROGRAMS_REMINDER.fullmatch(value)
        return f"Reminder says: {value}" if own and value else ""
    about = [item.parameters.get("CN", ""), *(kind for kind in item.types if kind not in _TYPES_OF_NO_USE)]
    if name == "ATTENDEE":
        about += [item.parameters.get("ROLE", "").lower(), item.parameters.get("PARTSTAT", "").lower()]
    extra = ", ".join(filter(None, about))
    label = _NAMES.get(name, name.replace("-", " ").capitalize())
    return f"{label}{f' ({one_line(extra)})' if extra else ''}: {value}" if value else ""


def _value(item: _Property) -> str:
    """A value in words; what is a picture, a sound or a key is named."""
    if {item.parameters.get("ENCODING", "").lower(), *item.types} & {"b", "base64"} or item.value.startswith("data:"):
        return f"({len(item.value) * 3 // 4:,} bytes that are not shown)"
    value = item.value
    if item.name in _VENDORS:
        return _VENDORS[item.name](value)
    if item.name in {"ATTENDEE", "ORGANIZER"} or item.parameters.get("VALUE", "").upper() == "URI":
        return re.sub(r"^mailto:", "", value, flags=re.IGNORECASE)
    if item.name == "RRULE":
        words = _PARAMETER.sub(lambda part: f" {part[1].lower()} {_rule(part[2] or '')},", ";" + value)
        return words.strip(" ,")
    if item.name in _MOMENTS:
        zone = item.parameters.get("TZID", "")
        return _DATE.sub(_date, value) + (f" ({zone})" if zone else "")
    pieces = re.split(r"(?<!\\);", value) if item.name in _STRUCTURED else [value]
    return ", ".join(filter(None, (_plain(piece) for piece in pieces)))


def _words_of_page(value: str) -> str:
    from bot.files.worker.hypertext.reader import to_text as to_words  # noqa: PLC0415 - for the few that have a page

    return to_words(_plain(value)).strip()


_VENDORS: dict[str, Callable[[str], str]] = {
    "X-ALT-DESC": _words_of_page,
    "X-ABLABEL": lambda value: value.removeprefix("_$!<").removesuffix(">!$_"),
}


def _rule(value: str) -> str:
    """A part of a rule: a day and a time, or names in capitals."""
    return _DATE.sub(_date, value) if _DATE.fullmatch(value) else value.lower()


def _date(match: re.Match[str]) -> str:
    year, month, day, hour, minute, second, utc = match.groups()
    time = f" {hour}:{minute}{f':{second}' if second and second != '00' else ''}{' UTC' if utc else ''}" if hour else ""
    return f"{year}-{month}-{day}{time}"


def _plain(value: str) -> str:
    return _ESCAPES.sub(lambda match: "\n" if match[1] in "nN" else match[1], value).strip()


# --- lines -----------------------------------------------------------------------------------------------------------


def _properties(data: bytes) -> Iterator[_Property]:
    for line in _unfolded(data):
        match = _LINE.fullmatch(line.strip())
        if match is None:
            continue
        parameters: dict[str, str] = {}
        types: list[str] = []
        for key, value in (pair.groups() for pair in _PARAMETER.finditer(match[2])):
            if value is None or key.upper() == "TYPE":
                types += (key if value is None else value.strip('"')).lower().split(",")
            else:
                parameters[key.upper()] = value.strip('"')
        value = match[3]
        if "quoted-printable" in {parameters.get("ENCODING", "").lower(), *types}:
            packed = value.encode("utf-8", "replace")
            value = decoded(unpacked(packed, "quoted-printable"), parameters.get("CHARSET", ""))
        yield _Property(match[1].rpartition(".")[2].upper(), parameters, types, value)


def _unfolded(data: bytes) -> Iterator[str]:
    """Logical lines: one that begins with a blank goes on from the line before, and so does one behind a soft break."""
    line: list[str] = []
    for raw in decoded(data).replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        soft = bool(line) and line[-1].endswith("=") and "QUOTED-PRINTABLE" in line[0].upper()
        if raw[:1] in {" ", "\t"} and line:
            line.append(raw[1:])
        elif soft:
            line[-1] = line[-1][:-1]
            line.append(raw)
        else:
            yield "".join(line)
            line = [raw]
    yield "".join(line)
