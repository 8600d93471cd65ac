"""Between two instants that deciding and planning name, and without events, asking again changes nothing."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

import pytest

from service.domain.calendar import HOUR, MINUTE, QUARTER, Instant, format_rfc3339, quarter_down
from service.domain.earliest import Earliest
from tests.domain.asking import SOURCES, Asked, changes, walk
from tests.domain.short_cases import short_case
from tests.naive.histories import Case

CASES = 500
CHUNK = 25
WITH_MINUTES = 40
NECESSARY_IN = {
    "due": 0, "close": 7, "none_in_last": 89, "break": 38, "pause": 16, "program_end": 16,
    "ready": 71, "hours": 0, "limit": 71, "gap": 3, "again": 5, "merge": 3,
}  # fmt: skip
"""Where to look first for a case that fails without the source; any other of the cases will do."""


def _quarters(case: Case) -> Iterable[Instant]:
    return range(quarter_down(case.first), case.until + 1, QUARTER)


def _minutes(case: Case, seed: int) -> Iterable[Instant]:
    """Return every minute of four hours from one of the case's events on."""
    begins = case.events[seed % len(case.events)].recorded // MINUTE * MINUTE
    return range(begins, begins + 4 * HOUR, MINUTE)


def _first_change(seed: int, *, every_word: bool = False) -> str:
    """Return what asking at some quarter hour changes in the case of that seed, or ""."""
    case = short_case(seed)
    world = Asked(case.rule_set, every_word=every_word)
    for at in walk(world, case.events, _quarters(case)):
        found = changes(world)
        if found:
            return f"seed {seed}, {format_rfc3339(at)}: {found[0]}"
    return ""


@pytest.mark.parametrize("seeds", [range(at, at + CHUNK) for at in range(0, CASES, CHUNK)], ids=str)
def test_asking_at_every_quarter_hour_changes_nothing(seeds: range) -> None:
    """Candidates and verdicts stay the same and nothing goes at any quarter hour that was not named."""
    assert [found for seed in seeds if (found := _first_change(seed, every_word=seed % 5 == 0))] == []


def test_asking_at_every_minute_changes_nothing_for_alerts_and_answers() -> None:
    """Alerts and answers, which keep no quarter hours, stay the same at every minute that was not named."""
    for seed in range(WITH_MINUTES):
        case = short_case(seed)
        if not case.events:
            continue
        world = Asked(case.rule_set)
        for at in walk(world, case.events, _minutes(case, seed)):
            assert changes(world, exact_only=at % QUARTER != 0) == [], f"seed {seed}, {format_rfc3339(at)}"


def test_every_source_of_instants_comes_up(report_sources: Callable[[str, Mapping[str, int]], None]) -> None:
    """Each kind of instant is the next one and makes a difference in at least one of the cases."""
    came, mattered = Counter(dict.fromkeys(SOURCES, 0)), Counter(dict.fromkeys(SOURCES, 0))
    for seed in range(CASES):
        case = short_case(seed)
        world = Asked(case.rule_set)
        for _ in walk(world, case.events, (case.until,)):
            came.update(world.came)
            mattered.update(world.mattered)
    report_sources("was next", came)
    report_sources("made a difference", mattered)
    assert set(came) == set(SOURCES)
    assert [source for source in SOURCES if not mattered[source]] == []


@pytest.mark.parametrize("source", SOURCES)
def test_no_source_of_instants_can_be_left_out(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any one source the engine misses an instant, and some case shows it."""
    with monkeypatch.context() as broken:
        broken.setattr(Earliest, "note", _without(source, Earliest.note))
        shown = next((seed for seed in (NECESSARY_IN[source], *range(CASES)) if _first_change(seed)), None)
    assert shown is not None, f"no case needs {source}"
    assert _first_change(shown) == ""


def _without(source: str, note: Callable[..., None]) -> Callable[..., None]:
    def noting(self: object, at: Instant, of: str) -> None:
        if of != source:
            note(self, at, of)

    return noting
