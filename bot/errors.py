"""What can go wrong, named by what can be done about it, and the sentence that a person reads.

Pure. Neighbours translate their libraries' exceptions into these once, at their own edge (``raise … from``)::

    BotError
    ├── StartFailed                    a setting or a token is wrong: say so and exit with code 2
    ├── StoreFailed                    the question could not be written down: no ack, Slack delivers it again
    │   └── StoreLost                  nor will it ever: say so and exit with code 2
    ├── BatchUnreadable                 some pages or lines of a file can't be had: name them, and go on with the others
    ├── LeaseLost                      another process may have the question: write nothing more
    ├── SlackError                     a call to Slack failed
    │   ├── SlackUnavailable           not now: rate limit, 5xx, no connection; try again after ``retry_after_s``
    │   ├── SlackOutcomeUnknown        the request left and no answer came: it may or may not have happened
    │   │   └── SlackFailed            Slack says that it failed: it most likely did nothing
    │   ├── SlackNoAccess              the app may not read or write there: say what to change, where that can be read
    │   ├── SlackNoThread              nothing can be posted into this thread: post at top level
    │   ├── SlackNotEditable           this message takes no edits: go on in a further one
    │   ├── SlackRefused               this call is wrong as it stands: change it or give it up
    │   │   └── SlackFormRefused       its blocks or its length are: show the same in a plainer form
    │   ├── ReplyNotPossible           a reply cannot be shown where it was asked for: say so elsewhere
    │   ├── ReplyGone                  the message was taken away, or stopped: stop quietly
    │   └── SlackTokenInvalid          no call works with this token any more: stop the bot
    └── ModelError                     the Messages API gave no (whole) answer
        ├── ModelKeyInvalid            401, 403: tell who runs the bot
        ├── ModelBalanceEmpty          402: tell who runs the bot
        ├── ModelNotFound              404, or a model that the API does not know: tell who runs the bot
        ├── ModelRequestTooLarge       413, or a prompt over the context window: ask with less
        ├── ModelRequestInvalid        any other 400: ask without the files it may be about
        ├── ModelRateLimited           429: try again, after ``retry_after_s`` where it is said
        ├── ModelOverloaded            529: the same
        ├── ModelUnavailable           5xx, no connection: the same
        │   └── ModelSilent            no beginning of an answer within the whole patience: a person may ask again
        └── AnswerCut                  the stream ended before the answer did: keep what came, and go on from there
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class BotError(Exception):
    """Base class. ``str(error)`` is for logs; it never contains a token or what people wrote."""


class StartFailed(BotError):
    """The bot cannot start. ``faults`` has one line for each thing to fix."""

    def __init__(self, *faults: str) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class StoreFailed(BotError):
    """The database failed to store or return something."""


class StoreLost(StoreFailed):
    """The database file is gone or damaged; ``str`` is a sentence for the operator."""


class BatchUnreadable(BotError):
    """Some pages of a file cannot be made a PDF of their own, or there is no space for it."""


class LeaseLost(BotError):
    """Another process may have the question by now: nothing more may be written for it."""


class Declined(BotError):
    """A request that cannot be fulfilled, through nobody's fault. ``sentence`` is for the person."""

    def __init__(self, sentence: str) -> None:
        super().__init__("declined")
        self.sentence = sentence


# --- Slack ---------------------------------------------------------------------------------------------------------


class SlackError(BotError):
    """A call to Slack failed. ``method`` is the Web API method, ``code`` Slack's error code or our word for it."""

    def __init__(self, method: str, code: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(f"{method}: {code}")
        self.method = method
        self.code = code
        self.retry_after_s = retry_after_s


class SlackUnavailable(SlackError):
    """Slack did not do it but may do so later; ``retry_after_s`` is Slack's own figure if it gave one."""


class SlackOutcomeUnknown(SlackError):
    """The connection broke after the request was sent. Repeating a post now could show it twice."""


class SlackFailed(SlackOutcomeUnknown):
    """Slack itself says that it failed, so it most likely did nothing. But "some aspect" may have "succeeded"."""


class SlackRefused(SlackError):
    """Slack will not accept this call however often it is made."""


class SlackFormRefused(SlackRefused):
    """Slack will not accept these blocks, or so much text."""


class SlackNoAccess(SlackError):
    """The app may not read or write there: not a member, archived, read-only, or a scope is missing."""


class SlackNoThread(SlackError):
    """The app cannot post into this thread: the channel has no threads, or this message takes no replies."""


class SlackNotEditable(SlackError):
    """The message exists but cannot be edited, because of a workspace setting or because the channel is frozen."""


class ReplyNotPossible(SlackError):
    """A reply cannot be shown where it was asked for. ``sentence`` is for the person, and names the channel."""

    def __init__(self, method: str, code: str, sentence: str) -> None:
        super().__init__(method, code)
        self.sentence = sentence


class ReplyGone(SlackError):
    """The message was deleted, or its stream was stopped by a person."""


class SlackTokenInvalid(SlackError):
    """The token is wrong, expired or revoked, or the app was uninstalled."""


# --- Messages API --------------------------------------------------------------------------------------------------


class ModelError(BotError):
    """The Messages API failed. ``sentence`` tells a person what happened and what they can do; ``clause`` follows a
    colon if an answer has begun and breaks off.

    ``detail`` is for the log: status, error type and request id, never a prompt. ``retryable``: the same request may be
    sent again as long as nothing of the answer was shown; ``retry_after_s`` is the API's own figure.
    ``about_citations``: asking without them may help.
    """

    sentence = "The model couldn't answer. Please ask again."
    clause = "the model couldn't finish it."
    retryable = False
    about_effort = False
    """Whether its words are about the requested effort."""
    about_cache = False
    """Whether its words are about a prompt-cache marker."""
    about_web = False
    """Whether its words are, or may be, about web tools."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.retry_after_s: float | None = None
        self.about_citations = False


class ModelKeyInvalid(ModelError):
    sentence = (
        "I can't reach the model, because its API refused my key. Please ask whoever runs me to check "
        "YOUROUTER_API_KEY."
    )
    clause = "the model's API no longer accepts my key. Please ask whoever runs me to check YOUROUTER_API_KEY."


class ModelBalanceEmpty(ModelError):
    sentence = (
        "I can't reach the model, because the balance of its API account is used up. Please ask whoever runs me to "
        "top it up."
    )
    clause = "the balance of the API account is used up. Please ask whoever runs me to top it up."


class ModelNotFound(ModelError):
    sentence = (
        "I can't reach the model, because the API doesn't know the one that I'm set up to use. Please ask whoever runs "
        "me to check MESSAGES_MODEL and MESSAGES_API_URL."
    )
    clause = (
        "the API doesn't know the model that I'm set up to use. Please ask whoever runs me to check MESSAGES_MODEL."
    )


@dataclass(frozen=True, slots=True)
class MediaBound:
    """``most``: how many images and documents a request may hold, if the API said so; ``in_pages``: a PDF counts by its
    pages."""

    most: int | None
    in_pages: bool


class ModelRequestTooLarge(ModelError):
    sentence = (
        "This thread and its files are more than the model can read at once. Please ask in a new thread, with fewer or "
        "smaller files."
    )
    clause = "this thread and its files are more than the model can read at once. Please go on in a new thread."

    def __init__(self, detail: str, *, fits: float | None = None, media: MediaBound | None = None) -> None:
        """``fits``: the share of the request that would fit, if the API gave both its size and the maximum; ``media``:
        there are too many images and documents, whatever their size."""
        super().__init__(detail)
        self.fits = fits
        self.media = media


class Medium(StrEnum):
    """What a request contains besides text."""

    IMAGE = "image"
    PDF = "pdf"


class ModelRequestInvalid(ModelError):
    """``refused_blocks``: the ``(message, block)`` indexes that the API named, if any; ``medium``: the kind of file
    that its words are about, if one; ``medium_not_taken``: that kind is not accepted at all; ``about_files``: leaving
    files out may help."""

    sentence = (
        "The model's API refused this request. Please ask in a new thread. If that fails too, please ask whoever runs "
        "me to look at the log."
    )
    clause = "the model's API refused the request. Please ask in a new thread."

    def __init__(
        self,
        detail: str,
        *,
        refused_blocks: tuple[tuple[int, int], ...] = (),
        medium: Medium | None = None,
        medium_not_taken: bool = False,
        about_files: bool = True,
    ) -> None:
        super().__init__(detail)
        self.refused_blocks = refused_blocks
        self.medium = medium
        self.medium_not_taken = medium_not_taken
        self.about_files = about_files


class ModelRateLimited(ModelError):
    sentence = "The model's API is limiting my requests right now. Please ask again in a minute."
    clause = "the model's API is limiting my requests right now."
    retryable = True


class ModelOverloaded(ModelError):
    sentence = "The model is overloaded right now. Please ask again in a minute."
    clause = "the model is overloaded right now."
    retryable = True


class ModelUnavailable(ModelError):
    sentence = "I couldn't reach the model. Please ask again in a minute."
    clause = "the model's API had an error."
    retryable = True


class ModelSilent(ModelUnavailable):
    sentence = "The model didn't begin to answer in time. Please ask again in a minute."
    clause = "the model stopped answering."
    retryable = False


class AnswerCut(ModelError):
    sentence = "The connection to the model broke before its answer was complete. Please ask again."
    clause = "nothing more came from the model."
    retryable = True
