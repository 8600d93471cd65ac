"""A trial as words for people, and as JSON for programs."""

from collections.abc import Iterator
from itertools import islice

from service.cli.rule_files import counted
from service.domain.calendar import DAY, format_rfc3339
from service.staff.check.finding import Severity
from service.staff.compare import Comparison, Concerned, Counts
from service.trial.trial import AHEAD, StoriesPlayed, Tried

MOST_PEOPLE = 20
"""How many lines about people the text shows; JSON has them all."""


def trial_as_text(tried: Tried) -> Iterator[str]:
    """Yield the lines that say what was found, in the order in which it was looked at."""
    errors, warnings = (_number(tried, each) for each in (Severity.ERROR, Severity.WARNING))
    rules = counted(len(tried.rule_set.rules), "rule") if tried.rule_set else "rules"
    yield f"Checked {rules}: {counted(errors, 'error')}, {counted(warnings, 'warning')}."
    if tried.stories is not None:
        yield from _stories(tried.stories, tried.percent_before)
    if tried.running is not None and tried.rule_set is not None:
        yield f"Against rule set {tried.running.row.hash[:12]}, which runs: {tried.edits}."
    if tried.comparison is not None:
        yield from _ahead(tried.comparison)


def _number(tried: Tried, severity: Severity) -> int:
    return sum(each.severity is severity for each in tried.problems)


def _stories(stories: StoriesPlayed, before: int | None) -> Iterator[str]:
    failed = len(stories.failed)
    yield f"Played {counted(len(stories.played), 'story')}: {failed} failed."
    for each in stories.failed:
        yield f"  FAILED  {each.played.story.title}   {each.at.path}:{each.at.line}   (`intouch test` shows why)"
    than = f"; those of what runs show {before} %" if before is not None else ""
    yield f"They show {stories.percent} % of the rules{than}."


def _ahead(comparison: Comparison) -> Iterator[str]:
    days, day = AHEAD // DAY, comparison.first_day
    if comparison.is_empty:
        yield f"In the next {days} days nobody gets another mail than by what runs, if nothing happens."
        return
    yield f"In the next {days} days, if nothing happens: {_counts(comparison.total())}."
    yield f"Within 24 hours: {counted(day.after, 'message')}, {day.new} of them new."
    for (program, rule), counts in sorted(comparison.rules.items()):
        if counts.differ:
            yield f"  {program}  {rule}: {_counts(counts)}"
    people = list(comparison.people())
    yield "Who gains or loses:"
    yield from (f"  {_person(each)}" for each in islice(people, MOST_PEOPLE))
    if len(people) > MOST_PEOPLE:
        yield f"  … and {len(people) - MOST_PEOPLE} more; --format json has them all."


def _counts(counts: Counts) -> str:
    named = ((counts.more, "more"), (counts.fewer, "fewer"), (counts.moved, "moved"), (counts.reworded, "reworded"))
    return ", ".join(f"{number:,} {word}" for number, word in named if number) or "no difference"


def _person(each: Concerned) -> str:
    about = f" {each.why.detail}" if each.why.detail else ""
    return f"{each.program}  {each.recipient}: {each.number} {each.change} of {each.rule} ({each.why.word}{about})"


def trial_as_json(tried: Tried, reasons: tuple[str, ...], *, dry_run: bool) -> dict[str, object]:
    """Return the trial as plain JSON values."""
    stories, running = tried.stories, tried.running
    return {
        "rule_set": tried.hash,
        "passes": not reasons,
        "reasons": list(reasons),
        "live": not reasons and (tried.is_running or not dry_run),
        "against": running.row.hash if running else None,
        "edits": tried.edits.to_json(),
        "problems": [each.to_json() for each in tried.problems],
        "stories": {"played": len(stories.played), "failed": [each.played.story.title for each in stories.failed]}
        if stories
        else None,
        "coverage": {"percent": stories.percent, "before": tried.percent_before} if stories else None,
        "ahead": _ahead_as_json(tried.comparison) if tried.comparison else None,
    }


def _ahead_as_json(comparison: Comparison) -> dict[str, object]:
    day = comparison.first_day
    return {
        "days": AHEAD // DAY,
        "first_24_hours": {"before": day.before, "after": day.after, "new": day.new},
        "total": _counts_as_json(comparison.total()),
        "rules": [
            {"program": program, "rule": rule, **_counts_as_json(counts)}
            for (program, rule), counts in sorted(comparison.rules.items())
        ],
        "people": [_person_as_json(each) for each in comparison.people()],
    }


def _counts_as_json(counts: Counts) -> dict[str, int]:
    names = ("before", "after", "more", "fewer", "moved", "reworded")
    return {name: getattr(counts, name) for name in names}


def _person_as_json(each: Concerned) -> dict[str, object]:
    return {
        "program": each.program,
        "recipient": each.recipient,
        "change": str(each.change),
        "rule": each.rule,
        "why": each.why.word,
        "detail": each.why.detail,
        "number": each.number,
        "first": format_rfc3339(each.first),
    }
