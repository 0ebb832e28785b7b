"""Documents in, what is read and what is rendered of them out: ``office``, ``old_documents``."""
