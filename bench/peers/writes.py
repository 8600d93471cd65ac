"""The writes of a peer, by one event and by many: an event once, the state of its mentorship, a row for the outbox."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson
import psycopg

from service.adapters.schemas import load_schemas
from service.settings import ROOT

TABLES: Final = """
CREATE TABLE IF NOT EXISTS events (seq bigserial PRIMARY KEY, program text NOT NULL, source text NOT NULL,
    id text NOT NULL, type text NOT NULL, subject text NOT NULL, time text NOT NULL, data text NOT NULL,
    UNIQUE (program, source, id));
CREATE INDEX IF NOT EXISTS events_subject ON events (program, subject, seq);
CREATE TABLE IF NOT EXISTS states (program text NOT NULL, subject text NOT NULL, state text NOT NULL,
    PRIMARY KEY (program, subject));
CREATE TABLE IF NOT EXISTS outbox (n bigserial PRIMARY KEY, id text NOT NULL, body text NOT NULL)
"""
_EVENT: Final = """
INSERT INTO events (program, source, id, type, subject, time, data)
VALUES (%(program)s, %(source)s, %(id)s, %(type)s, %(subject)s, %(time)s, %(data)s)
ON CONFLICT (program, source, id) DO NOTHING
"""
_EVENTS: Final = """
INSERT INTO events (program, source, id, type, subject, time, data)
SELECT * FROM unnest(%(program)b::text[], %(source)b::text[], %(id)b::text[], %(type)b::text[], %(subject)b::text[],
                     %(time)b::text[], %(data)b::text[])
ON CONFLICT (program, source, id) DO NOTHING RETURNING id
"""
_STATE: Final = """
INSERT INTO states (program, subject, state) VALUES (%(program)s, %(subject)s, %(state)s)
ON CONFLICT (program, subject) DO UPDATE SET state = excluded.state
"""
_STATES: Final = """
INSERT INTO states (program, subject, state)
SELECT * FROM unnest(%(program)b::text[], %(subject)b::text[], %(state)b::text[])
ON CONFLICT (program, subject) DO UPDATE SET state = excluded.state
"""
_PADDING: Final = "x" * 1_000

Row = Mapping[str, str]


_VALID: Final = load_schemas(ROOT / "schemas").by_type["conversation.logged"].is_valid


def checked(event: Mapping[str, Any]) -> Row:
    """Return an event as the row to be kept, checked as Intouch checks it. Raises: ValueError when it is not valid."""
    if not _VALID(event):
        raise ValueError("not a conversation")
    kept = {name: event[name] for name in ("program", "source", "id", "type", "subject", "time")}
    return {**kept, "data": orjson.dumps(event["data"]).decode()}


def write_one(connection: "psycopg.Connection[Any]", row: Row) -> None:
    """Keep one event, in one transaction."""
    with connection.transaction():
        if connection.execute(_EVENT, row).rowcount:
            connection.execute(_STATE, {**row, "state": _state(row)})
            connection.execute("INSERT INTO outbox (id, body) VALUES (%s, %s)", (row["id"], row["data"]))


def write_many(connection: "psycopg.Connection[Any]", rows: Sequence[Row]) -> None:
    """Keep many, in one transaction and three statements."""
    own = {(row["program"], row["source"], row["id"]): row for row in rows}
    ordered = [own[key] for key in sorted(own)]
    with connection.transaction():
        names = ("program", "source", "id", "type", "subject", "time", "data")
        columns = {name: [row[name] for row in ordered] for name in names}
        new = {id for (id,) in connection.execute(_EVENTS, columns)}
        kept = [row for row in ordered if row["id"] in new]
        if not kept:
            return
        last = {(row["program"], row["subject"]): _state(row) for row in kept}
        keys = sorted(last)
        states = {"program": [p for p, _ in keys], "subject": [s for _, s in keys], "state": [last[k] for k in keys]}
        connection.execute(_STATES, states)
        outbox = {"id": [row["id"] for row in kept], "body": [row["data"] for row in kept]}
        connection.execute(
            "INSERT INTO outbox (id, body) SELECT * FROM unnest(%(id)b::text[], %(body)b::text[])", outbox
        )


def _state(row: Row) -> str:
    return orjson.dumps({"last": row["id"], "at": row["time"], "more": _PADDING}).decode()
