"""Letters: a claimed email written out with the templates of the rule set that is active now."""

from dataclasses import dataclass
from typing import Protocol

from service.flow.active import ActiveRules
from service.flow.compose import Letter, compose
from service.flow.links import Links
from service.flow.mail_port import Outgoing
from service.flow.ports import EmailRow, Store


class Writer(Protocol):
    """Renders letters with the templates of one rule set."""

    def outgoing(self, letter: Letter, email: EmailRow) -> tuple[Outgoing, ...]:
        """Return one mail for each of the letter's addresses. Raises: RuleAuthorError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """Composes and renders; a `Composer`."""

    store: Store
    rules: ActiveRules[Writer]
    links: Links

    def __call__(self, email: EmailRow) -> tuple[Outgoing, ...]:
        """Raises: RuleAuthorError when a message cannot be rendered, StoreUnavailable."""
        with self.store.reading() as snapshot:
            loaded = self.rules.of(snapshot)
            letter = compose(snapshot, loaded.rule_set, email, self.links)
        return loaded.templates.outgoing(letter, email)
