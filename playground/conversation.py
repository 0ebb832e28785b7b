"""What is said in the demo before a visitor comes, and what is suggested to them. Pure, but for the workspace.

The practice model cannot read a contract. Its two answers about the agreement are written down here, so that the first
picture shows what an answer looks like; whatever else it is asked, it says what it received.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from playground.practice_model.received import Received, SeenPdf
from playground.practice_model.said import question_of
from playground.practice_model.script import Answer, Cite
from playground.practice_model.wishes import shown_answer_to
from playground.workspace.defaults import TEAM_ID
from playground.workspace.manifest import Manifest
from playground.workspace.records import Json, Team
from playground.workspace.workspace import Workspace

HOME = Team(TEAM_ID, "Harbour Lane Studio")
"""The customer of the agreement."""
AGREEMENT = "supply-agreement.pdf"
PHOTO = "launch.jpg"
NOT_SHOWN = ("elsewhere", "hidden", "remy", "sol", "dex", "stan")
"""Channels and people that only tests need."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a person does. ``follows``: in the thread of the step before."""

    who: str
    where: str
    text: str
    files: tuple[str, ...] = ()
    follows: bool = False


WHEN_CAN_WE_END_IT = "When can we end this agreement, and what does it cost us a month until then?"
WHAT_IF_LATE = "And what if they come three days late?"
CONVERSATION = (
    Step("grace", "general", f"@claude {WHEN_CAN_WE_END_IT}", files=(AGREEMENT,)),
    Step("lars", "general", f"@claude {WHAT_IF_LATE}", follows=True),
    Step("ada", "", "How many pages has the agreement, and what do you see in the photo?", files=(AGREEMENT, PHOTO)),
    Step("lars", "random", "/ask what is a Slack thread, in one sentence?"),
)
EARLIER = (
    ("grace", "The new office opens on Monday. Please label your boxes."),
    ("lars", "Who has the key to the store room?"),
    ("mia", "The drafts from the agency are in the folder."),
    ("grace", "I have the key. The coffee comes on Tuesday, before ten."),
)

PIECE_DELAY_S = 0.08
"""Some fifty tokens a second, as models write."""
TABLE = (
    "| coffee | kg × € | a month |\n|---|--:|--:|\n"
    "| House espresso | 24 × 21.50 | 516 |\n"
    "| Ethiopia Guji | 12 × 27.00 | 324 |\n"
    "| Decaf Colombia | 4 × 25.00 | 100 |\n\n"
)
WRITTEN_DOWN: dict[str, tuple[str | Cite, ...]] = {
    WHEN_CAN_WE_END_IT: (
        "You can leave **at the end of February 2027**, if they have your notice in writing by **30 December 2026**. ",
        "The agreement runs for twelve months from 1 March 2026",
        Cite(0, 1, title=AGREEMENT),
        " and renews itself for six more unless one side gives sixty days' notice",
        Cite(0, 2, title=AGREEMENT),
        ".\n\nUntil then it costs you € 940 a month:\n\n" + TABLE,
        "These prices are fixed until 31 December 2026",
        Cite(0, 2, title=AGREEMENT),
        "; then they may rise with the commodity index.",
    ),
    WHAT_IF_LATE: (
        "Then you may buy elsewhere and charge them the difference, up to **€ 300** for that delivery",
        Cite(0, 1, title=AGREEMENT),
        ". It has to be *more than two working days*: what was due on a Tuesday is late enough on Friday.",
    ),
}


def answer_to_visitor(received: Received) -> Answer | None:
    """What the practice model says where it is not to say what it received."""
    return written_answer_to(received) or shown_answer_to(received)


def written_answer_to(received: Received) -> Answer | None:
    """What is written down for the question, where the agreement is there to be asked about."""
    parts = WRITTEN_DOWN.get(question_of(received))
    documents = [block for block in received.blocks() if isinstance(block, SeenPdf)]
    if parts is None or [document.title for document in documents] != [AGREEMENT]:
        return None
    cited = parts if received.citing else [part for part in parts if isinstance(part, str)]
    return Answer.citing(*cited, first_token_delay_s=0.4, chunk_delay_s=PIECE_DELAY_S)


def furnished(manifest: Path | Manifest, *, port: int = 0, real_model: bool = False) -> Workspace:
    """The demo's workspace, to be entered: its page shows what is suggested, and nothing that only tests need, from the
    moment it can be opened."""
    workspace = Workspace(manifest, port=port, team=HOME)
    _furnish(workspace)
    workspace.state.invitation = invitation(real_model)
    return workspace


def _furnish(workspace: Workspace) -> None:
    """What was there before: people whom the bot does not answer among it, unless its settings say so."""
    state = workspace.state
    for user in [user for user in state.users.values() if user.name in NOT_SHOWN]:
        del state.users[user.id]
        for channel in state.channels.values():
            channel.members.discard(user.id)
    for channel in [channel for channel in state.channels.values() if channel.name in NOT_SHOWN]:
        del state.channels[channel.id]
    for who, text in EARLIER:
        workspace.seed(workspace.user(who), workspace.channel("random"), text)
    shared = workspace.channel("with-partner")
    workspace.seed(workspace.user("pat"), shared, "Greetings from your partners! We can read and write here.")
    workspace.seed(workspace.user("grace"), shared, "Welcome! Only we can ask @claude here, though.")


def invitation(real_model: bool) -> Json:
    """What the page suggests: each a text, what it shows, and files that go with it."""
    questions: list[tuple[str, str, list[str]]] = [
        ("@claude what is in these?", "A PDF and a picture are read", [AGREEMENT, PHOTO]),
        ("@claude write something very long, with a table and code", "Goes on in further messages, and as a file", []),
        ("@claude count slowly to 40", "Time to press Stop, then Continue; what is asked meanwhile waits", []),
        ("@claude search the web for green tea", "What was found stands below the answer", []),
        ("/ask what is a thread?", "Only you see the answer, until you post it", []),
        ("/ask catch me up on #random", "A channel in short, for you alone", []),
    ]
    practice: list[tuple[str, str, list[str]]] = [
        ("@claude refuse this, please", "What a refusal looks like", []),
        ("@claude break off in the middle", "What is not whole says so, and can go on", []),
        ("@claude fail, please", "The API breaks off", []),
    ]
    about = (
        "The answers come from the real model."
        if real_model
        else (
            "The practice model does not think: its answers about the agreement are written down, "
            "and to all else it says what it received."
        )
    )
    shown = questions if real_model else [*questions, *practice]
    return {
        "about": about,
        "questions": [{"text": text, "shows": shows, "files": files} for text, shows, files in shown],
    }
