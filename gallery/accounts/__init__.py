"""Users, invitations and rate limits."""
