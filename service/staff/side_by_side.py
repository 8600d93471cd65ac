"""Two rule sets over the same events on virtual time, stepped together. Each world does what it would do alone."""

from collections.abc import Iterable, Iterator, Mapping

from service.domain.calendar import NEVER, Instant
from service.domain.delivery import LedgerKey
from service.domain.events import Event
from service.staff.compare import Comparison, Known, Why
from service.staff.matching import Matching, Names, Side
from service.staff.offers import Offers
from service.staff.why_not import Answer, why_not
from service.staff.world import Sent, World


class SideBySide:
    """A world under each rule set. Where both are parts of their programs, `staff_whys` is for whoever plans staff."""

    def __init__(self, before: World, after: World, since: Instant | None = None) -> None:
        """`since` is from when on the first day is counted, where it is."""
        self._worlds = before, after
        self._names = Names(after.rule_set)
        self._since = since
        self._offers: Offers | None = None
        if before.for_staff is not None and after.for_staff is not None:
            self._offers = Offers((before.for_staff, after.for_staff), self._names.new)

    @property
    def staff_whys(self) -> Mapping[Known, Why]:
        """Why one side never offered to staff what the other did."""
        return self._offers.whys if self._offers else {}

    def run(self, events: Iterable[Event] = (), until: Instant | None = None) -> Comparison:
        """Return what differs up to and including `until`; None means until nothing more can change."""
        before, after = self._worlds
        # Held by nobody but this call: a cycle would keep both worlds where the collecting of garbage is off.
        matching = Matching(before.rule_set, after.rule_set, self._ask, self._since)
        number = 0
        for now, arrived in self._instants(iter(events), NEVER - 1 if until is None else until, matching):
            number += len(arrived)
            matching.take(_stepped(before, arrived, now), _stepped(after, arrived, now), now)
            if self._offers:
                self._offers.note(self._why_not_offered)
        found = matching.comparison(until)
        found.events = number
        return found

    def _instants(
        self, events: Iterator[Event], last: Instant, matching: Matching
    ) -> Iterator[tuple[Instant, list[Event]]]:
        """Yield every instant at which anything may happen on either side, with the events that arrive at it."""
        before, after = self._worlds
        event = next(events, None)
        while True:
            at = min(before.next_at(), after.next_at(), matching.next_ask())
            at = min(at, event.recorded if event else NEVER)
            if at > last or at == NEVER:
                return
            arrived = []
            while event is not None and event.recorded <= at:
                arrived.append(event)
                event = next(events, None)
            yield max(at, before.now), arrived

    def _ask(self, side: Side, program: str, key: LedgerKey, now: Instant) -> Answer:
        return why_not(self._worlds[side], program, key, now)

    def _why_not_offered(self, side: Side, known: Known, at: Instant) -> Why:
        program, key = known
        return self._ask(side, program, key if side is Side.AFTER else self._names.old(key), at).why


def _stepped(world: World, arrived: list[Event], now: Instant) -> list[Sent]:
    if arrived or world.next_at() <= now:
        return world.step(arrived, now)
    world.now = now
    return []
