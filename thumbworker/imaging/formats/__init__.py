"""One module for each format: what its header says, and how it is opened."""
