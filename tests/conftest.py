"""Fixtures for all tests. ``tests/settings.py`` has set the environment by the time this is read.

``moto_aws`` and ``embedded_aws`` (see ``tests/aws.py``) both give the template's outputs and
``client(service)``.
"""

from tests.aws import embedded_aws, moto_aws

__all__ = ["embedded_aws", "moto_aws"]
