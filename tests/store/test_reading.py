"""Who only reads a store cannot write to it, whatever they try: simulations and forecasts read what is live."""

import psycopg
import pytest

from service.adapters.store import SqlStore
from service.flow.accept import StoreUnavailable


def test_a_snapshot_refuses_every_change(store: SqlStore) -> None:
    # The session is what all statements go through; a snapshot has no method that would change anything.
    statement = "INSERT INTO members (program, participant, mentorship) VALUES ('p', 'x', 'y')"
    with pytest.raises((StoreUnavailable, psycopg.Error)), store.reading() as snapshot:
        snapshot._session.change(statement, {})
    with store.reading() as snapshot:
        assert snapshot.mentorships_of("p", "x") == []
