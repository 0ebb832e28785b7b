"""Reads the Slack messages that a question links to, as far as the person who asks may read them.

I/O: conversations.info, conversations.members and conversations.replies. People read through the bot and must not read
more that way than in Slack: the question's own channel, public channels for members of the workspace, and others for
those who are in them. They are told the same whether a message does not exist or cannot be seen by one of the two;
otherwise they would learn what exists.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial

from bot.errors import SlackError
from bot.messages import Author, ChannelKind, Note, Question, ThreadMessage
from bot.prompt import spoken
from bot.slack.own_messages import ts_order
from bot.slack.read.markdown import joined, quoted
from bot.slack.read.members import is_member
from bot.slack.read.message_text import SAID
from bot.slack.read.permalinks import Permalink, permalinks_in
from bot.slack.shapes import Json, object_of, objects_of, text_of
from bot.slack.web_api.channel_object import channel_of
from bot.slack.web_api.names import Api, Names
from bot.slack.web_api.patience import patiently
from bot.telemetry.logs import get_logger

log = get_logger(__name__)

LINKS_MAX = 5
MESSAGES_MAX = 100
"""Of one thread."""
CHARS_MAX = 40_000
"""Of one thread's words."""
PATIENCE_S = 90.0
"""Longer than a minute, the period in which Slack counts calls."""
ONE, SEVERAL = "A message that you linked to", "{count} messages that you linked to"
UNREADABLE = (
    "couldn't be read. Either one of us can't see it, or it's gone. If it is in a channel that I'm not in, please "
    "invite me there and ask again."
)
TOO_MANY = f"were not read, because I follow at most {LINKS_MAX} links."


@dataclass(frozen=True, slots=True)
class Linked:
    """One message or thread: ``messages`` are Slack's, oldest first; ``more``: there are more after them."""

    channel_id: str
    messages: Sequence[Json] = field(repr=False)
    more: bool


Write = Callable[[Sequence[Json], str], Awaitable[tuple[list[ThreadMessage], str]]]
"""Reads Slack's messages of a channel as the model should read them; also returns the channel's name."""


class LinkedMessages:
    """For one workspace. ``closed``: channels that are read for nobody."""

    def __init__(self, api: Api, names: Names, closed: Collection[str] = ()) -> None:
        self._api = api
        self._names = names
        self._closed = closed

    async def below(self, message: ThreadMessage, question: Question, write: Write) -> ThreadMessage:
        """The question's message, followed by what its words link to."""
        found, notes = await self._of(question)
        if not (found or notes):
            return message
        quotes, files = [], list(message.attachments)
        for linked in found:
            said, channel = await write(linked.messages, linked.channel_id)
            quotes.append(_quote(said, message.author, channel, more=linked.more))
            files += [file for one in said for file in one.attachments]
        return replace(message, text=joined([message.text, *quotes]), attachments=tuple(files), notes=notes)

    async def _of(self, question: Question) -> tuple[list[Linked], tuple[Note, ...]]:
        """The messages that the question links to, outside its own thread, and notes for people."""
        links = [link for link in permalinks_in(question.text) if not _is_here(link, question)]
        found = [await self._read(link, question) for link in links[:LINKS_MAX]]
        notes = [_note(found.count(None), UNREADABLE), _note(len(links) - len(found), TOO_MANY)]
        return [linked for linked in found if linked is not None], tuple(note for note in notes if note)

    async def _read(self, link: Permalink, question: Question) -> Linked | None:
        try:
            if not await self._may_see(link.channel_id, question):
                return None
            return await self._thread(link)
        except SlackError as error:
            log.info("link.not_read", code=error.code)
            return None

    async def _may_see(self, channel_id: str, question: Question) -> bool:
        """Raises ``SlackError``."""
        if channel_id in self._closed:
            return False
        if channel_id == question.channel_id:
            return True
        info = await self._call("conversations.info", channel=channel_id)
        channel = channel_of(object_of(info.get("channel")))
        person = await self._names.person(question.user_id, within_s=PATIENCE_S)
        if channel is None or person is None or person.is_app:
            return False
        of_the_house = question.team_id in {*person.team_ids, person.enterprise_id}
        if channel.kind is ChannelKind.PUBLIC and of_the_house and not (person.is_guest or person.is_stranger):
            return True
        return await is_member(self._call, channel_id, question.user_id)

    async def _thread(self, link: Permalink) -> Linked | None:
        """``None`` if the message is not there."""
        read = partial(self._call, "conversations.replies", channel=link.channel_id, ts=link.root_ts)
        page = await read(limit=MESSAGES_MAX)
        messages = {text_of(message.get("ts")): message for message in objects_of(page.get("messages"))}
        if link.ts not in messages:
            only = await read(latest=link.ts, oldest=link.ts, inclusive=True, limit=1)
            messages |= {text_of(message.get("ts")): message for message in objects_of(only.get("messages"))}
        if link.ts not in messages:
            return None
        said = [one for one in messages.values() if text_of(one.get("subtype")) in SAID and not one.get("hidden")]
        said.sort(key=lambda message: ts_order(text_of(message.get("ts"))))
        return Linked(link.channel_id, said, more=page.get("has_more") is True)

    async def _call(self, method: str, **arguments: object) -> Json:
        return await patiently(partial(self._api.call, method, **arguments), PATIENCE_S)


def _quote(said: Sequence[ThreadMessage], asker: Author, channel: str, *, more: bool) -> str:
    """The text is quoted one level deeper than its author's name, so no text can put words into somebody else's mouth.
    And nobody there has the name of another person, or of the asker."""
    speakers = spoken.speakers([asker, *(message.author for message in said)])
    where = f" from #{spoken.mentioned(channel)}" if channel else ""
    lines = [spoken.head(f"Linked message{'s' if len(said) > 1 else ''}{where}:")]
    left = CHARS_MAX
    for message in said:
        speaker = speakers[message.author.id, message.author.kind]
        lines += ["", spoken.head(f"From {speaker}, {_when(message.ts)}:"), quoted(message.text[:left])]
        left -= len(message.text)
        if left <= 0:
            break
    if more or left <= 0:
        lines += ["", spoken.head("There is more in that thread, which is not quoted here.")]
    return quoted("\n".join(lines))


def _when(ts: str) -> str:
    return datetime.fromtimestamp(ts_order(ts)[0], UTC).strftime("%d %B %Y, %H:%M UTC")


def _is_here(link: Permalink, question: Question) -> bool:
    return link.channel_id == question.channel_id and link.root_ts == question.thread_ts


def _note(count: int, reason: str) -> Note | None:
    if not count:
        return None
    reason = reason.replace("were not", "was not", 1) if count == 1 else reason
    return Note(ONE if count == 1 else SEVERAL.format(count=count), reason)
