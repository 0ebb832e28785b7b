"""The values that travel through a turn: what was asked, what the thread says, what the model is sent and sends back.

Pure. Frozen values without behaviour beyond naming; whoever makes or reads them imports this module, never the reverse.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

# --- what was asked ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ThreadKey:
    """A conversation. ``thread_ts`` is the ts of the message that the thread hangs under."""

    team_id: str
    channel_id: str
    thread_ts: str


class EntryPoint(StrEnum):
    """The ways to ask."""

    MENTION = "mention"
    DIRECT = "direct"
    COMMAND = "command"
    FILE = "file"
    """The press that asks for an answer as a file; the model is not called. ``text`` is the ts of what was asked."""
    SHORTCUT = "shortcut"
    """A modal about a message; the answer is in that message's thread."""
    SUMMARY = "summary"
    """A summary of a message's thread, only for the person who asks."""
    SHARE = "share"
    """The press that posts a private answer for others; the model is not called. ``text`` is the private question's ts
    and the key to its answer. Without a ``response_url`` the answer goes on in a direct message."""

    @classmethod
    def in_channel(cls, channel_id: str) -> EntryPoint:
        """How a message there asks. The ids of direct messages begin with ``D``."""
        return cls.DIRECT if channel_id.startswith("D") else cls.MENTION


class WordsKind(StrEnum):
    MAIL = "mail"
    VOICE = "voice"
    VIDEO = "video"


@dataclass(frozen=True, slots=True)
class SlackWords:
    """A file's content according to Slack: the transcript of a clip, or an e-mail with its head, as plain text."""

    text: str = field(repr=False)
    kind: WordsKind
    own: bool
    """The words are the poster's own, not only forwarded."""
    whole: bool
    """If false, Slack has more of it: by files.info, or at ``more_url``."""
    pending: bool
    """Slack is still transcribing."""
    more_url: str | None = field(repr=False)
    """The whole transcript, as WebVTT."""
    enclosed: tuple[str, ...] = field(repr=False)
    """Names of an e-mail's attachments, which are not files of Slack's."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A Slack file object, reduced to what reading it needs.

    ``mode`` is Slack's: hosted, snippet, post, external, email, quip, canvas, tombstone, hidden_by_limit or file_access
    (a Slack Connect stub that files.info completes). ``mimetype`` and ``name`` are what the uploader's machine said,
    not the bytes. No field has a default: whoever makes one from Slack's JSON has looked for each.
    Source: slack:reference/objects/file-object.
    """

    id: str
    name: str = field(repr=False)
    mimetype: str
    mode: str
    size_bytes: int | None
    url: str | None = field(repr=False)
    """``url_private_download``; ``None`` if Slack gives none."""
    filetype: str
    """Slack's own word for the kind ("python", "quip"); for a snippet, the language its author chose."""
    converted_pdf_url: str | None = field(repr=False)
    """``converted_pdf``: Slack's own rendering of an Office file, if it has made one."""
    words: SlackWords | None

    @classmethod
    def bare(cls, file_id: str, name: str, **known: Any) -> Self:  # noqa: ANN401 (a field's own type)
        """A hosted file about which nothing else is known."""
        empty: dict[str, Any] = dict.fromkeys(("size_bytes", "url", "converted_pdf_url", "words"))
        given = {"mimetype": "", "mode": "hosted", "filetype": "", **empty, **known}
        return cls(id=file_id, name=name, **given)


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that a person wants answered, identified by ``(team_id, channel_id, ts)`` however often Slack delivers
    it.

    ``text`` is Markdown with ids not yet named (``<@U1>``). For a slash command ``ts`` is the trigger id, and
    ``response_url`` is the only way to answer. ``user_team`` is the workspace or organisation that the delivery names
    as its author's; empty if it names none.
    """

    team_id: str
    channel_id: str
    ts: str
    thread_ts: str
    user_id: str
    entry_point: EntryPoint
    text: str = field(repr=False)
    attachments: tuple[Attachment, ...]
    response_url: str | None = field(repr=False)
    user_team: str = ""
    confirmed: bool = False
    """The asker has agreed to what the answer costs."""

    @property
    def thread(self) -> ThreadKey:
        return ThreadKey(self.team_id, self.channel_id, self.thread_ts)

    @property
    def goes_on(self) -> bool:
        """Whether it continues an answer whose reader was let in already."""
        return self.entry_point is EntryPoint.SHARE and self.response_url is None

    @property
    def starts_thread(self) -> bool:
        """Whether nothing can precede it, so that there is no history to read."""
        return self.thread_ts == self.ts


class ChannelKind(StrEnum):
    PUBLIC = "public"
    PRIVATE = "private"
    GROUP = "group"
    DIRECT = "direct"


@dataclass(frozen=True, slots=True)
class Channel:
    """Where a thread is, as its people know it. A field is empty if Slack does not give it or there is none."""

    kind: ChannelKind
    name: str = field(repr=False)
    topic: str = field(repr=False)
    purpose: str = field(repr=False)


# --- what the thread says ------------------------------------------------------------------------------------------


class AuthorKind(StrEnum):
    PERSON = "person"
    THIS_BOT = "this_bot"
    OTHER_BOT = "other_bot"


@dataclass(frozen=True, slots=True)
class Author:
    """``zone``: a person's time zone, ``Europe/Amsterdam`` or ``UTC+02:00``; empty if unknown."""

    id: str
    name: str = field(repr=False)
    kind: AuthorKind
    zone: str = ""


@dataclass(frozen=True, slots=True)
class ThreadMessage:
    """One Slack message as the model should read it: Markdown, with names for ids, without status lines and buttons.

    ``dateline``: a line of the app's own that precedes the words, see ``dates``. ``notes``: what people should know
    about what the words refer to. ``prepared``: those ``attachments`` that are not files of Slack's.
    """

    ts: str
    author: Author
    text: str = field(repr=False)
    attachments: tuple[Attachment, ...]
    dateline: str = ""
    notes: tuple[Note, ...] = ()
    prepared: tuple[PreparedFile, ...] = field(default=(), repr=False)


# --- what the model is sent ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FileBytes:
    """Bytes that are ready to be sent and stay on disk until they are written to the socket.

    ``use`` keeps them there as long as it exists; it has no other purpose.
    """

    path: Path
    size_bytes: int
    use: object = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class WholeText:
    """A whole text, where a block has only its ends: UTF-8, to be read by lines.

    ``left_out`` is the reason of the note that says what the block lacks; the first ``head_lines`` lines explain the
    others, as the columns of a table do.
    """

    data: FileBytes
    lines: int
    title: str = field(repr=False)
    about: str = field(repr=False)
    language: str
    head_lines: int
    left_out: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TextBlock:
    text: str = field(repr=False)
    whole: WholeText | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ImageBlock:
    """``media_type`` is one of ``limits.IMAGE_MEDIA_TYPES``, and the bytes' real type."""

    media_type: str
    data: FileBytes
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class PdfBlock:
    """A valid, unencrypted PDF; ``title`` is the name people know the file by."""

    title: str = field(repr=False)
    data: FileBytes
    pages: int


ContentBlock = TextBlock | ImageBlock | PdfBlock


@dataclass(frozen=True, slots=True)
class ThreadPace:
    """What a thread tells about whether, and how soon, more will be asked in it."""

    answered: bool
    """Whether this bot has answered in it before."""
    pause_s: float
    """Seconds from the previously answered question to this one."""
    files: bool
    """Whether the model is sent any file."""


@dataclass(frozen=True, slots=True)
class Note:
    """What the answer lacks, told to people as one sentence, ``{file_name} {reason}``.

    ``reason`` is a predicate with a full stop: "song.mp3" + "is an audio file, which I can't listen to."
    """

    file_name: str = field(repr=False)
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Source:
    """A file that the answer cites, shown to people as ``{file_name}, {places}``: "contract.pdf, p. 12 ⁽¹⁾".

    Or a web page: "Opening hours, example.com ⁽¹⁾", whose name is a link to its ``address``.
    """

    file_name: str = field(repr=False)
    places: str = field(repr=False)
    address: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class PreparedFile:
    """The result for one attachment: blocks for the model (in order), or a note, or both (a part was left out).

    ``words`` are what was said in it; the model hears them as its author's own.
    """

    attachment_id: str
    blocks: tuple[ContentBlock, ...] = ()
    notes: tuple[Note, ...] = ()
    words: str = field(default="", repr=False)
