"""The link to the Messages API: a conversation goes out, its files streamed from disk, and the answer comes in."""
