"""The process that reads untrusted files. The bot's own process never imports this package."""
