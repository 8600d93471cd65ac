"""Accept: append valid events to the log, once.

Requests that arrive together share one commit. Each waits for the writer's turn; whoever gets it takes in everything
that is waiting, so that a busy door costs one flush to disk for many requests instead of one each.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from threading import Lock

from service.domain.calendar import Instant
from service.domain.errors import EventSenderError, OperatorError
from service.domain.events import Incoming
from service.flow.erase import keep_erased
from service.flow.measure_port import Measures, Outcome, Unmeasured
from service.flow.outbound import tell_happened
from service.flow.ports import Appended, Clock, Store, Transaction
from service.flow.trace import arrivals_of, note
from service.flow.trace_port import Step, Tracing, Untraced


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What became of the events: how many are new in the log, and how many it had already."""

    accepted: int
    duplicates: int


class IdConflict(EventSenderError):  # noqa: N818 - it names what it is, to a sender
    """An event's id is taken by another event; `indices` are those of the refused ones, in order."""

    def __init__(self, indices: tuple[int, ...]) -> None:
        super().__init__("An id was used before for another event. Give each event an id of its own.")
        self.indices = indices


class StoreUnavailable(OperatorError):  # noqa: N818 - it names what it is, to an operator
    """The store cannot commit now; the sender may try again after `retry_after_s` seconds."""

    def __init__(self, message: str, *, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


@dataclass(slots=True, eq=False)
class _Request:
    """One caller's events, and what became of them once somebody took them in. `ours` are told to others."""

    events: Sequence[Incoming]
    ours: bool = False
    appended: Appended | None = None
    error: Exception | None = None

    @property
    def is_done(self) -> bool:
        return self.appended is not None or self.error is not None


def _outcome(request: _Request) -> Appended:
    if request.error is not None:
        raise request.error
    assert request.appended is not None
    return request.appended


def _new(requests: Sequence[_Request], results: Sequence[Appended]) -> Iterator[Incoming]:
    """Yield what was not in the log. Of subjects of the rest, nobody holds the rows: whoever scrubs one may wait."""
    for each, appended in zip(requests, results, strict=True):
        if not appended.conflicts:
            repeated = set(appended.repeated)
            yield from (event for n, event in enumerate(each.events) if n not in repeated)


def _tell_ours(transaction: Transaction, requests: Sequence[_Request], results: Sequence[Appended]) -> None:
    for each, appended in zip(requests, results, strict=True):
        if each.ours and appended.accepted:
            tell_happened(transaction, each.events)


@dataclass(slots=True)
class Acceptor:
    """Takes events in. `news` is called after each commit that added any."""

    store: Store
    clock: Clock
    news: Callable[[], None]
    measures: Measures = field(default_factory=Unmeasured)
    tracing: Tracing = field(default_factory=Untraced)
    personal: Collection[str] = ()
    """The fields of events that are not kept of participants who were erased."""
    _taken: int = 0
    _waiting: list[_Request] = field(default_factory=list)
    _queue: Lock = field(default_factory=Lock)
    _turn: Lock = field(default_factory=Lock)

    def accept(self, events: Sequence[Incoming], *, ours: bool = False) -> Accepted:
        """Return what became of the events, after the commit: all of them were taken in, or none.

        Those that are `ours`, since they happened here, are told to other services too.

        Raises: IdConflict, StoreUnavailable.
        """
        (appended,) = self.accept_each([events], ours=ours)
        if appended.conflicts:
            raise IdConflict(appended.conflicts)
        return Accepted(accepted=appended.accepted, duplicates=appended.duplicates)

    def foresee(self, events: Sequence[Incoming]) -> Sequence[Appended]:
        """Return what would become of each of the events, sent one by one; nothing is stored.

        Raises: StoreUnavailable.
        """
        with self.store.reading() as snapshot:
            return snapshot.foresee_each([[each] for each in events])

    def accept_each(self, batches: Sequence[Sequence[Incoming]], *, ours: bool = False) -> Sequence[Appended]:
        """Return what became of each batch, after the commit: each was taken in, or is in conflict.

        Raises: StoreUnavailable, and then nothing was taken in.
        """
        requests = [_Request(events, ours) for events in batches]
        with self._queue:
            self._waiting += requests
        with self._turn:
            if not all(each.is_done for each in requests):
                self._take_all()
        return [_outcome(each) for each in requests]

    def is_busy(self) -> bool:
        """Return whether anything was taken in, or is waiting, since this was last asked."""
        taken, self._taken = self._taken, 0
        return bool(taken or self._waiting)

    def _take_all(self) -> None:
        with self._queue:
            requests, self._waiting = self._waiting, []
            self._taken += len(requests)
        began = self.clock()
        try:
            with self.store.writing() as transaction:
                now = self.clock()
                results = transaction.append_each([each.events for each in requests], now)
                keep_erased(transaction, _new(requests, results), self.personal, now)
                _tell_ours(transaction, requests, results)
        except Exception as error:  # whatever it is, every caller in this commit must hear of it
            for each in requests:
                each.error = error
            return
        for each, appended in zip(requests, results, strict=True):
            each.appended = appended
        self._measure([each.events for each in requests], results)
        if self.tracing.is_on:
            self._trace(requests, results, began)
        if any(appended.accepted for appended in results):
            self.news()

    def _trace(self, requests: Sequence[_Request], results: Sequence[Appended], began: Instant) -> None:
        ended = self.clock()
        for each, appended in zip(requests, results, strict=True):
            note(self.tracing, Step.ACCEPT, arrivals_of(each.events, appended), began, ended)

    def _measure(self, batches: Sequence[Sequence[Incoming]], results: Sequence[Appended]) -> None:
        """Count what became of each event; of a batch with a conflict in it, only that."""
        types: dict[Outcome, list[str]] = {Outcome.CONFLICT: [], Outcome.DUPLICATE: [], Outcome.ACCEPTED: []}
        for events, appended in zip(batches, results, strict=True):
            if appended.conflicts:
                types[Outcome.CONFLICT] += (events[n].type for n in appended.conflicts)
                continue
            repeated = set(appended.repeated)
            for n, each in enumerate(events):
                types[Outcome.DUPLICATE if n in repeated else Outcome.ACCEPTED].append(each.type)
        for outcome, those in types.items():
            self.measures.events(outcome, those)
