"""Photos, their states and history, and deletion records."""
