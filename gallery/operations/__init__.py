"""Health checks, doctor, scheduled jobs and the operations pages. It has no models."""
