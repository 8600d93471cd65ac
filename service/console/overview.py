"""A program's overview: how its pairs stand and stood, what is open, what mail did, and who needs a person today."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from service.console.charts import Chart, Series, added
from service.console.program import ProgramDesk
from service.domain.calendar import NEVER, Instant
from service.domain.channel import ALL_MAIL
from service.domain.engagement import Engagement
from service.domain.figures import CONNECTED, CONVERSATIONS, EVERYBODY, MATCHED, STATE, Figure, weeks_until
from service.domain.matters import Age, Weight, looked_for_again
from service.flow.matter_port import MatterRow, MattersWanted
from service.flow.monitoring import in_words
from service.flow.sum_up import NOW, OPEN, OPTED_OUT, SPLIT

WEEKS_SHOWN: Final = 18
FEWEST_WEEKS: Final = 6
WORKLIST: Final = 8
_STATES: Final = (
    Engagement.HIGHLY_ENGAGED,
    Engagement.CONNECTED,
    Engagement.NEW,
    Engagement.NOT_YET_CONNECTED,
    Engagement.NOT_CONNECTED,
    Engagement.DRIFTING,
)
"""From below: what goes well first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLine:
    """How one group stands now; `rate` is in percent, None before its first match."""

    group: str
    matched: int
    rate: int | None
    states: Mapping[Engagement, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLine:
    """What is open of one priority and topic, by age."""

    priority: str
    about: str
    word: str
    kind: str
    by_age: tuple[int, ...]

    @property
    def number(self) -> int:
        return sum(self.by_age)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What does not go out as it should: emails of unknown fate, and since when the provider fails (None: it works)."""

    unknown: int
    failing_since: Instant | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewPage:
    """The page. `made_at` is when its figures were made, None before they first were."""

    group: str
    groups: tuple[str, ...]
    now_line: GroupLine
    lines: tuple[GroupLine, ...]
    charts: tuple[Chart, ...]
    flags: tuple[OpenLine, ...]
    requests: tuple[OpenLine, ...]
    urgent: tuple[MatterRow, ...]
    more_urgent: bool
    trouble: Trouble
    made_at: Instant | None


def overview_page(program: ProgramDesk, group: str, now: Instant) -> OverviewPage:
    """Return the page for everybody, or for one group of the program."""
    snapshot = program.snapshot
    mondays = tuple(each.monday for each in weeks_until(now, WEEKS_SHOWN, program.clockface.zone))
    figures = snapshot.figures(program.id, mondays[0])
    mondays = _since_the_first(mondays, figures)
    groups = tuple(sorted({each.group for each in figures} - {EVERYBODY}))
    shown = group if group in groups else EVERYBODY
    urgent = _urgent(program, now)
    made_at = snapshot.figuring().made_at
    return OverviewPage(
        group=shown,
        groups=groups,
        now_line=_line(figures, shown, mondays[-1]),
        lines=tuple(_line(figures, each, mondays[-1]) for each in groups),
        charts=charts_of(figures, shown, mondays),
        flags=_open_lines(program, figures, "flag"),
        requests=_open_lines(program, figures, "help"),
        urgent=tuple(urgent[:WORKLIST]),
        more_urgent=len(urgent) > WORKLIST,
        trouble=_trouble(program, now),
        made_at=made_at or None,
    )


def _since_the_first(mondays: tuple[str, ...], figures: Sequence[Figure]) -> tuple[str, ...]:
    """Return the weeks since anything was counted, and never fewer than `FEWEST_WEEKS`."""
    first = min((each.monday for each in figures if each.monday != NOW), default=mondays[-1])
    begun = tuple(each for each in mondays if each >= first)
    return begun if len(begun) >= FEWEST_WEEKS else mondays[-FEWEST_WEEKS:]


def _urgent(program: ProgramDesk, now: Instant) -> list[MatterRow]:
    """Return what nobody has taken on and a person should look at today, one more than is shown."""
    found = program.snapshot.matters(program.id, MattersWanted(unacknowledged=True), limit=10 * WORKLIST)
    wanted = [each for each in found if looked_for_again(each.matter.weight, each.matter.since, now)]
    return wanted[: WORKLIST + 1]


def _trouble(program: ProgramDesk, now: Instant) -> Trouble:
    channel = program.snapshot.channel(ALL_MAIL)
    unknown = program.snapshot.backlog(now).unknown
    since = channel.failing_since
    return Trouble(unknown=unknown, failing_since=None if since == NEVER else since, why=channel.trouble)


def _line(figures: Iterable[Figure], group: str, monday: str) -> GroupLine:
    found = {each.what: each.number for each in figures if each.group == group and each.monday == monday}
    matched = found.get(MATCHED, 0)
    return GroupLine(
        group=group,
        matched=matched,
        rate=round(100 * found.get(CONNECTED, 0) / matched) if matched else None,
        states={each: found.get(STATE + each.value, 0) for each in Engagement},
    )


def charts_of(figures: Sequence[Figure], group: str, mondays: tuple[str, ...]) -> tuple[Chart, ...]:
    """Return the charts of a group; mail is everybody's."""
    own = _Table(figures, group, mondays)
    everybody = own if group == EVERYBODY else _Table(figures, EVERYBODY, mondays)
    return (_rate(own), _states(own), _talks(own), _mail(everybody), _opted_out(everybody))


class _Table:
    """The figures of one group as a row of numbers for each name."""

    def __init__(self, figures: Iterable[Figure], group: str, mondays: tuple[str, ...]) -> None:
        self.mondays = mondays
        self._found = {(each.what, each.monday): each.number for each in figures if each.group == group}

    def row(self, *names: str) -> tuple[int, ...]:
        return added([[self._found.get((what, each), 0) for each in self.mondays] for what in names])


def _rate(table: _Table) -> Chart:
    pairs = zip(table.row(CONNECTED), table.row(MATCHED), strict=True)
    numbers = tuple(round(100 * connected / matched) if matched else 0 for connected, matched in pairs)
    return Chart(
        name="connection-rate",
        title="Connection rate",
        summary="Pairs with a conversation, of all that were ever matched, at the end of each week.",
        mondays=table.mondays,
        series=(Series(name="Connection rate", look="good", numbers=numbers),),
        unit=" %",
        top=100,
    )


def _states(table: _Table) -> Chart:
    return Chart(
        name="states",
        title="How pairs stand",
        summary="Pairs that go on, by state, at the end of each week.",
        mondays=table.mondays,
        series=tuple(
            Series(name=in_words(each).capitalize(), look=each.value.replace("_", "-"), numbers=table.row(STATE + each))
            for each in _STATES
        ),
    )


def _talks(table: _Table) -> Chart:
    return Chart(
        name="conversations",
        title="Conversations",
        summary="Conversations logged in each week.",
        mondays=table.mondays,
        series=(Series(name="Conversations", look="good", numbers=table.row(CONVERSATIONS)),),
    )


def _mail(table: _Table) -> Chart:
    arrived = table.row("report:delivered")
    back, failed = table.row("mail:returned"), table.row("mail:failed", "mail:unknown")
    sent = tuple(max(0, all_sent - known) for all_sent, known in zip(table.row("mail:sent"), arrived, strict=True))
    numbers = {"delivered": arrived, "taken": sent, "back": back, "failed": failed}
    names = {"delivered": "Arrived", "taken": "Sent", "back": "Came back", "failed": "Failed or unknown"}
    return Chart(
        name="mail",
        title="Mail",
        summary="Emails of each week: whose arrival the provider reported, that were sent, that came back or failed.",
        mondays=table.mondays,
        series=tuple(Series(name=names[each], look=f"mail-{each}", numbers=numbers[each]) for each in numbers),
    )


def _opted_out(table: _Table) -> Chart:
    return Chart(
        name="opted-out",
        title="Opting out",
        summary="How often somebody chose not to get a kind of mail any more, by week.",
        mondays=table.mondays,
        series=(Series(name="Opted out", look="drifting", numbers=table.row(OPTED_OUT)),),
    )


def _open_lines(program: ProgramDesk, figures: Iterable[Figure], kind: str) -> tuple[OpenLine, ...]:
    """Return what is open of one kind, the most pressing first, then the most frequent."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    for each in figures:
        parts = each.what.split(SPLIT)
        if each.monday == NOW and parts[:2] == [OPEN, kind] and len(parts) == 5:
            counts.setdefault((parts[2], parts[4]), Counter())[parts[3]] += each.number
    lines = [
        OpenLine(
            priority=Weight[weight.upper()].name.lower().replace("_", " "),
            about=program.topic(word),
            word=word,
            kind=kind,
            by_age=tuple(found.get(age.name.lower(), 0) for age in Age),
        )
        for (weight, word), found in counts.items()
    ]
    order = {each.name.lower().replace("_", " "): each for each in Weight}
    return tuple(sorted(lines, key=lambda each: (order[each.priority], -each.number, each.about)))
