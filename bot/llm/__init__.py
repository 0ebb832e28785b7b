"""The link to the Messages API: sends a conversation, with its files streamed from disk, and receives the answer."""
