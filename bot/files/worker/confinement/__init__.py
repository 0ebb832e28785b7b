"""Confines a process before it opens an untrusted file: ``confine`` has the steps, ``forks`` one process per file."""
