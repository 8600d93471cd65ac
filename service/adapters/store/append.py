"""Appending: what is new goes to the log once, and its subjects are marked, in three statements for any number."""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any

import orjson

from service.adapters.store import changes, queries
from service.adapters.store.session import Session
from service.domain.calendar import Instant
from service.domain.events import Incoming
from service.flow.ports import Appended

_Name = tuple[str, str, str]


def append(session: Session, events: Sequence[Incoming], recorded: Instant) -> Appended:
    """Append the events that are not in the log, and mark their subjects; nothing at all where one is in conflict."""
    hashes = [sha256(event.canonical).digest() for event in events]
    new, conflicts = _compared(session, events, hashes)
    if not conflicts:
        # Subjects first, in order: their rows are what two writers meet at, and a subject's log then grows in the
        # order in which its positions are seen. Whoever was there before us may have brought the same events.
        _mark(session, (events[index] for index in new), recorded)
        if new and session.flavour.writers_meet:
            new, conflicts = _compared(session, events, hashes)
    if conflicts:
        return Appended(0, 0, tuple(conflicts))
    session.change_each(changes.APPEND, [_row(events[index], hashes[index], recorded) for index in new])
    return Appended(len(new), len(events) - len(new))


def _compared(session: Session, events: Sequence[Incoming], hashes: Sequence[bytes]) -> tuple[list[int], list[int]]:
    """Return the indices of the events that are new, and of those whose id another event has."""
    names = [(event.program, event.source, event.id) for event in events]
    known = _known(session, names)
    new: list[int] = []
    conflicts: list[int] = []
    for index, (name, hash) in enumerate(zip(names, hashes, strict=True)):
        held = known.setdefault(name, hash)
        if held is hash:
            new.append(index)
        elif held != hash:
            conflicts.append(index)
    return new, conflicts


def _known(session: Session, names: Sequence[_Name]) -> dict[_Name, bytes]:
    """Return the hashes of those that the log has."""
    if len(names) == 1:
        program, source, id = names[0]
        row = session.one(queries.HASH, {"program": program, "source": source, "id": id})
        return {names[0]: row[0]} if row else {}
    rows = session.listed(queries.HASHES, names, "program", "source", "id")
    return {(program, source, id): hash for program, source, id, hash in rows}


def _mark(session: Session, events: Iterable[Incoming], recorded: Instant) -> None:
    marked = sorted({(event.program, event.subject) for event in events})
    rows = [
        {"program": program, "kind": subject.kind.value, "id": subject.id, "news_at": recorded}
        for program, subject in marked
    ]
    session.change_each(changes.MARK_NEWS, rows)


def _row(event: Incoming, hash: bytes, recorded: Instant) -> dict[str, Any]:
    return {
        "program": event.program,
        "source": event.source,
        "id": event.id,
        "type": event.type,
        "kind": event.subject.kind.value,
        "subject_id": event.subject.id,
        "time": event.time,
        "recorded": recorded,
        "data": orjson.dumps(event.data, default=dict).decode(),
        "hash": hash,
    }
