"""Attachments in, blocks for the model and notes for people out: ``reader.FileReader`` implements ``ports.Files``.

The way of a file: ``reader`` asks ``cache``, else ``download`` brings the bytes to disk, ``sandbox`` has a ``worker``
process ``convert`` them into ``extracts``, the cache keeps those, and ``blocks`` turns them into what is sent.

Nothing is imported here: a worker process loads only the modules it needs.
"""
