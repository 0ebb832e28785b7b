"""Checks whether words and tokens may go to an address. Pure.

Everything is sent by https. Plain http is only for servers on this very machine: with any other host name, a
container's included, nobody can say what lies in between.
"""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


def http_address(value: str) -> str:
    """Returns ``value`` if it is one. Raises ``ValueError`` without the address in it, which may contain a secret."""
    parts = split(value)
    if parts is None or parts.scheme not in {"http", "https"}:
        raise ValueError("must be an http or https address")
    if parts.username is not None or parts.password is not None:
        raise ValueError("must not hold a user name or a password")
    if parts.query or parts.fragment:
        raise ValueError("must end with its path, without ? and #")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("must begin with https://, since http:// is only for 127.0.0.1, ::1 and localhost")
    return value


def split(address: str) -> SplitResult | None:
    """Its parts; ``None`` if it has no host, or if two parsers may read it differently."""
    if not address.isascii() or not address.isprintable() or " " in address or "\\" in address:
        return None
    try:
        parts = urlsplit(address)
        if not parts.hostname or parts.port == 0:
            return None
    except ValueError:  # a port that is no number, half of an IPv6 address
        return None
    return parts


def is_loopback(host: str | None) -> bool:
    """``host`` as ``urlsplit`` gives it, in lower case and without brackets."""
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False


def port_of(parts: SplitResult) -> int | None:
    """The port, even if the address leaves it out."""
    return parts.port or PORTS.get(parts.scheme)
