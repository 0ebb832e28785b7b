"""Makes the users and channels of a fresh workspace, for a manifest. Pure."""

from __future__ import annotations

from playground.workspace.manifest import Manifest
from playground.workspace.records import Channel, Kind, Team, User, UserGroup

TEAM_ID = "T0PLAYGRND"
TEAM = Team(TEAM_ID, "Playground")
APP_ID = "A0PLAYGRND"
BOT_USER_ID = "U0BOT00001"
BOT_ID = "B0BOT00001"
OTHER_BOT_USER_ID = "U0BOT00002"
OTHER_BOT_ID = "B0BOT00002"
OTHER_APP_ID = "A0BOT00002"
OTHER_APP_NAME = "Standup"

PARTNER_TEAM_ID = "T0PARTNER1"

PEOPLE = (
    User("U0ADA00001", "ada", "Ada Moreau", email="ada@playground.example", is_admin=True),
    User("U0GRACE001", "grace", "Grace Okafor", email="grace@playground.example"),
    User("U0LARS0001", "lars", "Lars Lindqvist", email="lars@playground.example"),
)
REMY = User("U0REMY0001", "remy", "Remy Costa", email="remy@bought.example")
MIA = User("U0MIA00001", "mia", "Mia Brandt", email="mia@agency.example", is_restricted=True)
SOL = User("U0SOL00001", "sol", "Sol Ibarra", email="sol@agency.example", is_restricted=True, is_ultra_restricted=True)
DEX = User("U0DEX00001", "dex", "Dex Varga", email="dex@playground.example", deleted=True)
PAT = User("U0PAT00001", "pat", "Pat Nguyen", team=PARTNER_TEAM_ID)
STAN = User("U0STAN0001", "stan", "Stan Petrov", team=PARTNER_TEAM_ID, is_stranger=True)
OTHERS = (REMY, MIA, SOL, DEX, PAT, STAN)
"""A member with an address of another domain, guests of several channels and of one, somebody who left, and two of a
partner company: one shares a channel, the other has only a direct message with the app."""

GROUPS = (UserGroup("S0ENG00001", "eng", "Engineering"),)


def users(manifest: Manifest) -> list[User]:
    """Three people and others, Slackbot (who signs tombstones), another app's bot, and the app's own bot user."""
    return [
        *PEOPLE,
        *OTHERS,
        User("USLACKBOT", "slackbot", "Slackbot"),
        User(OTHER_BOT_USER_ID, "standup", "Standup Reminder", is_bot=True, bot_id=OTHER_BOT_ID),
        User(BOT_USER_ID, manifest.bot_name, manifest.app_name, is_bot=True, bot_id=BOT_ID),
    ]


def channels() -> list[Channel]:
    """#general, #random, a shared, a private and a group one with the bot, two without it, and one DM a person."""
    people = {person.id for person in PEOPLE}
    everyone = people | {BOT_USER_ID, OTHER_BOT_USER_ID}
    return [
        Channel("C0GENERAL1", "general", Kind.PUBLIC, everyone | {REMY.id, MIA.id, SOL.id, DEX.id}),
        Channel("C0RANDOM01", "random", Kind.PUBLIC, everyone | {REMY.id, MIA.id, DEX.id}),
        Channel("C0SHARED01", "with-partner", Kind.PUBLIC, people | {BOT_USER_ID, PAT.id}, is_ext_shared=True),
        Channel("C0PRIVATE1", "board-room", Kind.PRIVATE, people | {BOT_USER_ID}),
        Channel("C0ELSEWHR1", "elsewhere", Kind.PUBLIC, set(people)),
        Channel("C0HIDDEN01", "hidden", Kind.PRIVATE, set(people)),
        Channel("C0MPIM0001", "mpdm-ada--grace--1", Kind.GROUP, {PEOPLE[0].id, PEOPLE[1].id, BOT_USER_ID}),
        *(Channel(f"D{person.id[1:]}", person.id, Kind.DIRECT, {person.id, BOT_USER_ID}) for person in PEOPLE),
    ]
