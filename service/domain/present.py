"""What is known of some subjects of one program at one instant: where virtual time can go on from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from service.domain.delivery import LedgerKey
from service.domain.facts import SubjectFacts
from service.domain.history import History
from service.domain.plan import Pending


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One subject: its facts, folded for the rules that are to go on, what went about it, and what is pending."""

    facts: SubjectFacts
    sent: frozenset[LedgerKey] = frozenset()
    pending: Mapping[LedgerKey, Pending] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """Subjects of one program, and what went before to the recipients for whom they may write.

    It holds every mentorship of each of its people, or their limits could not be kept; and the program's own facts.
    """

    program: str
    subjects: tuple[Standing, ...]
    past: Mapping[str, History] = field(default_factory=dict)
    blocked: Mapping[str, bool] = field(default_factory=dict)
    """The recipients all of whose addresses are suppressed, and whether somebody else gets their alerts meanwhile."""
