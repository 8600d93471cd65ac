"""Letters: claimed emails written out with the templates of the rule set that is active now."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Protocol

from service.flow.acquaintance import Acquaintance
from service.flow.active import ActiveRules
from service.flow.compose import Letter, compose
from service.flow.deliver import Write
from service.flow.links import Links
from service.flow.mail_port import Outgoing
from service.flow.marks import Marks
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
    marks: Marks

    @contextmanager
    def __call__(self, emails: Sequence[EmailRow]) -> Iterator[Write]:
        """Raises: StoreUnavailable."""
        with self.store.reading() as snapshot:
            loaded = self.rules.of(snapshot)
            known = Acquaintance(snapshot, emails)

            def write(email: EmailRow) -> tuple[Outgoing, ...]:
                letter = compose(known, loaded.rule_set, email, self.links)
                others = tuple(self.marks.of(email.program, each.candidate.key) for each in email.notices[1:])
                return tuple(replace(each, marks=others) for each in loaded.templates.outgoing(letter, email))

            yield write
