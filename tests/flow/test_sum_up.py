"""Figures are what the store's own answers come to, made in the background and counted once."""

from collections import Counter
from pathlib import Path
from random import Random

from service.domain.calendar import DAY, HOUR, MINUTE
from service.domain.figures import CONNECTED, MATCHED, STATE
from service.domain.programs import Thresholds
from service.flow.footing_port import START, Wanted
from service.flow.matter_port import MattersWanted
from service.flow.sum_up import NOW as OPEN_NOW
from service.flow.sum_up import OPTED_OUT, SHARED, VIEWED
from tests.flow.events import event, registered
from tests.flow.stage import Stage
from tests.flow.test_footings import IDS, anything
from tests.store.samples import NOW


def test_figures_say_what_the_store_would(tmp_path: Path) -> None:
    random, stage = Random(11), Stage(tmp_path, NOW)
    stage.take(registered("ada", "mentor", NOW, groups=["fall"]), registered("ben", "mentee", NOW))
    for _ in range(3):
        stage.take(*(anything(random) for _ in range(80)))
        stage.worker.turn()
    stage.intouch.summing_up.sum_up()
    with stage.intouch.store.reading() as snapshot:
        figures = snapshot.figures("northfield", "")
        states = snapshot.states("northfield", Thresholds(), NOW)
        rows = [row for _, row in snapshot.footings("northfield", Wanted(), Thresholds(), NOW, START, 100)]
        things = snapshot.matters("northfield", MattersWanted(), limit=1_000)
    last = max(each.monday for each in figures if each.monday != OPEN_NOW)
    now = {each.what: each.number for each in figures if each.monday == last and each.group == ""}
    assert {what: n for what, n in now.items() if what.startswith(STATE)} == {
        STATE + state.value: n for state, n in states.items() if state is not None
    }
    matched = [row.footing for row in rows if row.footing.matched_at is not None]
    assert now[MATCHED] == len(matched)
    assert now[CONNECTED] == sum(each.conversations > 0 for each in matched)
    fall = [row for row in rows if "fall" in row.groups and row.footing.matched_at is not None]
    assert 0 < len(fall) == sum(e.number for e in figures if (e.group, e.what, e.monday) == ("fall", MATCHED, last))
    opened = Counter(row.matter.kind for row in things)
    told: Counter[str] = Counter()
    for each in figures:
        parts = each.what.split("|")
        if each.monday == OPEN_NOW and len(parts) == 4:
            told[parts[1]] += each.number
    assert told == opened
    assert sum(row.footing.open_flags for row in rows) == opened["flag"]
    stage.close()


def test_events_are_counted_once_and_never_before_they_are_settled(tmp_path: Path) -> None:
    stage = Stage(tmp_path, NOW)
    stage.take(registered("ada", "mentor", NOW), registered("ben", "mentee", NOW))
    stage.take(
        event("participant.preferences_changed", "participants/ada", NOW, category="reminders", wanted=False),
        event("participant.preferences_changed", "participants/ada", NOW - DAY, category="reminders", wanted=True),
        event("resource.viewed", "participants/ben", NOW, resource="office-hours"),
        event("resource.shared", f"mentorships/{IDS[0]}", NOW - 20 * DAY, resource="office-hours"),
    )
    stage.worker.turn()
    summing = stage.intouch.summing_up

    def counted() -> Counter[str]:
        with stage.intouch.store.reading() as snapshot:
            found: Counter[str] = Counter()
            for each in snapshot.figures("northfield", ""):
                found[each.what] += each.number if each.what.startswith("event:") else 0
            return +found

    assert summing.sum_up_when_due()
    assert counted() == {}
    stage.clock.now = NOW + MINUTE
    assert summing.sum_up_when_due()
    told = {OPTED_OUT: 1, f"{VIEWED}office-hours": 1, f"{SHARED}office-hours": 1}
    assert counted() == told
    assert not summing.sum_up_when_due()
    stage.clock.now = NOW + HOUR
    assert summing.sum_up_when_due()
    assert counted() == told
    stage.close()
