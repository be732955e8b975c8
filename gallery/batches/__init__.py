"""One action on many photos, with progress, cancel and undo."""
