"""The active rule set: a row in the store, loaded once per content hash, the same for every process."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from logging import getLogger
from threading import Lock
from typing import Generic, TypeVar

from service.domain.book import book_of
from service.domain.calendar import Instant
from service.domain.errors import OperatorError
from service.domain.rules import Activation, RuleSet
from service.flow.brake_port import RuleEdition
from service.flow.ports import ActivationRow, Snapshot

MOST_PAST_HELD = 16
"""How many rule sets of the past are kept ready; the longest unused goes first."""

log = getLogger("intouch.rules")

Templates_co = TypeVar("Templates_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Loaded(Generic[Templates_co]):
    """A rule set ready to decide by, and its templates ready to render."""

    rule_set: RuleSet
    templates: Templates_co


def editions_of(rule_set: RuleSet) -> set[RuleEdition]:
    """Return every edition of every rule: as programs without a file have it, and as each program's file changes it."""
    programs = ("", *rule_set.programs)
    return {RuleEdition(*each) for program in programs for each in book_of(rule_set, program).editions.items()}


class ActiveRules(Generic[Templates_co]):
    """Gives the rule set that is active in a snapshot. `load` turns a stored rule set's files into it."""

    def __init__(self, load: Callable[[str], Loaded[Templates_co]]) -> None:
        self._load = load
        self._held: dict[str, Loaded[Templates_co]] = {}
        self._past: dict[str, RuleSet | None] = {}
        self._lock = Lock()

    def of(self, snapshot: Snapshot) -> Loaded[Templates_co]:
        """Return the active rule set. Raises: OperatorError when none was ever made active."""
        row = snapshot.active_rule_set()
        if row is None:
            raise OperatorError("No rule set is active yet. Run `intouch run`, or make one active first.")
        with self._lock:
            if row.hash not in self._held:
                self._held = {row.hash: self._load(row.sources)}
            return self._held[row.hash]

    def between(self, snapshot: Snapshot, first: Instant, last: Instant) -> tuple[Activation, ...]:
        """Return the rule sets that were active from `first` to `last`, oldest first; never none.

        The first one that ever was counts as active before it, too: it judged what is older. One that no longer loads
        with this version is left out, and the one before it stands for its time.
        Raises: OperatorError when none of them loads, or none was ever made active.
        """
        rows = list(reversed(snapshot.activations()))
        until = [following.at for following in rows[1:]]
        wanted = [row for row, end in zip(rows, [*until, last + 1], strict=False) if end > first and row.at <= last]
        found = tuple(self._loadable(snapshot, wanted or rows[:1]))
        return found or (Activation(first, self.of(snapshot).rule_set),)

    def _loadable(self, snapshot: Snapshot, rows: list[ActivationRow]) -> Iterator[Activation]:
        for row in rows:
            rule_set = self._past_set(snapshot, row.hash)
            if rule_set is not None:
                yield Activation(row.at, rule_set)

    def _past_set(self, snapshot: Snapshot, hash: str) -> RuleSet | None:
        """Return a rule set of the past, or None when it no longer loads."""
        with self._lock:
            if hash in self._held:
                return self._held[hash].rule_set
            if hash not in self._past:
                self._past[hash] = self._load_past(snapshot, hash)
            self._past[hash] = found = self._past.pop(hash)
            while len(self._past) > MOST_PAST_HELD:
                del self._past[next(iter(self._past))]
            return found

    def _load_past(self, snapshot: Snapshot, hash: str) -> RuleSet | None:
        try:
            return self._load(snapshot.sources_of(hash) or "{}").rule_set
        except OperatorError:
            log.warning("Rule set %s no longer loads with this version; the one before it stands for it.", hash[:12])
            return None
