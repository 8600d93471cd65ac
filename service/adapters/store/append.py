"""Appending: what is new goes to the log once, and its subjects are marked, in three statements for any number."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

import orjson

from service.adapters.store import changes, queries
from service.adapters.store.session import Session
from service.domain.calendar import Instant
from service.domain.events import Incoming
from service.flow.ports import Appended

_Name = tuple[str, str, str]


class _Hashed(NamedTuple):
    """An event and the hash of its canonical bytes, which an event of the same name must share."""

    event: Incoming
    hash: bytes
    name: _Name

    @classmethod
    def of(cls, event: Incoming) -> "_Hashed":
        return cls(event, sha256(event.canonical).digest(), (event.program, event.source, event.id))


def append_each(session: Session, batches: Sequence[Sequence[Incoming]], recorded: Instant) -> list[Appended]:
    """Append the events that are not in the log, and mark their subjects; nothing of a batch with a conflict in it."""
    hashed = [[_Hashed.of(each) for each in batch] for batch in batches]
    if session.flavour.writers_meet and (unasked := _append_unasked(session, hashed, recorded)):
        return unasked
    known = _known(session, hashed)
    new, appended = _compared(known, hashed)
    if not new:
        return appended
    add = session.ready_each(changes.APPEND, [_row(each, recorded) for each in new])
    # Subjects first, in order: their rows are what two writers meet at, and a subject's log then grows in the order in
    # which its positions are seen.
    _mark(session, (each.event for each in new), recorded)
    if session.flavour.writers_meet:
        session.change("SAVEPOINT append", {})
    if add() < len(new):
        # Whoever was there before us brought some of them, or others of their names.
        session.change("ROLLBACK TO SAVEPOINT append", {})
        new, appended = _compared(_known(session, hashed), hashed)
        session.change_each(changes.APPEND, [_row(each, recorded) for each in new])
    return appended


def _append_unasked(session: Session, batches: Sequence[Sequence[_Hashed]], recorded: Instant) -> list[Appended] | None:
    """Append the events as if the log had none of them, as is so of most; None, and nothing done, where it has some.

    To ask first whether it has each of them costs a tenth of all that is done for an event.
    """
    new = [each for batch in batches for each in batch]
    if not new or len({each.name for each in new}) < len(new):
        return None
    add = session.ready_new(changes.APPEND, [_row(each, recorded) for each in new])
    session.change("SAVEPOINT unasked", {})
    _mark(session, (each.event for each in new), recorded)
    if add():
        return [Appended(len(batch)) for batch in batches]
    session.change("ROLLBACK TO SAVEPOINT unasked", {})
    return None


def foresee_each(session: Session, batches: Sequence[Sequence[Incoming]]) -> list[Appended]:
    """Return what would become of the batches if they were appended now."""
    hashed = [[_Hashed.of(each) for each in batch] for batch in batches]
    return _compared(_known(session, hashed), hashed)[1]


def _compared(
    known: Mapping[_Name, bytes], batches: Sequence[Sequence[_Hashed]]
) -> tuple[list[_Hashed], list[Appended]]:
    """Return the events that are new beside those known, and what becomes of each batch."""
    known = dict(known)
    new: list[_Hashed] = []
    appended: list[Appended] = []
    for batch in batches:
        fresh: dict[_Name, _Hashed] = {}
        repeated = tuple(n for n, each in enumerate(batch) if _repeats(each, known, fresh))
        held = [known[each.name] if each.name in known else fresh[each.name].hash for each in batch]
        # One without a hash lost its body when its participant was erased: whatever has its name is the same.
        pairs = enumerate(zip(batch, held, strict=True))
        conflicts = tuple(n for n, (each, hash) in pairs if hash and each.hash != hash)
        if conflicts:
            appended.append(Appended(0, conflicts=conflicts))
            continue
        known |= {name: each.hash for name, each in fresh.items()}
        new += fresh.values()
        appended.append(Appended(len(fresh), repeated))
    return new, appended


def _repeats(each: _Hashed, known: Mapping[_Name, bytes], fresh: dict[_Name, _Hashed]) -> bool:
    """Return whether the event's name is known, or stands earlier in its batch; otherwise it is fresh."""
    return each.name in known or fresh.setdefault(each.name, each) is not each


def _known(session: Session, batches: Sequence[Sequence[_Hashed]]) -> dict[_Name, bytes]:
    """Return the hashes of those that the log has."""
    names = [each.name for batch in batches for each in batch]
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


def _row(hashed: _Hashed, recorded: Instant) -> dict[str, Any]:
    event = hashed.event
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
        "hash": hashed.hash,
        "traceparent": event.traceparent,
    }
