"""Benchmarks that compare the project with others on the same machine, in the same run."""
