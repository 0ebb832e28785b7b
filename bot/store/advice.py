"""Advises the operator when a database cannot be opened. Pure.

Names of errors are those of SQLite, asyncpg and the system, so none of their libraries is needed here.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator

FULL = "The disk is full: please free some space."
UNREADABLE = "Please make sure that the bot's user may write to the file and to its directory."
AWAY = "Please make sure that the server is running, and that host and port in the address are right."
_BY_NAME = {
    "SQLITE_FULL": FULL,
    "SQLITE_READONLY": UNREADABLE,
    "SQLITE_CANTOPEN": UNREADABLE,
    "SQLITE_PERM": UNREADABLE,
    "SQLITE_BUSY": "Another program has locked the file: please stop it.",
    "SQLITE_IOERR": "The disk did not accept what was written: please check whether it is full or damaged.",
    "InvalidPasswordError": "Please check the user and the password in the address.",
    "InvalidAuthorizationSpecificationError": "Please check the user and the password in the address.",
    "InvalidCatalogNameError": "Please make the database (createdb), or check its name in the address.",
    "InsufficientPrivilegeError": "The user needs the right to create tables: GRANT CREATE ON SCHEMA public TO …",
    "TooManyConnectionsError": "The server has no connection left: please close some, or raise max_connections.",
    "CannotConnectNowError": "The server is starting or stopping: please start the bot again in a moment.",
    "SSLError": "The server and the address do not agree about TLS: please check sslmode in the address.",
    "SSLCertVerificationError": "The server's certificate is not trusted here: please check sslmode in the address.",
    "gaierror": "Please check the host in the address: it cannot be resolved.",
    "ConnectionRefusedError": AWAY,
    "TimeoutError": AWAY,
}
_BY_NUMBER = {errno.ENOSPC: FULL, errno.EDQUOT: FULL, errno.ECONNREFUSED: AWAY, errno.EHOSTUNREACH: AWAY}


def advice(error: BaseException) -> str:
    """A sentence of advice; empty if nothing is known about the error."""
    for cause in _chain(error):
        number = getattr(cause, "errno", None)
        names = (str(getattr(cause, "sqlite_errorname", "")), *(kind.__name__ for kind in type(cause).__mro__))
        for known, sentence in _BY_NAME.items():
            if any(name == known or (name.startswith("SQLITE_") and name.startswith(known)) for name in names):
                return sentence
        if number in _BY_NUMBER:
            return _BY_NUMBER[number]
    return ""


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error, the errors it was raised from, and those that SQLAlchemy wraps; the innermost matter most."""
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        seen.append(error)
        error = getattr(error, "orig", None) or error.__cause__
    yield from reversed(seen)
