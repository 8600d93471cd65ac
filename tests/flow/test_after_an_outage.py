"""After six hours in which nobody worked: what may still go is paced, and what is too late says so."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.domain.calendar import DAY, HOUR, MINUTE, SECOND, Instant
from service.domain.delivery import Word
from service.domain.events import Subject
from service.flow.neighbourhood import read_neighbourhood
from service.flow.ports import SubjectKey
from service.staff.explain import explain_all
from tests.flow.events import event, pair
from tests.flow.one_message import write_rules
from tests.flow.stage import Stage
from tests.flow.test_claim import MONDAY

RULES = """
delivery: { send_within: 4 hours }
rules:
  - id: nudge
    kind: nudge
    starts: mentorship.matched
    wait: 300 days
    until: [ { event: conversation.logged } ]
    send: [ { to: mentee, message: word } ]
"""
MORNING, RATE, PAIRS = MONDAY, 5, 30
"""Nine o'clock in Chicago, emails a second, and pairs that are due then; as many are due at noon."""
CATCHING_UP = 3
"""How many more may go in the first second: half a second's, and the one that is due."""


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    own = write_rules(tmp_path, RULES) | {"INTOUCH_MAIL_PER_SECOND": str(RATE)}
    staged = Stage(tmp_path / "var", MORNING - DAY, own)
    for n in range(2 * PAIRS):
        due = MORNING if n < PAIRS else MORNING + 3 * HOUR
        staged.take(*pair(due - 300 * DAY, f"m-{n}", f"ada-{n}", f"ben-{n}"))
    staged.work_until(MORNING - HOUR)
    yield staged
    staged.close()


def worked(stage: Stage) -> list[Instant]:
    """Let it work a minute, a tenth of a second each time, and return when each email went."""
    went: list[Instant] = []
    for _ in range(600):
        before = stage.mailbox.count()
        stage.worker.turn()
        went += [stage.clock.now] * (stage.mailbox.count() - before)
        stage.clock.now += SECOND // 10
    return went


def words(stage: Stage, numbers: range) -> Counter[str]:
    """Return how many of these pairs were written to, and the verdicts of the others."""
    found: Counter[str] = Counter()
    with stage.intouch.store.reading() as snapshot:
        for n in numbers:
            key = SubjectKey("northfield", Subject.parse(f"mentorships/m-{n}"))
            near = read_neighbourhood(snapshot, stage.intouch.rules, key, stage.clock.now)
            [slot] = [slot for told in explain_all(near) for slot in told.slots]
            found["sent" if slot.went else str(slot.verdict and slot.verdict.word)] += 1
    return found


def test_a_backlog_is_decided_again_and_paced(stage: Stage) -> None:
    stage.clock.now = MORNING + 6 * HOUR
    data = {"conversation_id": "c", "by": "mentor"}
    stage.take(event("conversation.logged", f"mentorships/m-{PAIRS}", stage.clock.now - MINUTE, **data))
    went = worked(stage)
    assert words(stage, range(PAIRS)) == {Word.TOO_LATE: PAIRS}
    assert words(stage, range(PAIRS + 1, 2 * PAIRS)) == {"sent": PAIRS - 1}
    assert len(went) == PAIRS - 1, "who talked meanwhile is reminded of nothing"
    assert all(later - one >= SECOND for one, later in zip(went, went[RATE + CATCHING_UP :], strict=False))
