"""What the service has not folded yet is read whole, however much of it there is."""

from pathlib import Path

from service.domain.book import book_of
from service.domain.calendar import parse_rfc3339
from service.domain.events import Subject
from service.flow.fold_news import fold_all_news
from service.flow.ports import SubjectKey
from tests.cli.commands import event, pair
from tests.flow.stage import Stage

NOON = parse_rfc3339("2026-03-02T15:00:00Z")
WROTE = 7


def test_a_backlog_longer_than_what_is_read_at_once_is_folded_to_its_end(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "var", NOON)
    stage.take(*pair())
    stage.work_until(NOON)
    for number in range(WROTE):
        at = f"2026-03-02T14:{number:02}:00Z"
        stage.take(event(f"w{number}", "mentorship.message_sent", "mentorships/m-1", at, {"by": "mentor"}))
    key = SubjectKey("northfield", Subject.parse("mentorships/m-1"))
    with stage.intouch.store.reading() as snapshot:
        rule_set = stage.intouch.rules.of(snapshot).rule_set
        rows = snapshot.subjects([key])
        assert rows[key].folded_with == book_of(rule_set, key.program).lens.signature, "only its news is to be read"
        facts = fold_all_news(snapshot, rule_set, rows, NOON, at_once=2)[key].facts
    stage.close()
    assert facts is not None
    assert facts.count("mentorship.message_sent") == WROTE
