"""A strict, stateful Slack workspace on loopback: it does what Slack would do about people and an app's calls."""
