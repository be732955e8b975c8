"""Fixtures for all tests. ``tests/settings.py`` has set the environment by the time this is read.

``moto_aws`` and ``embedded_aws`` (``tests/aws.py``) both give the template's outputs and
``client(service)``; ``running_gallery`` (``tests/running.py``) is the whole system on loopback;
``playwright`` (``tests/browser/chromium.py``) starts browsers.
"""

from __future__ import annotations

import gc
import re
import signal
from pathlib import Path

import pytest
from django.core.cache import cache
from xdist.scheduler import LoadFileScheduling

from infra.catalogs import compile_catalogs
from tests.aws import embedded_aws, moto_aws
from tests.botocore_data import keep
from tests.browser.chromium import playwright
from tests.running import running_gallery

REHEARSAL = Path(__file__).with_name("rehearsal")

__all__ = ["embedded_aws", "moto_aws", "playwright", "running_gallery"]

# A shell starts a script's background jobs with Ctrl-C ignored, and children inherit what is ignored.
# A signal that has a handler here has its usual effect in them.
signal.signal(signal.SIGINT, signal.default_int_handler)

keep()
# Until all tests are collected nothing is garbage; looking for some would take a quarter of that time.
gc.disable()
# Tests don't depend on a build, and read the texts as they are now.
compile_catalogs()


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Begin each test without what another one left in the process's cache, such as statistics."""
    cache.clear()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Import no module without the marks that ``-m`` requires: imports would take most of the time."""
    required = re.findall(r"(?<!not )\b(slow|embedded|browser)\b", config.option.markexpr)
    if collection_path.suffix != ".py" or " or " in config.option.markexpr or not required:
        return None
    marks = collection_path.read_text() + str(collection_path)
    return None if all(mark in marks for mark in required) else True


class ByFile(LoadFileScheduling):
    """Keeps a file's tests in one process, and those of the rehearsals that share one deployed stage."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        shares_stage = file.startswith("tests/rehearsal/") and "life_of_a_stage" not in file
        return "tests/rehearsal/" if shares_stage else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByFile | None:
    """Replace the scheduler of ``--dist loadfile``."""
    return ByFile(config, log) if config.option.dist == "loadfile" else None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start with the longest, deployments, and leave tests in a browser to the end: see ``playwright``."""
    items.sort(
        key=lambda item: (
            item.get_closest_marker("browser") is not None,
            not item.path.is_relative_to(REHEARSAL),
        )
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Collect garbage from now on, but not in what stays to the end: modules and all tests."""
    gc.collect()
    gc.freeze()
    gc.enable()
