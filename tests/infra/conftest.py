"""An embedded AWS for one test."""

import pytest

from infra import ports
from infra.embedded import EmbeddedAws
from tests.aws import EMBEDDED_PYTHON


@pytest.fixture
def aws(tmp_path):
    """Yield an embedded AWS that is not started, and kill it afterwards."""
    made = EmbeddedAws(EMBEDDED_PYTHON, tmp_path / "aws", ports.any_free())
    yield made
    made.kill()
