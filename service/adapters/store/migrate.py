"""Migrating: bringing a store's tables to what this version needs, as often as one likes."""

from pathlib import Path

from sqlalchemy import Connection

from service.adapters.store.store import SqlStore, flavour_of
from service.domain.errors import OperatorError

_SCRIPTS = Path(__file__).with_name("migrations")


def migrate(url: str) -> None:
    """Make the store's tables, or bring them up to date, as a whole or not at all.

    Raises: OperatorError when a newer version made them, StoreUnavailable.
    """
    store = SqlStore(flavour_of(url))
    try:
        with store.altering() as connection:
            upgrade(connection)
    finally:
        store.close()


def upgrade(connection: Connection) -> None:
    """Run the steps that the tables lack, in the transaction that is open on the connection."""
    # Imported here: alembic takes a tenth of a second, and a store that is up to date never needs it.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise OperatorError("A newer Intouch made this store's tables. Run that version, or a newer one.") from error
