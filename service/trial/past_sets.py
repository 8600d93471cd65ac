"""The rule sets that were ever active: who made each so, when, from what, and what it changed."""

from collections.abc import Callable
from dataclasses import dataclass, field

from service.adapters.rulebook.sources import Sources
from service.domain.calendar import Instant
from service.domain.errors import OperatorError
from service.domain.rules import RuleSet
from service.flow.ports import Action, ActivationRow, AuditRow, Snapshot
from service.trial.edits import Edits, edits_between

Texts = tuple[Sources, RuleSet]

SHORTEST_HASH = 4
"""So many of its first characters name a rule set at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastSet:
    """One activation. `edits` is what it changed, None where this version cannot read one of the two; the first of all
    `is_first` and changed nothing."""

    hash: str
    at: Instant
    by: str
    origin: str
    approved_by: str
    is_active: bool
    edits: Edits | None
    is_first: bool

    @property
    def told(self) -> str:
        """What it changed, in words."""
        if self.is_first:
            return "the first"
        return "this version cannot read what it changed" if self.edits is None else str(self.edits)


@dataclass
class PastSets:
    """Reads the rule sets of one snapshot; `load` returns None for texts that no longer load."""

    snapshot: Snapshot
    load: Callable[[Sources], RuleSet | None]
    known: dict[tuple[str | None, str], Edits | None] = field(default_factory=dict)
    """What was edited from one hash to another; it never changes, so that a page may keep it."""
    _texts: dict[str, Texts | None] = field(default_factory=dict)

    def newest(self, at_most: int) -> list[PastSet]:
        """Return the newest activations, the active one first."""
        rows = self.snapshot.activations()
        notes = {(row.about, row.at): row for row in self.snapshot.audit(Action.RULES_ACTIVATED)}
        earlier_ones = (*rows[1:], None)
        return [
            self._told(row, earlier, notes.get((row.hash, row.at)), is_active=row is rows[0])
            for row, earlier in list(zip(rows, earlier_ones, strict=False))[:at_most]
        ]

    def _told(
        self, row: ActivationRow, earlier: ActivationRow | None, note: AuditRow | None, *, is_active: bool
    ) -> PastSet:
        return PastSet(
            hash=row.hash,
            at=row.at,
            by=row.by,
            origin=str(note.detail.get("from", "")) if note else "",
            approved_by=str(note.detail.get("approved_by", "")) if note else "",
            is_active=is_active,
            edits=self.edits(earlier.hash if earlier else None, row.hash),
            is_first=earlier is None,
        )

    def edits(self, before: str | None, after: str) -> Edits | None:
        """Return what the second changed, None where one of them no longer loads; the first of all changed nothing."""
        if (before, after) not in self.known:
            self.known[before, after] = self._edits(before, after)
        return self.known[before, after]

    def _edits(self, before: str | None, after: str) -> Edits | None:
        if before is None:
            return Edits()
        was, now = self.texts(before), self.texts(after)
        return edits_between(was, now) if was and now else None

    def texts(self, hash: str) -> Texts | None:
        """Return the texts and rules of a set that was ever active, or None where it no longer loads."""
        if hash not in self._texts:
            sources = Sources.from_json(self.snapshot.sources_of(hash) or "{}")
            rule_set = self.load(sources)
            self._texts[hash] = (sources, rule_set) if rule_set else None
        return self._texts[hash]

    def named(self, name: str | None) -> str:
        """Return the hash that a name means: its first characters, or (None) the set before the active one.

        Raises: OperatorError.
        """
        hashes = list(dict.fromkeys(row.hash for row in self.snapshot.activations()))
        if name is None:
            if len(hashes) < 2:
                raise OperatorError("There is no rule set before the active one to go back to.")
            return hashes[1]
        found = [each for each in hashes if len(name) >= SHORTEST_HASH and each.startswith(name.lower())]
        if len(found) != 1:
            few = "Several rule sets begin" if found else "No rule set that was ever active begins"
            raise OperatorError(f'{few} with "{name}". `intouch rule-sets` lists them; write more of its hash.')
        return found[0]
