"""What alembic runs: the steps, over the connection that `migrate` gives it."""

from alembic import context

from service.adapters.store.schema import metadata


def run() -> None:
    """Run the migrations inside the transaction that is open on the connection."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,
        transactional_ddl=True,
    )
    context.run_migrations()


run()
