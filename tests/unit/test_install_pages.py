"""What a workspace is asked for when it installs the app, and which workspace a delivery is for."""

from __future__ import annotations

import pytest
import yaml

from bot.assembly.derived import install_settings
from bot.installations.token_cipher import NotReadable, TokenCipher, keys_of
from bot.settings import Settings
from bot.slack.receive.origin import installed_in
from bot.slack.shapes import Json
from tests.repository import text_of

KEY, OTHER = "A" * 43 + "=", "B" * 43 + "="


def test_a_workspace_is_asked_for_what_the_manifest_asks() -> None:
    manifest = yaml.safe_load(text_of("manifest.yml"))
    asked = set(manifest["oauth_config"]["scopes"]["bot"])
    settings = {"slack_client_id": "1.1", "slack_client_secret": "s", "slack_signing_secret": "s", "bot_token_key": KEY}
    plain = Settings(_env_file=None, yourouter_api_key="k", **settings)  # type: ignore[call-arg, arg-type]
    assert install_settings(plain).scopes == asked
    by_address = plain.model_copy(update={"bot_allowed_email_domains": frozenset({"acme.example"})})
    assert install_settings(by_address).scopes == asked | {"users:read.email"}


@pytest.mark.parametrize(
    ("body", "likeliest_first"),
    [
        ({"command": "/ask", "team_id": "T1", "enterprise_id": "E1"}, ["T1", "E1"]),
        ({"team_id": "T2", "authorizations": [{"team_id": "T1", "enterprise_id": None}]}, ["T1"]),
        ({"team_id": "T2", "authorizations": [{"team_id": None, "enterprise_id": "E1"}]}, ["E1"]),
        ({"team_id": "T2", "authorizations": [{}]}, ["T2"]),
        ({"type": "block_actions", "team": {"id": "T2"}, "message": {"team": "T1"}}, ["T1", "T2"]),
        ({"type": "block_actions", "team": None, "enterprise": {"id": "E1"}}, ["E1"]),
        ({"type": "event_callback"}, []),
    ],
)
def test_a_delivery_names_the_installations_that_it_may_be_for(body: Json, likeliest_first: list[str]) -> None:
    assert installed_in(body) == likeliest_first


def test_a_token_is_read_with_any_of_the_keys_and_written_with_the_first() -> None:
    written = TokenCipher(keys_of(KEY)).encrypt("xoxb-1")
    assert "xoxb" not in written
    assert TokenCipher(keys_of(f"{OTHER}, {KEY}")).decrypt(written) == "xoxb-1"
    with pytest.raises(NotReadable):
        TokenCipher(keys_of(OTHER)).decrypt(written)


@pytest.mark.parametrize("text", ["", " , ", "short", "not base64 at all!", "A" * 44])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="openssl rand -base64 32"):
        keys_of(text)
