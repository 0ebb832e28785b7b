"""Reads mails with all their texts and attachments: ``mail``, on the tree from ``mime``; also calendars and cards."""
