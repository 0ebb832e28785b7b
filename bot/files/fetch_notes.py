"""Why a file could not be fetched from Slack: reasons of a ``Note``, like those in ``notes``. Pure."""

from __future__ import annotations

NO_PERMISSION = (
    "was not downloaded, because this app lacks Slack's permission files:read. "
    "Please ask an admin to add it and to reinstall the app."
)
FORBIDDEN = (
    "was not downloaded, because Slack refused to give it to this app. "
    "Please ask an admin whether the app has the permission files:read."
)
DELETED = "was deleted in Slack. Please upload it again if it matters here."
HIDDEN_BY_LIMIT = "is hidden by Slack, because the workspace is over the limit of its plan. Please upload it again."
EXTERNAL = "is stored outside Slack, where I can't fetch it. Please upload the file itself."
NO_ADDRESS = "can't be downloaded, because Slack gives no link to it. Please upload it again."
FOREIGN_ADDRESS = "is not on one of Slack's own servers, so I did not fetch it. Please upload the file itself."
NOT_SHARED = "is not shared with me. Please share it in this channel."
UNAVAILABLE = "could not be downloaded from Slack just now. Please ask again in a minute."
WEB_PAGE_INSTEAD = (
    "could not be downloaded, because Slack sent a web page instead. "
    "Please ask again in a minute, and upload it again if that doesn't help."
)
CUT_SHORT = "did not arrive whole from Slack. Please ask again in a minute."
