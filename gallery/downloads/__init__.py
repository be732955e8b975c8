"""Originals to take away: which ones, under which names, and what their owner says about them."""
