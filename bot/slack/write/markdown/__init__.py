"""What the model writes in, the same as Slack shows it out, whole at every moment, in pieces that fit a message."""
