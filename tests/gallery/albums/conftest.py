"""The stores behind the album pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.gallery.photos.stores import Stores

if TYPE_CHECKING:
    from tests.aws import MotoAws


@pytest.fixture
def stores(moto_aws: MotoAws) -> Stores:
    """Give one test empty stores, made by the template on moto."""
    return Stores(moto_aws)
