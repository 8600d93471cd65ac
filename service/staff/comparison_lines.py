"""A comparison as lines of text, and as fields for programs."""

from collections.abc import Iterator

from service.domain.calendar import Instant, format_rfc3339
from service.staff.compare import Change, Comparison, Concerned, Counts, Difference
from service.staff.comparison_words import CHANGES, Naming, first_day, load_words, summary, why_words
from service.staff.load import Load
from service.staff.sentence import written

MOST_PEOPLE = 40
"""How many lines about people the text shows; JSON has all."""


def comparison_lines(comparison: Comparison, naming: Naming, most_people: int = MOST_PEOPLE) -> Iterator[str]:
    """Yield the comparison for people: its sum, the rules that differ, the load, and who is concerned and why."""
    yield summary(comparison)
    if comparison.since is not None:
        yield first_day(comparison)
    yield load_words(comparison)
    if comparison.is_empty:
        return
    yield f"\n{'':<40} {'before':>8} {'after':>8} {'more':>7} {'fewer':>7} {'moved':>7} {'reworded':>9}"
    for program, total in comparison.by_program().items():
        yield _row(program, total)
        rules = ((rule, counts) for (its, rule), counts in sorted(comparison.rules.items()) if its == program)
        yield from (_row(f"  {rule}", counts) for rule, counts in rules if counts.differ)
    people = list(comparison.people())
    yield "\nWho would notice"
    for each in people[:most_people]:
        yield f"  {_person(each, naming)}"
    if len(people) > most_people:
        yield f"  … and {len(people) - most_people:,} more lines; --format json or html has them."


def _row(name: str, counts: Counts) -> str:
    changes = f"{counts.more or '':>7} {counts.fewer or '':>7} {counts.moved or '':>7} {counts.reworded or '':>9}"
    return f"{name:<40} {counts.before:>8,} {counts.after:>8,} {changes}".rstrip()


def _person(each: Concerned, naming: Naming) -> str:
    number = f"{each.number} " if each.number > 1 else ""
    first = written(each.first, naming.zone(each.program))
    said = f"{number}{CHANGES[each.change]}"
    return f"{each.recipient:<20} {said:<12} {each.rule:<32} {why_words(each.change, each.why)} (first {first})"


def comparison_fields(comparison: Comparison) -> dict[str, object]:
    """Return the comparison as what JSON can hold; instants are UTC."""
    return {
        "summary": summary(comparison),
        "since": _instant(comparison.since),
        "until": _instant(comparison.until),
        "total": _counts(comparison.total()),
        "first_day": {
            "before": comparison.first_day.before,
            "after": comparison.first_day.after,
            "new": comparison.first_day.new,
        },
        "rules": [
            {"program": program, "rule": rule, **_counts(counts)}
            for (program, rule), counts in sorted(comparison.rules.items())
        ],
        "load": {"before": _load(comparison.before), "after": _load(comparison.after)},
        "people": [_concerned(each) for each in comparison.people()],
        "differences": [_difference(each) for each in comparison.differences],
    }


def _counts(counts: Counts) -> dict[str, object]:
    changes = {str(change): getattr(counts, change) for change in Change}
    return {"before": counts.before, "after": counts.after, **changes}


def _load(load: Load) -> dict[str, object]:
    above = [
        {"program": program, "recipient": id, "weeks": each.weeks, "most": each.most}
        for (program, id), each in sorted(load.above.items())
    ]
    return {
        "aim": load.aim,
        "most": load.most,
        "weeks": {str(number): weeks for number, weeks in sorted(load.weeks.items())},
        "above": above,
    }


def _concerned(each: Concerned) -> dict[str, object]:
    return {
        "program": each.program,
        "recipient": each.recipient,
        "change": str(each.change),
        "rule": each.rule,
        "number": each.number,
        "first": _instant(each.first),
        "verdict": each.why.word,
        "detail": each.why.detail,
        "why": why_words(each.change, each.why),
    }


def _difference(each: Difference) -> dict[str, object]:
    key = each.key
    return {
        "change": str(each.change),
        "program": each.program,
        "rule": key.rule,
        "start": each.start,
        "k": key.k,
        "subject": key.subject,
        "recipient": key.recipient,
        **({"value": key.value} if key.value else {}),
        "message": each.message,
        "before": _instant(each.before),
        "after": _instant(each.after),
        "verdict": str(each.why.word),
        "detail": each.why.detail,
    }


def _instant(at: Instant | None) -> str | None:
    return None if at is None else format_rfc3339(at)
