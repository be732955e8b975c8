"""The examination of everything that the stacks made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gallery.operations.resources import buckets, catalogue, edge, queues, watch, workers
from gallery.operations.resources.looking import look

if TYPE_CHECKING:
    from gallery.operations.diagnosis import Finding
    from gallery.operations.resources.looking import Clients
    from gallery.operations.resources.names import Names


def examine_resources(clients: Clients, names: Names) -> list[Finding]:
    """Look at every resource, also after something was found."""
    return [
        look(title, examine)
        for part in (buckets, queues, workers, catalogue, watch, edge)
        for title, examine in part.looks(clients, names)
    ]
