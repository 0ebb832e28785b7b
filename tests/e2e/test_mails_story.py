"""Mails, Outlook's files and archives of any making, from the workspace to the request as the model received it."""

from __future__ import annotations

import pytest
import zstandard

from tests import made_files
from tests.made_archives import Packed, old_tar, zip_of
from tests.made_mails import HEADERS, attachment, multipart, part
from tests.made_outlook import BODY, SUBJECT, Made, msg, tnef
from tests.stage import Stage

pytestmark = pytest.mark.parametrize("transport", ["socket"], indirect=True)


def bounced() -> bytes:
    original = f"{HEADERS.replace('Report', 'Price')}\r\nWhat does item 7 cost?\r\n"
    status = part("message/delivery-status", "Action: failed\r\nDiagnostic-Code: smtp; 550 User unknown\r\n")
    return multipart("report", [part("text/plain", "Not delivered."), status, part("message/rfc822", original)])


def with_winmail() -> bytes:
    item = Made(
        {SUBJECT: "Plan", BODY: "Start on Monday."}, attachments=[{0x3707: "plan.pdf", 0x3701: made_files.pdf(2)}]
    )
    tnef_part = part("application/ms-tnef", tnef(item), headers=attachment("winmail.dat"))
    return b"From ann@a.example Tue Nov 24 10:00:00 2026\r\n" + multipart("mixed", [part("text/plain", ""), tnef_part])


async def test_mails_and_what_is_in_them_reach_the_model(stage: Stage) -> None:
    inner = Made({0x3FFD: 1251, SUBJECT: "Отчёт", BODY: "Встреча во вторник."}, codec="cp1251")
    outer = Made({SUBJECT: "Fwd", BODY: "FYI"}, attachments=[inner])
    files = [("bounce.eml", bounced()), ("old.eml", with_winmail()), ("fwd.msg", msg(outer))]
    ts = await stage.ask("@claude what do they say?", files=files)

    assert await stage.outcome(ts) == "answered"
    text = stage.asked_texts()[0][1]
    assert "550 User unknown" in text
    assert 'File "bounce.eml › Price.eml" (mail, 6 lines):' in text
    assert "What does item 7 cost?" in text
    assert "Start on Monday." in text
    assert 'File "old.eml › winmail.dat › plan.pdf" (PDF, 2 pages):' in text
    assert 'File "fwd.msg › Отчёт" (mail, 3 lines):' in text
    assert "Встреча во вторник." in text


async def test_archives_are_read_and_what_is_not_is_said(stage: Stage) -> None:
    members = [
        Packed("報告.txt".encode("big5"), b"Zstandard works.\n", 93, zstandard.compress(b"Zstandard works.\n")),
        Packed(b"old.txt", b"", 6),
        Packed(b"last.txt", b"The key.\n"),
    ]
    files = [
        ("all.zip", zip_of(members)),
        ("v7.tar", old_tar("plan.txt", b"The plan.\n")),
        ("x.arj", b"\x60\xea\x29\0" + bytes(60)),
    ]
    ts = await stage.ask("@claude what is in these?", files=files)

    assert await stage.outcome(ts) == "answered"
    text = stage.asked_texts()[0][1]
    assert 'File "all.zip › 報告.txt" (text, 1 line):' in text
    assert "Zstandard works." in text
    assert "The key." in text
    assert "The plan." in text
    words = " ".join(stage.words(ts))
    assert "all.zip › old.txt" in words
    assert "is compressed with Implode, which I can't unpack. Please send it by itself." in words
    assert "is an ARJ archive, which I can't open." in words
