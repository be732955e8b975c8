"""A layer between a deployment and the emulated AWS: it refuses what AWS documents as refused."""
