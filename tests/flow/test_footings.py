"""What is kept of mentorships for pages is what their whole log says, in whatever order and pieces it came."""

from pathlib import Path
from random import Random
from typing import Any

from service.domain.book import book_of
from service.domain.calendar import DAY
from service.domain.engagement import footing_of
from service.domain.programs import Thresholds
from service.flow.footing_port import START, Wanted
from tests.flow.events import event, registered
from tests.flow.stage import Stage
from tests.store.samples import NOW

IDS = tuple(f"m-{number:02}" for number in range(40))
LOGGED = {"by": "mentor", "held_on": "2026-01-05", "topics": ["belonging"]}
FLAGGED = {"by": "mentor", "topics": ["stress"], "priority": "routine"}
EVENTS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("mentorship.matched", "", {"mentor_id": "ada", "mentee_id": "ben"}),
    ("mentorship.completed", "", {}),
    ("mentorship.message_sent", "", {"by": "mentor"}),
    ("conversation.logged", "conversation_id", LOGGED),
    ("conversation.deleted", "conversation_id", {}),
    ("flag.submitted", "flag_id", FLAGGED),
    ("flag.resolved", "flag_id", {}),
    ("help.requested", "request_id", {"by": "mentor", "option": "talk_to_institution"}),
    ("help.resolved", "request_id", {}),
)


def anything(random: Random) -> dict[str, Any]:
    """Return something that may happen to one of the mentorships, in the two months before NOW."""
    kind, id_field, data = random.choice(EVENTS)
    named = {id_field: random.choice("12")} if id_field else {}
    return event(kind, f"mentorships/{random.choice(IDS)}", NOW - random.randrange(60) * DAY, **named, **data)


def test_footings_follow_from_the_log(tmp_path: Path) -> None:
    random, stage = Random(7), Stage(tmp_path, NOW)
    stage.take(registered("ada", "mentor", NOW), registered("ben", "mentee", NOW))
    for _ in range(4):
        stage.take(*(anything(random) for _ in range(60)))
        stage.worker.turn()
    with stage.intouch.store.reading() as snapshot:
        folding = book_of(stage.intouch.rules.of(snapshot).rule_set, "northfield").folding
        found = snapshot.footings("northfield", Wanted(), Thresholds(), NOW, START, 100)
        kept = {row.id: row.footing for _, row in found}
        keys = [row.key for row in snapshot.all_subjects("northfield", "mentorships")]
        logs = {key: [each for _, each in snapshot.news(key, 0, limit=None)] for key in keys}
    assert kept == {key.subject.id: footing_of(folding.whole(key.subject, log)) for key, log in logs.items()}
    assert {each.open_flags for each in kept.values()} >= {0, 1, 2}
    assert any(each.ended_at for each in kept.values())
    stage.close()
