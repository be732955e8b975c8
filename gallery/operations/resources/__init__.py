"""Checks of the AWS resources that the stacks created, with the caller's own rights.

It imports no Django, so ``make status`` runs it with an operator's credentials.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gallery.operations.resources import (
    buckets,
    cloudfront,
    functions,
    monitoring,
    queues,
    table_and_topic,
)
from gallery.operations.resources.inspection import inspect
from gallery.operations.resources.names import Names

if TYPE_CHECKING:
    from gallery.operations.diagnosis import Finding
    from gallery.operations.resources.inspection import Clients

__all__ = ["Names", "check_resources"]


def check_resources(clients: Clients, names: Names) -> list[Finding]:
    """Check every resource; a problem does not stop the other checks."""
    return [
        inspect(title, check)
        for part in (buckets, queues, functions, table_and_topic, monitoring, cloudfront)
        for title, check in part.checks(clients, names)
    ]
