"""Looks at the store: whether it is there, at the right version, keeps what it is told, and knows the time."""

from collections.abc import Iterator
from typing import Final

from service.adapters.store.schema import REVISION
from service.adapters.store.session import Session
from service.adapters.store.store import open_store
from service.domain.calendar import SECOND
from service.domain.errors import IntouchError
from service.flow.checkup import Finding, broken, doubtful, well
from service.flow.ports import Clock

_MUCH: Final = 2 * SECOND
_FAR_TOO_MUCH: Final = 60 * SECOND


def examine_store(url: str, clock: Clock) -> Iterator[Finding]:
    """Yield what is found; nothing is changed."""
    try:
        store = open_store(url)
    except IntouchError as error:
        yield broken("store", str(error))
        return
    try:
        with store.reading() as snapshot:
            session = snapshot._session
            is_file = url.startswith("sqlite")
            yield from (_of_sqlite(session) if is_file else _of_postgresql(session, clock))
    except IntouchError as error:
        yield broken("store", str(error))
    finally:
        store.close()


def _of_sqlite(session: Session) -> Iterator[Finding]:
    version, journal, synchronous = (
        session.one(sql, {})[0] for sql in ("SELECT sqlite_version()", "PRAGMA journal_mode", "PRAGMA synchronous")
    )
    yield well("store", f"SQLite {version}, tables at version {REVISION}.")
    if journal == "wal" and int(synchronous) >= 2:
        yield well("durability", "What is accepted is on disk before it is answered.")
    else:
        yield broken("durability", f"journal_mode is {journal}, synchronous is {synchronous}.", "Report this, please.")
    yield well("clock", "The store is on this machine and has its clock.")


def _of_postgresql(session: Session, clock: Clock) -> Iterator[Finding]:
    yield well("store", f"PostgreSQL {_shown(session, 'server_version')}, tables at version {REVISION}.")
    lossy = [name for name in ("fsync", "full_page_writes") if _shown(session, name) != "on"]
    commits = _shown(session, "synchronous_commit")
    if lossy:
        told = f"{' and '.join(lossy)} is off: a power cut can damage the store."
        yield broken("durability", told, "Switch it on in postgresql.conf.")
    elif commits == "off":
        told = "synchronous_commit is off: what was accepted within the last moment is lost in a crash."
        yield broken("durability", told, "Switch it on: ALTER DATABASE … SET synchronous_commit = on.")
    else:
        yield well("durability", f"fsync is on, synchronous_commit is {commits}.")
    yield _clocks(session, clock)


def _clocks(session: Session, clock: Clock) -> Finding:
    before = clock()
    theirs = int(session.one("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint", {})[0])
    apart = abs(theirs - (before + clock()) // 2)
    told = f"The clocks of this machine and the database are {apart / SECOND:.2f} s apart."
    todo = "Let both keep time by NTP: mail is planned by this machine's clock."
    if apart > _FAR_TOO_MUCH:
        return broken("clock", told, todo)
    return doubtful("clock", told, todo) if apart > _MUCH else well("clock", told)


def _shown(session: Session, name: str) -> str:
    return str(session.one(f"SHOW {name}", {})[0])
