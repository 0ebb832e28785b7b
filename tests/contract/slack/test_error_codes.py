"""Slack's documented errors, each with a decision for who calls: none is met by chance.

Codes are those of each method's page, slack:reference/methods, read 2026-08-20. What all methods share stands once.
"""

from __future__ import annotations

import re

import pytest

from bot.errors import SlackError, SlackRefused
from bot.slack.web_api.error_codes import BY_METHOD, COMMON, NOT_OURS, WRONG_CALL
from tests.repository import modules, strings

SHARED = [
    "access_denied",
    "accesslimited",
    "account_inactive",
    "deprecated_endpoint",
    "ekm_access_denied",
    "enterprise_is_restricted",
    "fatal_error",
    "invalid_arg_name",
    "invalid_array_arg",
    "invalid_charset",
    "invalid_form_data",
    "invalid_post_type",
    "is_bot",
    "method_deprecated",
    "missing_post_type",
    "missing_scope",
    "no_permission",
    "not_allowed_token_type",
    "not_authed",
    "org_login_required",
    "ratelimited",
    "request_timeout",
    "service_unavailable",
    "team_added_to_org",
    "token_expired",
    "token_revoked",
    "two_factor_setup_required",
    "unknown_method",
]
DOCUMENTED = {
    "views.publish": (
        "duplicate_external_id hash_conflict missing_profile_id not_enabled not_implemented view_too_large"
    ),
    "views.open": ("duplicate_external_id exchanged_trigger_id expired_trigger_id invalid_trigger_id view_too_large"),
    "agents.sessions.setStatus": (
        "channel_not_found feature_disabled internal_error invalid_status not_authorized thread_ts_not_allowed "
        "thread_ts_required user_not_found"
    ),
    "apps.connections.open": ("forbidden_team insecure_request missing_args"),
    "apps.uninstall": ("bad_client_secret client_id_token_mismatch invalid_client_id is_bot"),
    "assistant.threads.setStatus": ("channel_not_found invalid_thread_ts reserved_username"),
    "assistant.threads.setSuggestedPrompts": ("channel_not_found invalid_thread_ts not_agent_app"),
    "auth.test": ("internal_error invalid_auth"),
    "bots.info": ("bot_not_found bots_not_found missing_argument team_not_found"),
    "chat.appendStream": (
        "as_user_not_supported channel_not_found channel_type_not_supported duplicate_channel_not_found "
        "duplicate_message_not_found invalid_blocks invalid_chunks invalid_metadata_format "
        "invalid_metadata_schema is_archived message_limit_exceeded message_not_found "
        "message_not_in_streaming_state message_not_owned_by_app messages_tab_disabled "
        "messaging_processing_failed metadata_must_be_sent_from_app metadata_too_large msg_blocks_too_long "
        "msg_blocks_too_many no_text not_in_channel rate_limited restricted_action "
        "restricted_action_non_threadable_channel restricted_action_read_only_channel "
        "restricted_action_thread_locked restricted_action_thread_only_channel "
        "slack_connect_canvas_sharing_blocked slack_connect_file_link_sharing_blocked "
        "slack_connect_lists_sharing_blocked stopped_by_user team_not_found too_many_attachments "
        "too_many_contact_cards"
    ),
    "chat.delete": ("cant_delete_message channel_not_found message_not_found"),
    "chat.getPermalink": ("channel_not_found message_not_found"),
    "chat.postEphemeral": (
        "cannot_reply_to_message channel_not_found invalid_attachments invalid_blocks invalid_blocks_format "
        "is_archived markdown_text_conflict message_limit_exceeded messages_tab_disabled msg_too_long no_text "
        "not_in_channel restricted_action too_many_attachments user_not_in_channel"
    ),
    "chat.postMessage": (
        "app_access_restricted as_user_not_supported attachment_payload_limit_exceeded cannot_reply_to_message "
        "channel_not_found draft_already_deleted draft_already_sent draft_has_conflict draft_not_found "
        "duplicate_channel_not_found duplicate_message_not_found invalid_blocks invalid_blocks_format "
        "invalid_metadata_format invalid_metadata_schema is_archived markdown_text_conflict "
        "message_limit_exceeded messages_tab_disabled metadata_must_be_sent_from_app metadata_too_large "
        "missing_file_data msg_blocks_too_long no_text not_in_channel rate_limited restricted_action "
        "restricted_action_non_threadable_channel restricted_action_read_only_channel "
        "restricted_action_thread_locked restricted_action_thread_only_channel send_on_behalf_not_allowed "
        "slack_connect_canvas_sharing_blocked slack_connect_file_link_sharing_blocked "
        "slack_connect_lists_sharing_blocked team_not_found too_many_attachments too_many_contact_cards"
    ),
    "chat.startStream": (
        "channel_not_found channel_type_not_supported duplicate_channel_not_found duplicate_message_not_found "
        "invalid_blocks invalid_blocks_format invalid_chunks invalid_metadata_format invalid_metadata_schema "
        "is_archived message_limit_exceeded messages_tab_disabled messaging_processing_failed "
        "metadata_must_be_sent_from_app metadata_too_large missing_recipient_team_id missing_recipient_user_id "
        "msg_blocks_too_long msg_blocks_too_many no_text not_in_channel "
        "not_subscribed_to_message_stream_stopped rate_limited restricted_action "
        "restricted_action_non_threadable_channel restricted_action_read_only_channel "
        "restricted_action_thread_locked restricted_action_thread_only_channel "
        "slack_connect_canvas_sharing_blocked slack_connect_file_link_sharing_blocked "
        "slack_connect_lists_sharing_blocked team_not_found user_not_found"
    ),
    "chat.stopStream": (
        "as_user_not_supported attachment_payload_limit_exceeded cannot_reply_to_message channel_not_found "
        "channel_type_not_supported duplicate_channel_not_found duplicate_message_not_found invalid_blocks "
        "invalid_chunks invalid_metadata_format invalid_metadata_schema is_archived message_limit_exceeded "
        "message_not_found message_not_in_streaming_state message_not_owned_by_app messages_tab_disabled "
        "metadata_must_be_sent_from_app metadata_too_large missing_file_data msg_blocks_too_long "
        "msg_blocks_too_many no_text not_in_channel rate_limited restricted_action "
        "restricted_action_non_threadable_channel restricted_action_read_only_channel "
        "restricted_action_thread_locked restricted_action_thread_only_channel "
        "slack_connect_canvas_sharing_blocked slack_connect_file_link_sharing_blocked "
        "slack_connect_lists_sharing_blocked team_not_found too_many_attachments too_many_contact_cards"
    ),
    "chat.update": (
        "as_user_not_supported block_mismatch blocked_file_type cant_broadcast_message cant_update_message "
        "channel_not_found edit_window_closed external_channel_migrating file_deleted file_is_deleted "
        "file_not_found file_share_limit_reached invalid_attachments invalid_blocks invalid_blocks_format "
        "invalid_metadata_format invalid_metadata_schema is_inactive markdown_text_conflict "
        "max_file_sharing_exceeded message_limit_exceeded message_not_found metadata_must_be_sent_from_app "
        "metadata_too_large msg_too_long no_dual_broadcast_content_update no_text posting_to_channel_denied "
        "slack_connect_blocked_file_type slack_connect_canvas_sharing_blocked "
        "slack_connect_clip_sharing_blocked slack_connect_file_link_sharing_blocked "
        "slack_connect_file_upload_sharing_blocked streaming_state_conflict team_not_found too_many_attachments "
        "unable_to_share_files update_failed"
    ),
    "conversations.history": (
        "channel_is_limited_access channel_not_found invalid_cursor invalid_metadata_filter_keys "
        "invalid_ts_latest invalid_ts_oldest not_in_channel"
    ),
    "conversations.info": ("channel_is_limited_access channel_not_found"),
    "conversations.members": ("channel_not_found fetch_members_failed invalid_cursor invalid_limit"),
    "conversations.open": (
        "channel_not_found invalid_user_combination method_not_supported_for_channel_type not_enough_users "
        "too_many_users user_disabled user_not_found user_not_visible users_list_not_supplied"
    ),
    "conversations.replies": (
        "channel_not_found invalid_cursor invalid_metadata_filter_keys invalid_ts_latest invalid_ts_oldest "
        "list_record_comment_fetch_failed method_not_supported_for_channel_type thread_not_found"
    ),
    "files.completeUploadExternal": (
        "blocked_file_type channel_not_found file_not_found file_update_failed invalid_channel is_archived "
        "malware_detected not_in_channel posting_to_channel_denied restricted_action storage_limit_reached"
    ),
    "files.getUploadURLExternal": (
        "alt_txt_too_large file_type_not_allowed file_upload_size_restricted file_uploads_disabled "
        "file_uploads_except_images_disabled missing_argument snippet_too_large storage_limit_reached "
        "unknown_snippet_type unknown_subtype"
    ),
    "files.info": (
        "canvas_disabled_file_team canvas_disabled_user_team canvas_globally_disabled file_deleted "
        "file_not_found not_visible slack_connect_canvas_sharing_blocked template_not_visible"
    ),
    "usergroups.list": ("invalid_cursor invalid_team missing_argument plan_upgrade_required users_not_found"),
    "users.conversations": (
        "invalid_cursor invalid_limit invalid_types method_not_supported_for_channel_type missing_argument"
    ),
    "users.info": ("too_many_users user_not_found user_not_visible"),
}
METHOD = re.compile(r"(agents|apps|assistant|auth|bots|chat|conversations|files|usergroups|users)(\.[a-zA-Z]+)+")


@pytest.mark.parametrize("method", sorted(DOCUMENTED))
def test_every_documented_error_has_a_decision(method: str) -> None:
    undecided = [code for code in [*SHARED, *DOCUMENTED[method].split()] if code not in BY_METHOD[method]]
    assert undecided == []


def test_every_method_that_the_bot_calls_has_a_table() -> None:
    named = {
        string
        for name, tree in modules().items()
        if name.startswith("bot/") and not name.endswith("error_codes.py")
        for string in strings(tree)
        if METHOD.fullmatch(string)
    }
    assert sorted(named - BY_METHOD.keys()) == []
    assert sorted(BY_METHOD.keys() - DOCUMENTED.keys()) == []


def test_a_code_means_what_it_means_for_its_method() -> None:
    """Where a method decides otherwise than all others, it is about what that method does."""
    others = {
        (method, code): kind
        for method, table in BY_METHOD.items()
        for code, kind in table.items()
        if code in COMMON and kind is not COMMON[code]
    }
    assert {code for _, code in others} == {"no_permission"}, "an edit that is not allowed may be a post that is"


def test_only_calls_that_are_wrong_are_taken_for_wrong() -> None:
    """A code that a change of settings or of time would mend is no wrong call."""
    wrong = {code for table in BY_METHOD.values() for code, kind in table.items() if kind is SlackRefused}
    assert WRONG_CALL.keys() | NOT_OURS.keys() <= wrong
    assert all(issubclass(kind, SlackError) for table in BY_METHOD.values() for kind in table.values())
