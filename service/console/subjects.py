"""One subject's page: its head, and its timeline by month."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from service.console.entries import Entry, EntryKind, EntryWriter
from service.console.heads import Head, head_of
from service.console.program import ProgramDesk
from service.domain.calendar import Instant
from service.flow.outlook import Expected
from service.flow.ports import SubjectKey, SubjectRow
from service.flow.timeline import Timeline


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

    @property
    def kind(self) -> str:
        return self.key.subject.kind.value.removesuffix("s")


def subject_page(
    program: ProgramDesk, row: SubjectRow, found: Timeline, passed: Iterable[Expected] = ()
) -> SubjectPage:
    """Return the page of a mentorship, participant or program; `passed` are slots that are over without a message."""
    writer = EntryWriter(program, row, found.now)
    silent = (*passed, *(each for each in found.ahead.silent if each.due > found.now))
    return SubjectPage(
        key=row.key,
        head=head_of(program, row),
        past=_by_month(program, map(writer.past, found.past)),
        waiting=tuple(
            writer.expected(each, EntryKind.STUCK if each.needs_news else EntryKind.WAITING)
            for each in sorted(found.ahead.waiting, key=lambda each: each.needs_news)
        ),
        coming=_by_month(program, (writer.expected(each, EntryKind.COMING) for each in found.ahead.coming)),
        silent=tuple(writer.expected(each, EntryKind.SILENT) for each in silent),
        cut=found.cut,
        now=found.now,
    )


def _by_month(program: ProgramDesk, entries: Iterable[Entry]) -> tuple[Month, ...]:
    def months() -> Iterator[Month]:
        for title, group in groupby(entries, key=lambda each: program.clockface.month(each.at)):
            yield Month(title, tuple(group))

    return tuple(months())
