"""Slack's error codes and what each means to the caller: one table per method, on top of a shared one. Pure.

The same code means different things for different methods: ``no_permission`` when editing a message is not the same as
when reading a thread. An unlisted code means a wrong call (``SlackRefused``). Sources: the error table on each method's
page, slack:reference/methods, read 2026-08-20; codes marked "seen" are not on their page but were reported.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.errors import (
    ReplyGone,
    SlackError,
    SlackFailed,
    SlackFormRefused,
    SlackNoAccess,
    SlackNotEditable,
    SlackNoThread,
    SlackRefused,
    SlackTokenInvalid,
    SlackUnavailable,
)

Table = Mapping[str, type[SlackError]]


def _all(kind: type[SlackError], codes: str) -> dict[str, type[SlackError]]:
    return dict.fromkeys(codes.split(), kind)


PASSING = _all(
    SlackUnavailable,
    "message_limit_exceeded org_login_required rate_limited ratelimited request_timeout "
    "service_unavailable team_added_to_org",
)
"""Slack's own trouble, a limit, or a workspace that is being moved ("until migration is complete")."""
TOKEN = _all(
    SlackTokenInvalid,
    "accesslimited account_inactive app_not_installed app_uninstalled forbidden_team invalid_auth is_bot "
    "not_allowed_token_type not_authed team_access_not_granted token_expired token_revoked two_factor_setup_required",
)
"""No call will work with this token, or from this network; unless only this call was meant, see ``client``."""
ABOUT_THE_TOKEN = frozenset(
    {"account_inactive", "app_uninstalled", "invalid_auth", "not_authed", "token_expired", "token_revoked"}
)
"""If it works all the same, Slack was mistaken for a moment."""
NO_ACCESS = _all(
    SlackNoAccess,
    "access_denied channel_is_limited_access channel_not_found ekm_access_denied is_archived missing_scope "
    "no_permission not_in_channel",
)
WRONG_CALL = _all(
    SlackRefused,
    "deprecated_endpoint enterprise_is_restricted insecure_request invalid_arg_name invalid_array_arg invalid_charset "
    "invalid_cursor invalid_form_data invalid_post_type method_deprecated method_not_supported_for_channel_type "
    "missing_args missing_argument missing_post_type team_not_found unknown_method",
)
COMMON: Table = {
    **PASSING,
    **TOKEN,
    **NO_ACCESS,
    **WRONG_CALL,
    # Of both: "It's possible some aspect of the operation succeeded before the error was raised."
    "fatal_error": SlackFailed,
    "internal_error": SlackFailed,
}
FORM = _all(
    SlackFormRefused,
    "attachment_payload_limit_exceeded block_mismatch invalid_attachments invalid_blocks invalid_blocks_format "
    "invalid_chunks markdown_text_conflict markdown_text_too_long msg_blocks_too_long msg_blocks_too_many "
    "msg_too_long no_text only_one_table_allowed too_many_attachments",
)
"""``markdown_text_too_long`` and ``only_one_table_allowed``: seen."""
METADATA = _all(
    SlackFormRefused,
    "invalid_metadata_format invalid_metadata_schema metadata_must_be_sent_from_app metadata_too_large",
)
MAY_NOT_POST = _all(
    SlackNoAccess,
    "app_access_restricted messages_tab_disabled posting_to_channel_denied restricted_action "
    "restricted_action_read_only_channel restricted_action_thread_locked restricted_action_thread_only_channel "
    "slack_connect_blocked_file_type slack_connect_canvas_sharing_blocked slack_connect_clip_sharing_blocked "
    "slack_connect_file_link_sharing_blocked slack_connect_file_upload_sharing_blocked "
    "slack_connect_lists_sharing_blocked",
)
NO_THREAD = _all(SlackNoThread, "cannot_reply_to_message restricted_action_non_threadable_channel thread_not_found")
"""``thread_not_found`` of a post: seen."""
NOT_OURS = _all(
    SlackRefused,
    "as_user_not_supported blocked_file_type cant_broadcast_message draft_already_deleted draft_already_sent "
    "draft_has_conflict draft_not_found duplicate_channel_not_found duplicate_message_not_found file_deleted "
    "file_is_deleted file_not_found file_share_limit_reached max_file_sharing_exceeded missing_file_data "
    "no_dual_broadcast_content_update send_on_behalf_not_allowed too_many_contact_cards unable_to_share_files",
)
"""Errors about arguments that we never send."""
POSTING: Table = {**COMMON, **FORM, **METADATA, **MAY_NOT_POST, **NO_THREAD, **NOT_OURS}
STREAMING: Table = {
    **POSTING,
    **_all(
        SlackRefused,
        "channel_type_not_supported message_not_in_streaming_state message_not_owned_by_app "
        "messaging_processing_failed missing_recipient_team_id missing_recipient_user_id "
        "not_subscribed_to_message_stream_stopped user_not_found",
    ),
    **_all(ReplyGone, "message_not_found stopped_by_user"),
}
"""If streaming is refused, edits take over: so no form is made plainer and no thread given up because of it."""

BY_METHOD: Mapping[str, Table] = {
    "agents.sessions.setStatus": {
        **COMMON,
        **_all(SlackRefused, "feature_disabled invalid_status thread_ts_not_allowed thread_ts_required user_not_found"),
        "not_authorized": SlackNoAccess,
    },
    "apps.connections.open": COMMON,
    "apps.uninstall": {
        **COMMON,
        **_all(SlackRefused, "bad_client_secret client_id_token_mismatch invalid_client_id"),
    },
    "assistant.threads.setStatus": {**COMMON, **_all(SlackRefused, "invalid_thread_ts reserved_username")},
    "assistant.threads.setSuggestedPrompts": {
        **COMMON,
        **_all(SlackRefused, "invalid_thread_ts not_agent_app thread_not_found too_many_prompts user_not_found"),
    },
    "auth.test": COMMON,
    "bots.info": {**COMMON, **_all(SlackRefused, "bot_not_found bots_not_found")},
    "chat.appendStream": STREAMING,
    "chat.delete": {**COMMON, "cant_delete_message": SlackRefused, "message_not_found": ReplyGone},
    "chat.getPermalink": {**COMMON, "message_not_found": ReplyGone},
    "chat.postEphemeral": {**POSTING, "user_not_in_channel": SlackNoAccess},
    "chat.postMessage": POSTING,
    "chat.startStream": STREAMING,
    "chat.stopStream": STREAMING,
    "chat.update": {
        **POSTING,
        **_all(SlackNotEditable, "cant_update_message edit_window_closed is_inactive no_permission"),
        # A stream ends by itself within five minutes; the others are Slack's own trouble.
        **_all(SlackUnavailable, "external_channel_migrating streaming_state_conflict update_failed"),
        "message_not_found": ReplyGone,
    },
    "conversations.history": {
        **COMMON,
        **_all(SlackRefused, "invalid_metadata_filter_keys invalid_ts_latest invalid_ts_oldest"),
    },
    "conversations.info": COMMON,
    "conversations.members": {
        **COMMON,
        **_all(SlackRefused, "invalid_limit"),
        "fetch_members_failed": SlackUnavailable,
    },
    "conversations.open": {
        **COMMON,
        **_all(
            SlackNoAccess,
            "invalid_user_combination not_enough_users too_many_users user_disabled user_not_found user_not_visible "
            "users_list_not_supplied",
        ),
    },
    "conversations.replies": {
        **COMMON,
        **_all(SlackRefused, "invalid_metadata_filter_keys invalid_ts_latest invalid_ts_oldest"),
        **_all(SlackRefused, "message_not_found thread_not_found"),
        "list_record_comment_fetch_failed": SlackUnavailable,
    },
    "files.completeUploadExternal": {
        **COMMON,
        **MAY_NOT_POST,
        **_all(SlackNoAccess, "file_update_failed invalid_channel malware_detected storage_limit_reached"),
        **_all(SlackRefused, "blocked_file_type file_not_found invalid_blocks thread_not_found"),
    },
    "files.getUploadURLExternal": {
        **COMMON,
        **_all(
            SlackNoAccess,
            "file_type_not_allowed file_upload_size_restricted file_uploads_disabled "
            "file_uploads_except_images_disabled storage_limit_reached",
        ),
        **_all(SlackRefused, "alt_txt_too_large snippet_too_large unknown_snippet_type unknown_subtype"),
    },
    "files.info": {
        **COMMON,
        **_all(
            SlackNoAccess,
            "canvas_disabled_file_team canvas_disabled_user_team canvas_globally_disabled not_visible "
            "slack_connect_canvas_sharing_blocked template_not_visible",
        ),
        **_all(SlackRefused, "file_deleted file_not_found"),
    },
    "usergroups.list": {**COMMON, **_all(SlackRefused, "invalid_team plan_upgrade_required users_not_found")},
    "users.conversations": {**COMMON, **_all(SlackRefused, "invalid_limit invalid_types")},
    "views.open": {
        **COMMON,
        **_all(
            SlackRefused,
            "duplicate_external_id exchanged_trigger_id expired_trigger_id invalid_trigger_id not_found view_too_large",
        ),
    },
    "views.publish": {
        **COMMON,
        **_all(
            SlackRefused,
            "duplicate_external_id hash_conflict missing_profile_id not_enabled not_implemented user_not_found "
            "view_too_large",
        ),
    },
    "users.info": {**COMMON, **_all(SlackRefused, "too_many_users user_not_found user_not_visible")},
}


def meaning_of(method: str, code: str) -> type[SlackError]:
    """What ``code`` means to the caller of ``method``."""
    return BY_METHOD.get(method, COMMON).get(code, SlackRefused)
