"""Calendars and cards in plain words, by whichever version of the formats."""

from __future__ import annotations

import base64
import textwrap

import pytest

from bot.files.worker.mails import ldif
from bot.files.worker.mails.calendars import read, to_text
from bot.files.worker.text_forms import is_calendar, is_ldif
from tests import made_files


def lines(*content: str) -> bytes:
    return "\r\n".join([*content, ""]).encode()


def test_an_event_says_what_when_where_and_with_whom() -> None:
    event = lines(
        *("BEGIN:VCALENDAR", "METHOD:CANCEL", "BEGIN:VTIMEZONE", "TZID:Europe/Berlin", "END:VTIMEZONE", "BEGIN:VEVENT"),
        *("UID:1", "SUMMARY;LANGUAGE=de:Planung\\, Teil 2", "DTSTART;TZID=Europe/Berlin:20261124T100000"),
        *("DTEND:20261124T100000Z", "RRULE:FREQ=WEEKLY;BYDAY=MO", "LOCATION:Raum", "  5", "X-VENDOR:no"),
        *('ATTENDEE;CN="Bob, B";PARTSTAT=DECLINED:mailto:bob@b.example', "DESCRIPTION:Erst dies\\ndann das"),
        *("BEGIN:VALARM", "TRIGGER:-PT15M", "DESCRIPTION:Reminder", "END:VALARM", "END:VEVENT", "END:VCALENDAR"),
    )
    assert to_text(event) == (
        "Kind of message: CANCEL\n\nEvent:\nSummary: Planung, Teil 2\nBegins: 2026-11-24 10:00 (Europe/Berlin)\n"
        "Ends: 2026-11-24 10:00 UTC\nRepeats: freq weekly, byday mo\nLocation: Raum 5\n"
        "Attendee (Bob, B, declined): bob@b.example\nDescription: Erst dies\n  dann das\nReminder: -PT15M\n"
    )


@pytest.mark.parametrize(
    "card",
    [
        lines(
            *("BEGIN:VCARD", "VERSION:2.1", "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BC=", "ller;J=C3=BCrgen"),
            *(
                "TEL;CELL:+49 1",
                "item1.EMAIL;INTERNET:j@m.example",
                "PHOTO;ENCODING=BASE64;JPEG:AAAA",
                " BBBB",
                "END:VCARD",
            ),
        ),
        lines(
            *("BEGIN:VCARD", "VERSION:4.0", "N:Müller;Jürgen;;;", "TEL;TYPE=cell:+49 1", "EMAIL:j@m.example"),
            *("PHOTO:data:image/jpeg;base64,AAAABBB", "END:VCARD"),
        ),
    ],
    ids=["2.1", "4.0"],
)
def test_a_card_is_read_in_every_version(card: bytes) -> None:
    assert is_calendar(card)
    text = to_text(card)
    assert text.startswith(
        "Contact:\nFull name: Müller, Jürgen\nTelephone (cell): +49 1\nEmail: j@m.example\nPhoto".replace(
            "Email", "Mail"
        )
    )
    assert "AAAA" not in text


def test_a_calendar_that_is_cut_off_gives_what_is_there() -> None:
    assert to_text(b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Plan\nDTSTART:20261124\n") == (
        "Event:\nSummary: Plan\nBegins: 2026-11-24\n"
    )


def test_lines_that_a_program_forgot_to_fold_belong_to_what_is_before_them() -> None:
    assert to_text(b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDESCRIPTION:Bring:\nthe plan\n\nyour lunch\nEND:VEVENT\n") == (
        "Event:\nDescription: Bring:\n  the plan\n  your lunch\n"
    )


def test_a_line_folded_within_a_character_is_whole() -> None:
    summary = "会議室の予約".encode()
    for at in range(1, len(summary)):
        folded = b"BEGIN:VEVENT\r\nSUMMARY:" + summary[:at] + b"\r\n " + summary[at:] + b"\r\nEND:VEVENT\r\n"
        assert to_text(b"BEGIN:VCALENDAR\r\n" + folded) == "Event:\nSummary: 会議室の予約\n"


def test_a_soft_line_break_before_a_fold_leaves_no_sign() -> None:
    card = lines("BEGIN:VCARD", "VERSION:2.1", "NOTE;ENCODING=QUOTED-PRINTABLE:K=C3=B6=", " ln am Rhein", "END:VCARD")
    assert to_text(card) == "Contact:\nNote: Köln am Rhein\n"


PHOTO = base64.b64encode(made_files.noise((300, 300))).decode()
PLAN = base64.b64encode(b"The plan itself").decode()


def event(*content: str) -> bytes:
    return lines("BEGIN:VCALENDAR", "BEGIN:VEVENT", *content, "END:VEVENT", "END:VCALENDAR")


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (f"ATTACH;ENCODING=BASE64;VALUE=BINARY;X-FILENAME=plan.txt:{PLAN}", "plan.txt"),
        (f'ATTACH;FILENAME="a\\plan; 1.txt";VALUE=BINARY;ENCODING=BASE64:{PLAN}', "plan; 1.txt"),
        (f"ATTACH;ENCODING=BASE64;VALUE=BINARY:{PLAN}", "attachment 1"),
        (f"ATTACH:data:text/plain;base64,{PLAN}", "attachment 1"),
    ],
)
def test_a_file_within_an_event_is_a_file(line: str, name: str) -> None:
    found = read(event("SUMMARY:Plan", line))
    assert found.files == [(name, b"The plan itself")]
    assert found.text == f"Event:\nSummary: Plan\nAttachment: (file: {name})\n"


@pytest.mark.parametrize(
    "picture",
    [
        (f"PHOTO;ENCODING=b;TYPE=JPEG:{PHOTO}",),
        (f"PHOTO:data:image/png;base64,{PHOTO}",),
        ("PHOTO;ENCODING=BASE64;JPEG:", PHOTO[:70], *textwrap.wrap(PHOTO[70:], 70), ""),
        ("PHOTO;ENCODING=BASE64;JPEG:", *(f" {piece}" for piece in textwrap.wrap(PHOTO, 70)), ""),
    ],
)
def test_a_photo_on_a_card_is_a_picture(picture: tuple[str, ...]) -> None:
    found = read(lines("BEGIN:VCARD", "FN:Ann", *picture, "TEL:1", "END:VCARD"))
    assert found.files == [("photo of Ann", base64.b64decode(PHOTO))]
    assert found.text.replace(" (jpeg)", "") == ("Contact:\nName: Ann\nPhoto: (file: photo of Ann)\nTelephone: 1\n")


def test_the_first_of_very_many_photos_are_read() -> None:
    cards = lines(*["BEGIN:VCARD", f"PHOTO;ENCODING=b:{PHOTO}", "END:VCARD"] * 60)
    assert (len(read(cards).files), read(cards).left_out) == (50, 10)


def test_what_a_conference_and_a_linked_file_are_called_is_read() -> None:
    conference = "CONFERENCE;VALUE=URI;FEATURE=VIDEO;LABEL=The big room:https://meet.example/1"
    linked = "ATTACH;FMTTYPE=application/pdf;FILENAME=agenda.pdf:https://a.example/d/1"
    assert to_text(event(conference, linked, "X-GOOGLE-CONFERENCE:https://meet.example/2")) == (
        "Event:\nConference (The big room): https://meet.example/1\n"
        "Attachment (agenda.pdf): https://a.example/d/1\nConference: https://meet.example/2\n"
    )


def test_other_texts_are_no_calendars() -> None:
    assert not is_calendar(b"BEGIN: here\n")
    assert not is_calendar(b"The text BEGIN:VCALENDAR is the first line.\n")


def test_what_an_event_says_in_html_alone_is_read() -> None:
    page = "X-ALT-DESC;FMTTYPE=text/html:<p>Bring the <b>agenda</b>\\, please</p>"
    alarm = ("BEGIN:VALARM", "DESCRIPTION:Pack", "END:VALARM")
    alone = lines("BEGIN:VCALENDAR", "BEGIN:VEVENT", *alarm, page, "END:VEVENT", "END:VCALENDAR")
    assert "Description: Bring the agenda, please" in to_text(alone)
    same = "DESCRIPTION:Please\\, bring the agenda"
    twice = lines("BEGIN:VCALENDAR", "BEGIN:VEVENT", same, page, "END:VEVENT", "END:VCALENDAR")
    assert to_text(twice) == "Event:\nDescription: Please, bring the agenda\n"
    other = lines("BEGIN:VCALENDAR", "BEGIN:VEVENT", page, "DESCRIPTION:See the page", "END:VEVENT", "END:VCALENDAR")
    assert to_text(other) == "Event:\nDescription: Bring the agenda, please\nDescription: See the page\n"


def test_the_class_of_an_event_is_read_and_signs_within_names_are_decoded() -> None:
    found = event("CLASS:PRIVATE", "X-MICROSOFT-CDO-BUSYSTATUS:OOF", "ATTENDEE;CN=^'Dan^' O^^Brien:mailto:d@d.example")
    assert to_text(found) == 'Event:\nClass: PRIVATE\nShown as: OOF\nAttendee ("Dan" O^Brien): d@d.example\n'
    assert to_text(event("CLASS:PUBLIC", "X-MICROSOFT-CDO-BUSYSTATUS:BUSY", "SUMMARY:Lunch")) == (
        "Event:\nSummary: Lunch\n"
    )


def test_what_telephones_and_mail_programs_add_to_a_card_is_read() -> None:
    card = lines(
        *("BEGIN:VCARD", "VERSION:3.0", "FN:Bob", "X-EVOLUTION-SPOUSE:Eve", "X-KADDRESSBOOK-X-Profession:Baker"),
        *("X-CUSTOM1:Locker 12", "X-ANDROID-CUSTOM:vnd.android.cursor.item/nickname;Bobby;1;;;;", "X-EVOLUTION-UID:3"),
        *("X-MS-OL-DESIGN:<card/>", "END:VCARD"),
    )
    assert to_text(card) == (
        "Contact:\nName: Bob\nSpouse: Eve\nProfession: Baker\nOwn field: Locker 12\nOwn field: nickname: Bobby\n"
    )


def test_what_programs_add_to_cards_for_people_is_read() -> None:
    card = lines(
        *("BEGIN:VCARD", "VERSION:3.0", "FN:Ann", "X-SKYPE:ann.b", "item1.URL:https://a.example"),
        *("item1.X-ABLabel:_$!<HomePage>!$_", "X-VENDOR-KEY:abc", "END:VCARD"),
    )
    assert to_text(card) == (
        "Contact:\nName: Ann\nSkype: ann.b\nWeb: https://a.example\nLabel of the line above: HomePage\n"
    )


def test_days_within_rules_and_reminders_read_as_days() -> None:
    lines = (
        *("BEGIN:VCALENDAR", "BEGIN:VEVENT", "SUMMARY:Stand-up", "RRULE:FREQ=DAILY;UNTIL=20261224T093000Z;WKST=SU"),
        *("BEGIN:VALARM", "TRIGGER;VALUE=DATE-TIME:20261123T080000Z", "END:VALARM"),
        *("BEGIN:VALARM", "TRIGGER:-PT15M", "END:VALARM", "END:VEVENT", "END:VCALENDAR"),
    )
    assert to_text("\r\n".join(lines).encode()) == (
        "Event:\nSummary: Stand-up\nRepeats: freq daily, until 2026-12-24 09:30 UTC, wkst su\n"
        "Reminder: 2026-11-23 08:00 UTC\nReminder: -PT15M\n"
    )


def test_a_change_of_all_that_follow_says_so() -> None:
    changed = event("SUMMARY:Lunch", "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20261124T120000")
    assert to_text(changed) == (
        "Event:\nSummary: Lunch\nInstead of: 2026-11-24 12:00 (Europe/Berlin) and those after it\n"
    )


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-be", "utf-16-le"])
def test_cards_in_utf_16_are_cards(codec: str) -> None:
    packed = "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=B6rg"
    content = f"BEGIN:VCARD\r\nVERSION:2.1\r\nFN:Jörg\r\n{packed}\r\nEND:VCARD\r\n".encode(codec)
    assert is_calendar(content)
    assert to_text(content) == "Contact:\nName: Jörg\nFull name: Müller, Jörg\n"


def test_the_entries_of_a_directory_are_read_with_what_stands_there_in_base64() -> None:
    def packed(content: str | bytes) -> str:
        return base64.b64encode(content.encode() if isinstance(content, str) else content).decode()

    photo, street = PHOTO, packed("Ring 5\nKöln")
    entry = lines(
        *("# of 2026", "version: 1", "", f"dn:: {packed('cn=Jürgen,dc=a')}", f"sn:: {packed('Müller')}"),
        *("mail: j@a.exam", " ple", f"postalAddress:: {packed('Ring 5')}", f"street:: {street}"),
        *("jpegPhoto:: " + photo[:60], *(f" {line}" for line in textwrap.wrap(photo[60:], 70))),
        *(f"userCertificate;binary:: {packed(bytes(9))}", "url:< file:///a", "note: Größe"),
    )
    assert is_ldif(entry)
    reading = ldif.read(entry)
    assert reading.text == (
        "# of 2026\nversion: 1\n\ndn: cn=Jürgen,dc=a\nsn: Müller\nmail: j@a.example\npostalAddress: Ring 5\n"
        "street: Ring 5\n  Köln\njpegPhoto: (file: jpegPhoto of cn=Jürgen,dc=a)\n"
        "userCertificate;binary: (9 bytes that are not shown)\nurl:< file:///a\nnote: Größe\n"
    )
    assert reading.files == [("jpegPhoto of cn=Jürgen,dc=a", base64.b64decode(PHOTO))]
    assert not is_ldif(b"dns: a\n")


@pytest.mark.parametrize(
    ("times", "ends"),
    [
        (("DTSTART;VALUE=DATE:20261124", "DTEND;VALUE=DATE:20261125"), "2026-11-24"),
        (("DTEND;VALUE=DATE:20270101", "DTSTART;VALUE=DATE:20261124"), "2026-12-31"),
        (("DTSTART;VALUE=DATE:20261124", "DTEND;VALUE=DATE:20261124"), "2026-11-24"),
        (("DTSTART:20261124T000000", "DTEND:20261125T000000"), "2026-11-25 00:00"),
        (("DTSTART;VALUE=DATE:20261124", "DTEND;VALUE=DATE:20261399"), "2026-13-99"),
    ],
    ids=["one day", "as Outlook writes it", "as others do", "with times", "no day"],
)
def test_an_event_of_whole_days_ends_on_its_last(times: tuple[str, ...], ends: str) -> None:
    text = to_text(lines("BEGIN:VCALENDAR", "BEGIN:VEVENT", *times, "END:VEVENT", "END:VCALENDAR"))
    assert f"Ends: {ends}" in text.splitlines()


@pytest.mark.parametrize(
    ("day", "shown"),
    [
        ("BDAY;VALUE=date;X-APPLE-OMIT-YEAR=1604:1604-05-03", "05-03"),
        ("BDAY:--0503", "05-03"),
        ("BDAY:19800503", "1980-05-03"),
        ("BDAY;X-APPLE-OMIT-YEAR=1604:1980-05-03", "1980-05-03"),
        ("BDAY:3 May", "3 May"),
    ],
)
def test_a_birthday_has_no_year_that_nobody_gave(day: str, shown: str) -> None:
    assert to_text(lines("BEGIN:VCARD", day, "END:VCARD")) == f"Contact:\nBirthday: {shown}\n"
