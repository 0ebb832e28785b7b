"""Unpacks archives. Each member becomes a file of its own, and a broken one costs no other: ``members``."""
