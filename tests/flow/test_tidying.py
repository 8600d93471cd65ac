"""Tidying: what is past its time goes, what is not stays, and it is done once a night."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.adapters.store import SqlStore, migrate, open_store
from service.domain.calendar import DAY, HOUR
from service.flow.erasure_port import NoBodies
from service.flow.ports import Action, AuditRow
from service.flow.report_port import ReportKey
from service.flow.tidy import AT_ONCE, Keeping, Tidied, Tidier, until_night
from tests.flow.braking import MONDAY
from tests.flow.stage import Stage
from tests.mail.emails import email
from tests.store.factories import DATABASES, sqlite_url

KEPT = ReportKey("kept", "delivered", MONDAY - 30 * DAY)
KEEPING = Keeping(bodies=7 * DAY, reports=30 * DAY, audit=365 * DAY, views=30 * DAY, sessions=DAY // 2)


@pytest.fixture(name="store", params=DATABASES)
def _store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStore]:
    if request.param == "sqlite":
        url = sqlite_url(tmp_path)
        migrate(url)
    else:
        url = str(request.getfixturevalue("postgresql_store_url"))
    opened = open_store(url)
    yield opened
    opened.close()


def deed(about: str, at: int) -> AuditRow:
    return AuditRow(at=at, who="kim", action=Action.MAIL_STOPPED, about=about)


def test_reports_and_the_audit_go_after_their_time(store: SqlStore) -> None:
    """More reports than one transaction takes out."""
    with store.writing() as transaction:
        for n in range(AT_ONCE + 1):
            transaction.keep_reports({ReportKey(f"s-{n}", "delivered", MONDAY - 30 * DAY - 1): ""})
        transaction.keep_reports({KEPT: ""})
        transaction.note(deed("old", MONDAY - 365 * DAY - 1))
        transaction.note(deed("young", MONDAY - 365 * DAY))
    tidier = Tidier(store=store, bodies=NoBodies(), keeping=KEEPING, clock=lambda: MONDAY)
    assert tidier.tidy() == Tidied(bodies=0, reports=AT_ONCE + 1, audit=1, views=0, sessions=0)
    assert tidier.tidy() == Tidied(bodies=0, reports=0, audit=0, views=0, sessions=0)
    with store.writing() as transaction:
        assert transaction.keep_reports({KEPT: ""}) == set()
        assert [each.about for each in transaction.audit(Action.MAIL_STOPPED)] == ["young"]


def test_texts_go_after_their_time_and_to_whom_they_went_stays(tmp_path: Path) -> None:
    stage = Stage(tmp_path, MONDAY, {"INTOUCH_KEEP_BODIES_DAYS": "3"})
    for id, at in (("old", MONDAY - 3 * DAY - 1), ("young", MONDAY - 3 * DAY)):
        stage.intouch.mailer.send(email(send_id=id, created=at, text="To be read"))
    assert stage.intouch.tidier.tidy().bodies == 1
    old, young = (stage.mailbox.read(each) for each in ("old", "young"))
    assert old is not None
    assert young is not None
    assert (old.text, old.summary.recipient, young.text) == (
        "Its text is no longer kept.", young.summary.recipient, "To be read",
    )  # fmt: skip
    assert stage.intouch.tidier.tidy().bodies == 0
    stage.close()


@pytest.mark.parametrize(
    ("after_midnight", "wait"), [(0, 3 * HOUR), (3 * HOUR - 1, 1), (3 * HOUR, DAY), (15 * HOUR, 12 * HOUR)]
)
def test_night_is_at_three(after_midnight: int, wait: int) -> None:
    assert until_night(MONDAY - MONDAY % DAY + after_midnight) == wait
