"""Turns pictures into ones that the API takes: ``images``, on top of ``pixels``; rare kinds have modules of their
own."""
