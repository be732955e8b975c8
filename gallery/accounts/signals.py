"""Signals of accounts, for layers above."""

from django.dispatch import Signal

access_ended = Signal()
"""Everything that acts for a person without their session must end: ``user``."""
