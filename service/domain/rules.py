"""What staff write, joined: rules, delivery, pauses, programs, messages and resources, as one rule set.

Whoever works with rules finds all their words here; `rule.py`, `policies.py` and `programs.py` say what each means.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from service.domain.calendar import Instant
from service.domain.catalogue import Catalogue
from service.domain.policies import (
    ALL_TOPICS,
    Audience,
    Category,
    Delivery,
    Limit,
    MessagePolicy,
    OnUnknown,
    Pause,
    Resource,
    Safety,
)
from service.domain.programs import (
    Break,
    Contact,
    Incentive,
    Program,
    Thresholds,
)
from service.domain.rule import (
    DATE_PREFIX,
    PICKS,
    RESOURCE,
    STAFF_PREFIX,
    Actor,
    Count,
    Gate,
    Groups,
    Kind,
    Quiet,
    Rule,
    Send,
    StartsFrom,
    Until,
)

__all__ = [
    "ALL_TOPICS",
    "DATE_PREFIX",
    "PICKS",
    "RESOURCE",
    "STAFF_PREFIX",
    "Activation",
    "Actor",
    "Audience",
    "Break",
    "Category",
    "Contact",
    "Count",
    "Delivery",
    "Gate",
    "Groups",
    "Incentive",
    "Kind",
    "Limit",
    "MessagePolicy",
    "OnUnknown",
    "Pause",
    "Program",
    "Quiet",
    "Resource",
    "Rule",
    "RuleSet",
    "Safety",
    "Send",
    "StartsFrom",
    "Thresholds",
    "Until",
]

_NO_POLICY = MessagePolicy()


@dataclass(frozen=True, kw_only=True)
class RuleSet:
    """Rules, delivery, pauses, programs, messages and resources together, known by one content hash."""

    catalogue: Catalogue
    rules: tuple[Rule, ...] = ()
    delivery: Delivery = field(default_factory=Delivery)
    pauses: tuple[Pause, ...] = ()
    programs: Mapping[str, Program] = field(default_factory=dict)
    messages: Mapping[str, MessagePolicy] = field(default_factory=dict)
    resources: tuple[Resource, ...] = ()
    hash: str = ""
    books: dict[str, Any] = field(init=False, repr=False, compare=False, default_factory=dict)
    """Compiled rules by program, filled by `book.book_of`."""
    _rules_by_program: dict[str, tuple[Rule, ...]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def program(self, program_id: str) -> Program:
        """Return the program's file, or the defaults for one without a file."""
        return self.programs.get(program_id) or Program(id=program_id)

    def policy(self, message: str) -> MessagePolicy:
        return self.messages.get(message, _NO_POLICY)

    def rules_of(self, program_id: str) -> tuple[Rule, ...]:
        """Return the rules that run in the program, its overrides applied, in rule order."""
        cached = self._rules_by_program.get(program_id)
        if cached is None:
            cached = self._rules_by_program[program_id] = self._apply(self.program(program_id))
        return cached

    def _apply(self, program: Program) -> tuple[Rule, ...]:
        changed = (replace(rule, **program.overrides.get(rule.id, {})) for rule in self.rules)  # type: ignore[arg-type]
        return tuple(
            rule for rule in changed if rule.enabled and (rule.programs is None or program.id in rule.programs)
        )


@dataclass(frozen=True, slots=True)
class Activation:
    """A rule set that decided from `since` on, until the next one did."""

    since: Instant
    rule_set: RuleSet
