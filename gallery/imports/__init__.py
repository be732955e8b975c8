"""Imports of photos by URL."""
