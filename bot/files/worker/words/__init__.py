"""Text documents and slides in, their words out, also those that no page shows: a reader a format, over ``lines``."""
