"""How many batches the worker processes at once, by what the account allows: all its functions share that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.deploy.choices import CONCURRENCIES

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.deploy.options import Options
    from infra.provision import Clients

USUAL = 10
OF_PAGES = 4
"""What the workers leave at least: a page, its list of photos, and two more visitors."""


def of_imports(worker: int) -> int:
    """Return the concurrency of imports in ``infra/template.yaml``."""
    return 2 if worker == int(CONCURRENCIES[0]) else 5


def of_worker(clients: Clients, options: Options, say: Callable[[str], None]) -> int:
    """Return the chosen concurrency, or one that leaves something for pages; say what is unusual."""
    limit = clients.client("lambda").get_account_settings()["AccountLimit"]
    there = int(limit["UnreservedConcurrentExecutions"])
    chosen = options.worker_concurrency or _by_account(there)
    taken = chosen + of_imports(chosen)
    if taken + OF_PAGES > there:
        say(
            f"This account runs {there} functions at once, and the workers may take {taken}: pages will fail "
            "while photos are processed. Ask AWS for more, or lower WORKER_CONCURRENCY."
        )
    elif chosen < USUAL and not options.worker_concurrency:
        say(f"WORKER_CONCURRENCY={chosen}: this account runs {there} functions at once. Ask AWS for more.")
    return chosen


def _by_account(there: int) -> int:
    fitting = [
        count
        for count in map(int, CONCURRENCIES)
        if count <= USUAL and count + of_imports(count) + OF_PAGES <= there
    ]
    return max(fitting, default=int(CONCURRENCIES[0]))
