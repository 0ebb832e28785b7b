"""What the cache keeps, what it lets go, and in which order."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from bot.files.cache import Cache, key_of
from bot.files.extracts import NoteExtract, PdfExtract
from bot.messages import Attachment

HOUR_S = 3_600


def cache(directory: Path, *, bytes_max: int = 10_000, age_max_s: float = 24 * HOUR_S) -> Cache:
    return Cache(directory / "cache", bytes_max=bytes_max, age_max_s=age_max_s)


def keep(kept: Cache, name: str, *, size: int = 1_000, hours_ago: float = 0) -> str:
    """An entry of about that size that was last used then."""
    key = key_of(Attachment.bare(name, f"{name}.pdf"), "settings")
    begun = kept.begin()
    (begun / "0.pdf").write_bytes(bytes(size))
    kept.commit(begun, key, [PdfExtract("0.pdf", 1)], {"0.pdf"})
    used_at = time.time() - hours_ago * HOUR_S
    os.utime(kept.path(key), (used_at, used_at))
    return key


def test_what_was_kept_is_found(tmp_path: Path) -> None:
    kept = cache(tmp_path)
    key = keep(kept, "F1")
    assert kept.load(key) == [PdfExtract("0.pdf", 1)]
    assert (kept.path(key) / "0.pdf").stat().st_size == 1_000
    assert kept.load("unknown-key") is None


def test_the_least_recently_used_goes_first(tmp_path: Path) -> None:
    kept = cache(tmp_path, bytes_max=3_500)
    oldest, older, newer = (keep(kept, f"F{hours}", hours_ago=hours) for hours in (5, 4, 3))
    kept.load(oldest)
    keep(kept, "F0")
    assert kept.load(older) is None
    assert all(kept.load(key) for key in (oldest, newer))


def test_what_may_be_on_its_way_to_the_model_stays(tmp_path: Path) -> None:
    kept = cache(tmp_path, bytes_max=1_500)
    keys = [keep(kept, f"F{number}") for number in range(4)]
    assert all(kept.load(key) for key in keys)


def test_what_nobody_used_for_long_goes(tmp_path: Path) -> None:
    kept = cache(tmp_path)
    key = keep(kept, "F1", hours_ago=25)
    kept.sweep()
    assert kept.load(key) is None


def test_what_a_crash_left_behind_goes_but_not_what_is_being_written(tmp_path: Path) -> None:
    kept = cache(tmp_path)
    crashed, writing = kept.begin(), kept.begin()
    long_ago = time.time() - 2 * HOUR_S
    os.utime(crashed, (long_ago, long_ago))
    kept.sweep()
    assert not crashed.exists()
    assert writing.exists()


def test_the_faster_process_wins_and_both_have_the_file(tmp_path: Path) -> None:
    one, two = cache(tmp_path), cache(tmp_path)
    slow = two.begin()
    key = keep(one, "F1")
    two.commit(slow, key, [NoteExtract("slower")], set())
    assert two.load(key) == [PdfExtract("0.pdf", 1)]
    assert not slow.exists()


@pytest.mark.parametrize("damage", [b"", b"[{", b'[{"kind": "Unheard"}]', b'[{"kind": "PdfExtract"}]', b"{}"])
def test_a_damaged_entry_is_as_good_as_none(tmp_path: Path, damage: bytes) -> None:
    kept = cache(tmp_path)
    key = keep(kept, "F1")
    (kept.path(key) / "extracts.json").write_bytes(damage)
    assert not kept.load(key)
    assert not kept.load(key)


def test_forgetting_takes_every_version_of_one_file(tmp_path: Path) -> None:
    kept = cache(tmp_path)
    keep(kept, "F1")
    other = keep(kept, "F2")
    kept.forget("F1")
    kept.forget("never seen")
    assert [entry.name for entry in (tmp_path / "cache").iterdir()] == [other]


def test_the_key_changes_with_the_file_and_the_settings() -> None:
    file = Attachment.bare("F1", "a.pdf", size_bytes=1, url="https://files.slack.com/1")
    assert key_of(file, "a") == key_of(file, "a")
    changed = Attachment.bare("F1", "a.pdf", size_bytes=2, url="https://files.slack.com/1")
    assert len({key_of(file, "a"), key_of(file, "b"), key_of(changed, "a")}) == 3
