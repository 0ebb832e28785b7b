"""What the cache keeps, what it lets go, and that it never holds more than it may."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from bot.files import notes
from bot.files.cache import Cache, Entry, key_of
from bot.files.extracts import NoteExtract, PdfExtract, UnreadableNow
from bot.messages import Attachment
from tests.repository import ROOT

HOUR_S = 3_600


def cache(directory: Path, *, bytes_max: int = 10_000, age_max_s: float = 24 * HOUR_S) -> Cache:
    return Cache(directory / "cache", bytes_max=bytes_max, age_max_s=age_max_s)


def put(kept: Cache, name: str, size: int = 1_000) -> Entry:
    """A new entry of about that size, which is in use while this value exists."""
    begun = kept.begin(size)
    try:
        (begun / "0.pdf").write_bytes(bytes(size))
        return kept.commit(begun, key(name), [PdfExtract("0.pdf", 1)], {"0.pdf"})
    finally:
        kept.discard(begun)


def keep(kept: Cache, name: str, *, size: int = 1_000, hours_ago: float = 0) -> str:
    """An entry that was last used then, and is not in use."""
    directory = put(kept, name, size).directory
    used_at = time.time() - hours_ago * HOUR_S
    os.utime(directory, (used_at, used_at))
    return directory.name


def key(name: str) -> str:
    return key_of(Attachment.bare(name, f"{name}.pdf"), "settings")


def bytes_in(directory: Path) -> int:
    return sum(path.stat().st_size for path in (directory / "cache").rglob("*") if path.is_file())


def test_what_was_kept_is_found(tmp_path: Path) -> None:
    kept = cache(tmp_path)
    found = kept.load(keep(kept, "F1"))
    assert found is not None
    assert found.extracts == [PdfExtract("0.pdf", 1)]
    assert (found.directory / "0.pdf").stat().st_size == 1_000
    assert kept.load("unknown-key") is None


def test_the_least_recently_used_goes_first(tmp_path: Path) -> None:
    kept = cache(tmp_path, bytes_max=3_500)
    oldest, older, newer = (keep(kept, f"F{hours}", hours_ago=hours) for hours in (5, 4, 3))
    kept.load(oldest)
    keep(kept, "F0")
    assert kept.load(older) is None
    assert all(kept.load(name) for name in (oldest, newer))


def test_there_is_never_more_than_allowed_and_what_is_in_use_stays(tmp_path: Path) -> None:
    kept = cache(tmp_path, bytes_max=3_500)
    used = [put(kept, f"F{number}") for number in range(3)]
    with pytest.raises(UnreadableNow) as refusal:
        put(kept, "one too many")
    assert refusal.value.reason == notes.NO_SPACE
    assert all(kept.load(entry.directory.name) for entry in used)
    assert bytes_in(tmp_path) <= 3_500
    del used[0]
    put(kept, "another")
    assert bytes_in(tmp_path) <= 3_500
    assert kept.load(key("F0")) is None
    assert kept.load(key("F1")) is not None


def test_files_in_preparation_count_with_what_they_are_expected_to_have(tmp_path: Path) -> None:
    kept = cache(tmp_path, bytes_max=3_500)
    first = kept.begin(2_000)
    with pytest.raises(UnreadableNow):
        kept.begin(2_000)
    kept.discard(first)
    kept.discard(kept.begin(2_000))


def test_a_file_that_turns_out_larger_than_expected_is_not_kept(tmp_path: Path) -> None:
    kept = cache(tmp_path, bytes_max=3_500)
    begun = kept.begin(10)
    (begun / "0.pdf").write_bytes(bytes(4_000))
    with pytest.raises(UnreadableNow):
        kept.commit(begun, key("F1"), [PdfExtract("0.pdf", 1)], {"0.pdf"})
    kept.discard(begun)
    assert bytes_in(tmp_path) == 0


def test_what_another_process_may_be_using_stays(tmp_path: Path) -> None:
    one, two = (cache(tmp_path, bytes_max=2_500) for _ in range(2))
    theirs = [put(one, f"F{number}") for number in range(2)]
    with pytest.raises(UnreadableNow):
        put(two, "F3")
    theirs.clear()
    one.close()
    put(two, "F3")


def test_what_nobody_used_for_long_is_not_served_and_goes(tmp_path: Path) -> None:
    kept = cache(tmp_path)
    old, older = keep(kept, "F1", hours_ago=25), keep(kept, "F2", hours_ago=2_500)
    assert kept.load(older) is None
    assert not (tmp_path / "cache" / older).exists()
    kept.sweep()
    assert not (tmp_path / "cache" / old).exists()


def test_what_a_crash_left_behind_goes_at_start_but_not_what_another_process_is_writing(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from bot.files.cache import Cache\n"
        "begun = Cache(Path(sys.argv[1]), bytes_max=10_000, age_max_s=60).begin(10)\n"
        "(begun / 'source').write_text('salaries')\n"
        "print(begun, flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "cache")]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writing:
        assert writing.stdout is not None
        begun = Path(writing.stdout.readline().strip())
        cache(tmp_path).sweep()
        assert (begun / "source").exists()
        writing.kill()
    cache(tmp_path).sweep()
    assert not begun.exists()


def test_the_faster_process_wins_and_both_have_the_file(tmp_path: Path) -> None:
    one, two = cache(tmp_path), cache(tmp_path)
    slow = two.begin(1_000)
    put(one, "F1")
    entry = two.commit(slow, key("F1"), [NoteExtract("slower")], set())
    assert entry.extracts == [PdfExtract("0.pdf", 1)]
    assert not slow.exists()


@pytest.mark.parametrize("damage", [b"", b"[{", b'[{"kind": "Unheard"}]', b'[{"kind": "PdfExtract"}]', b"{}"])
def test_a_damaged_entry_counts_as_missing(tmp_path: Path, damage: bytes) -> None:
    kept = cache(tmp_path)
    name = keep(kept, "F1")
    (tmp_path / "cache" / name / "extracts.json").write_bytes(damage)
    assert not (found := kept.load(name)) or not found.extracts
    assert not (found := kept.load(name)) or not found.extracts


def test_forgetting_takes_every_version_of_one_file(tmp_path: Path) -> None:
    kept = cache(tmp_path)
    gone = keep(kept, "F1")
    other = keep(kept, "F2")
    kept.forget("F1")
    kept.forget("never seen")
    assert kept.load(gone) is None
    assert kept.load(other) is not None


def test_the_key_changes_with_the_file_and_the_settings() -> None:
    file = Attachment.bare("F1", "a.pdf", size_bytes=1, url="https://files.slack.com/1")
    assert key_of(file, "a") == key_of(file, "a")
    changed = Attachment.bare("F1", "a.pdf", size_bytes=2, url="https://files.slack.com/1")
    assert len({key_of(file, "a"), key_of(file, "b"), key_of(changed, "a")}) == 3


def test_what_goes_while_it_is_measured_disturbs_nobody(tmp_path: Path) -> None:
    """An office program makes and removes directories of its own beside the file that it opens."""
    measured = cache(tmp_path)
    begun = measured.begin(0)
    over = threading.Event()

    def come_and_go() -> None:
        while not over.is_set():
            (begun / "a" / "b").mkdir(parents=True)
            shutil.rmtree(begun / "a")

    thread = threading.Thread(target=come_and_go)
    thread.start()
    try:
        for _ in range(100):
            measured.sweep()
    finally:
        over.set()
        thread.join()
    measured.close()
