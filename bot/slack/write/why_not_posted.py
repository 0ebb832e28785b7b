"""Why Slack does not let the bot post somewhere, in words that the person reads elsewhere. Pure."""

from __future__ import annotations

from bot.slack.web_api.error_codes import MAY_NOT_POST

INVITE = "Please invite me there with /invite, and ask again."
SETTING = "Please ask an admin of your workspace to allow it, or ask me in another channel."
REASONS = {
    "cannot_reply_to_message": f"that message takes no replies. {SETTING}",
    "channel_not_found": f"I'm not a member of it. {INVITE}",
    "ekm_access_denied": f"your admins have suspended posting in it. {SETTING}",
    "is_archived": "it is archived. Please ask me in another channel.",
    "messages_tab_disabled": "the app's messages tab is turned off. Please ask whoever set the app up to turn it on.",
    "missing_scope": "the app lacks a permission. Please ask whoever set the app up to add it; its name is in my log.",
    "not_in_channel": f"I'm not a member of it. {INVITE}",
    "restricted_action": f"a setting of your workspace doesn't let me. {SETTING}",
    "restricted_action_non_threadable_channel": f"it takes no replies. {SETTING}",
    "restricted_action_read_only_channel": f"it is read-only for me. {SETTING}",
    "restricted_action_thread_locked": "that thread is locked. Please ask me in a new one.",
    "restricted_action_thread_only_channel": f"it takes replies only. {SETTING}",
}


def why_not_posted(channel_id: str, code: str) -> str:
    """A whole sentence; ``code`` is Slack's, as ``SlackError`` has it."""
    bare = code.partition(" ")[0]
    unknown = f"Slack doesn't let me ({bare}). {SETTING}" if bare in MAY_NOT_POST else f"Slack refused it ({bare})."
    return f"I couldn't post my answer in <#{channel_id}>: {REASONS.get(bare, unknown)}"
