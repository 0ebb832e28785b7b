"""Prepares the model's Markdown for Slack: well-formed at every moment, in pieces that fit into a message."""
