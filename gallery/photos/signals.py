"""Signals of photos, for layers above."""

from django.dispatch import Signal

words_changed = Signal()
"""Words by which photos are found changed in this transaction: ``photo_ids``. The models' own signals tell
of rows that are saved one by one. ``album`` is given if it is all of an album's photos."""
