"""Migrations make the tables that the schema says, from anywhere, as often as one likes."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, Index, create_engine, text

from service.adapters.store import SqlStore, migrate, open_store
from service.adapters.store.schema import REVISION, metadata
from service.adapters.store.store import flavour_of
from service.domain.errors import OperatorError
from tests.store.factories import sqlite_url
from tests.store.samples import M1, NOW, incoming

# What alembic cannot read of an index is no difference; letter for letter they are compared below.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index"),
    pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index"),
]

ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / "service/adapters/store/migrations"


def differences(connection: Connection) -> list[object]:
    """Return what alembic would still change. It cannot compare an index by an expression, on PostgreSQL either: that
    gives it back in words of its own."""

    def by_columns(made: object, _: str | None, kind: str, *__: object) -> bool:
        return (
            kind != "index" or not isinstance(made, Index) or all(isinstance(each, Column) for each in made.expressions)
        )

    options = {"compare_type": True, "include_object": by_columns}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


def test_the_schema_asks_for_nothing_that_the_migrations_do_not_make(store: SqlStore) -> None:
    with store.altering() as connection:
        assert differences(connection) == []


def test_a_difference_would_be_found(store: SqlStore) -> None:
    with store.altering() as connection:
        connection.execute(text("DROP INDEX ix_subjects_news_at"))
        connection.execute(text("ALTER TABLE emails ADD COLUMN more TEXT"))
        assert len(differences(connection)) == 2


def definitions(connection: Connection) -> set[str]:
    """Return what SQLite keeps of each table and index, conditions and all, however it was spaced."""
    rows = connection.execute(text("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'alembic%'"))
    return {re.sub(r" *([(),]) *", r"\1", " ".join(sql.split())) for (sql,) in rows}


def test_both_say_the_same_to_the_letter(tmp_path: Path) -> None:
    migrate(sqlite_url(tmp_path))
    store = SqlStore(flavour_of(sqlite_url(tmp_path)))
    engine = create_engine("sqlite://")
    with store.altering() as migrated, engine.begin() as made:
        metadata.create_all(made)
        assert definitions(migrated) == definitions(made)
    engine.dispose()
    store.close()


def test_the_newest_migration_is_the_one_that_a_store_is_asked_for() -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    assert ScriptDirectory.from_config(config).get_heads() == [REVISION]


def test_migrating_again_changes_nothing(url: str) -> None:
    store = open_store(url)
    with store.writing() as transaction:
        transaction.append([incoming("e-1")], NOW)
    migrate(url)
    with store.reading() as snapshot:
        assert [each.id for each in snapshot.history(M1)] == ["e-1"]
    store.close()


def test_several_processes_may_migrate_at_once(empty_url: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", f"from service.adapters.store import migrate; migrate({empty_url!r})"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    # From a folder that has nothing of Intouch's in it.
    running = [subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE) for _ in range(3)]
    assert [process.communicate()[1] for process in running] == [b"", b"", b""]
    open_store(empty_url).close()


def test_a_store_without_tables_says_what_to_do(empty_url: str) -> None:
    with pytest.raises(OperatorError, match=r"no tables yet. Run `intouch migrate`"):
        open_store(empty_url)


def brought_to(url: str, version: str) -> None:
    store = open_store(url)
    with store.altering() as connection:
        connection.execute(text(f"UPDATE alembic_version SET version_num = '{version}'"))
    store.close()


def test_a_store_of_an_older_version_is_refused(url: str) -> None:
    brought_to(url, "0001")
    with pytest.raises(OperatorError, match=r"is at version 0001, .* Run `intouch migrate`"):
        open_store(url)


def test_a_store_that_a_newer_version_made_is_used_and_left_as_it_is(url: str) -> None:
    brought_to(url, "9999")
    open_store(url).close()
    with pytest.raises(OperatorError, match="A newer Intouch"):
        migrate(url)


@pytest.mark.parametrize("wrong", ["nonsense", "mysql://kim:secret@db.example.org/intouch", "sqlite://", ""])
def test_a_url_that_cannot_be_used_is_told_without_its_password(wrong: str) -> None:
    with pytest.raises(OperatorError, match="INTOUCH_DATABASE_URL") as told:
        open_store(wrong)
    assert "secret" not in str(told.value)


def test_the_folder_is_made_and_the_file_is_the_owners_alone(tmp_path: Path) -> None:
    migrate(f"sqlite:///{tmp_path / 'a/b/intouch.db'}")
    assert (tmp_path / "a/b/intouch.db").stat().st_mode & 0o077 == 0


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OperatorError, match="cannot be opened"):
        migrate(f"sqlite:///{tmp_path / 'file/intouch.db'}")
