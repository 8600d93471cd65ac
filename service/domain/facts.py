"""What is known of one mentorship, participant or program: a bounded summary of its events.

The rules of this file:
- Only `fold.py` changes a SubjectFacts; everybody else reads.
- It does not grow with history: one tally per event type, the newest value per profile field, things that are
  open or still start a rule, and starts whose slots are not all past (`lens.py` says which those are).
- It depends on the set of events folded and on nothing else: not on their order, not on duplicates. Every field is
  therefore a sum, a least, a greatest or a newest-wins, except where `fold.py` says "refold".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from service.domain.calendar import Instant
from service.domain.events import Moment, Subject


@dataclass(slots=True)
class Tally:
    """What is known of one event type: how many stand, and when the first and the last was.

    `last_by` is by the role that acted; `last_with` by field and value, for the fields that an `until: same` compares.
    """

    count: int = 0
    first: Instant = 0
    last: Instant = 0
    last_by: dict[str, Instant] = field(default_factory=dict)
    last_with: dict[str, dict[str, Instant]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Start:
    """A starting event, as long as any of its slots may still matter. `by` is the role that acted, or ""."""

    type: str
    moment: Moment
    recorded: Instant
    subject: Subject
    by: str
    data: Mapping[str, Any]
    ref: str | None
    """Its business id, where it has one."""

    @property
    def key(self) -> str:
        """How the ledger knows it: by its business id within the event's subject, else by source and id."""
        return f"{self.subject.id} {self.ref}" if self.ref is not None else f"{self.moment.source} {self.moment.id}"


@dataclass(slots=True)
class Thing:
    """A conversation, flag, concern, help request or survey, known by its business id.

    `opened` is the standing opening event's moment, None until that event arrives; the other moments are the newest
    of their kind. `fields` holds the newest value of each field with the moment that set it.
    """

    kind: str
    id: str
    can_close: bool = False
    can_be_acknowledged: bool = False
    """What its family of event types can do; a conversation is never open."""
    opened: Moment | None = None
    opened_by: str = ""
    fields: dict[str, tuple[Moment, Any]] = field(default_factory=dict)
    acknowledged: Moment | None = None
    closed: Moment | None = None
    reopened: Moment | None = None
    deleted: bool = False
    opened_count: int = 1
    """How many the opening event stands for."""
    corrected: tuple[Moment, int] | None = None
    """The newest correction of that number."""

    @property
    def is_open(self) -> bool:
        return (
            self.can_close
            and self.opened is not None
            and not self.deleted
            and _stands(self.closed, self.reopened) is None
        )

    @property
    def is_unacknowledged(self) -> bool:
        """Resolved counts as acknowledged; reopened undoes both."""
        return (
            self.can_be_acknowledged
            and self.opened is not None
            and _stands(self.acknowledged, self.reopened) is None
            and _stands(self.closed, self.reopened) is None
        )

    @property
    def count(self) -> int:
        """How many it stands for now."""
        return self.corrected[1] if self.corrected else self.opened_count

    def value(self, name: str) -> Any:
        """Return the field's newest value, or None."""
        held = self.fields.get(name)
        return held[1] if held else None


def _stands(done: Moment | None, undone: Moment | None) -> Moment | None:
    return None if done is None or (undone is not None and undone > done) else done


@dataclass(frozen=True, slots=True)
class Step:
    """A change in a running total: at `start`, the thing `ref` came to stand for `count`.

    `opens` tells a log from a correction, which counts only once its log is there.
    """

    start: Start
    ref: str
    count: int
    opens: bool


@dataclass(slots=True)
class Reach:
    """The steps towards a `reaches` rule's N, in order; none are kept beyond the one that first comes to it."""

    steps: list[Step] = field(default_factory=list)
    complete: bool = False

    def is_past(self, moment: Moment) -> bool:
        """Return whether a step at that moment would come after the one that first came to N, and change nothing."""
        return self.complete and moment > self.steps[-1].start.moment


@dataclass(slots=True)
class SubjectFacts:
    """Everything the rules may ask of one subject. `latest` is the newest-wins store: name → (moment, value)."""

    subject: Subject
    exists_since: Instant | None = None
    tallies: dict[str, Tally] = field(default_factory=dict)
    latest: dict[str, tuple[Moment, Any]] = field(default_factory=dict)
    things: dict[tuple[str, str], Thing] = field(default_factory=dict)
    starts: dict[str, list[Start]] = field(default_factory=dict)
    reached: dict[str, Reach] = field(default_factory=dict)

    def value(self, name: str) -> Any:
        """Return the newest value of a profile field, status or preference, or None."""
        held = self.latest.get(name)
        return held[1] if held else None

    def live_things(self) -> set[tuple[str, str]]:
        """Return the keys of things that a gate can ask for without a new event: open, unacknowledged, or a start's."""
        known = {start.ref for starts in self.starts.values() for start in starts if start.ref is not None}
        return {
            key for key, thing in self.things.items() if thing.is_open or thing.is_unacknowledged or thing.id in known
        }

    def first(self, event_type: str) -> Instant | None:
        """Return when such an event first happened, or None."""
        tally = self.tallies.get(event_type)
        return tally.first if tally and tally.count else None

    def last(self, event_type: str) -> Instant | None:
        """Return when such an event last happened, or None."""
        tally = self.tallies.get(event_type)
        return tally.last if tally and tally.count else None

    def count(self, event_type: str) -> int:
        tally = self.tallies.get(event_type)
        return tally.count if tally else 0
