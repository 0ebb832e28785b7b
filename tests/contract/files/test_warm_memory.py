"""What one process has used of its memory, the next that is forked has at hand before its work comes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not Path("/proc/self/pagemap").exists(), reason="this system does not say what is used")

FORKS = """
import json, mmap, resource
from bot.files.worker.confinement import warm_memory
from bot.files.worker.confinement.forks import Fork, write

memory = mmap.mmap(-1, 64 * mmap.PAGESIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
memory[:] = b"x" * len(memory)

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

def work():
    before = faults()
    for page in range(8, 40):
        memory[page * mmap.PAGESIZE] = ord("y")
    return faults() - before

def says(answer):
    def run(_, answering):
        write(answering, json.dumps(answer()).encode() + b"\\n")
    fork = Fork(run, ())
    try:
        return json.loads(fork.line())
    finally:
        fork.end()

def trial():
    work()
    return warm_memory.used()

def ready(spans):
    warm_memory.use(spans)
    before = memory[:]
    return work(), before == b"x" * len(memory), memory[:].count(b"y")

elsewhere = [[0, mmap.PAGESIZE, 23], [1 << 46, mmap.PAGESIZE, 22]]
spans = says(trial)
print(json.dumps({"without": says(lambda: ready([])), "with": says(lambda: ready(spans + elsewhere))}))
"""


def test_a_fork_has_copies_of_what_one_before_it_wrote_to_and_of_nothing_that_was_written() -> None:
    """Pages that are nowhere (any more) are left out."""
    ran = subprocess.run([sys.executable, "-c", FORKS], capture_output=True, check=True, text=True, timeout=20)
    said = json.loads(ran.stdout)
    faults, unwritten, written = said["without"]
    assert faults >= 32
    assert (unwritten, written) == (True, 32)
    faults, unwritten, written = said["with"]
    assert faults < 8
    assert (unwritten, written) == (True, 32)
