"""Attachments in, blocks for the model and notes for people out: ``reader.FileReader`` implements ``ports.Files``.

The way of a file: ``reader`` asks ``cache``, else ``download`` brings the bytes to disk, ``conversion`` has ``sandbox``
(a ``worker`` process) or ``office`` make ``extracts`` of them, the cache keeps those, and ``blocks`` turns them into
what is sent. A ``workshop`` has all of this that workspaces share. ``confinement`` says what this machine gives to hold
those processes.

Nothing is imported here: a worker process loads only the modules it needs.
"""
