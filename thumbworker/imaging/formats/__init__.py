"""Recognize formats, and read each one's header without its decoder."""
