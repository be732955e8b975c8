"""botocore's descriptions of services, read once in a process.

botocore reads them again for each session, and moto makes a session for each test.
"""

from __future__ import annotations

import functools
from typing import Any

from botocore.loaders import JSONFileLoader, Loader

OFTEN_USED = (
    "s3",
    "sqs",
    "dynamodb",
    "sns",
    "ssm",
    "cloudformation",
    "lambda",
    "iam",
    "sts",
    "logs",
    "cloudwatch",
)

_load_file = JSONFileLoader.load_file
_list_services = Loader.list_available_services


@functools.cache
def _loaded(path: str) -> Any:
    return _load_file(JSONFileLoader(), path)


@functools.cache
def _services(folders: tuple[str, ...], kind: str) -> Any:
    return _list_services(Loader(extra_search_paths=folders, include_default_search_paths=False), kind)


def keep() -> None:
    """Keep what is read from now on, whichever session reads it."""
    JSONFileLoader.load_file = lambda _loader, path: _loaded(path)  # type: ignore[method-assign]
    Loader.list_available_services = lambda loader, type_name: _services(
        tuple(loader.search_paths), type_name
    )  # type: ignore[method-assign]


def read() -> None:
    """Read the descriptions that most tests need, for processes that are forked from this one."""
    keep()
    loader = Loader()
    for service in OFTEN_USED:
        loader.load_service_model(service, "service-2")
    for name in ("endpoints", "partitions", "sdk-default-configuration"):
        loader.load_data(name)
