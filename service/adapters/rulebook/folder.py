"""The rules folder: what staff edit. A good edit becomes the active rule set; a bad one changes nothing and is told.

The rules of this file:
- The folder leads until somebody deploys. What was deployed stays, whatever the folder holds at a start.
- The folder leads again once it holds what runs: an edit on top of that is made active.
Why: `docs/decisions/0007-folder-and-gate.md`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from logging import getLogger
from threading import Event as Signal

from service.adapters.rulebook.check import ReadMessages, check
from service.adapters.rulebook.problems import Problem
from service.adapters.rulebook.sources import Sources
from service.domain.calendar import to_datetime
from service.domain.catalogue import Catalogue
from service.domain.errors import IntouchError
from service.domain.rules import RuleSet
from service.flow.active import editions_of
from service.flow.ports import Action, AuditRow, Clock, RuleSetRow, Store, Transaction

LOOK_EVERY_S = 1.0
READ_EVERY = 60
"""With which of its looks it reads even what seems to be as before: a clock that was set back can hide an edit."""

BY_FOLDER = "rules folder"
"""Who made a rule set active that was read from the folder."""

log = getLogger("intouch.rules")


@dataclass(slots=True, kw_only=True)
class RulesFolder:
    """Makes the folder's rules the active ones, at start and after every edit in which the checker finds no error.

    `problems` says what is wrong with the folder as it is now; None when it is what runs. Without `read_messages`
    nobody looks into the texts of messages.
    """

    read: Callable[[], Sources]
    stamp: Callable[[], object] = object
    """Returns what differs from before once something was edited: as long as it does not, nothing is read again."""
    catalogue: Catalogue
    store: Store
    clock: Clock
    read_messages: ReadMessages | None = None
    problems: str | None = None
    _seen: str = field(default="")
    _last_good: str = field(default="")
    """The hash of what the folder held when it was sound last; "" before the first time."""

    def refresh(self) -> bool:
        """Look at the folder, and return whether another rule set became active."""
        try:
            sources = self.read()
        except IntouchError as error:
            return self._keep(str(error))
        if sources.content_hash == self._seen and not sources.refused:
            return False
        self._seen = sources.content_hash
        today = to_datetime(self.clock()).date()
        checked = check(sources, self.catalogue, today=today, read_messages=self.read_messages)
        if checked.errors or checked.loaded.rule_set is None:
            return self._keep(_summary(checked.errors))
        self.problems, before, self._last_good = None, self._last_good, sources.content_hash
        return self._activate(sources, checked.loaded.rule_set, before)

    def watch(self, stop: Signal, changed: Callable[[], None]) -> None:
        """Look at the folder again and again until told to stop."""
        stamp, looks = object(), 0
        while not stop.wait(LOOK_EVERY_S):
            looks += 1
            before, stamp = stamp, self.stamp()
            if stamp == before and looks % READ_EVERY:
                continue
            try:
                if self.refresh():
                    changed()
            except IntouchError as error:
                log.warning("The rules folder could not be looked at: %s", error)
                self._seen, stamp = "", object()  # what could not be made live now is tried again

    def _keep(self, problems: str) -> bool:
        if problems != self.problems:
            log.error("The rules folder cannot go live; the last good rules go on. %s", problems)
        self.problems = problems
        return False

    def _activate(self, sources: Sources, rule_set: RuleSet, before: str) -> bool:
        """Make what the folder holds active where the folder leads; `before` is the hash of what it held before."""
        with self.store.writing() as transaction:
            active = transaction.active_rule_set()
            if active is not None and active.hash == sources.content_hash:
                return False
            if active is not None and active.hash != before and active.activated_by != BY_FOLDER:
                return self._stand_aside(active, was_edited=bool(before))
            self._put_in_place(transaction, sources, rule_set)
        log.info("Rule set %s is active.", sources.content_hash[:12])
        return True

    def _put_in_place(self, transaction: Transaction, sources: Sources, rule_set: RuleSet) -> None:
        now, hash = self.clock(), sources.content_hash
        row = RuleSetRow(hash=hash, sources=sources.to_json(), activated_at=now, activated_by=BY_FOLDER)
        transaction.activate(row, editions_of(rule_set))
        audit = AuditRow(
            at=now, who=BY_FOLDER, action=Action.RULES_ACTIVATED, about=hash, detail={"from": "edit of the folder"}
        )
        transaction.note(audit)

    def _stand_aside(self, active: RuleSetRow, *, was_edited: bool) -> bool:
        """Leave what was deployed in place; an edit of the folder meanwhile is told, as somebody waits for it."""
        log.info("Rule set %s was deployed and stays; the rules folder holds another.", active.hash[:12])
        if was_edited:
            self.problems = (
                f"Rule set {active.hash[:12]} was deployed by {active.activated_by}, and the folder does not hold it. "
                "Run `intouch deploy` with the folder to make the folder's rules live."
            )
        return False


def _summary(errors: tuple[Problem, ...]) -> str:
    """Return the first error in one line. Its source line is left out: it may hold an address."""
    if not errors:
        return "It holds no rules."
    first = errors[0]
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return f"{first.path}:{first.line}: [{first.code}]{more}. Run `intouch check` to see what to do."
