"""Examines what the stacks made, by whoever may look.

It knows no Django, so that ``make status`` can ask it with the rights of an operator.
"""

from gallery.operations.resources.examination import examine_resources
from gallery.operations.resources.names import Names

__all__ = ["Names", "examine_resources"]
