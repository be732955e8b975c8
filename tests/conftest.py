"""Fixtures for all tests. ``tests/settings.py`` has set the environment by the time this is read.

``moto_aws`` and ``embedded_aws`` (``tests/aws.py``) both give the template's outputs and
``client(service)``; ``running_gallery`` (``tests/running.py``) is the whole system on loopback.
"""

from tests.aws import embedded_aws, moto_aws
from tests.running import running_gallery

__all__ = ["embedded_aws", "moto_aws", "running_gallery"]
