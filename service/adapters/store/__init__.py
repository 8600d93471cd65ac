"""The store: the event log, what was made of it, and the ledger, over one SQL database."""

from service.adapters.store.migrate import migrate
from service.adapters.store.store import SqlStore, open_store

__all__ = ["SqlStore", "migrate", "open_store"]
