"""Photos of one person that look the same: found by the difference hash, decided by the person."""
