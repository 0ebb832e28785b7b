"""Turns a calendar (iCalendar) or address cards (vCard) into plain lines.

Pure. Sources: RFC 5545, RFC 6350, vCard 2.1 and vCalendar 1.0. The library ``icalendar`` refuses a truncated calendar
as a whole, and cards of version 2.1, which phones still write.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.files.worker.mails.card_days import first_day, last_day, without_year
from bot.files.worker.mails.card_lines import Property, properties
from bot.files.worker.mails.mail_versions import has_new_words
from bot.files.worker.mails.small_pictures import is_small_picture
from bot.visible import one_line

_PART_OF_RULE = re.compile(r';([^=;:"]*)(?:=("[^"]*"|[^;"]*))?')
_TITLES = {"VEVENT": "Event", "VTODO": "Task", "VJOURNAL": "Journal entry", "VCARD": "Contact", "VFREEBUSY": "Times"}
_SKIPPED = frozenset(
    {"BEGIN", "END", "VERSION", "PRODID", "UID", "DTSTAMP", "SEQUENCE", "CALSCALE", "CREATED", "LAST-MODIFIED", "REV"}
    | {"TRANSP", "PROFILE", "CLIENTPIDMAP", "ACTION", "SOURCE", "KEY"}
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
    "X-WR-CALDESC": "About the calendar",
    "X-WR-TIMEZONE": "Time zone",
    "X-GOOGLE-CONFERENCE": "Conference",
    "X-GOOGLE-HANGOUT": "Conference",
    "X-MICROSOFT-SKYPETEAMSMEETINGURL": "Conference",
    "X-MICROSOFT-ONLINEMEETINGEXTERNALLINK": "Conference",
    "X-PHONETIC-FIRST-NAME": "First name by its sound",
    "X-PHONETIC-LAST-NAME": "Last name by its sound",
    "X-MAIDENNAME": "Maiden name",
    "X-MS-CARDPICTURE": "Picture",
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
    "X-CUSTOM": "Own field",
    "X-MICROSOFT-CDO-BUSYSTATUS": "Shown as",
    **{f"X-{name}": name.capitalize() for name in ("AIM", "ICQ", "MSN", "QQ", "GTALK", "JABBER", "YAHOO")},
    **{f"X-{name}": name.capitalize() for name in ("ASSISTANT", "SPOUSE", "MANAGER", "ANNIVERSARY", "CHILDREN")},
    **{f"X-{name}": name.capitalize() for name in ("PROFESSION", "OFFICE", "DEPARTMENT", "INTERESTS", "CHILD")},
    **dict.fromkeys(("X-IMADDRESS", "X-SIP"), "Chat"),
    "X-ANDROID-CUSTOM": "Own field",
    "X-GROUP-MEMBERSHIP": "Groups",
}
_VENDOR = re.compile(r"X-(?:MS|EVOLUTION|KADDRESSBOOK-X|KADDRESSBOOK|LOTUS|PALM|WAB)-(?=[A-Z]+$)|(?<=X-CUSTOM)\d$")
"""What comes before or after a name that several programs have: X-EVOLUTION-SPOUSE, X-CUSTOM1."""
_FILES_MAX = 50
_FILES = frozenset({"ATTACH", "PHOTO", "LOGO", "IMAGE", "X-MS-CARDPICTURE"})
_DESCRIPTIONS = frozenset({"DESCRIPTION", "X-ALT-DESC"})
_PUBLIC = frozenset({"CLASS:PUBLIC", "X-MICROSOFT-CDO-BUSYSTATUS:BUSY"})
"""The usual values of events, which are not shown."""
_INDENT = "  "
_STRUCTURED = frozenset({"ADR", "ORG", "N", "GENDER"})
_DATE = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:T(\d\d):?(\d\d):?(\d\d)?(Z?))?")
_ESCAPES = re.compile(r"\\([nN,;:\\])")


_MOMENTS = frozenset({"DTSTART", "DTEND", "DUE", "EXDATE", "RDATE", "RECURRENCE-ID", "COMPLETED", "FREEBUSY"})
_MOMENTS |= {"TRIGGER"}
_YEARLY = frozenset({"BDAY", "ANNIVERSARY", "DEATHDATE", "X-ANNIVERSARY", "X-ABDATE"})
_PROGRAMS_REMINDER = re.compile(
    r"(?:this is an event |event |alarm |calendar )?(?:reminder|notification)\W*", re.IGNORECASE
)
"""What programs write if nobody entered anything."""


@dataclass(slots=True)
class Reading:
    """The result of the lines so far. ``files`` are embedded files with their names."""

    text: str = ""
    files: list[tuple[str, bytes]] = field(default_factory=list)
    left_out: int = 0
    whose: str = ""
    """Name on the card that is being read."""
    first_day: str = ""
    """Of an event of whole days that is being read."""

    def name(self, item: Property) -> str:
        """The text shown in place of a base64 file."""
        content = item.content if item.name in _FILES else b""
        if not content or (item.name != "ATTACH" and is_small_picture(content)):
            return f"({len(item.value) * 3 // 4:,} bytes that are not shown)"
        return self.kept(content, _NAMES.get(item.name, item.name.capitalize()).lower(), item.filename)

    def kept(self, content: bytes, kind: str, name: str = "") -> str:
        """Puts it among the files, under its name or by whose it is."""
        if len(self.files) >= _FILES_MAX:
            self.left_out += 1
            return "(a file that was left out)"
        name = name or f"{kind} {f'of {self.whose}' if self.whose else len(self.files) + 1}"
        self.files.append((name, content))
        return f"(file: {one_line(name)})"


def to_text(data: bytes) -> str:
    return read(data).text


def read(data: bytes) -> Reading:
    """A paragraph for each event, task and card; lines in the order of the file. Further lines of a value are indented,
    so that they don't look like properties.
    indented: they are no properties."""
    reading = Reading()
    lines: list[str] = []
    within: list[str] = []
    described = ""  # programs write the same once more, with marks
    items = list(properties(data))
    for number, item in enumerate(items):
        if item.name == "BEGIN":
            within.append(item.value.strip().upper())
            reading.whose, reading.first_day = "", first_day(items, number)
            described = described if within[-1] == "VALARM" else ""
            if within[-1] in _TITLES:
                lines += ["", f"{_TITLES[within[-1]]}:"]
        elif item.name == "END":
            within = within[:-1]
        elif not {"VTIMEZONE", "STANDARD", "DAYLIGHT"} & set(within[-2:]):
            reading.whose = one_line(_value(item)) if item.name == "FN" else reading.whose
            if item.name == "DTEND":
                item.value = last_day(item.value, reading.first_day)
            line = _line(item, within, reading)
            if item.name in _DESCRIPTIONS and within[-1:] != ["VALARM"]:
                line = line if has_new_words(line, described) else ""
                described += f"\n{line}"
            first, *further = line.splitlines() or [""]
            lines += [first, *(f"{_INDENT}{more}".rstrip() for more in further)] if first else []
    reading.text = "\n".join(lines).strip() + "\n"
    return reading


def _line(item: Property, within: list[str], reading: Reading) -> str:
    name = _VENDOR.sub(lambda found: "X-" if found[0].startswith("X-") else "", item.name)
    vendors_own = name.startswith("X-") and name not in _NAMES
    if name in _SKIPPED or vendors_own or f"{name}:{item.value.strip().upper()}" in _PUBLIC:
        return ""
    if within[-1:] == ["VALARM"] and item.is_packed:
        return ""  # a sound
    value = reading.name(item) if item.is_packed else _value(item)
    if within[-1:] == ["VALARM"] and name != "TRIGGER":
        own = name in {"DESCRIPTION", "SUMMARY"} and not _PROGRAMS_REMINDER.fullmatch(value)
        return f"Reminder says: {value}" if own and value else ""
    about = [item.parameters.get("CN", ""), *(kind for kind in item.types if kind not in _TYPES_OF_NO_USE)]
    about += [item.parameters.get("LABEL", "")] if name == "CONFERENCE" else []
    about += [item.filename] if name == "ATTACH" and not item.is_packed else []
    if name == "ATTENDEE":
        about += [item.parameters.get("ROLE", "").lower(), item.parameters.get("PARTSTAT", "").lower()]
    extra = ", ".join(filter(None, about))
    label = _NAMES.get(name, name.replace("-", " ").capitalize())
    return f"{label}{f' ({one_line(extra)})' if extra else ''}: {value}" if value else ""


def _value(item: Property) -> str:
    """A value in words."""
    value = item.value
    if item.name in _VENDORS:
        return _VENDORS[item.name](value)
    if item.name in {"ATTENDEE", "ORGANIZER"} or item.parameters.get("VALUE", "").upper() == "URI":
        return re.sub(r"^mailto:", "", value, flags=re.IGNORECASE)
    if item.name == "RRULE":
        words = _PART_OF_RULE.sub(lambda part: f" {part[1].lower()} {_rule(part[2] or '')},", ";" + value)
        return words.strip(" ,")
    if item.name in _YEARLY:
        return _DATE.sub(_date, without_year(value, item.parameters.get("X-APPLE-OMIT-YEAR", "")))
    if item.name in _MOMENTS:
        zone = item.parameters.get("TZID", "")
        onwards = " and those after it" if item.parameters.get("RANGE", "").upper() == "THISANDFUTURE" else ""
        return _DATE.sub(_date, value) + (f" ({zone})" if zone else "") + onwards
    pieces = re.split(r"(?<!\\);", value) if item.name in _STRUCTURED else [value]
    return ", ".join(filter(None, (_plain(piece) for piece in pieces)))


def _words_of_page(value: str) -> str:
    from bot.files.worker.hypertext.reader import to_text as to_words  # noqa: PLC0415 - for the few that have a page

    return to_words(_plain(value)).strip()


def _of_android(value: str) -> str:
    """A custom type, followed by its words, numbers and empty fields."""
    kind, *fields = value.split(";")
    words = ", ".join(text for text in map(_plain, fields) if text and not text.isdecimal())
    return f"{kind.rpartition('/')[2]}: {words}" if words else ""


_VENDORS: dict[str, Callable[[str], str]] = {
    "X-ANDROID-CUSTOM": _of_android,
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
