"""Confines a process before it opens a stranger's file: ``confine`` step by step, ``forks`` one process per file."""
