"""Reports of photos by visitors."""
