"""Emails users about their own photos."""
