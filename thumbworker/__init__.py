"""The thumbnail worker: makes the world of renditions match the world of originals."""
