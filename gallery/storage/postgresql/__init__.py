"""Django's backend for PostgreSQL, with a password that AWS changes by itself."""
