"""HTML in, readable text out: ``reader``."""
