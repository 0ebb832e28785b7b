"""What Slack delivers to an app, one of each kind that its documentation or its SDKs name, made here.

Sources: slack:reference/events, slack:reference/interaction-payloads, and the event types of Slack's SDKs; read
2026-11-25. What is in an event matters only to those that the bot knows.
"""

from __future__ import annotations

from typing import Any

from playground.workspace.delivery import Sort

Json = dict[str, Any]

EVENTS = """
accounts_changed agent_session_stopped agent_session_title_changed app_context_changed app_deleted app_home_opened
app_installed app_mention app_rate_limited app_requested app_uninstalled app_uninstalled_team
assistant_thread_context_changed assistant_thread_started bot_added bot_changed call_rejected channel_archive
channel_created channel_deleted channel_history_changed channel_id_changed channel_joined channel_left channel_marked
channel_posting_permissions channel_rename channel_shared channel_unarchive channel_unshared commands_changed
dnd_updated dnd_updated_user email_domain_changed emoji_changed entity_comments_requested entity_details_requested
external_org_migration_finished external_org_migration_started file_change file_comment_added file_comment_deleted
file_comment_edited file_created file_deleted file_public file_shared file_unshared function_executed goodbye
grid_migration_finished grid_migration_started group_archive group_close group_deleted group_history_changed
group_joined group_left group_marked group_open group_rename group_unarchive hello im_close im_created
im_history_changed im_marked im_open invite_requested link_shared manual_presence_change member_joined_channel
member_left_channel message message_metadata_deleted message_metadata_posted message_metadata_updated pin_added
pin_removed pref_change presence_change presence_query presence_sub reaction_added reaction_removed reconnect_url
resources_added resources_removed scope_denied scope_granted shared_channel_invite_accepted
shared_channel_invite_approved shared_channel_invite_declined shared_channel_invite_received
shared_channel_invite_requested star_added star_removed subteam_created subteam_members_changed subteam_self_added
subteam_self_removed subteam_updated team_access_granted team_access_revoked team_domain_change team_join
team_migration_started team_plan_change team_pref_change team_profile_change team_profile_delete team_profile_reorder
team_rename tokens_revoked user_change user_connection user_huddle_changed user_profile_changed user_resource_denied
user_resource_granted user_resource_removed user_status_changed user_typing workflow_deleted workflow_published
workflow_step_deleted workflow_step_execute workflow_unpublished
""".split()  # noqa: SIM905 (a list of names reads better in lines)

SUBTYPES = """
assistant_app_thread bot_add bot_message bot_remove channel_archive channel_canvas_updated channel_convert_to_private
channel_convert_to_public channel_join channel_leave channel_name channel_posting_permissions channel_purpose
channel_topic channel_unarchive document_mention ekm_access_denied file_comment file_mention file_share group_archive
group_join group_leave group_name group_purpose group_topic group_unarchive huddle_thread me_message message_changed
message_deleted message_replied pinned_item reminder_add reply_broadcast sh_room_created slackbot_response
tabbed_canvas_updated thread_broadcast tombstone unpinned_item
""".split()  # noqa: SIM905 (a list of names reads better in lines)
"""Of ``message``."""

INTERACTIONS: dict[str, Json] = {
    "block_actions": {"actions": [{"action_id": "a", "block_id": "b", "type": "button", "value": "v"}]},
    "block_suggestion": {"action_id": "a", "block_id": "b", "value": "wor"},
    "dialog_cancellation": {"callback_id": "c", "state": ""},
    "dialog_submission": {"callback_id": "c", "submission": {"name": "x"}},
    "dialog_suggestion": {"callback_id": "c", "name": "n", "value": "wor"},
    "function_action": {"type": "block_actions", "actions": [{"action_id": "a"}], "function_data": {"inputs": {}}},
    "interactive_message": {"callback_id": "c", "actions": [{"name": "n", "type": "button", "value": "v"}]},
    "message_action": {"callback_id": "c", "message": {"ts": "1.000001", "text": "hi"}, "trigger_id": "1.2.x"},
    "shortcut": {"callback_id": "c", "trigger_id": "1.2.x"},
    "view_closed": {"view": {"id": "V1", "type": "modal", "callback_id": "c"}, "is_cleared": False},
    "view_submission": {
        "view": {"id": "V1", "type": "modal", "callback_id": "c", "state": {"values": {}}},
        "trigger_id": "1.2.x",
    },
    "workflow_step_edit": {"callback_id": "c", "workflow_step": {"inputs": {}}},
    "of_tomorrow": {},
}


def event(kind: str, **more: object) -> Json:
    inner = {
        "type": kind, "user": "U0ADA00001", "channel": "C0NOWHERE1", "ts": "1.000001", "event_ts": "1.000001",
        "text": "to nobody in particular", "file_id": "F0NOWHERE1", "item": {"type": "message"},
        "message": {"ts": "1.000001"}, "previous_message": {"ts": "1.000001"}, "tokens": {"oauth": []}, **more,
    }  # fmt: skip
    return {
        "token": "t", "team_id": "T0PLAYGRND", "api_app_id": "A0PLAYGRND", "type": "event_callback", "event": inner,
        "event_id": f"Ev{kind}{more.get('subtype', '')}", "event_time": 1, "authorizations": [],
    }  # fmt: skip


def interaction(kind: str, body: Json) -> Json:
    who = {"user": {"id": "U0ADA00001"}, "team": {"id": "T0PLAYGRND"}, "channel": {"id": "C0GENERAL1"}}
    return {"type": kind, "token": "t", "api_app_id": "A0PLAYGRND", **who, **body}


def deliveries() -> list[tuple[str, Sort, Json]]:
    """A name, the kind of envelope, and the payload. None of them asks the bot anything."""
    limited = {"type": "app_rate_limited", "token": "t", "team_id": "T0PLAYGRND", "minute_rate_limited": 1518467820}
    unheard_of = {"type": "event_callback", "team_id": "T0PLAYGRND", "event": {}}
    return [
        *((kind, Sort.EVENT, event(kind)) for kind in EVENTS if kind != "app_mention"),
        *((f"message.{subtype}", Sort.EVENT, event("message", subtype=subtype)) for subtype in SUBTYPES),
        *((kind, Sort.INTERACTIVE, interaction(kind, body)) for kind, body in INTERACTIONS.items()),
        ("app_rate_limited by itself", Sort.EVENT, limited),
        ("an event without a type", Sort.EVENT, unheard_of),
    ]
