"""Grants: who besides the owner sees an album, by a link or as a person, and until when."""
