"""Whatever people do, in any order: threads hold together, and the log of revisions tells what is there."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from playground.workspace.manifest import Manifest
from playground.workspace.reading import visible_text
from playground.workspace.records import Channel, Json
from playground.workspace.state import State
from tests.repository import MANIFEST

APP = Manifest.read(MANIFEST)
GENERAL = "C0GENERAL1"
steps = st.lists(
    st.tuples(st.sampled_from(["post", "reply", "edit", "delete"]), st.integers(min_value=0, max_value=9)), max_size=40
)


def played(actions: list[tuple[str, int]]) -> State:
    """A workspace after these steps; each picks one of the messages that are there."""
    state = State(APP, lambda: 0.0, lambda: 1_700_000_000.0)
    words = itertools.count()
    for action, choice in actions:
        there = [ts for ts, m in state.messages[GENERAL].items() if m.get("subtype") != "tombstone"]
        message: Json = {"type": "message", "user": "U0ADA00001", "text": f"word{next(words)}"}
        if action == "post" or not there:
            state.post(GENERAL, message)
            continue
        ts = there[choice % len(there)]
        if action == "reply":
            state.post(GENERAL, {**message, "thread_ts": state.thread_ts(GENERAL, ts)})
        elif action == "edit":
            state.edit(GENERAL, ts, {"text": message["text"]})
        else:
            state.delete(GENERAL, ts)
    return state


@given(steps)
def test_threads_hold_every_reply_once_and_roots_count_them(actions: list[tuple[str, int]]) -> None:
    state = played(actions)
    listed: list[str] = []
    for root in state.history(GENERAL):
        thread = state.thread(GENERAL, root["ts"])
        assert thread[0] == root
        assert root.get("reply_count", 0) == len(thread) - 1
        assert {reply["thread_ts"] for reply in thread[1:]} <= {root["ts"]}
        listed += [message["ts"] for message in thread]
    assert sorted(listed) == list(state.messages[GENERAL])


@given(steps)
def test_the_last_view_of_each_message_is_what_it_shows(actions: list[tuple[str, int]]) -> None:
    state = played(actions)
    last = {revision.ts: revision for revision in state.revisions}
    for ts, message in state.messages[GENERAL].items():
        is_grave = message.get("subtype") == "tombstone"
        assert last[ts].kind == "delete" if is_grave else last[ts].text == visible_text(message)
    gone = set(last) - set(state.messages[GENERAL])
    assert {last[ts].kind for ts in gone} <= {"delete"}


@given(steps)
def test_events_name_the_same_messages(actions: list[tuple[str, int]]) -> None:
    state = State(APP, lambda: 0.0, lambda: 0.0)
    seen: list[tuple[str, Channel]] = []
    state.on_event = lambda event, channel: seen.append((event["event_ts"], channel))
    for number, _ in enumerate(actions):
        state.post(GENERAL, {"type": "message", "user": "U0ADA00001", "text": str(number)})
    assert [ts for ts, _ in seen] == list(state.messages[GENERAL])
    assert len(set(state.messages[GENERAL])) == len(actions)
