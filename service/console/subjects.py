"""One subject's page: its head, and its timeline by month."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from service.console.entries import Entry, EntryKind, EntryWriter
from service.console.heads import Head, head_of
from service.console.program import ProgramDesk
from service.domain.calendar import DAY, Instant
from service.flow.outlook import Expected
from service.flow.ports import SubjectKey, SubjectRow
from service.flow.timeline import Timeline
from service.staff.forecast import Forecast


@dataclass(frozen=True, slots=True)
class Month:
    """The entries of one month in the program's zone."""

    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectPage:
    """One subject's page. `silent` are the messages that did not go, or will not as things stand."""

    key: SubjectKey
    head: Head
    past: tuple[Month, ...]
    waiting: tuple[Entry, ...]
    coming: tuple[Month, ...]
    silent: tuple[Entry, ...]
    cut: bool
    now: Instant
    days_ahead: int

    @property
    def kind(self) -> str:
        return self.key.subject.kind.value.removesuffix("s")


def subject_page(
    program: ProgramDesk, row: SubjectRow, found: Timeline, told: Forecast, passed: Iterable[Expected] = ()
) -> SubjectPage:
    """Return the page of a mentorship, participant or program; `passed` are slots that are over without a message."""
    writer = EntryWriter(program, row, found.now)
    silent = [writer.expected(each, EntryKind.SILENT) for each in passed]
    # What is open already stands with what waits.
    silent += writer.foreseen(each for each in told.silent if each.due > found.now)
    coming = writer.foreseen(each for each in told.coming if each.due > found.now)
    return SubjectPage(
        key=row.key,
        head=head_of(program, row),
        past=_by_month(program, map(writer.past, found.past)),
        waiting=tuple(
            writer.expected(each, EntryKind.STUCK if each.needs_news else EntryKind.WAITING)
            for each in sorted(found.waiting, key=lambda each: each.needs_news)
        ),
        coming=_by_month(program, coming),
        silent=tuple(silent),
        cut=found.cut,
        now=found.now,
        days_ahead=(told.until - told.now) // DAY,
    )


def _by_month(program: ProgramDesk, entries: Iterable[Entry]) -> tuple[Month, ...]:
    def months() -> Iterator[Month]:
        for title, group in groupby(entries, key=lambda each: program.clockface.month(each.at)):
            yield Month(title, tuple(group))

    return tuple(months())
