"""What the model writes → messages in Slack."""
