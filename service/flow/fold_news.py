"""Folding the news of subjects: what is read for it, for any number of them at once."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

from service.domain.book import ProgramBook, book_of
from service.domain.calendar import Instant
from service.domain.events import Event, Moment
from service.domain.fold import Refold
from service.domain.rules import RuleSet
from service.flow.ports import News, Snapshot, SubjectKey, SubjectRow

Rows = Mapping[SubjectKey, SubjectRow]
HeldStarts = Mapping[SubjectKey, Collection[Moment]]
"""The starts of held notices: they stay in the facts however long ago they were."""
_NOTHING_HELD: HeldStarts = {}
NEWS_AT_ONCE = 10_000
"""How many events are held in memory at once; what is beyond stays news."""


class Folded(NamedTuple):
    """Rows with their news folded."""

    rows: dict[SubjectKey, SubjectRow]
    types: dict[SubjectKey, set[str]]
    """Of which event types the news were; all that the log holds, where it was folded anew."""


def fold_all_news(
    snapshot: Snapshot, rule_set: RuleSet, rows: Rows, now: Instant, at_once: int = NEWS_AT_ONCE
) -> dict[SubjectKey, SubjectRow]:
    """Return the rows as `fold_news` does, in as many rounds as it takes until nothing is news."""
    folded = fold_news(snapshot, rule_set, rows, now, at_once=at_once).rows
    while any(folded[key].folded_seq != row.folded_seq for key, row in rows.items()):
        rows, folded = folded, fold_news(snapshot, rule_set, folded, now, at_once=at_once).rows
    return folded


def fold_news(
    snapshot: Snapshot,
    rule_set: RuleSet,
    rows: Rows,
    now: Instant,
    held: HeldStarts = _NOTHING_HELD,
    at_once: int = NEWS_AT_ONCE,
) -> Folded:
    """Return the rows with their news folded; with their whole log, where facts were made for other rules.

    Facts are folded in place. Of more than `at_once` news, the earliest are.
    """
    books = {key: book_of(rule_set, key.program) for key in rows}
    current = {key: row.folded_seq for key, row in rows.items() if _is_current(books[key], row)}
    news = snapshot.news_of(current, at_once)
    _fetch_things(snapshot, books, rows, news)
    folded = Folded({}, {})
    for key, row in rows.items():
        own = news.get(key, ())
        done = _with_news(books[key], row, own) if key in current else None
        if done is None:
            own = snapshot.news(key, 0, limit=None)
            done = _refolded(books[key], row, own)
        assert done.facts is not None
        books[key].lens.prune(done.facts, now, held=held.get(key, ()))
        folded.rows[key], folded.types[key] = done, {event.type for _, event in own}
    return folded


def _is_current(book: ProgramBook, row: SubjectRow) -> bool:
    return row.facts is not None and row.folded_with == book.lens.signature


def _fetch_things(
    snapshot: Snapshot, books: Mapping[SubjectKey, ProgramBook], rows: Rows, news: Mapping[SubjectKey, News]
) -> None:
    """Bring to the facts those things that the news name and that are not at hand."""
    missing: dict[SubjectKey, set[tuple[str, str]]] = {}
    for key, own in news.items():
        facts = rows[key].facts
        assert facts is not None
        missing[key] = _named_things(books[key], (event for _, event in own)) - facts.things.keys()
    for key, found in snapshot.things(missing).items():
        facts = rows[key].facts
        assert facts is not None
        facts.things.update(found)


def _with_news(book: ProgramBook, row: SubjectRow, news: News) -> SubjectRow | None:
    """Return the row with its news; None where they came too late for what was folded."""
    assert row.facts is not None
    try:
        for _, event in news:
            book.folding.one(row.facts, event)
    except Refold:
        return None
    return replace(row, folded_seq=news[-1][0]) if news else row


def _refolded(book: ProgramBook, row: SubjectRow, log: News) -> SubjectRow:
    facts = book.folding.whole(row.key.subject, [event for _, event in log])
    seq = log[-1][0] if log else 0
    return replace(row, facts=facts, folded_seq=seq, folded_with=book.lens.signature)


def _named_things(book: ProgramBook, events: Iterable[Event]) -> set[tuple[str, str]]:
    named = set()
    for event in events:
        kind = book.catalogue.types.get(event.type)
        if kind and kind.thing and kind.id_field:
            named.add((kind.thing, str(event.data.get(kind.id_field))))
    return named
