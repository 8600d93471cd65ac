"""A store for a test, once for each database."""

from tests.store.conftest import store, url

__all__ = ["store", "url"]
