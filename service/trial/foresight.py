"""What the running rules would send in the next days, and what their stories show, worked out in the background.

The rules of this file:
- It is worked out once for each rule set and then once an hour while somebody looks; a page never waits for it.
- One at a time, bounded in time; what takes longer is left out, and a page says so.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from logging import getLogger
from threading import Lock, Thread
from time import monotonic

from service.domain.calendar import DAY, HOUR, Duration, Instant
from service.domain.errors import IntouchError
from service.flow.ahead import Ahead
from service.staff.ahead import compare_ahead
from service.trial.trial import StoriesPlayed, Trials
from service.trial.workshop import LONGEST_LOOK_S, TooLongError

AHEAD: Duration = 7 * DAY
GOOD_FOR: Duration = HOUR

log = getLogger("intouch.foresight")


@dataclass(frozen=True, slots=True, kw_only=True)
class Foresight:
    """What is known of a rule set, as of `at`. `week` has how many messages each rule sends in each program, if nothing
    more happens; None where it takes too long."""

    hash: str
    at: Instant
    stories: StoriesPlayed
    week: Mapping[tuple[str, str], int] | None

    def messages(self, rule: str, programs: tuple[str, ...]) -> int | None:
        """Return how many messages the rule sends in these programs."""
        if self.week is None:
            return None
        return sum(self.week.get((program, rule), 0) for program in programs)


@dataclass(slots=True)
class Foresights:
    """Works it out when it is asked for. `start` runs something in the background."""

    trials: Trials
    start: Callable[[Callable[[], None]], object] = lambda work: Thread(target=work, daemon=True).start()
    longest_look_s: float = LONGEST_LOOK_S
    _known: Foresight | None = None
    _stories: dict[str, StoriesPlayed] = field(default_factory=dict)
    _turn: Lock = field(default_factory=Lock)

    def now(self) -> Foresight | None:
        """Return what is known of the rules that run, if anything; a look is begun where it is missing or old."""
        running = self.trials.running()
        known = self._known if running and self._known and self._known.hash == running.row.hash else None
        if running and (known is None or self.trials.clock() - known.at >= GOOD_FOR):
            self.start(self._look)
        return known

    def _look(self) -> None:
        if not self._turn.acquire(blocking=False):
            return
        try:
            self._known = self._found()
        except IntouchError as error:
            log.warning("What rules would send could not be worked out. %s", error)
        finally:
            self._turn.release()

    def _found(self) -> Foresight | None:
        running, at = self.trials.running(), self.trials.clock()
        if running is None:
            return None
        if running.row.hash not in self._stories:
            self._stories = {running.row.hash: self.trials.stories(running.sources)}
        stories = self._stories[running.row.hash]
        return Foresight(hash=running.row.hash, at=at, stories=stories, week=self._week(at))

    def _week(self, now: Instant) -> Mapping[tuple[str, str], int] | None:
        ends = monotonic() + self.longest_look_s

        def told() -> None:
            if monotonic() > ends:
                raise TooLongError("It took too long.")

        with self.trials.store.reading() as snapshot:
            running = self.trials.running()
            assert running is not None
            rules = running.rule_set
            try:
                found = compare_ahead(rules, rules, Ahead(snapshot, (rules, rules), now), now, now + AHEAD, told)
            except TooLongError:
                return None
        return {known: counts.after for known, counts in found.rules.items()}
