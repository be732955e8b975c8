"""Doing work ahead of its turn in threads, a bounded distance, in order."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Executor, Future

Given = TypeVar("Given")
Made = TypeVar("Made")


def ahead(
    executor: Executor, work: Callable[[Given], Made], items: Iterable[Given], *, distance: int
) -> Iterator[Made]:
    """Give ``work(item)`` of each item in order, with at most ``distance`` of them done in advance."""
    futures: deque[Future[Made]] = deque()
    for item in items:
        futures.append(executor.submit(work, item))
        if len(futures) >= distance:
            yield futures.popleft().result()
    while futures:
        yield futures.popleft().result()
