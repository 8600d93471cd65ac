"""The installation's secret: made once, kept, and read by its owner alone."""

import threading
from pathlib import Path

import pytest

from service.adapters.secret_file import read_or_make_secret
from service.domain.errors import OperatorError
from service.domain.grants import Grant, Purpose
from service.settings import read_settings
from service.wiring import Installation


def test_it_is_made_once_and_kept(tmp_path: Path) -> None:
    made = read_or_make_secret(tmp_path / "var")
    assert len(made) >= 32
    assert read_or_make_secret(tmp_path / "var") == made
    assert read_or_make_secret(tmp_path / "other") != made


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    read_or_make_secret(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]
    assert (tmp_path / "secret").stat().st_mode & 0o077 == 0


def test_all_who_start_at_once_have_the_same(tmp_path: Path) -> None:
    found: list[bytes] = []
    barrier = threading.Barrier(8)

    def start() -> None:
        barrier.wait()
        found.append(read_or_make_secret(tmp_path))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_a_folder_that_cannot_hold_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OperatorError, match="INTOUCH_DATA_DIR"):
        read_or_make_secret(tmp_path / "file")


def test_a_set_secret_must_be_long_enough_to_be_one(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret")
    with pytest.raises(OperatorError, match="32 characters") as told:
        read_settings({"INTOUCH_SECRET_FILE": str(tmp_path / "secret")})
    assert "s3cret" not in str(told.value)


@pytest.mark.servers
def test_processes_of_one_database_open_each_others_links(postgresql_store_url: str, tmp_path: Path) -> None:
    """They run on different machines, and nobody gave them a secret."""
    grant = Grant(purpose=Purpose.UNSUBSCRIBE, program="northfield", recipient="ben", last_day=30_000)
    environments = ({"INTOUCH_DATABASE_URL": postgresql_store_url, "INTOUCH_DATA_DIR": str(tmp_path / n)} for n in "ab")
    first, second = (Installation(read_settings(each)) for each in environments)
    assert second.link_tokens.grant(first.link_tokens.token(grant)) == grant
    first.close()
    second.close()


@pytest.mark.servers
def test_a_secret_that_was_set_is_not_kept_in_the_store(postgresql_store_url: str, tmp_path: Path) -> None:
    own = {"INTOUCH_DATABASE_URL": postgresql_store_url, "INTOUCH_DATA_DIR": str(tmp_path), "INTOUCH_SECRET": "x" * 32}
    intouch = Installation(read_settings(own))
    assert intouch.store.secret == b"x" * 32
    assert intouch.store.share_secret(b"another") == b"another", "nobody proposed one before"
    intouch.close()
