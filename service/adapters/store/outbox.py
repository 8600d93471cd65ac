"""The outbox in the store.

The rules of this file: an event is kept only where somebody publishes it (a row in `outlets`), so that a store without
a broker does not grow; and its row is taken by moving `ready_at`, so that no transaction is open while a broker is
spoken to.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import orjson

from service.adapters.store.session import Session
from service.domain.calendar import Instant, format_rfc3339
from service.flow.outbox_port import Outbox, OwnEvent, Trouble, Waiting

_OUTLET: Final = "broker"

# Whether own events are wanted. They are kept once, and only where they are.
_WANT: Final = "INSERT INTO outlets (name, since) VALUES (:name, :since) ON CONFLICT (name) DO NOTHING"
_WANT_NO_MORE: Final = "DELETE FROM outlets WHERE name = :name"
_EMPTY: Final = "DELETE FROM outbox"
_IS_WANTED: Final = "SELECT 1 FROM outlets LIMIT 1"
_KEEP: Final = """
INSERT INTO outbox (source, id, type, at, ready_at, trouble, event)
VALUES (:source, :id, :type, :at, 0, '', :event) ON CONFLICT (source, id) DO NOTHING
"""

# The types of what waits, by one step through the index for each.
_TYPES: Final = """
WITH RECURSIVE found (type) AS (
    SELECT min(type) FROM outbox
    UNION ALL
    SELECT (SELECT min(o.type) FROM outbox AS o WHERE o.type > found.type) FROM found WHERE found.type IS NOT NULL
)
SELECT found.type FROM found WHERE found.type IS NOT NULL
AND (SELECT min(o.ready_at) FROM outbox AS o WHERE o.type = found.type) <= :now
"""

# Take events of a type for a while; give them back; be done with them.
_TAKE: Final = """
SELECT n, type, event FROM outbox WHERE type = :type AND ready_at <= :now ORDER BY ready_at, n LIMIT :limit
"""
_LEASE: Final = "UPDATE outbox SET ready_at = :until WHERE n = :n"
_PUT_BACK: Final = "UPDATE outbox SET ready_at = 0, trouble = :trouble WHERE n = :n"
_DONE: Final = "DELETE FROM outbox WHERE n = :n"

# How it stands.
_COUNT: Final = "SELECT count(*) FROM outbox"
_OLDEST: Final = "SELECT at FROM outbox ORDER BY n LIMIT 1"
_TROUBLES: Final = "SELECT type, min(trouble) FROM outbox WHERE trouble <> '' GROUP BY type ORDER BY type"


class SqlOutboxReading:
    """An `OutboxReading` over one transaction."""

    _session: Session

    def outbox(self) -> Outbox:
        oldest = self._session.one(_OLDEST, {})
        return Outbox(
            waiting=self._session.one(_COUNT, {})[0],
            since=oldest[0] if oldest else None,
            troubles={type: Trouble(trouble) for type, trouble in self._session.all(_TROUBLES, {})},
        )

    def waiting_types(self, now: Instant) -> Sequence[str]:
        return [type for (type,) in self._session.all(_TYPES, {"now": now})]


class SqlOutboxWriting(SqlOutboxReading):
    """An `OutboxWriting` over one transaction."""

    _is_wanted: bool | None = None
    """Whether anybody publishes what is kept; asked once in a transaction, None before."""

    def use_outbox(self, now: Instant, *, wanted: bool) -> None:
        self._is_wanted = None
        if wanted:
            self._session.change(_WANT, {"name": _OUTLET, "since": now})
        else:
            self._session.change(_WANT_NO_MORE, {"name": _OUTLET})
            self._session.change(_EMPTY, {})

    def publish_later(self, events: Iterable[OwnEvent]) -> None:
        if self._is_wanted is None:
            self._is_wanted = self._session.one(_IS_WANTED, {}) is not None
        if not self._is_wanted:
            return
        # In order: two transactions that keep the same events wait for each other one way round only.
        rows = [_row(each) for each in sorted(events, key=lambda each: (each.source, each.id))]
        self._session.change_each(_KEEP, rows)

    def take_waiting(self, type: str, now: Instant, until: Instant, limit: int) -> Sequence[Waiting]:
        values = {"type": type, "now": now, "limit": limit}
        taken = [Waiting(*row) for row in self._session.all(_TAKE + self._session.flavour.skip_locked, values)]
        self._session.change_each(_LEASE, [{"n": each.n, "until": until} for each in taken])
        return taken

    def published(self, events: Sequence[Waiting]) -> None:
        self._session.change_each(_DONE, [{"n": each.n} for each in events])

    def put_back(self, events: Sequence[Waiting], trouble: Trouble | None) -> None:
        word = "" if trouble is None else trouble.value
        self._session.change_each(_PUT_BACK, [{"n": each.n, "trouble": word} for each in events])


def _row(event: OwnEvent) -> dict[str, Any]:
    return {
        "source": event.source,
        "id": event.id,
        "type": event.type,
        "at": event.time,
        "event": orjson.dumps(_cloud_event(event), default=dict).decode(),
    }


def _cloud_event(event: OwnEvent) -> dict[str, Any]:
    """Return the event as CloudEvents 1.0 has it in JSON."""
    told: dict[str, Any] = {"specversion": "1.0", "id": event.id, "source": event.source, "type": event.type}
    told |= {name: value for name, value in (("subject", event.subject), ("program", event.program)) if value}
    return {**told, "time": format_rfc3339(event.time), "datacontenttype": "application/json", "data": event.data}
