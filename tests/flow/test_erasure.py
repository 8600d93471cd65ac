"""Erasing: no trace of a name or an address, nothing sent twice, and an end that a cut only puts off."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import select

from service.adapters.store.schema import metadata
from service.domain.calendar import DAY, Instant
from service.flow.erasure_port import Bodies
from service.flow.ports import Action, RecipientKey
from tests.canary.cage import ADDRESSES, NAMES, canaries
from tests.cli.commands import Ran, here, intouch
from tests.flow.braking import MONDAY
from tests.flow.events import event
from tests.flow.stage import Stage
from tests.store.factories import DATABASES

MENTEE = "p-2"
MENTEES = (NAMES[1], ADDRESSES[1])
LATER = MONDAY + 3 * DAY


@pytest.fixture(name="stage", params=DATABASES)
def _stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    """Return the first days in the life of a pair, with mail to both."""
    own = {} if request.param == "sqlite" else {"INTOUCH_DATABASE_URL": str(request.getfixturevalue("postgresql_url"))}
    made = Stage(tmp_path, MONDAY, own)
    made.take(*canaries(MONDAY))
    made.work_until(LATER)
    yield made
    made.close()


in_a_file = pytest.mark.parametrize("stage", ["sqlite"], indirect=True)
"""For what is the same in every database."""


def settings(stage: Stage) -> dict[str, str]:
    return {"INTOUCH_DATA_DIR": str(stage.folder), **stage.environment}


def erase(stage: Stage, *words: object) -> Ran:
    return here("erase", *words, "--program", "northfield", "--by", "kim", environment=settings(stage))


def traces(stage: Stage) -> set[str]:
    """Return which canaries stand in any file of the data folder or in any row of any table."""
    kept = [each.read_bytes() for each in stage.folder.rglob("*") if each.is_file()]
    with stage.intouch.store.reader.connect() as connection:
        kept += [str(row).encode() for table in metadata.sorted_tables for row in connection.execute(select(table))]
    everything = b"\n".join(kept).lower()
    return {each for each in (*NAMES, *ADDRESSES) if each.lower().encode() in everything}


def sent_to(stage: Stage, address: str) -> int:
    return len(stage.mailbox.page(search=address).mails)


def test_no_name_and_no_address_of_who_was_erased_is_anywhere(stage: Stage) -> None:
    """The mentor's own stay, though the texts of mail about the pair are gone."""
    assert traces(stage) == {*NAMES, *ADDRESSES}
    said = erase(stage, MENTEE, "--yes")
    assert (said.code, said.out[:16]) == (0, "Erased: 1 event ")
    assert traces(stage) == {NAMES[0], ADDRESSES[0]}
    with stage.intouch.store.reading() as snapshot:
        (deed,) = snapshot.audit(Action.PARTICIPANT_ERASED)
    assert (deed.who, deed.about, deed.program) == ("kim", "participants/p-2", "northfield")


@in_a_file
def test_who_was_erased_gets_nothing_more_and_nobody_gets_anything_twice(stage: Stage) -> None:
    before = stage.mailbox.count()
    with stage.intouch.store.reader.connect() as connection:
        ledger = connection.execute(select(metadata.tables["ledger"])).fetchall()
    erase(stage, MENTEE, "--yes")
    stage.work_until(LATER + 15 * DAY)
    assert sent_to(stage, ADDRESSES[1]) == 0
    assert sent_to(stage, ADDRESSES[0]) > 0
    new = stage.mailbox.page(at_most=500).mails[: stage.mailbox.count() - before]
    with stage.intouch.store.reader.connect() as connection:
        after = connection.execute(select(metadata.tables["ledger"])).fetchall()
    assert set(ledger) < set(after)
    assert {each.recipient for each in new} >= {ADDRESSES[0]}
    assert {each.attempts for each in new} == {1}
    assert traces(stage) == {NAMES[0], ADDRESSES[0]}


def test_what_is_told_of_them_later_is_taken_in_without_names(stage: Stage) -> None:
    """Nobody's batch is refused for it; the same event again, whatever it says, is a duplicate."""
    erase(stage, MENTEE, "--yes")
    told = event("participant.updated", "participants/p-2", LATER, first_name=NAMES[1], email=ADDRESSES[1])
    stage.take(told)
    stage.work_until(LATER)
    other = {**told, "data": {"first_name": "Somebody"}}
    assert stage.intouch.acceptor.accept(stage.admit(other)).duplicates == 1
    with stage.intouch.store.reading() as snapshot:
        assert snapshot.newest_news() == 0, "whoever sends a duplicate holds nobody's row, and touches none"
        assert [dict(each) for each in snapshot.kept_of("northfield", MENTEE)] == [{"role": "mentee"}, {}]
    assert traces(stage) == {NAMES[0], ADDRESSES[0]}


@in_a_file
def test_erasing_again_finds_nothing_and_notes_nothing(stage: Stage) -> None:
    erase(stage, MENTEE, "--yes")
    assert erase(stage, MENTEE, "--yes").out == "Erased before; looked again: 0 events and 0 emails were emptied.\n"
    with stage.intouch.store.reading() as snapshot:
        assert len(snapshot.audit(Action.PARTICIPANT_ERASED)) == 1


@dataclass
class Cut:
    """A mailbox that is cut off at its n-th call."""

    bodies: Bodies
    at: int

    def forget(self, email_ids: Collection[str], naming: Collection[str]) -> int:
        self._go_on()
        return self.bodies.forget(email_ids, naming)

    def forget_before(self, instant: Instant) -> int:
        return self.bodies.forget_before(instant)

    def leave_no_trace(self) -> bool:
        self._go_on()
        return self.bodies.leave_no_trace()

    def _go_on(self) -> None:
        self.at -= 1
        if self.at < 0:
            raise KeyboardInterrupt


@in_a_file
@pytest.mark.parametrize("at", range(3))
def test_an_erasure_that_was_cut_off_is_finished_by_the_next(stage: Stage, at: int) -> None:
    eraser = stage.intouch.eraser
    key = RecipientKey("northfield", MENTEE)
    with pytest.raises(KeyboardInterrupt):
        replace(eraser, bodies=Cut(eraser.bodies, at)).erase(key, "kim")
    assert eraser.erase(key, "kim").first is False
    assert traces(stage) == {NAMES[0], ADDRESSES[0]}


@in_a_file
def test_it_asks_first_and_knows_a_slip(stage: Stage) -> None:
    assert erase(stage, "p-22", "--yes").err == (
        "Error: The program “northfield” has no events about a participant “p-22”.\n"
    )
    asked = intouch("erase", MENTEE, "--program", "northfield", stdin="no\n", environment=settings(stage))
    assert (asked.code, "cannot be taken back" in asked.out) == (130, True)
    assert traces(stage) == {*NAMES, *ADDRESSES}
