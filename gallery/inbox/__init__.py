"""Photos that people put into S3 by themselves, under ``inbox/<username>/``."""
