"""A real copy of the database, put back after more mail went out: none of it goes twice, and all else goes on."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from service.settings import ROOT, read_settings
from service.wiring import Installation
from tests.faults.works import Nursery, Works, until
from tests.mail.fake_sendgrid import fake_sendgrid
from tests.servers.process import program


class Copies:
    """Copies the store as its operator would, and puts it back."""

    def __init__(self, works: Works) -> None:
        self.works, self.copy = works, works.folder / "copy"

    def make(self) -> None:
        if self.works.database:
            _postgresql("pg_dump", "--format=custom", f"--file={self.copy}", f"--dbname={self.works.database}")
            return
        with closing(sqlite3.connect(self._file)) as own, closing(sqlite3.connect(self.copy)) as other:
            own.backup(other)

    def put_back(self) -> None:
        self.works.intouch.close()
        if self.works.database:
            _postgresql("pg_restore", "--clean", "--if-exists", f"--dbname={self.works.database}", str(self.copy))
        else:
            for each in self._file.parent.glob(f"{self._file.name}-*"):
                each.unlink()
            shutil.copy(self.copy, self._file)
        self.works.intouch = Installation(read_settings(self.works.own))

    @property
    def _file(self) -> Path:
        return self.works.folder / "var" / "intouch.db"


def _postgresql(name: str, *arguments: str) -> None:
    subprocess.run([program(name, "usr/lib/postgresql/*/bin"), *arguments], check=True, capture_output=True)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def works(request: pytest.FixtureRequest, tmp_path: Path, nursery: Nursery) -> Iterator[Works]:
    url = request.getfixturevalue("postgresql_url") if request.param == "postgresql" else ""
    with fake_sendgrid() as sendgrid:
        made = Works(tmp_path / "works", sendgrid, nursery, "hold", url)
        yield made
        made.close()


def intouch(works: Works, *words: str) -> str:
    """Run a command of Intouch's, and return what it says."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("INTOUCH_")}
    command = [sys.executable, "-m", "service", *words]
    done = subprocess.run(command, cwd=ROOT, env={**plain, **works.own}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def went_after_the_copy(works: Works, copies: Copies) -> tuple[int, int, int]:
    """Let one email go before the copy and one after it; return their numbers, and one of whom nothing went."""
    process = works.start()
    before = works.ask_for_help()
    works.settles_as(before, ["sent"])
    works.end(process.pid, signal.SIGTERM)
    after, later = works.ask_for_help(), works.ask_for_help()
    copies.make()
    process = works.start()
    works.settles_as(after, ["sent"])
    works.end(process.pid, signal.SIGTERM)
    assert [len(works.taken(each)) for each in (before, after)] == [1, 1]
    copies.put_back()
    assert works.states(after) == ["pending"], "the copy knows of no email to them"
    return before, after, later


def _told_by_reports(works: Works, after: int, later: int) -> None:
    works.start("serve")
    works.report_until_heard(after)
    works.report_until_heard(later)


def _told_by_the_log(works: Works, after: int, later: int) -> None:  # noqa: ARG001  # as the others
    said = intouch(works, "restored", "--sent", str(works.folder / "log.txt"))
    assert "2 of them found now" in said


@pytest.mark.parametrize("told", [_told_by_reports, _told_by_the_log], ids=["by reports", "by the log"])
def test_what_went_after_the_copy_goes_no_second_time(works: Works, told: Callable[[Works, int, int], None]) -> None:
    before, after, later = went_after_the_copy(works, Copies(works))
    told(works, after, later)
    new = works.ask_for_help()
    worker = works.start("work")
    until(lambda: works.states(after) == ["sent"], "what had gone counts as sent", lambda: works.states(after))
    assert works.states(new) == ["pending"], "no mail goes until people have looked"
    intouch(works, "resume", "--all")
    works.settles_as(new, ["sent"])
    assert [len(works.taken(each)) for each in (before, after, later, new)] == [1, 1, 1, 1]
    works.end(worker.pid, signal.SIGTERM)


def test_after_a_restore_nobody_told_of_no_mail_goes_until_somebody_lets_it(works: Works) -> None:
    _, after, _ = went_after_the_copy(works, Copies(works))
    assert "No mail goes" in intouch(works, "restored", "--by", "Kim")
    works.start("run")
    new = works.ask_for_help()
    until(lambda: "pending" in works.states(new), "it is decided")
    works.report_until_heard(after)
    assert (len(works.taken(after)), len(works.taken(new))) == (1, 0)
    assert "Kim" in intouch(works, "audit")
    intouch(works, "resume", "--all")
    works.settles_as(new, ["sent"])
    assert works.settled(after) == ["sent"]
    assert (len(works.taken(after)), len(works.taken(new))) == (1, 1)
