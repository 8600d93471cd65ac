"""Who may publish, as the tables keep it."""

from collections.abc import Sequence
from typing import Any, Final

import orjson

from service.adapters.store.session import Session
from service.domain.calendar import Instant
from service.domain.publishers import CredentialKind, Publisher
from service.flow.ports import KnownPublisher

_PUBLISHERS: Final = """
SELECT kind, name, shown, sources, programs, created_at, created_by, revoked_at, revoked_by
FROM publishers ORDER BY kind, name, n
"""
_ADD: Final = """
INSERT INTO publishers (kind, name, shown, sources, programs, created_at, created_by, revoked_by)
VALUES (:kind, :name, :shown, :sources, :programs, :created_at, :created_by, '') ON CONFLICT DO NOTHING
"""
_REVOKE: Final = """
UPDATE publishers SET revoked_at = :now, revoked_by = :by WHERE kind = :kind AND name = :name AND revoked_at IS NULL
"""


class SqlPublisherReading:
    """What can be read of publishers, over one transaction."""

    _session: Session

    def publishers(self) -> Sequence[KnownPublisher]:
        return [_publisher_of(*row) for row in self._session.all(_PUBLISHERS, {})]


class SqlPublisherWriting(SqlPublisherReading):
    """What can be changed of them."""

    def add_publisher(self, known: KnownPublisher) -> bool:
        publisher = known.publisher
        values = {
            "kind": publisher.kind.value,
            "name": publisher.name,
            "shown": known.shown,
            "sources": orjson.dumps(publisher.sources).decode(),
            "programs": orjson.dumps(publisher.programs).decode(),
            "created_at": publisher.created_at,
            "created_by": publisher.created_by,
        }
        return self._session.change(_ADD, values) == 1

    def revoke_publisher(self, kind: CredentialKind, name: str, by: str, now: Instant) -> bool:
        return self._session.change(_REVOKE, {"kind": kind.value, "name": name, "by": by, "now": now}) == 1


def _publisher_of(
    kind: str, name: str, shown: Any, sources: str, programs: str, at: Instant, by: str, *revoked: Any
) -> KnownPublisher:
    revoked_at, revoked_by = revoked
    publisher = Publisher(
        kind=CredentialKind(kind),
        name=name,
        sources=tuple(orjson.loads(sources)),
        programs=tuple(orjson.loads(programs)),
        created_at=at,
        created_by=by,
        revoked_at=revoked_at,
        revoked_by=revoked_by,
    )
    return KnownPublisher(publisher, bytes(shown))
