"""The pages of rules for readers, and the brakes on them: stop, resume, let go, drop."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from service.adapters.http import create_app
from service.adapters.rulebook.sources import Sources
from service.console.rule_history import text_of
from service.domain.calendar import HOUR, parse_rfc3339
from service.flow.brake_port import Scope
from service.trial.foresight import Foresights
from tests.console.site import read
from tests.console.visitor import Visitor
from tests.flow.events import pair
from tests.flow.stage import Stage
from tests.trial.small import stage

MONDAY = parse_rfc3339("2026-03-02T15:00:00Z")
TWO = """rules:
  - id: hello
    kind: nudge
    send:
      - { to: both }

  - id: hello-again
    kind: alert
other: 1
"""


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Stage]:
    made = stage(tmp_path, MONDAY)
    made.take(*pair(MONDAY))
    made.work_until(MONDAY + HOUR)
    yield made
    made.close()


def visitor(live: Stage) -> Visitor:
    intouch = live.intouch
    return Visitor(create_app(intouch.acceptor, intouch.schemas, intouch.ready, [intouch._console()])).enter(
        intouch.sessions
    )


def test_what_rules_would_send_and_what_stories_show_is_found_beside_the_pages(live: Stage) -> None:
    waiting: list[object] = []

    def at_once(work: Callable[[], None]) -> None:
        waiting.append(work)
        work()

    foresights = Foresights(live.intouch.trials, start=at_once)
    assert foresights.now() is None
    known = foresights.now()
    assert known is not None
    assert len(waiting) == 1
    assert known.week is not None
    assert known.stories.coverage is not None
    live.clock.now += 2 * HOUR
    foresights.now()
    assert len(waiting) == 2


def test_a_rule_is_stopped_and_goes_on_by_hand(live: Stage) -> None:
    asked = visitor(live)
    with live.intouch.store.reading() as snapshot:
        rule = live.intouch.rules.of(snapshot).rule_set.rules[0].id
    path = f"/console/rules/of/{rule}"
    assert rule in read(asked.get("/console/rules/all").text).text or asked.get(path).status_code == 200
    assert asked.post(f"{path}/stop").status_code == 303
    with live.intouch.store.reading() as snapshot:
        assert [(each.scope, each.name) for each in snapshot.stops()] == [(Scope.RULE, rule)]
    assert "Somebody has stopped this rule" in asked.get(path).text
    assert asked.post(f"{path}/resume").status_code == 303
    with live.intouch.store.reading() as snapshot:
        assert snapshot.stops() == []
    assert asked.get("/console/rules/of/nonsense").status_code == 404
    assert asked.post("/console/rules/of/nonsense/stop").status_code == 404
    assert asked.post(f"/console/held/{rule}/release").status_code == 303
    assert asked.post(f"/console/held/{rule}/drop").status_code == 303


def test_the_text_of_one_rule_is_found_in_its_file() -> None:
    sources = Sources({"rules/x.yaml": TWO, "templates/messages/hello.md": "id: hello"})
    assert text_of(sources, "hello") == TWO.split("\n\n", maxsplit=1)[0].split("\n", 1)[1]
    assert text_of(sources, "hello-again") == "  - id: hello-again\n    kind: alert"
    assert text_of(sources, "hell") == ""
