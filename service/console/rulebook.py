"""Rules as readers see them: each in plain words, with what it sent, what it would send, and what its stories show."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from service.console.charts import Chart, Series
from service.console.mail import MailDesk
from service.domain.access import Permission
from service.domain.calendar import Instant
from service.domain.figures import EVERYBODY, weeks_until
from service.domain.rules import Rule
from service.flow.brake_port import Scope
from service.staff.plain_words import PlainRule, plain_rule
from service.staff.wanted import story_wanted
from service.trial.foresight import Foresight

WEEKS_SHOWN: Final = 12
_SENT: Final = "rule:"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLine:
    """One rule in the list. `sent` is what it sent in the last weeks; `coming` and `shown` are None while unknown.

    `shown` says how many of the things that stories should show of it they do.
    """

    rule: Rule
    plain: PlainRule
    sent: int
    coming: int | None
    shown: tuple[int, int] | None
    is_stopped: bool
    held: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryLine:
    """A story in which the rule sends something, and where it stands."""

    title: str
    where: str
    passed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePage:
    """One rule's page, but for its history."""

    line: RuleLine
    chart: Chart
    stories: tuple[StoryLine, ...]
    missing: tuple[str, ...]
    known_at: Instant | None


def rule_lines(desk: MailDesk, foresight: Foresight | None, now: Instant) -> tuple[RuleLine, ...]:
    """Return every rule, by file and place."""
    sent = Counter({rule: sum(weeks.values()) for rule, weeks in _sent(desk, now).items()})
    stopped = {each.name for each in desk.snapshot.stops() if each.scope is Scope.RULE}
    held = {each.rule: each.notices for each in desk.snapshot.held_rules()}
    return tuple(_line(desk, each, sent, foresight, stopped, held) for each in desk.rule_set.rules)


def _line(
    desk: MailDesk,
    rule: Rule,
    sent: Mapping[str, int],
    foresight: Foresight | None,
    stopped: set[str],
    held: Mapping[str, int],
) -> RuleLine:
    return RuleLine(
        rule=rule,
        plain=plain_rule(rule, desk.rule_set.catalogue),
        sent=sent.get(rule.id, 0),
        coming=foresight.messages(rule.id, _programs(desk)) if foresight else None,
        shown=_shown(foresight, rule.id),
        is_stopped=rule.id in stopped,
        held=held.get(rule.id, 0),
    )


def rule_page(desk: MailDesk, rule: Rule, foresight: Foresight | None, now: Instant) -> RulePage:
    """Return one rule's page."""
    weeks = _sent(desk, now).get(rule.id, Counter())
    mondays = tuple(each.monday for each in weeks_until(now, WEEKS_SHOWN, desk.some_clockface().zone))
    numbers = tuple(weeks[each] for each in mondays)
    chart = Chart(
        name="sent",
        title="What it sent",
        summary="Messages of this rule, by week.",
        mondays=mondays,
        series=(Series(name="Messages", look="good", numbers=numbers),),
    )
    line = next(each for each in rule_lines(desk, foresight, now) if each.rule.id == rule.id)
    return RulePage(
        line=line,
        chart=chart,
        stories=tuple(_stories(foresight, rule.id)),
        missing=tuple(_missing(desk, foresight, rule.id)),
        known_at=foresight.at if foresight else None,
    )


def _programs(desk: MailDesk) -> tuple[str, ...]:
    return desk.sight.programs(Permission.SEE_OVERVIEW)


def _sent(desk: MailDesk, now: Instant) -> dict[str, Counter[str]]:
    """Return what each rule sent in each of the last weeks, in the programs that the viewer oversees."""
    first = weeks_until(now, WEEKS_SHOWN, desk.some_clockface().zone)[0].monday
    found: dict[str, Counter[str]] = {}
    for program in _programs(desk):
        for each in desk.snapshot.figures(program, first, (EVERYBODY,)):
            if each.what.startswith(_SENT):
                found.setdefault(each.what.removeprefix(_SENT), Counter())[each.monday] += each.number
    return found


def _shown(foresight: Foresight | None, rule: str) -> tuple[int, int] | None:
    coverage = foresight.stories.coverage if foresight else None
    found = next((each for each in coverage.rules if each.rule.id == rule), None) if coverage else None
    return (sum(bool(each.stories) for each in found.shown), len(found.shown)) if found else None


def _stories(foresight: Foresight | None, rule: str) -> Sequence[StoryLine]:
    played = foresight.stories.played if foresight else ()
    return [
        StoryLine(title=each.at.story.title, where=f"{each.at.path}:{each.at.line}", passed=each.played.passed)
        for each in played
        if any(sent.notice.candidate.key.rule == rule for sent in each.played.sent)
        or any(one.rule == rule for one in each.at.story.expect)
    ]


def _missing(desk: MailDesk, foresight: Foresight | None, rule: str) -> Sequence[str]:
    coverage = foresight.stories.coverage if foresight else None
    found = next((each for each in coverage.rules if each.rule.id == rule), None) if coverage else None
    return [story_wanted(desk.rule_set, each.aim) for each in found.shown if not each.stories] if found else []
