"""Settle, sweep, fsck and account deletion, with their commands. It has no models."""
