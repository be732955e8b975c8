"""JSON for a data attribute, where the content security policy allows no inline script."""

import json
from typing import Any

from django import template

register = template.Library()


@register.filter
def as_json(value: Any) -> str:
    """Return the value as JSON, which the template escapes."""
    return json.dumps(value)
