"""What a rule's times make of it: open when nobody's hours are, quiet for too long, piling up."""

from collections.abc import Iterator
from datetime import timedelta

from service.domain.book import PROGRAM_ENDS
from service.domain.calendar import DAY, HOUR, MINUTE, WEEK, Duration, Hours, start_of_day
from service.domain.events import Moment, Subject, SubjectKind
from service.domain.facts import Start
from service.domain.rules import Kind, Program, Quiet, Rule, RuleSet
from service.domain.slots import Slot, Timetable
from service.staff.check.demands import tells_of_recipients
from service.staff.check.finding import Finding, Severity

_IN_HOURS = frozenset({Kind.SERVICE, Kind.NUDGE, Kind.REPORT})
_EVERYWHERE = tuple(f"Etc/GMT{offset:+d}" for offset in range(-14, 13))
"""Every whole hour from UTC+14 to UTC−12, in which anybody's hours may be."""
_ONCE = frozenset(
    {"mentorship.matched", "mentorship.completed", "participant.registered", "program.launched", "program.ended"}
)
"""Starts that come once to a subject."""


def clock_findings(rule_set: RuleSet, rule: Rule) -> Iterator[Finding]:
    """Yield what is wrong with the rule's times."""
    yield from _never_in_hours(rule_set, rule)
    yield from _quiet_outlasts(rule_set, rule)
    yield from _piles_up(rule)


def _never_in_hours(rule_set: RuleSet, rule: Rule) -> Iterator[Finding]:
    """Only dates have fixed days: any other start may come at an hour that suits."""
    hours = rule_set.delivery.hours
    if rule.date_name is None or rule.kind not in _IN_HOURS or not hours.days or hours.opens >= hours.closes:
        return
    programs = [each for each in rule_set.programs.values() if rule.programs is None or each.id in rule.programs]
    dated = [each for each in programs if each.dates.get(rule.date_name)]
    missed = [each for each in dated if not _meets(rule_set, rule, each, (each.timezone or "UTC",))]
    if missed and len(missed) == len(dated):
        is_sure = not any(_meets(rule_set, rule, each, _zones(rule_set, rule, each)) for each in missed)
        yield _outside(rule_set, rule, missed[0], is_sure=is_sure)


def _zones(rule_set: RuleSet, rule: Rule, program: Program) -> tuple[str, ...]:
    """Return the zones in which a recipient's hours may be."""
    fixed = rule_set.delivery.timezone or (program.timezone if rule.kind is Kind.REPORT else None)
    return (fixed,) if fixed else _EVERYWHERE


def _meets(rule_set: RuleSet, rule: Rule, program: Program, zones: tuple[str, ...]) -> bool:
    hours = rule_set.delivery.hours
    return any(_is_open(hours, slot, name) for slot in _slots(rule_set, rule, program) for name in zones)


def _is_open(hours: Hours, slot: Slot, zone_name: str) -> bool:
    spell = hours.spell(slot.due, zone_name)
    return max(spell.start, slot.due) < min(spell.end, slot.closes)


def _slots(rule_set: RuleSet, rule: Rule, program: Program) -> Iterator[Slot]:
    zone_name = program.timezone or "UTC"
    times, breaks = Timetable.of(rule, rule_set.delivery), program.break_spans(zone_name)
    for day in program.dates.get(rule.date_name or PROGRAM_ENDS, ()):
        at = start_of_day(day, zone_name)
        subject = Subject(SubjectKind.PROGRAM, program.id)
        yield from times.slots(Start(rule.starts, Moment(at, "", ""), at, subject, "", {}, ""), breaks)


def _outside(rule_set: RuleSet, rule: Rule, program: Program, *, is_sure: bool) -> Finding:
    slot = next(iter(_slots(rule_set, rule, program)))
    day = program.dates[rule.date_name or ""][0] + timedelta(microseconds=rule.offset)
    due = f"due on {day:%A} {day.day} {day:%B %Y} and open for {spoken(slot.closes - slot.due)}"
    whose = "everybody's hours" if is_sure else f"the hours of people in the zone of {program.id}"
    enough = -(-closed_for(rule_set.delivery.hours) // DAY) * DAY
    return Finding(
        code="hours-never-met" if is_sure else "hours-hardly-met",
        severity=Severity.ERROR if is_sure else Severity.WARNING,
        rule=rule.id,
        at=("send_within",) if rule.send_within is not None else ("before",) if rule.before is not None else ("wait",),
        message=f"{'This rule can never send: i' if is_sure else 'I'}t is {due}, outside {whose}.",
        suggestion=f'Give it more time with "send_within: {spoken(enough)}", or choose another day.',
    )


def _quiet_outlasts(rule_set: RuleSet, rule: Rule) -> Iterator[Finding]:
    stays_open = rule_set.delivery.slot_stays_open(rule)
    window = min(stays_open, rule.every or stays_open)
    for quiet in rule.none_in_last:
        if _starts_too_late(rule_set, rule, quiet, stays_open):
            words = f'it starts with "{quiet.event}" and is given up before that is {spoken(quiet.span)} ago'
            yield _quiet(rule, quiet, "never-quiet", f"This rule can never send: {words}.", Severity.ERROR)
        elif quiet.span > window:
            words = (
                f'"{quiet.event}" can keep this rule waiting for {spoken(quiet.span)}, but a message is given up after '
                f"{spoken(window)}, so some people never get it."
            )
            yield _quiet(rule, quiet, "quiet-outlasts-sending", words, Severity.WARNING)


def _starts_too_late(rule_set: RuleSet, rule: Rule, quiet: Quiet, stays_open: Duration) -> bool:
    start = rule_set.catalogue.types.get(rule.starts)
    if start is None or start.name != quiet.event or not tells_of_recipients(rule, start):
        return False
    return rule.offset + (rule.total - 1) * (rule.every or 0) + stays_open <= quiet.span


def _quiet(rule: Rule, quiet: Quiet, code: str, words: str, severity: Severity) -> Finding:
    repeats = rule.every is not None and rule.every <= quiet.span
    longer = 'Write a longer time after "every"' if repeats else f'Write "send_within: {spoken(quiet.span + DAY)}"'
    return Finding(
        code=code,
        severity=severity,
        rule=rule.id,
        at=("none_in_last", quiet.event),
        message=words,
        suggestion=f"{longer}, or a shorter time here.",
    )


def _piles_up(rule: Rule) -> Iterator[Finding]:
    """A repeating rule whose start comes again and again, and nothing ever stops it."""
    asks = rule.only_while or rule.counts or rule.none_in_last or rule.until
    if rule.every is None or rule.starts_from == "latest" or asks or not comes_again(rule):
        return
    yield Finding(
        code="repeats-pile-up",
        severity=Severity.WARNING,
        rule=rule.id,
        at=("repeat",),
        message=f'Each "{rule.starts}" starts this rule anew, beside the reminders of earlier ones.',
        suggestion='Write "from: latest", so that only the newest counts, or a gate under "only_while".',
    )


def comes_again(rule: Rule) -> bool:
    """Return whether the rule's start may come to one subject more than once."""
    return rule.date_name is None and rule.reaches is None and rule.starts not in _ONCE


def closed_for(hours: Hours) -> Duration:
    """Return the longest time for which the hours are closed in an ordinary week."""
    opens = sorted(day * DAY + hours.opens * MINUTE for day in hours.days)
    open_for = (hours.closes - hours.opens) * MINUTE
    following = [*opens[1:], opens[0] + WEEK] if opens else []
    return max((after - at - open_for for at, after in zip(opens, following, strict=True)), default=WEEK)


def spoken(length: Duration) -> str:
    """Return a length of time as rules write it: `3 days`, `5 hours`."""
    unit, word = next(
        ((unit, word) for unit, word in ((DAY, "day"), (HOUR, "hour")) if length % unit == 0), (MINUTE, "minute")
    )
    number = length // unit
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
