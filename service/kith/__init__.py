"""Kith keeps you in touch with the people you chose, using nothing but your mailbox."""

__version__ = "0.1.0"
