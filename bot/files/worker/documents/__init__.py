"""Reads documents, and says what has to be rendered: ``office``, ``old_documents``."""
