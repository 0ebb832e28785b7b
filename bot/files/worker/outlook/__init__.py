"""Reads what Outlook writes (.msg, winmail.dat) like a mail: ``outlook_item``, on top of ``mapi``."""
