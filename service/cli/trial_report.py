"""A trial as words for people, and as JSON for programs."""

from collections.abc import Iterator

from service.cli.counting import counted
from service.domain.calendar import DAY
from service.staff.check.finding import Severity
from service.staff.comparison_lines import comparison_fields, comparison_lines
from service.trial.trial import AHEAD, StoriesPlayed, Tried, naming_of

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
        yield f"\nFrom now on, if nothing happens, for {AHEAD // DAY} days:"
        yield from comparison_lines(tried.comparison, naming_of(tried), MOST_PEOPLE)


def _number(tried: Tried, severity: Severity) -> int:
    return sum(each.severity is severity for each in tried.problems)


def _stories(stories: StoriesPlayed, before: int | None) -> Iterator[str]:
    failed = len(stories.failed)
    yield f"Played {counted(len(stories.played), 'story')}: {failed} failed."
    for each in stories.failed:
        yield f"  FAILED  {each.played.story.title}   {each.at.path}:{each.at.line}   (`intouch test` shows why)"
    than = f"; those of what runs show {before} %" if before is not None else ""
    yield f"They show {stories.percent} % of the rules{than}."


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
        "ahead": comparison_fields(tried.comparison) if tried.comparison else None,
    }
