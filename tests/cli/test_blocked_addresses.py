"""`intouch blocked`, as staff type it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.domain.suppression import Reason, Suppression
from service.flow.ports import Action
from tests.cli.commands import Ran, here
from tests.flow.braking import MONDAY
from tests.flow.stage import Stage

BEN = "ben@example.org"


@pytest.fixture(name="stage")
def _stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path, MONDAY)
    yield made
    made.close()


def run(stage: Stage, *words: object) -> Ran:
    return here("blocked", *words, environment={"INTOUCH_DATA_DIR": str(stage.folder)})


def test_a_blocked_address_says_why_and_can_be_allowed_again(stage: Stage) -> None:
    """The audit knows who did it, and nobody's address."""
    bounced = Suppression(reason=Reason.HARD_BOUNCE, at=MONDAY, detail="550 5.1.1")
    with stage.intouch.store.writing() as transaction:
        transaction.suppress({BEN: bounced})
    why = "mail to it came back, because there is no such mailbox (550 5.1.1)"
    assert run(stage, "show", "Ben@Example.org").out == f"It is blocked since 2026-03-02T15:00:00Z: {why}.\n"
    assert run(stage, "allow", BEN, "--by", "kim").out.startswith("Mail goes to it again")
    assert run(stage, "allow", BEN).out == "It was not blocked.\n"
    assert run(stage, "show", BEN).out == "It is not blocked.\n"
    with stage.intouch.store.reading() as snapshot:
        (deed,) = snapshot.audit(Action.ADDRESS_ALLOWED)
    assert (deed.who, deed.about, dict(deed.detail)) == ("kim", "an address", {})


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_its_words(stage: Stage, reason: Reason) -> None:
    with stage.intouch.store.writing() as transaction:
        transaction.suppress({BEN: Suppression(reason=reason, at=MONDAY)})
    assert run(stage, "show", BEN).out.startswith("It is blocked since")
