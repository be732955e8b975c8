"""Fixtures for all tests. ``tests/settings.py`` has set the environment by the time this is read.

``moto_aws`` and ``embedded_aws`` (``tests/aws.py``) both give the template's outputs and
``client(service)``; ``running_gallery`` (``tests/running.py``) is the whole system on loopback;
``playwright`` (``tests/browser/chromium.py``) starts browsers.
"""

from __future__ import annotations

import signal

import pytest

from tests.aws import embedded_aws, moto_aws
from tests.browser.chromium import playwright
from tests.running import running_gallery

__all__ = ["embedded_aws", "moto_aws", "playwright", "running_gallery"]

# A shell starts a script's background jobs with Ctrl-C ignored, and children inherit what is ignored.
# A signal that has a handler here has its usual effect in them.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the tests in a browser to the end, whatever order chance gave: see ``playwright``."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
