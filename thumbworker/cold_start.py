"""Import this first: from here to ``over`` the garbage collector rests, for what is imported stays anyway.

It would make its rounds some hundred and fifty times, a seventh of the processor time of a cold start.
"""

from __future__ import annotations

import gc

gc.disable()


def over() -> None:
    """Let the collector work again, and leave out of its rounds what the start has made."""
    gc.freeze()
    gc.enable()
