"""Servers as fixtures: each test that asks gets a corner of its own, and is marked `servers`."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from service.adapters.store import migrate
from tests.servers.process import ServerError
from tests.servers.redis import DATABASES
from tests.servers.shared import GIVEN, alone, next_number, server_url


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that all workers of this run share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


def _server(request: pytest.FixtureRequest, folder: Path, kind: str) -> str:
    """Return the URL of the run's server of that kind."""
    if request.node.get_closest_marker("servers") is None:
        pytest.fail(f"{request.node.name} needs {kind}: mark it `servers`.", pytrace=False)
    run = os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()
    try:
        return server_url(kind, folder, run)
    except ServerError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture
def postgresql_url(request: pytest.FixtureRequest, run_folder: Path) -> Iterator[str]:
    """Return the URL of a new, empty database."""
    # Imported here, as below: whoever runs one test of the domain needs no driver.
    from tests.servers.postgresql import drop_database, new_database

    server = _server(request, run_folder, "postgresql")
    url = new_database(server)
    yield url
    drop_database(url, server)


@pytest.fixture
def postgresql_store_url(request: pytest.FixtureRequest, run_folder: Path) -> Iterator[str]:
    """Return the URL of a new database with Intouch's tables, copied from one that was migrated once in this run."""
    with new_store(request, run_folder) as url:
        yield url


@contextmanager
def new_store(request: pytest.FixtureRequest, run_folder: Path) -> Iterator[str]:
    """Return a context with the same, for a fixture that lasts longer than a test."""
    from tests.servers.postgresql import TEMPLATE, drop_database, make_template, new_database

    server = _server(request, run_folder, "postgresql")
    if not os.environ.get(GIVEN["postgresql"]):
        with alone(run_folder / "template.lock"):
            make_template(server)
        url = new_database(server, TEMPLATE)
    else:  # a copy that stays behind on somebody's own server would be old one day
        url = new_database(server)
        migrate(url)
    yield url
    drop_database(url, server)


@pytest.fixture
def rabbitmq_url(request: pytest.FixtureRequest, run_folder: Path) -> str:
    """Return the URL of a virtual host with nothing in it.

    A server that was given has no such host to spare: tests then share the one of its URL and need `-n0`.
    """
    from tests.servers.rabbitmq import VHOSTS

    server = _server(request, run_folder, "rabbitmq")
    if os.environ.get(GIVEN["rabbitmq"]):
        return server
    number = next_number(run_folder, "rabbitmq")
    assert number < VHOSTS, "more tests ask for a virtual host than a node brings; raise VHOSTS"
    return f"{server}{number}"


@pytest.fixture
def redis_url(request: pytest.FixtureRequest, run_folder: Path) -> str:
    """Return the URL of a numbered database with nothing in it."""
    server = _server(request, run_folder, "redis")
    if os.environ.get(GIVEN["redis"]):
        return server
    return f"{server}{next_number(run_folder, 'redis') % DATABASES}"
