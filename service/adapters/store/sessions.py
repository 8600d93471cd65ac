"""Who is signed in to the console, as the tables keep it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from service.adapters.store.session import Session as Statements
from service.domain.calendar import Instant
from service.flow.session_port import Origin, Session

_COLUMNS: Final = "id, origin, person, name, said, advisor, began_at, seen_at, unmasked_until"
SESSION: Final = f"SELECT {_COLUMNS} FROM sessions WHERE token = :token"
SESSIONS: Final = f"SELECT {_COLUMNS} FROM sessions ORDER BY began_at DESC, id"
BEGIN: Final = f"""
INSERT INTO sessions (token, {_COLUMNS})
VALUES (:token, :id, :origin, :person, :name, :said, :advisor, :began_at, :seen_at, :unmasked_until)
"""
SEE: Final = "UPDATE sessions SET seen_at = :now WHERE id = :id"
UNMASK: Final = "UPDATE sessions SET unmasked_until = :until WHERE id = :id"
END: Final = "DELETE FROM sessions WHERE id = :id"
FORGET: Final = """
DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE began_at < :before LIMIT :limit)
"""
FORGET_TICKETS: Final = "DELETE FROM tickets WHERE until < :now"
ADD_TICKET: Final = "INSERT INTO tickets (token, origin, until, data) VALUES (:token, :origin, :until, :data)"
TAKE_TICKET: Final = "DELETE FROM tickets WHERE token = :token AND origin = :origin RETURNING until, data"


class SqlSessionReading:
    """A `SessionReading` over one transaction."""

    _session: Statements

    def session(self, key: bytes) -> Session | None:
        row = self._session.one(SESSION, {"token": key})
        return _session(row) if row else None

    def sessions(self) -> Sequence[Session]:
        return [_session(row) for row in self._session.all(SESSIONS, {})]


class SqlSessionWriting(SqlSessionReading):
    """A `SessionWriting` over one transaction."""

    def begin_session(self, key: bytes, session: Session) -> None:
        values = {
            "token": key,
            "id": session.id,
            "origin": session.origin.value,
            "person": session.person,
            "name": session.name,
            "said": orjson.dumps(session.values).decode(),
            "advisor": session.advisor,
            "began_at": session.began_at,
            "seen_at": session.seen_at,
            "unmasked_until": session.unmasked_until,
        }
        self._session.change(BEGIN, values)

    def see_session(self, id: str, now: Instant) -> None:
        self._session.change(SEE, {"id": id, "now": now})

    def unmask_session(self, id: str, until: Instant) -> None:
        self._session.change(UNMASK, {"id": id, "until": until})

    def end_session(self, id: str) -> bool:
        return self._session.change(END, {"id": id}) == 1

    def forget_sessions(self, before: Instant, limit: int) -> int:
        return self._session.change(FORGET, {"before": before, "limit": limit})

    def add_ticket(self, key: bytes, origin: Origin, until: Instant, data: Mapping[str, Any]) -> None:
        values = {"token": key, "origin": origin.value, "until": until, "data": orjson.dumps(dict(data)).decode()}
        self._session.change(ADD_TICKET, values)

    def take_ticket(self, key: bytes, origin: Origin, now: Instant) -> Mapping[str, Any] | None:
        self._session.change(FORGET_TICKETS, {"now": now})
        row = self._session.one(TAKE_TICKET, {"token": key, "origin": origin.value})
        found: Mapping[str, Any] | None = orjson.loads(row[1]) if row else None
        return found


def _session(row: Sequence[Any]) -> Session:
    id, origin, person, name, said, advisor, began_at, seen_at, unmasked_until = row
    return Session(
        id=id,
        origin=Origin(origin),
        person=person,
        name=name,
        values=tuple(orjson.loads(said)),
        advisor=advisor,
        began_at=began_at,
        seen_at=seen_at,
        unmasked_until=unmasked_until,
    )
