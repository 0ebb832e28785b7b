"""The process that reads strangers' bytes; nothing of the bot's own process imports it."""
