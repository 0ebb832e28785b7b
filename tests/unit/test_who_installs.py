"""Which workspaces may have the app, by the list of those whose people are answered."""

from __future__ import annotations

import pytest
from slack_sdk.oauth.installation_store import Installation as SdkInstallation

from bot.slack.receive.install_pages import may_install


def made(team: str | None, enterprise: str | None = None, *, whole: bool = False) -> SdkInstallation:
    return SdkInstallation(user_id="U1", team_id=team, enterprise_id=enterprise, is_enterprise_install=whole)


@pytest.mark.parametrize(
    ("listed", "installation", "may"),
    [
        (set(), made("T9"), True),
        ({"T1"}, made("T1"), True),
        ({"T1"}, made("T1", "E1"), True),
        ({"T1"}, made("T9"), False),
        ({"T1"}, made("T9", "E1"), False),
        ({"E1"}, made("T9", "E1"), True),
        ({"E1"}, made(None, "E1", whole=True), True),
        ({"T1"}, made(None, "E1", whole=True), False),
        ({"E1"}, made("T9", "E9"), False),
    ],
)
def test_the_list_holds_workspaces_and_organisations(
    listed: set[str], installation: SdkInstallation, *, may: bool
) -> None:
    """An organisation that has the app in all its workspaces is more than one of them that is listed."""
    assert may_install(installation, frozenset(listed)) is may
