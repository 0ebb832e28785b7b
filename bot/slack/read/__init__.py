"""What was said in Slack → what the model reads."""
