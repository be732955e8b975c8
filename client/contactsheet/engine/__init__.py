"""Uploading folders, whatever the gallery is reached by. Standard library only."""
