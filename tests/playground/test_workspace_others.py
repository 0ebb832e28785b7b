"""What apps, tokens and Slack itself write, and what Slack knows of a file, in the shapes that Slack sends."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from pypdf import PdfReader
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from playground.workspace.people import NotPossible
from playground.workspace.renderings import pdf_of_office
from playground.workspace.workspace import Workspace
from tests import made_documents, made_files
from tests.manifests import MENTIONS
from tests.slack_client import web_client

GENERAL = "C0GENERAL1"
Json = dict[str, Any]


def shown(ws: Workspace, ts: str, channel: str = GENERAL) -> Json:
    return ws.state.rendered(channel, ts)


async def test_a_post_with_a_persons_token_names_the_person_and_the_app(ws: Workspace) -> None:
    ts = ws.others.say_by_token(ws.user("ada"), GENERAL, "@claude hello")

    message, event = shown(ws, ts), ws.deliveries[-1].payload["event"]
    assert (message["user"], message["bot_profile"]["name"]) == (ws.user("ada"), "Connector")
    assert (event["type"], event["user"], event["bot_id"]) == ("app_mention", ws.user("ada"), message["bot_id"])


async def test_a_forwarded_message_carries_the_original(ws: Workspace) -> None:
    original = ws.others.say_by_app(GENERAL, "disk *full*", name="Ops")
    ts = ws.others.forward(ws.user("ada"), GENERAL, (GENERAL, original), "see")
    bare = ws.others.forward(ws.user("ada"), GENERAL, (GENERAL, original), bare=True)

    (shared,), (short,) = shown(ws, ts)["attachments"], shown(ws, bare)["attachments"]
    assert (shared["is_share"], shared["author_name"]) == (True, "Ops")
    assert shared["message_blocks"][0]["message"]["text"] == "disk *full*"
    assert short["fallback"] == "[general] Ops: disk *full*"
    assert "message_blocks" not in short


async def test_a_pasted_table_stands_below_the_message_or_in_it(ws: Workspace) -> None:
    below = shown(ws, ws.others.paste(ws.user("ada"), GENERAL, [["a", 1.5]], "see"))
    inside = shown(ws, ws.others.paste(ws.user("ada"), GENERAL, [["a"]], "see", below=False))

    number = {"type": "raw_number", "value": 1.5, "text": "1.5"}
    assert below["attachments"][0]["blocks"][0]["rows"] == [[{"type": "raw_text", "text": "a"}, number]]
    assert [block["type"] for block in inside["blocks"]] == ["rich_text", "table"]


async def test_mentions_may_come_without_what_stands_below_them(ws: Workspace) -> None:
    ws.state.mentions_carry_files = False
    await ws.say(ws.user("ada"), GENERAL, "@claude see", files=[("a.txt", b"x")])

    event = ws.deliveries[-1].payload["event"]
    assert event["type"] == "app_mention"
    assert "files" not in event


async def test_slack_says_who_is_who(ws: Workspace, client: AsyncWebClient) -> None:
    groups = (await client.usergroups_list())["usergroups"]
    bot = (await client.bots_info(bot="B0BOT00002"))["bot"]

    assert [(group["id"], group["handle"]) for group in groups] == [("S0ENG00001", "eng")]
    assert (bot["name"], bot["user_id"]) == ("Standup", ws.user("standup"))
    with pytest.raises(SlackApiError, match="bot_not_found"):
        await client.bots_info(bot="B0NOBODY")


async def test_user_groups_are_typed_by_their_handles(ws: Workspace) -> None:
    message = shown(ws, await ws.say(ws.user("ada"), GENERAL, "@eng and @claude"))

    assert message["text"] == f"<!subteam^S0ENG00001> and <@{ws.bot_user_id}>"
    assert message["blocks"][0]["elements"][0]["elements"][0] == {"type": "usergroup", "usergroup_id": "S0ENG00001"}


async def test_slack_makes_a_pdf_of_an_office_file_which_only_files_info_knows(
    ws: Workspace, client: AsyncWebClient
) -> None:
    ts = await ws.say(ws.user("ada"), GENERAL, "", files=[("a.docx", made_documents.docx("Dear (reader)"))])
    (file,) = shown(ws, ts)["files"]
    known = (await client.files_info(file=file["id"]))["file"]

    assert "converted_pdf" not in file
    async with aiohttp.ClientSession() as session:
        async with session.get(known["converted_pdf"]) as login:
            assert "Sign in" in await login.text()
        async with session.get(known["converted_pdf"], headers={"Authorization": f"Bearer {ws.bot_token}"}) as made:
            assert (made.content_type, made.status) == ("application/pdf", 200)
            assert "Dear (reader)" in PdfReader(io.BytesIO(await made.read())).pages[0].extract_text()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not really", made_files.zipped({"a.txt": b"x"})])
def test_what_is_no_office_file_gets_no_pdf(content: bytes) -> None:
    assert pdf_of_office(content) is None


async def test_a_clip_is_transcribed_after_some_looks(ws: Workspace, client: AsyncWebClient) -> None:
    clip = ws.others.clip(ws.user("ada"), "Buy milk and eggs", looks=1, whole=False)
    first = (await client.files_info(file=clip["id"]))["file"]
    second = (await client.files_info(file=clip["id"]))["file"]

    assert clip["transcription"] == first["transcription"] == {"status": "processing"}
    assert second["transcription"]["preview"] == {"content": "Buy milk", "has_more": True}
    headers = {"Authorization": f"Bearer {ws.bot_token}"}
    async with aiohttp.ClientSession() as session, session.get(second["vtt"], headers=headers) as response:
        assert (response.content_type, "eggs" in await response.text()) == ("text/vtt", True)


async def test_mails_and_canvases_are_pages_behind_their_addresses(ws: Workspace) -> None:
    ada = ws.user("ada")
    mail = ws.others.mail(ada, "Lunch", "at noon", sender=("A", "a@x.example"))
    canvas = ws.others.canvas(ada, "Weekly", "<h1>Weekly</h1>")

    assert (mail["mode"], mail["plain_text"], mail["from"][0]["address"]) == ("email", "at noon", "a@x.example")
    headers = {"Authorization": f"Bearer {ws.bot_token}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        for file in (mail, canvas):
            async with session.get(file["url_private_download"]) as response:
                assert response.content_type == "text/html"


async def test_slack_itself_reminds_and_notifies(ws: Workspace) -> None:
    ada = ws.user("ada")
    reminder = ws.others.remind(GENERAL, "@claude sum up")
    ws.others.notice(ada, "Approved <b>")

    assert shown(ws, reminder)["text"] == f"Reminder: <@{ws.bot_user_id}> sum up."
    assert [(d.payload["event"]["type"], d.payload["event"]["user"]) for d in ws.deliveries] == [
        ("app_mention", "USLACKBOT"),
        ("message", "USLACK"),
    ]


# --- guests, partners and those who left ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "fields"),
    [
        ("ada", {"deleted": False, "is_restricted": False, "is_ultra_restricted": False, "team_id": "T0PLAYGRND"}),
        ("mia", {"deleted": False, "is_restricted": True, "is_ultra_restricted": False, "team_id": "T0PLAYGRND"}),
        ("sol", {"deleted": False, "is_restricted": True, "is_ultra_restricted": True, "team_id": "T0PLAYGRND"}),
        ("pat", {"deleted": False, "is_stranger": False, "team_id": "T0PARTNER1"}),
        ("stan", {"deleted": False, "is_stranger": True, "team_id": "T0PARTNER1"}),
        ("dex", {"deleted": True, "team_id": "T0PLAYGRND"}),
    ],
)
async def test_users_info_says_who_is_what(
    ws: Workspace, client: AsyncWebClient, who: str, fields: dict[str, object]
) -> None:
    user = (await client.users_info(user=ws.user(who)))["user"]

    assert {name: user.get(name) for name in fields} == fields
    assert "email" not in user["profile"]


async def test_addresses_need_a_scope_of_their_own(session: aiohttp.ClientSession) -> None:
    manifest = MENTIONS
    async with Workspace(replace(manifest, scopes=manifest.scopes | {"users:read.email"})) as ws:
        client = web_client(ws, session)
        profiles = [(await client.users_info(user=ws.user(who)))["user"]["profile"] for who in ("remy", "pat")]

    assert [profile.get("email") for profile in profiles] == ["remy@bought.example", None]


async def test_a_partners_messages_and_presses_name_their_own_workspace(ws: Workspace) -> None:
    pat, shared = ws.user("pat"), ws.channel("with-partner")
    await ws.say(pat, shared, "@claude hello")
    await ws.say(ws.user("ada"), shared, "@claude hello")
    await ws.say(ws.user("mia"), ws.channel("general"), "@claude hello")
    envelopes = [delivery.payload for delivery in ws.deliveries]

    assert [payload["is_ext_shared_channel"] for payload in envelopes] == [True, True, False]
    assert {payload["team_id"] for payload in envelopes} == {ws.team_id}
    teams = [[payload["event"].get(key) for key in ("team", "user_team", "source_team")] for payload in envelopes]
    assert teams == [["T0PARTNER1"] * 3, [ws.team_id] * 3, [ws.team_id, None, None]]


async def test_those_who_left_do_nothing_and_partners_have_no_commands(ws: Workspace) -> None:
    with pytest.raises(NotPossible, match="deactivated"):
        await ws.say(ws.user("dex"), ws.channel("general"), "hello")
    with pytest.raises(NotPossible, match="other companies"):
        await ws.command(ws.user("pat"), ws.channel("with-partner"), "/ask", "hello")
