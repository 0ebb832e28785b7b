"""Where the app is installed, and with which tokens.

The map::

    installation.py  one workspace's or organisation's, and the port that remembers it
    token_cipher.py  tokens at rest
    renewals.py      tokens that expire are renewed before that, by one process
"""
