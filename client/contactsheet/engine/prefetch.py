"""Run work in threads ahead of its consumer, in order."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Executor, Future

Item = TypeVar("Item")
Output = TypeVar("Output")


def prefetch(
    executor: Executor, work: Callable[[Item], Output], items: Iterable[Item], *, distance: int
) -> Iterator[Output]:
    """Yield ``work(item)`` of each item in order, with at most ``distance`` of them started in advance."""
    futures: deque[Future[Output]] = deque()
    for item in items:
        futures.append(executor.submit(work, item))
        if len(futures) >= distance:
            yield futures.popleft().result()
    while futures:
        yield futures.popleft().result()
