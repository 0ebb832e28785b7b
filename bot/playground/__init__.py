"""Slack and the model on this machine, for the demo and the tests. Of the bot it knows the published limits alone."""
