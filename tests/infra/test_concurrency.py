"""The worker leaves something of the account's concurrency for pages, and a deployment says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from infra.deploy import concurrency
from infra.deploy.choices import CONCURRENCIES
from infra.deploy.options import Options
from tests.cloudformation import Template
from tests.rehearsal.strict import rules
from tests.templates import load


@dataclass(frozen=True)
class Account:
    """An account with this many concurrent functions, as Lambda's client."""

    there: int

    def client(self, service: str, /) -> Any:
        assert service == "lambda"
        return self

    def get_account_settings(self) -> dict[str, Any]:
        return {"AccountLimit": {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": self.there}}


@pytest.mark.parametrize(
    ("there", "given", "chosen", "said"),
    [
        (1000, {}, 10, ""),
        (19, {}, 10, ""),
        (18, {}, 5, "WORKER_CONCURRENCY=5: this account runs 18"),
        (10, {}, 2, "WORKER_CONCURRENCY=2: this account runs 10"),
        (4, {}, 2, "pages will fail"),
        (10, {"WORKER_CONCURRENCY": "10"}, 10, "pages will fail"),
        (1000, {"WORKER_CONCURRENCY": "50"}, 50, ""),
        (1000, {"WORKER_CONCURRENCY": "auto"}, 10, ""),
    ],
)
def test_worker__leaves_something_for_pages(
    there: int, given: dict[str, str], chosen: int, said: str
) -> None:
    lines: list[str] = []
    options = Options.read("dev", given)
    assert concurrency.of_worker(Account(there), options, lines.append) == chosen
    assert (said in lines[0]) if said else lines == []


@pytest.mark.parametrize("chosen", CONCURRENCIES)
def test_imports__take_what_the_template_gives_them(chosen: str) -> None:
    template = Template(load("template"), "contactsheet-dev", {"WorkerConcurrency": chosen})
    (imports,) = (found for found in template.resources() if found.logical_id == "ImportsMapping")
    assert imports.properties["ScalingConfig"] == {"MaximumConcurrency": concurrency.of_imports(int(chosen))}
    assert concurrency.OF_PAGES == rules.CONCURRENCY_OF_PAGES
