"""What Slack delivers → accepted questions."""
