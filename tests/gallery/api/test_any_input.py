"""Whatever a program sends, the answer is one that the description promises (schemathesis)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from gallery.api.openapi_examples import EXAMPLES
from gallery.api.tokens import Scope, issue
from gallery.photos.states import State
from gallery.wsgi import application
from tests.gallery.imports.conftest import ImportStores
from tests.gallery.photos.stores import ready_item

if TYPE_CHECKING:
    from schemathesis import Case
    from schemathesis.schemas import BaseSchema

    from gallery.accounts.models import User
    from tests.aws import MotoAws
    from tests.gallery.conftest import PhotoFactory

pytestmark = pytest.mark.slow

EXAMPLES_AT_MOST = 60


@pytest.fixture
def described(moto_aws: MotoAws, charlie: User, make_photo: PhotoFactory, settings: Any) -> BaseSchema:
    """Return the served description, of a gallery with something in it, and a moderator's token."""
    settings.API_PER_MINUTE = dict.fromkeys(("reads", "writes", "imports"), 10**7)
    stores = ImportStores(moto_aws)
    for state in State:
        photo = make_photo(charlie, state)
        if state not in {State.AWAITING, State.FAILED}:
            stores.put_item(ready_item(photo))
    secret = issue(charlie, name="any", scopes=Scope, days=1).secret
    schema = schemathesis.openapi.from_wsgi(
        "/api/v1/openapi.json", application, base_url=settings.SITE_ORIGIN
    )
    schema.config.update(base_url=settings.SITE_ORIGIN, headers={"Authorization": f"Bearer {secret}"})
    return schema


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_the_answer_is_as_described(described: BaseSchema, name: str, mode: GenerationMode) -> None:
    operation = described.find_operation_by_id(name)

    @settings(
        max_examples=EXAMPLES_AT_MOST,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def answers(case: Case) -> None:
        case.call_and_validate()

    try:
        answers()
    except Unsatisfiable:
        # An operation without any input has no wrong input.
        assert mode is GenerationMode.NEGATIVE
