"""Mails in, every text and attachment of them out: ``mail`` over the tree that ``mime`` finds; calendars, cards."""
