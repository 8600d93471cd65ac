"""What goes next about each of some mentorships if nothing happens: the forecast's first steps, for all at once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from service.domain.calendar import Instant
from service.domain.delivery import LedgerKey
from service.domain.events import Subject
from service.domain.present import Present
from service.domain.rules import RuleSet
from service.staff.world import Change, World


@dataclass(frozen=True, slots=True, kw_only=True)
class NextMessage:
    """When a message goes, for which rule, and to whom at that instant: `mentor`, `mentee`."""

    at: Instant
    rule: str
    to: tuple[str, ...]


def next_messages(
    rule_set: RuleSet, present: Present, subjects: Collection[Subject], now: Instant, until: Instant
) -> Mapping[Subject, NextMessage]:
    """Return what goes first about each subject by `until`, of those about which anything does but mail to staff."""
    for_staff: list[Change] = []
    world = World(rule_set, for_staff=for_staff)
    world.resume(present, now)
    found: dict[Subject, NextMessage] = {}
    for sent, _ in world.steps_of((), until):
        first: dict[Subject, list[LedgerKey]] = {}
        roles: dict[LedgerKey, str] = {}
        for each in sent:
            candidate = each.notice.candidate
            if candidate.subject in subjects and candidate.subject not in found:
                first.setdefault(candidate.subject, []).append(candidate.key)
                roles[candidate.key] = str(candidate.role)
        for subject, keys in first.items():
            to = sorted({roles[key] for key in keys if key.rule == keys[0].rule}, reverse=True)
            found[subject] = NextMessage(at=world.now, rule=keys[0].rule, to=tuple(to))
        if len(found) == len(subjects):
            break
    return found
