"""Writes the workspace as a text, for whoever reads a failed test. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from playground.workspace.delivery import Delivery
from playground.workspace.reading import visible_text
from playground.workspace.state import State

LAST = 20


def dump(state: State, deliveries: Sequence[Delivery], connections: int) -> str:
    """Channels with their messages (replies indented), ephemeral ones, statuses, the last calls and deliveries."""
    lines: list[str] = []
    for channel in state.channels.values():
        for ts, message in state.messages[channel.id].items():
            indent = "  " if message.get("thread_ts", ts) == ts else "    "
            lines.append(f"{indent}#{channel.name} {ts} {message.get('user')}: {visible_text(message)!r}")
    lines += [f"  ephemeral {m['ts']} for {m['ephemeral_for']}: {visible_text(m)!r}" for m in state.ephemerals]
    lines += [f"  status {status}" for status in state.statuses.values()]
    lines += [f"  call {call.method} {call.status} ok={call.ok} error={call.error}" for call in state.calls[-LAST:]]
    lines += [f"  delivery {d.sort} {d.payload.get('event_id', '')} {d.outcomes}" for d in deliveries[-LAST:]]
    return "\n".join([*lines, f"  {connections} socket connections"])
