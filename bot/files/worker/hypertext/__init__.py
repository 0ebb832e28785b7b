"""Turns HTML into readable text: ``reader``."""
