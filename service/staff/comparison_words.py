"""A comparison in words: its sum in a sentence or two, and each reason."""

from collections.abc import Mapping
from dataclasses import dataclass

from service.domain.delivery import Verdict, Word
from service.domain.rules import RuleSet
from service.staff.compare import Cause, Change, Comparison, Why
from service.staff.sentence import reason

_GAINED: Mapping[str, str] = {
    Cause.NO_RULE: "the rule is new",
    Cause.RULE_OFF: "the rule did not run here before",
    Cause.NO_START: "before, nothing started the rule",
    Cause.NO_SLOT: "the rule had fewer messages before",
    Cause.NOT_NAMED: "the rule did not write to them before",
    Cause.SENT_BEFORE: "it had gone to them already before",
}
_LOST: Mapping[str, str] = {
    Cause.NO_RULE: "the rule is gone",
    Cause.RULE_OFF: "the rule does not run here any more",
    Cause.NO_START: "nothing starts the rule any more",
    Cause.NO_SLOT: "the rule has fewer messages now",
    Cause.NOT_NAMED: "the rule does not write to them any more",
    Cause.SENT_BEFORE: "it went to them already",
}
_LIMITED = "the limits leave no room for it, as other messages take the place"

CHANGES: Mapping[Change, str] = {
    Change.MORE: "more",
    Change.FEWER: "fewer",
    Change.MOVED: "moved",
    Change.REWORDED: "reworded",
}
"""What a column or a row is called."""


@dataclass(frozen=True, slots=True)
class Naming:
    """What rules are called and which zone a program keeps, by the two rule sets: the later one has the say."""

    before: RuleSet
    after: RuleSet

    def title(self, rule_id: str) -> str:
        """Return the rule's title, or its id where it has none."""
        for rule_set in (self.after, self.before):
            for rule in rule_set.rules:
                if rule.id == rule_id and rule.title:
                    return rule.title
        return rule_id

    def zone(self, program: str) -> str:
        return self.after.program(program).timezone or "UTC"


def why_words(change: Change, why: Why) -> str:
    """Return the reason for a message more or fewer; of one that moved or was reworded, that the edit did it."""
    if change in (Change.MOVED, Change.REWORDED):
        done = "moves it" if change is Change.MOVED else "changes what it says"
        return f"an edit of this rule {done}" if why.word == Cause.EDITED else f"something edited around it {done}"
    told = (_GAINED if change is Change.MORE else _LOST).get(why.word)
    if told is not None:
        return told
    verdict = _LIMITED if why.word == Word.LIMITED else reason(Verdict(Word(why.word), why.detail))
    return f"without the edit: {verdict}" if change is Change.MORE else f"with it: {verdict}"


def summary(comparison: Comparison) -> str:
    """Return what the edit comes to."""
    total = comparison.total()
    if comparison.is_empty:
        return f"Nothing differs: both rule sets send the same {_counted(total.before, 'message')}."
    parts = [f"{getattr(total, change):,} {CHANGES[change]}" for change in Change if getattr(total, change)]
    people = len({(each.program, each.key.recipient) for each in comparison.differences})
    whole = f"{_counted(total.after, 'message')} instead of {total.before:,}"
    return f"{whole}: {_listed(parts)}. {_counted(people, 'recipient')} would notice."


def first_day(comparison: Comparison) -> str:
    """Return what goes out in the first 24 hours, or "" where that was not asked."""
    day = comparison.first_day
    if comparison.since is None:
        return ""
    new = f", {day.new:,} of them only by the edit" if day.new else ""
    return f"In the first 24 hours: {_counted(day.after, 'message')}{new}; without the edit {day.before:,}."


def load_words(comparison: Comparison) -> str:
    """Return how the weekly load changes."""
    before, after = comparison.before, comparison.after
    above = f"{_counted(len(after.above), 'person')} above {after.aim} emails in some week"
    most = f"At most {_counted(after.most, 'email')} to anybody in a week, before {before.most}"
    return f"{most}; {above}, before {len(before.above):,}."


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _counted(number: int, word: str) -> str:
    plural = {"person": "people"}.get(word, f"{word}s")
    return f"{number:,} {word if number == 1 else plural}"
