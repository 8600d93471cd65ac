"""Letters: claimed emails written out with the templates of the rule set that is active now."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Protocol

from service.domain.delivery import is_participant
from service.domain.policies import Category
from service.domain.rules import Kind, RuleSet
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
                category = _category(loaded.rule_set, email)
                written = loaded.templates.outgoing(letter, email)
                return tuple(_filed(replace(each, marks=others, category=category)) for each in written)

            yield write


def _category(rule_set: RuleSet, email: EmailRow) -> str:
    """Return what a participant can opt out of with all that the email carries, or ""."""
    candidates = [each.candidate for each in email.notices]
    found = {rule_set.policy(each.message).category for each in candidates}
    is_optional = is_participant(email.recipient) and all(each.kind is Kind.NUDGE for each in candidates)
    return next(iter(found - {Category.SERVICE}), "") if is_optional and len(found) == 1 else ""


def _filed(outgoing: Outgoing) -> Outgoing:
    """Return the email with the fields by which mail programs file it, and by which providers sum complaints up.

    Source: RFC 2919; Gmail's feedback loop, whose last part names the sender.
    """
    about = f"{outgoing.category or Category.SERVICE}:{outgoing.program}:intouch"
    filed = [("Feedback-ID", about)]
    if outgoing.category:
        domain = outgoing.from_email.rpartition("@")[2]
        filed.append(("List-Id", f"<{outgoing.category}.{outgoing.program}.{domain}>"))
    return replace(outgoing, headers=(*outgoing.headers, *filed))
