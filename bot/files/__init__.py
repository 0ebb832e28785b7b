"""Turns attachments into blocks for the model and notes for people; ``FileReader`` implements ``file_ports.Files``.

The path of a file: ``reader`` asks the ``cache``; if it is not there, ``download`` brings the bytes to disk,
``conversion`` has ``sandbox`` (a ``worker`` process) or ``office`` make ``extracts`` of them, the cache stores those,
and ``blocks`` turns them into what is sent. A ``workshop`` holds what workspaces share of this. ``confinement`` finds
out how this machine can confine those processes.

Nothing is imported here: a worker process loads only the modules it needs.
"""
