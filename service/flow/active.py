"""The active rule set: a row in the store, loaded once per content hash, the same for every process."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

from service.domain.errors import OperatorError
from service.domain.rules import RuleSet
from service.flow.ports import Snapshot

Templates_co = TypeVar("Templates_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Loaded(Generic[Templates_co]):
    """A rule set ready to decide by, and its templates ready to render."""

    rule_set: RuleSet
    templates: Templates_co


class ActiveRules(Generic[Templates_co]):
    """Gives the rule set that is active in a snapshot. `load` turns a stored rule set's files into it."""

    def __init__(self, load: Callable[[str], Loaded[Templates_co]]) -> None:
        self._load = load
        self._held: dict[str, Loaded[Templates_co]] = {}
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
