"""The pages that people see in the browser while they install the app. Pure.

Source of the codes: Bolt's AsyncOAuthFlow, and slack:authentication/installing-with-oauth (``access_denied``).
"""

from __future__ import annotations

import re
from html import escape

from slack_sdk.oauth import RedirectUriPageRenderer

from bot.setup.manifest import DISPLAY

BEGIN_AGAIN = "Start again"
_ONLY_CERTAIN = "Whoever runs the app has set it up for certain workspaces, and yours isn't one of them."
_TO_HAVE_IT = (
    "If you need it there, please ask them to add the workspace (or the organisation, where the app is installed for "
    "all of its workspaces)."
)
REASONS = {
    "access_denied": "The request was declined on Slack's page, so nothing was installed.",
    "invalid_browser": "This installation was not started in this browser, or the page was loaded a second time, or "
    "the browser doesn't accept cookies. (For whoever runs the app: the address of this page has to begin with "
    "https://.)",
    "invalid_state": "The installation took longer than ten minutes, or it was not started here.",
    "not_now": "Slack could not be asked right now. Please start again in a minute.",
    "missing_code": "Slack's confirmation was missing from the address.",
    "invalid_code": "Slack did not accept the confirmation, which is valid only once and for ten minutes.",
    "workspace_not_allowed": f"{_ONLY_CERTAIN} Nothing was kept, and the app was removed from your workspace again. "
    f"{_TO_HAVE_IT}",
    "workspace_not_allowed_yet_there": f"{_ONLY_CERTAIN} Nothing was kept, but Slack did not remove the app from your "
    f"workspace again. Please remove it in Slack's settings of your apps. {_TO_HAVE_IT}",
    "storage_error": "The installation could not be saved. Please try again in a minute, or ask whoever runs the app.",
}
UNKNOWN = "unknown"
_CODE = re.compile(r"[a-z_]{1,60}")
"""Only known codes are shown: whoever makes up the page's address could otherwise make the page say anything."""
STYLE = """
:root { color-scheme: light dark; background: Canvas; color: CanvasText; }
body { max-width: 36rem; margin: 12vh auto 0; padding: 0 1.5rem; font: 1rem/1.5 system-ui, sans-serif; }
a.button { display: inline-block; padding: .5rem 1.25rem; border: 1px solid; border-radius: .5rem; font-weight: 600; }
p.small { font-size: .875rem; }
"""


def page(title: str, *paragraphs: str, head: str = "") -> str:
    """``paragraphs`` and ``head`` are HTML."""
    body = "\n".join(f"<p>{each}</p>" if not each.startswith("<p") else each for each in paragraphs)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<link rel="icon" href="data:,">
{head}<style>{STYLE}</style>
</head>
<body>
<main>
<h1>{escape(title)}</h1>
{body}
</main>
</body>
</html>
"""


def install_page(address: str) -> str:
    """``address``: Slack's own page, where people give their consent."""
    return page(
        f"Add “{DISPLAY['name']}” to Slack",
        escape(DISPLAY["description"]),
        f'<a href="{escape(address)}" class="button">Add to Slack</a>',
        '<p class="small">Slack shows what the app may do, and asks you to agree. An administrator '
        "of your workspace may have to approve it.</p>",
    )


class InstallationPages(RedirectUriPageRenderer):
    """The pages at the end of an installation."""

    def render_success_page(
        self,
        app_id: str,
        team_id: str | None,
        is_enterprise_install: bool | None = False,
        enterprise_url: str | None = None,
    ) -> str:
        if is_enterprise_install and enterprise_url:
            opens = browser = f"{enterprise_url}manage/organization/apps/profile/{app_id}/workspaces/add"
        elif team_id is None:
            opens, browser = "slack://open", "https://app.slack.com/client"
        else:
            opens, browser = f"slack://app?team={team_id}&id={app_id}", f"https://app.slack.com/client/{team_id}"
        return page(
            "Thank you!",
            "The app is installed.",
            f'<a href="{escape(opens)}" class="button">Open it in Slack</a>',
            f'<p class="small">Or go on in <a href="{escape(browser)}">Slack in the browser</a>. There, invite the app '
            "to a channel and mention it, or write to it directly.</p>",
            head=f'<meta http-equiv="refresh" content="0; URL={escape(opens)}">\n',
        )

    def render_failure_page(self, reason: str) -> str:
        """``reason``: a code, followed by Bolt's words."""
        code = reason.partition(":")[0]
        shown = code if _CODE.fullmatch(code) else UNKNOWN
        return page(
            "The app was not installed",
            REASONS.get(code) or f"Slack gave this reason: <code>{shown}</code>",
            f'<a href="{escape(self.install_path)}" class="button">{BEGIN_AGAIN}</a>',
        )
