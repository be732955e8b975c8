"""A small model of one photo's life, explored exhaustively.

Actors: a browser with a presigned URL that it may use again, a web process that purges, S3 whose events
may be lost or doubled, a queue with a limited number of receives, two workers that interleave at each step
and may die at any of them, and the sweep. There is no clock: the steps that wait state what time guarantees
(a worker ends, a received message runs out of receives).

An *end* is a state without successors. A good end has all of a kept photo or nothing of a purged one, and no
open deletion record. ``python -m tests.model`` prints the counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

WORKERS = 2


@dataclass(frozen=True)
class Rules:
    """The rules of the design; leave one out to see whether it is needed."""

    second_read: bool = True  # the worker reads the original once more after it has written
    records: bool = True  # a purge leaves a deletion record, which the sweep checks until it is closed
    nudges: bool = True  # the sweep asks the worker to reconcile again
    expiry: bool = True  # no record is closed while a signature for its key is valid
    quiet_time: bool = True  # nor before all workers of that time have ended
    spaced_checks: bool = True  # after a removal the sweep checks again only after a worker's lifetime


@dataclass(frozen=True)
class Faults:
    """How often each thing may go wrong on one path; ``receives`` 0 means unlimited.

    One receive is the hardest case: a death makes a dead letter at once. More receives and deaths give
    more states and the same results.
    """

    uploads: int = 2  # the upload, and one replay of the same signature
    lost_events: int = 1
    doubled_events: int = 0
    deaths: int = 1  # of a worker, or of the web between its commit and its delete
    receives: int = 1


class Message(NamedTuple):
    """A message on the queue and how many more times it may be received."""

    is_nudge: bool
    receives_left: int


class Worker(NamedTuple):
    """A worker between two of its calls, and the message that it holds."""

    step: str  # read → renditions → item → second_read, or remove_renditions → remove_item
    message: Message


class State(NamedTuple):
    """The state of one photo."""

    row: str  # kept | to_purge | recorded (the deletion record is open) | closed
    original: bool = False
    renditions: bool = False
    item: bool = False
    signature_valid: bool = True
    quiet: bool = False
    spaced: bool = True
    messages: tuple[Message, ...] = ()
    workers: tuple[Worker, ...] = ()
    uploads: int = 0
    lost_events: int = 0
    doubled_events: int = 0
    deaths: int = 0

    @property
    def derived(self) -> bool:
        """Return whether anything derived from the original exists."""
        return self.renditions or self.item

    @property
    def is_good_end(self) -> bool:
        """Return whether the stores are as the owner decided."""
        nothing = not self.original and not self.derived
        if self.row == "kept":
            return nothing or (self.original and self.renditions and self.item)
        return nothing and self.row != "recorded"


def initial_states(faults: Faults) -> list[State]:
    """Return the two lives: one photo is kept, the other is purged at some moment."""
    budget = {
        "uploads": faults.uploads,
        "lost_events": faults.lost_events,
        "doubled_events": faults.doubled_events,
        "deaths": faults.deaths,
    }
    return [State("kept", **budget), State("to_purge", **budget)]


@dataclass(frozen=True)
class Model:
    """The steps that rules and faults allow."""

    rules: Rules
    faults: Faults

    def successors(self, state: State) -> Iterator[State]:
        """Yield every possible next state."""
        yield from self._browser(state)
        yield from self._web(state)
        yield from self._time(state)
        yield from self._sweep(state)
        yield from self._queue(state)
        for worker in set(state.workers):
            yield from self._worker(state, worker)

    def _browser(self, state: State) -> Iterator[State]:
        if state.signature_valid and state.uploads and not state.original:
            yield from self._event(state._replace(original=True, uploads=state.uploads - 1))

    def _web(self, state: State) -> Iterator[State]:
        if state.row != "to_purge":
            return
        purged = state._replace(row="recorded" if self.rules.records else "closed")
        if not purged.original:
            if self.rules.records:  # without one only what is there can be purged
                yield purged
            return
        yield from self._event(purged._replace(original=False))
        if state.deaths and self.rules.records:
            # The web process dies between commit and delete; without a record, no one would retry.
            yield purged._replace(deaths=state.deaths - 1)

    def _time(self, state: State) -> Iterator[State]:
        if state.signature_valid:
            yield state._replace(signature_valid=False)
        at_work = state.workers or any(m.receives_left < self.faults.receives for m in state.messages)
        may_begin = not state.signature_valid or not self.rules.expiry
        if state.row == "recorded" and not state.quiet and may_begin and not at_work:
            yield state._replace(quiet=True)
        if not state.spaced and not any(w.step in ("renditions", "item") for w in state.workers):
            yield state._replace(spaced=True)

    def _sweep(self, state: State) -> Iterator[State]:
        nudge_on_its_way = any(message.is_nudge for message in state.messages)
        if state.row == "recorded":
            if state.original:
                yield from self._event(state._replace(original=False, spaced=False))
            elif state.derived and not nudge_on_its_way:
                yield from self._nudge(state)
            elif not state.derived and self._may_close(state):
                yield state._replace(row="closed")
        elif state.row == "kept":
            idle = not state.messages and not state.workers
            if state.original and not state.item and idle:
                yield from self._nudge(state)

    def _may_close(self, state: State) -> bool:
        rules = self.rules
        return (
            (not rules.expiry or not state.signature_valid)
            and (not rules.quiet_time or state.quiet)
            and (not rules.spaced_checks or state.spaced)
        )

    def _event(self, state: State) -> Iterator[State]:
        message = Message(is_nudge=False, receives_left=self.faults.receives)
        yield _with(state, message)
        if state.lost_events:
            yield state._replace(lost_events=state.lost_events - 1)
        if state.doubled_events:
            yield _with(state._replace(doubled_events=state.doubled_events - 1), message, message)

    def _nudge(self, state: State) -> Iterator[State]:
        if self.rules.nudges:
            yield _with(state, Message(is_nudge=True, receives_left=self.faults.receives))

    def _queue(self, state: State) -> Iterator[State]:
        if len(state.workers) == WORKERS:
            return
        for message in set(state.messages):
            rest = list(state.messages)
            rest.remove(message)
            worker = Worker("read", message)
            yield state._replace(messages=tuple(rest), workers=tuple(sorted((*state.workers, worker))))

    def _worker(self, state: State, worker: Worker) -> Iterator[State]:
        others = list(state.workers)
        others.remove(worker)
        free = state._replace(workers=tuple(others))
        if state.deaths:
            yield self._died(free._replace(deaths=state.deaths - 1), worker.message)

        def goes_on(after: State, step: str) -> State:
            return after._replace(workers=tuple(sorted((*others, Worker(step, worker.message)))))

        match worker.step:
            case "read":
                received_before = worker.message.receives_left < self.faults.receives
                if state.item and (worker.message.is_nudge or received_before):
                    yield goes_on(state, "second_read")
                else:
                    yield goes_on(state, "renditions" if state.original else "remove_renditions")
            case "renditions":
                yield goes_on(state._replace(renditions=True), "item")
            case "item":
                yield goes_on(state._replace(item=True), "second_read")
            case "second_read":
                gone = self.rules.second_read and not state.original
                yield goes_on(state, "remove_renditions") if gone else free
            case "remove_renditions":
                yield goes_on(state._replace(renditions=False), "remove_item")
            case "remove_item":
                yield free._replace(item=False)

    def _died(self, state: State, message: Message) -> State:
        if not self.faults.receives:
            return _with(state, message)
        if message.receives_left == 1:
            return state  # dead letter
        return _with(state, message._replace(receives_left=message.receives_left - 1))


def _with(state: State, *messages: Message) -> State:
    return state._replace(messages=tuple(sorted((*state.messages, *messages))))


@dataclass(frozen=True)
class Exploration:
    """The number of states and of ends, and the bad ends."""

    states: int
    ends: int
    bad_ends: tuple[State, ...]
    endless: int  # states from which no end can be reached: the sweep nudges without end

    @property
    def is_correct(self) -> bool:
        """Return whether every path leads to a good end."""
        return self.ends > 0 and not self.bad_ends and not self.endless

    def __str__(self) -> str:
        """Return one line."""
        bad = len(self.bad_ends)
        return f"{self.states:7} states {self.ends:4} ends {bad:4} bad {self.endless:6} without end"


@cache
def explore(rules: Rules, faults: Faults) -> Exploration:
    """Visit every state that can be reached."""
    model = Model(rules, faults)
    predecessors: dict[State, list[State]] = {state: [] for state in initial_states(faults)}
    ends: list[State] = []
    frontier = list(predecessors)
    while frontier:
        state = frontier.pop()
        is_end = True
        for successor in model.successors(state):
            is_end = False
            if successor not in predecessors:
                predecessors[successor] = []
                frontier.append(successor)
            predecessors[successor].append(state)
        if is_end:
            ends.append(state)
    return Exploration(
        states=len(predecessors),
        ends=len(ends),
        bad_ends=tuple(state for state in ends if not state.is_good_end),
        endless=len(predecessors) - len(_reaching(ends, predecessors)),
    )


def _reaching(ends: list[State], predecessors: dict[State, list[State]]) -> set[State]:
    found = set(ends)
    frontier = list(ends)
    while frontier:
        for state in predecessors[frontier.pop()]:
            if state not in found:
                found.add(state)
                frontier.append(state)
    return found
