"""The list of rule sets: which is live, which were, and which wait for a second person."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.flow.ports import Action, AuditRow, Snapshot
from service.trial.edits import Edits
from service.trial.past_sets import PastSet, PastSets
from service.trial.trial import Trials

MOST_SHOWN = 10


@dataclass(frozen=True, slots=True)
class RuleSetsPage:
    """The newest rule sets, the live one first, and what waits to be approved."""

    sets: tuple[PastSet, ...]
    proposals: tuple[AuditRow, ...]


def rule_sets_page(
    snapshot: Snapshot, trials: Trials, known: dict[tuple[str | None, str], Edits | None]
) -> RuleSetsPage:
    """Return the page; `known` remembers what was edited from one hash to another."""
    past = PastSets(snapshot, lambda sources: trials.loaded(sources).rule_set, known)
    return RuleSetsPage(tuple(past.newest(MOST_SHOWN)), tuple(_proposals(snapshot)))


def waiting_proposal(snapshot: Snapshot, hash: str) -> AuditRow | None:
    """Return the proposal of that rule set, where it waits for a second person."""
    return next((each for each in _proposals(snapshot) if each.about == hash), None)


def _proposals(snapshot: Snapshot) -> Sequence[AuditRow]:
    """Return what was proposed to replace what runs: an older proposal looked at other rules."""
    live = snapshot.active_rule_set()
    newest: dict[str, AuditRow] = {}
    for row in snapshot.audit(Action.RULES_PROPOSED, 100):
        if row.detail.get("replaces") == (live.hash if live else ""):
            newest.setdefault(row.about, row)
    return tuple(newest.values())
