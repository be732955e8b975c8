"""Upload folders to any gallery behind the ``Gallery`` protocol. Standard library only."""
