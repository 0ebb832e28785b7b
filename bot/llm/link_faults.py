"""Names a connection error for operators. Pure."""

from __future__ import annotations

import errno

import aiohttp


def link_fault(error: BaseException) -> str:
    """``ECONNREFUSED``, ``ClientConnectorDNSError`` and the like; the exception's own name if nothing says more.

    httpx-aiohttp reports everything that prevents a connection as ``ConnectTimeout``, which would make people look for
    a firewall when the address has a typo. The cause has aiohttp's own error.
    """
    cause = error.__cause__
    if isinstance(cause, aiohttp.ClientConnectorError):
        return errno.errorcode.get(cause.errno or 0) or type(cause).__name__
    return type(error).__name__
