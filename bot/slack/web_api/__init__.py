"""Slack's Web API: who calls it, when, and what its answers mean."""
