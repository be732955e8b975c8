"""Render an original into its renditions and metadata, or refuse it with a reason.

>>> from thumbworker.imaging import Refused, render
>>> try:
...     render(b"")
... except Refused as refused:
...     print(refused.reason)
empty
"""

from thumbworker.imaging.errors import Refused
from thumbworker.imaging.limits import DEFAULT_LIMITS, Limits
from thumbworker.imaging.picture import Picture, Rendered
from thumbworker.imaging.rendering import render

__all__ = ["DEFAULT_LIMITS", "Limits", "Picture", "Refused", "Rendered", "render"]
