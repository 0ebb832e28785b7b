"""Slack, as a place to hear from, to read and to write. The only package that knows Bolt and the SDK."""
