"""File objects as Slack documents them, one of each kind, made here.

Source: slack:reference/objects/file-object, and for what the page leaves out (clips, e-mails, canvases,
``converted_pdf``) the models of Slack's own SDKs; read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

COMMON: Json = {
    "id": "F0S43P1CZ",
    "created": 1531763254,
    "timestamp": 1531763254,
    "name": "billair.gif",
    "title": "billair.gif",
    "mimetype": "image/gif",
    "filetype": "gif",
    "pretty_type": "GIF",
    "user": "U061F7AUR",
    "user_team": "T0123456",
    "editable": False,
    "size": 144538,
    "mode": "hosted",
    "is_external": False,
    "external_type": "",
    "is_public": True,
    "public_url_shared": False,
    "display_as_bot": False,
    "username": "",
    "url_private": "https://files.slack.com/files-pri/T1-F1/billair.gif",
    "url_private_download": "https://files.slack.com/files-pri/T1-F1/download/billair.gif",
    "thumb_64": "https://files.slack.com/files-tmb/T1-F1-aa/billair_64.png",
    "original_w": 176,
    "original_h": 226,
    "permalink": "https://x.slack.com/files/U061F7AUR/F1/billair.gif",
    "permalink_public": "https://slack-files.com/T1-F1-bb",
    "comments_count": 0,
    "is_starred": False,
    "shares": {"public": {"C0T8SE4AU": [{"reply_users": [], "ts": "1531763348.000001"}]}},
    "channels": ["C0T8SE4AU"],
    "groups": [],
    "ims": [],
    "has_rich_preview": False,
    "file_access": "visible",
}
TRANSCRIPTION = {"status": "complete", "locale": "en-US", "preview": {"content": "Buy milk", "has_more": False}}
CLIP: Json = COMMON | {
    "name": "audio_message.m4a",
    "mimetype": "audio/mp4",
    "filetype": "m4a",
    "subtype": "slack_audio",
    "transcription": TRANSCRIPTION,
    "vtt": "https://files.slack.com/files-tmb/T1-F1-cc/file.vtt?_xcb=1",
    "aac": "https://files.slack.com/files-tmb/T1-F1-cc/audio_message.mp4",
    "duration_ms": 2000,
}
EMAIL: Json = COMMON | {
    "name": "Lunch",
    "title": "Lunch",
    "mode": "email",
    "filetype": "email",
    "mimetype": "text/html",
    "subject": "Lunch &amp; tea",
    "from": [{"address": "ada@example.org", "name": "Ada", "original": "Ada <ada@example.org>"}],
    "to": [{"address": "bob@example.org", "name": "", "original": "bob@example.org"}],
    "cc": [{"address": "", "name": "Eve", "original": "Eve"}],
    "headers": {"date": "Wed, 25 Nov 2026 12:00:00 +0000", "message_id": "<1@example.org>"},
    "plain_text": "At noon?",
    "preview_plain_text": "At…",
    "preview": "<div>At noon?</div>",
    "simplified_html": "<div>At noon?</div>",
    "has_more": False,
    "original_attachment_count": 1,
    "attachments": [
        {"filename": "menu.pdf", "size": 9, "mimetype": "application/pdf", "url": "https://files.slack.com/a"}
    ],
}
FILES: dict[str, Json] = {
    "hosted": COMMON,
    "snippet": COMMON | {"mode": "snippet", "filetype": "python", "name": "x", "preview": "print(1)", "lines": 1},
    "post": COMMON | {"mode": "space", "filetype": "space", "mimetype": "text/plain", "preview": "<p>x</p>"},
    "canvas": COMMON | {"mode": "quip", "filetype": "quip", "mimetype": "application/vnd.slack-docs"},
    "list": COMMON | {"mode": "list", "filetype": "list", "list_csv_download_url": "https://files.slack.com/l.csv"},
    "email": EMAIL,
    "voice clip": CLIP,
    "voice clip in the making": CLIP | {"transcription": {"status": "processing"}},
    "video clip": CLIP | {"subtype": "slack_video", "mimetype": "video/mp4", "name": "screen.mp4"},
    "office": COMMON | {"filetype": "docx", "converted_pdf": "https://files.slack.com/files-tmb/T1-F1-dd/a.pdf"},
    "remote": COMMON | {"mode": "external", "is_external": True, "external_type": "gdrive", "external_id": "1"},
    "deleted": {"id": "F1", "mode": "tombstone"},
    "hidden by the plan": {"id": "F1", "mode": "hidden_by_limit"},
    "stub of Slack Connect": {"id": "F1", "mode": "file_access", "file_access": "check_file_info", "created": 0},
    "bare": {"id": "F1"},
}
WHOLE_FILE: Json = (
    CLIP
    | {"converted_pdf": "https://files.slack.com/files-tmb/T1-F1-dd/a.pdf"}
    | {"transcription": TRANSCRIPTION | {"status": "processing"}}
)
"""All that any file object holds and that we read, in one."""
