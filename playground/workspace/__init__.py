"""A strict, stateful Slack workspace on loopback: people and an app's calls in, what Slack would do out."""
