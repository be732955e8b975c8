"""Any input gets a response that matches the OpenAPI document (schemathesis)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, assume, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

from gallery.api.openapi_examples import EXAMPLES
from gallery.api.tokens import Scope, issue
from gallery.photos.states import State
from gallery.wsgi import application
from tests.gallery.stores import Stores, ready_item

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemathesis import Case
    from schemathesis.schemas import BaseSchema

    from gallery.accounts.models import User
    from tests.aws import MotoAws
    from tests.gallery.conftest import PhotoFactory

pytestmark = pytest.mark.slow

EXAMPLES_AT_MOST = 60


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """Keep the test's connection, as Django's own client does: it has the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def described(moto_aws: MotoAws, charlie: User, make_photo: PhotoFactory, settings: Any) -> BaseSchema:
    """Return the served document of a gallery with photos in every state."""
    # Schemathesis calls WSGI applications at this origin.
    settings.SITE_ORIGIN = "http://localhost"
    settings.API_PER_MINUTE = dict.fromkeys(("reads", "writes", "imports"), 10**7)
    charlie.quota_bytes = 10**15
    charlie.save()
    stores = Stores(moto_aws)
    for state in State:
        photo = make_photo(charlie, state)
        if state not in {State.AWAITING, State.FAILED}:
            stores.put_item(ready_item(photo))
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)


@pytest.fixture
def authorization(charlie: User) -> dict[str, str]:
    """Return the headers of a moderator's token that may do everything; no check reads a compressed body."""
    token = issue(charlie, name="any", scopes=Scope, days=1).secret
    return {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_operation__response_matches_the_document(
    described: BaseSchema, authorization: dict[str, str], name: str, mode: GenerationMode
) -> None:
    described.config.update(headers=authorization)
    operation = described.find_operation_by_id(name)

    @settings(
        max_examples=EXAMPLES_AT_MOST,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def answers(case: Case) -> None:
        # An empty field of a form is generated, but not sent: nothing is wrong with such a request.
        assume(not (isinstance(case.body, dict) and case.body.get("visibility") == ""))
        # test_requests tests authentication; bytes that fit the schema of an upload are no picture.
        response = case.call()
        # The language of searches has rules that a schema can't say, for example that one sign is too few.
        refuses_search = response.status_code == 422 and response.json()["reason"].startswith("search_")
        left_out = [positive_data_acceptance] if name == "upload" or refuses_search else []
        case.validate_response(response, excluded_checks=[ignored_auth, *left_out])

    try:
        answers()
    except Unsatisfiable:
        # An operation without any input has no wrong input.
        assert mode is GenerationMode.NEGATIVE
