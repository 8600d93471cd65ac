"""The code of the release before runs on the new tables: what a migration brings may only be added.

See docs/decisions/0021. A step that takes something away waits until no release that needs it can still be running,
and is then named in `CONTRACTED`, with the release since which nothing asks for what it takes.
"""

import re
from io import StringIO

import pytest
from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory

from tests.store.test_migrations import SCRIPTS

CONTRACTED: dict[str, str] = {}
ADDS = re.compile(
    r"CREATE TABLE \w+ \(.*\)"
    r"|CREATE INDEX \w+ ON \w+ \(.*\).*"  # a unique one would refuse what the code before writes
    r"|ALTER TABLE \w+ ADD COLUMN (?:(?!.*NOT NULL)|(?=.*DEFAULT)).*"
    r"|INSERT INTO \w+ .*|UPDATE \w+ SET .*",
    re.DOTALL,
)


def steps() -> list[Script]:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    return list(ScriptDirectory.from_config(config).walk_revisions())


def statements(upgrade: object) -> list[str]:
    """Return what a step asks of PostgreSQL."""
    written = StringIO()
    context = MigrationContext.configure(
        dialect_name="postgresql", opts={"as_sql": True, "output_buffer": written, "literal_binds": True}
    )
    with Operations.context(context):
        assert callable(upgrade)
        upgrade()
    return [each.strip() for each in written.getvalue().split(";") if each.strip()]


@pytest.mark.parametrize("step", steps(), ids=lambda each: each.revision)
def test_a_migration_only_adds(step: Script) -> None:
    if step.revision in CONTRACTED:
        assert CONTRACTED[step.revision] in {each.revision for each in steps()}
        return
    asked = statements(step.module.upgrade)
    new = {name for each in asked for name in re.findall(r"^CREATE TABLE (\w+)", each)}
    assert [each for each in asked if not ADDS.fullmatch(each) and _about(each) not in new] == []


def _about(statement: str) -> str:
    """Return the table that an index or a change is about: on a table of this very step, anything goes."""
    found = re.search(r"(?: ON|ALTER TABLE) (\w+)", statement)
    return found[1] if found else ""


@pytest.mark.parametrize(
    ("statement", "adds"),
    [
        ("ALTER TABLE events ADD COLUMN more TEXT", True),
        ("ALTER TABLE events ADD COLUMN more TEXT DEFAULT '' NOT NULL", True),
        ("ALTER TABLE events ADD COLUMN more TEXT NOT NULL", False),
        ("ALTER TABLE events DROP COLUMN data", False),
        ("ALTER TABLE events RENAME data TO body", False),
        ("ALTER TABLE events ALTER COLUMN data SET NOT NULL", False),
        ("ALTER TABLE events ADD CONSTRAINT one CHECK (seq > 0)", False),
        ("CREATE UNIQUE INDEX ix ON events (id)", False),
        ("CREATE INDEX ix ON events (id) WHERE id <> ''", True),
        ("DROP INDEX ix", False),
        ("DELETE FROM events", False),
    ],
)
def test_what_takes_away_would_be_found(statement: str, adds: bool) -> None:
    assert bool(ADDS.fullmatch(statement)) is adds
