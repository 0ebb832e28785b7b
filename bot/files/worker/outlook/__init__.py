"""What Outlook writes (.msg, winmail.dat) in, the same as of a mail out: ``outlook_item``, over ``mapi``."""
