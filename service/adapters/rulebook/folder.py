"""The rules folder: what staff edit. A good edit becomes the active rule set; a bad one changes nothing and is told."""

from collections.abc import Callable
from dataclasses import dataclass, field
from logging import getLogger
from threading import Event as Signal

from service.adapters.rulebook.load import load
from service.adapters.rulebook.problems import Problem, Severity
from service.adapters.rulebook.sources import Sources
from service.domain.catalogue import Catalogue
from service.domain.errors import IntouchError
from service.flow.ports import Clock, RuleSetRow, Store

LOOK_EVERY_S = 1.0

log = getLogger("intouch.rules")


@dataclass(slots=True, kw_only=True)
class RulesFolder:
    """Makes the folder's rules the active ones, at start and after every edit that loads.

    `problems` says what is wrong with the folder as it is now; None when it is what runs.
    """

    read: Callable[[], Sources]
    catalogue: Catalogue
    store: Store
    clock: Clock
    problems: str | None = None
    _seen: str = field(default="")

    def refresh(self) -> bool:
        """Look at the folder, and return whether another rule set became active."""
        try:
            sources = self.read()
        except IntouchError as error:
            return self._keep(str(error))
        if sources.content_hash == self._seen and not sources.refused:
            return False
        self._seen = sources.content_hash
        loaded = load(sources, self.catalogue)
        if loaded.rule_set is None:
            return self._keep(_summary(loaded.problems))
        self.problems = None
        return self._activate(sources)

    def watch(self, stop: Signal, changed: Callable[[], None]) -> None:
        """Look at the folder again and again until told to stop."""
        while not stop.wait(LOOK_EVERY_S):
            try:
                if self.refresh():
                    changed()
            except IntouchError as error:
                log.warning("The rules folder could not be looked at: %s", error)

    def _keep(self, problems: str) -> bool:
        if problems != self.problems:
            log.error("The rules folder does not load; the last good rules go on. %s", problems)
        self.problems = problems
        return False

    def _activate(self, sources: Sources) -> bool:
        with self.store.writing() as transaction:
            active = transaction.active_rule_set()
            if active is not None and active.hash == sources.content_hash:
                return False
            transaction.activate(
                RuleSetRow(
                    hash=sources.content_hash,
                    sources=sources.to_json(),
                    activated_at=self.clock(),
                    activated_by="rules folder",
                )
            )
        log.info("Rule set %s is active.", sources.content_hash[:12])
        return True


def _summary(problems: tuple[Problem, ...]) -> str:
    """Return the first error in one line. Its source line is left out: it may hold an address."""
    errors = [each for each in problems if each.severity is Severity.ERROR]
    if not errors:
        return "It holds no rules."
    first = errors[0]
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return f"{first.path}:{first.line}: [{first.code}]{more}. Run `intouch check` to see what to do."
