"""The bot in one workspace: it takes what Slack delivers there, and answers.

I/O: what its parts do. A workspace has its own people, limits, questions and turns. ``Shared`` is what all workspaces
of a process have in common; it holds nothing of any one of them except files by their ids.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import aiohttp
import httpx

from bot.access.control import AccessControl, DiscreetNotices
from bot.answering.asking import Answering
from bot.assembly import files, queue, slack, store
from bot.assembly.derived import access_policy
from bot.catching_up.catching import CatchingUp
from bot.catching_up.wish_mover import WishMover
from bot.commands.carrying_out import Commands
from bot.commands.choosing import Choosing
from bot.edits import Edits
from bot.file_ports import RefusedFiles
from bot.files.forgetting import Forgetting
from bot.files.made_texts import MadeTexts
from bot.files.reader import FileReader
from bot.files.workshop import Workshop
from bot.inboxes import Inboxes
from bot.installations.installation import Installation
from bot.prompt.batch_reading import BatchReading
from bot.prompt.drafting import Drafting
from bot.prompt.instructions import Instructing
from bot.prompt.window import Windows
from bot.settings import Settings
from bot.sharing import Sharing
from bot.slack.read.channel_messages import SlackChannelMessages
from bot.slack.read.named_messages import NamedMessages
from bot.slack.read.thread import ThreadReader
from bot.slack.receive import origin
from bot.slack.receive.agent_handler import AgentHandler
from bot.slack.receive.handlers import Handlers
from bot.slack.receive.listeners import Listeners
from bot.slack.receive.stop_wishes import StopWishes
from bot.slack.shapes import Json
from bot.slack.web_api import scopes
from bot.slack.web_api.client import SlackClient, TokenEnded
from bot.slack.web_api.identity import Identity, check_token, identify
from bot.slack.web_api.limit_keeper import LimitKeeper
from bot.slack.web_api.membership import why_not_in
from bot.slack.web_api.names import Names
from bot.slack.web_api.rate_limiter import RateLimiter
from bot.slack.web_api.session import sdk_client
from bot.slack.write.agent_surface import AgentSurface
from bot.slack.write.asides import CommandAnswers, SlackAsides
from bot.slack.write.direct_messages import SlackDirectMessages
from bot.slack.write.modals import open_view
from bot.slack.write.private_reply import PrivateServices
from bot.slack.write.replies import SlackReplies
from bot.stops import StopWatch
from bot.store.database import Database
from bot.store.feedback import StoredFeedback
from bot.store.left_replies import StoredLeftReplies
from bot.store.questions import StoredQuestions
from bot.store.refusal_sentences import StoredSentences
from bot.store.thread_settings import StoredThreadSettings
from bot.store.usage import StoredUsage
from bot.telemetry import metrics
from bot.turn import Turn


@dataclass(frozen=True, slots=True)
class Shared:
    """What the workspaces of a process have in common."""

    settings: Settings
    database: Database
    session: aiohttp.ClientSession
    downloads: httpx.AsyncClient
    workshop: Workshop
    forgetting: Forgetting
    refused_files: RefusedFiles
    answering: Answering
    batch_reading: BatchReading
    windows: Windows
    instructions: Instructing
    stop_watch: StopWatch
    usage: StoredUsage
    questions: StoredQuestions
    inboxes: Inboxes
    limit_keeper: LimitKeeper


@dataclass(frozen=True, slots=True)
class Workspace:
    """``listeners`` take what Slack delivers; ``use_token`` replaces the token before it expires."""

    identity: Identity
    listeners: Listeners
    use_token: Callable[[str], None] = field(repr=False)


async def connect(
    settings: Settings, session: aiohttp.ClientSession, token: str, on_token_ended: TokenEnded
) -> tuple[SlackClient, Identity]:
    """Asks Slack who the bot is. ``on_token_ended`` is called if Slack no longer accepts the token.

    Raises ``StartFailed``.
    """
    api = SlackClient(sdk_client(token, settings.slack_api_url, session), RateLimiter(), on_token_ended)
    return api, await identify(api)


async def open_workspace(
    shared: Shared, api: SlackClient, identity: Identity, token: str, parts: AsyncExitStack, hurry: asyncio.Event | None
) -> Workspace:
    """Closed with ``parts``, the turns first; ``hurry`` ends their grace period. Raises ``StartFailed``."""
    settings, database = shared.settings, shared.database
    questions = shared.questions
    parts.callback(await shared.limit_keeper.keep(identity.team_id, api.rate_limiter))
    names = slack.names(api, parts)
    access = _access(shared, api, identity, names)
    closed = settings.bot_denied_channels or frozenset[str]()
    reader = ThreadReader(api, names, bot_user_id=identity.bot_user_id, bot_id=identity.bot_id, closed=closed)
    private_services = slack.private_services(api, reader, database, questions)
    replies = slack.replies(settings, api, reader, shared.session, private_services, StoredLeftReplies(database).tidied)
    parts.push_async_callback(replies.close)
    reading = files.file_reader(settings, shared.workshop, shared.downloads, api, token)
    named = NamedMessages(names, identity.bot_user_id, identity.bot_id)
    channel_messages = SlackChannelMessages(api, names, named.written, identity.bot_user_id, closed)
    chosen = StoredThreadSettings(database)
    choosing = Choosing(shared.instructions, chosen, sorted(settings.bot_models or ()))
    threads = CatchingUp(reader, channel_messages, MadeTexts(shared.workshop.cache).keep)
    turn = _turn(shared, threads, reading, private_services, replies, access, choosing)
    notices = DiscreetNotices(access, replies)
    # Between the inbox and the turn: a wish to be caught up, said in a channel, moves to a direct message.
    wish_mover = WishMover(
        turn.answer, notices, SlackDirectMessages(api), access.denial, questions.uncount, private_services.add
    )
    inbox = queue.inbox(shared.inboxes, identity.team_id, wish_mover, wish_mover.answer, api.rate_limiter, replies.tidy)
    parts.push_async_callback(inbox.close, settings.bot_shutdown_grace_s, hurry)
    metrics.WORKSPACES.inc()
    parts.callback(metrics.WORKSPACES.dec)
    surface, stop = AgentSurface(api), shared.stop_watch.stop
    agent = AgentHandler(identity.team_id, surface.suggest, surface.idle, StopWishes(stop, access.denial))
    handlers = Handlers(
        accept=inbox.accept,
        replace=turn.edits.replace,
        stop=shared.stop_watch.stop,
        conversations=store.conversations(settings, database),
        commands=Commands(chosen, CommandAnswers(api), choosing.menu),
        button_pressed=replies.button_pressed,
        file_deleted=functools.partial(shared.forgetting.deleted, identity.team_id),
        is_bot=names.is_bot,
        token_revoked=functools.partial(check_token, api),
        denial=access.denial,
        turn_away=access.turn_away,
        votes=StoredFeedback(database),
        home_opened=slack.home_tab(settings, api, identity, access, names, database).opened,
        tell=replies.tell,
        open_view=functools.partial(open_view, api),
        why_not_in=functools.partial(why_not_in, api),
        agent=agent.handle,
    )

    def use_token(new: str) -> None:
        api.use_token(new)
        reading.use_token(new)

    return Workspace(identity, Listeners(identity, handlers), use_token)


def _access(shared: Shared, api: SlackClient, identity: Identity, names: Names) -> AccessControl:
    policy = access_policy(shared.settings, identity.own_workspace)
    access = AccessControl(policy, names, SlackAsides(api, shared.session), StoredSentences(shared.database))
    access.warn_of_missing_scopes(api.scopes)
    return access


def _turn(
    shared: Shared,
    threads: CatchingUp,
    files: FileReader,
    private_services: PrivateServices,
    replies: SlackReplies,
    access: AccessControl,
    choosing: Choosing,
) -> Turn:
    return Turn(
        threads=threads,
        drafting=Drafting(files, shared.refused_files, shared.batch_reading, shared.windows),
        batch_reading=shared.batch_reading,
        answering=shared.answering,
        replies=replies,
        questions=shared.questions,
        access=access,
        usage=shared.usage,
        stop_watch=shared.stop_watch,
        edits=Edits(shared.questions),
        sharing=Sharing(private_services.answers, replies, replies.shared),
        instructions=choosing.of,
        model_in=shared.instructions.model_in,
        as_file=replies.uploads.of_press,
        bills_shown=shared.settings.bot_footer == "usage",
    )


async def open_installed(
    shared: Shared,
    hurry: asyncio.Event | None,
    installation: Installation,
    on_token_ended: TokenEnded,
    parts: AsyncExitStack,
) -> Workspace:
    """Opens a workspace without asking Slack who the bot is: the installation says so."""
    scopes.warn(installation.scopes, workspace=installation.team_id)
    client = sdk_client(installation.bot_token, shared.settings.slack_api_url, shared.session)
    api = SlackClient(client, RateLimiter(), on_token_ended, installation.scopes)
    identity = Identity(installation.team_id, installation.bot_user_id, installation.bot_id, installation.enterprise_id)
    return await open_workspace(shared, api, identity, installation.bot_token, parts, hurry)


@dataclass(frozen=True, slots=True)
class OneWorkspace:
    """Implements ``deliveries.Workspaces`` for a bot whose token is in the settings."""

    workspace: Workspace

    async def listeners(self, body: Json) -> Listeners | None:
        identity = self.workspace.identity
        ours = origin.is_ours(body, identity.team_id, identity.enterprise_id)
        return self.workspace.listeners if ours else None
