"""Rules and cases that no story tells, and ids of rules that are gone."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from service.domain.rules import Rule
from service.staff.check.finding import Finding, Severity


@dataclass(frozen=True, slots=True)
class Told:
    """What one story tells: the rules of which it expects something, and the events that happen in it."""

    rules: frozenset[str]
    events: Sequence[tuple[str, "dict[str, frozenset[str]]"]] = field(default_factory=tuple)
    """Type, and field → values as written."""


def untold(rules: Sequence[Rule], stories: Sequence[Told]) -> Iterator[Finding]:
    """Yield rules and cases without a story; where there is no story at all, that is said once."""
    if not stories and rules:
        yield Finding(
            code="no-story",
            severity=Severity.WARNING,
            message="There are no stories, so nobody can see what these rules do before they are live.",
            suggestion='Write one in a folder "tests" beside the rules, beginning with "- story:".',
        )
        return
    named = frozenset().union(*(story.rules for story in stories)) if stories else frozenset()
    for rule in rules:
        if rule.id not in named and (rule.sends or any(rule.cases.values())):
            yield _no_story(rule)
        elif rule.depends_on is not None:
            yield from _cases_untold(rule, stories)


def _no_story(rule: Rule) -> Finding:
    return Finding(
        code="no-story",
        severity=Severity.WARNING,
        rule=rule.id,
        at=("id",),
        message="No story expects anything of this rule.",
        suggestion=f'Write a story in which "{rule.starts}" happens and that expects "rule: {rule.id}".',
    )


def _cases_untold(rule: Rule, stories: Sequence[Told]) -> Iterator[Finding]:
    name = rule.depends_on or ""
    happened = [
        values
        for story in stories
        for kind, fields in story.events
        if kind == rule.starts and all(_passes(fields.get(key), asked) for key, asked in rule.where.items())
        for values in (fields.get(name, frozenset()),)
    ]
    told: frozenset[str] = frozenset().union(*happened)
    for case in rule.cases:
        if case not in told and case in rule.where.get(name, (case,)):
            yield Finding(
                code="no-story-for-case",
                severity=Severity.WARNING,
                rule=rule.id,
                at=("cases", case),
                message=f'In no story the case "{case}" comes up.',
                suggestion=f"Write one with {{ event: {rule.starts}, {name}: {case} }}.",
            )


def _passes(values: frozenset[str] | None, asked: Collection[str]) -> bool:
    return bool(values) and not frozenset(asked).isdisjoint(values or ())


def gone(rules: Sequence[Rule], ids: Collection[str], before: Sequence[Rule]) -> Iterator[Finding]:
    """Yield ids of earlier rules that nobody has now, `ids` being all of today's, faulty rules' too.

    People who had mail from such a rule would get it again from its successor.
    """
    kept = {*ids, *(old for rule in rules for old in rule.formerly)}
    earlier = {rule.id for rule in before}
    new = [rule for rule in rules if rule.id not in earlier and not rule.formerly]
    for old in before:
        if old.id not in kept and kept.isdisjoint(old.formerly):
            heir = max(new, key=lambda rule: _likeness(rule, old), default=None)
            yield _renamed(old, heir) if heir is not None and _likeness(heir, old) > 1.2 else _removed(old)


def _likeness(rule: Rule, old: Rule) -> float:
    """Return how much two rules are alike: their start, messages and name, up to 3."""
    messages = {send.message for send in rule.sends} & {send.message for send in old.sends}
    return (rule.starts == old.starts) + bool(messages) + SequenceMatcher(None, rule.id, old.id).ratio()


def _renamed(old: Rule, heir: Rule) -> Finding:
    return Finding(
        code="id-gone",
        rule=heir.id,
        at=("id",),
        message=f'This looks like "{old.id}" under another name. People who had its messages would get them again.',
        suggestion=f'Write "formerly: [{old.id}]" below the id, or keep the old id.',
    )


def _removed(old: Rule) -> Finding:
    return Finding(
        code="id-gone",
        message=f'The rule "{old.id}", which is live today, is missing.',
        suggestion=f'To switch it off, write "enabled: false" in it. If it was renamed, write "formerly: [{old.id}]".',
    )
