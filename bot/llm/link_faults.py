"""An exception of the link to the Messages API goes in; the name that an operator reads for it comes out. Pure."""

from __future__ import annotations

import errno

import aiohttp


def link_fault(error: BaseException) -> str:
    """``ECONNREFUSED``, ``ClientConnectorDNSError`` and the like; the exception's own name where nothing says more.

    httpx-aiohttp calls whatever keeps a connection from being made a ``ConnectTimeout``, which would have people look
    for a firewall where the address has a slip in it. The library's own word is the cause of that.
    """
    cause = error.__cause__
    if isinstance(cause, aiohttp.ClientConnectorError):
        return errno.errorcode.get(cause.errno or 0) or type(cause).__name__
    return type(error).__name__
