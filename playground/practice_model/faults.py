"""The Messages API's refusals, in its own shape and words.

Pure. Source: claude:en/api/errors, 2026-11-22.
"""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """An HTTP status with an error body. ``error_type`` is the API's ``error.type``."""

    def __init__(self, status: int, error_type: str, message: str, details: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.error_type = error_type
        self.message = message
        self.details = details

    def body(self, request_id: str) -> dict[str, Any]:
        return {"type": "error", "error": error_object(self.error_type, self.message, self.details)} | {
            "request_id": request_id
        }


class BadRequest(Refused):
    """400 ``invalid_request_error``."""

    def __init__(self, message: str, details: dict[str, Any] | None = None) -> None:
        super().__init__(400, "invalid_request_error", message, details)


def error_object(error_type: str, message: str, details: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"type": error_type, "message": message} | ({"details": details} if details else {})
