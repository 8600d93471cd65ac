"""The safety limit with several workers at once, each with connections of its own, on either database."""

from contextlib import suppress
from pathlib import Path
from threading import Barrier, Thread

import pytest

from service.domain.calendar import HOUR
from service.flow.accept import StoreUnavailable
from tests.flow.braking import CHANGED, PAIRS, Braking
from tests.flow.stage import Stage

WORKERS = 4


def work_at_once(braking: Braking) -> None:
    """Let several workers do what is due as fast as they can, until none of them finds anything."""
    crew = [Stage(braking.folder, braking.now, braking.environment) for _ in range(WORKERS)]
    barrier = Barrier(WORKERS)

    def work(stage: Stage) -> None:
        stage.worker.carrier.mailer = braking.carrier
        barrier.wait()
        busy = True
        while busy:
            with suppress(StoreUnavailable):  # two met at one row; one of them tries again
                busy = stage.worker.turn()

    threads = [Thread(target=work, args=(stage,)) for stage in crew]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for stage in crew:
        stage.close()
    braking.work()


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def test_however_many_work_only_the_first_go_and_nobody_hears_twice(
    tmp_path: Path, request: pytest.FixtureRequest, database: str
) -> None:
    """A changed rule, of which three may go, and all pairs at once; an hour later all at once again."""
    url = request.getfixturevalue("postgresql_url") if database == "postgresql" else ""
    braking = Braking(tmp_path, first=3, database=url)
    braking.change_the_rule()
    braking.only_ask(range(PAIRS))
    work_at_once(braking)
    first, held = braking.answered(), braking.held()
    braking.stage.clock.now += 2 * HOUR
    braking.only_ask(range(PAIRS), request="again")
    work_at_once(braking)
    second, held_then = braking.answered(), braking.held()
    braking.close()
    assert (len(first), set(first.values())) == (3, {1})
    assert held == {CHANGED: PAIRS - 3}
    assert second == first
    assert held_then == {CHANGED: 2 * PAIRS - 3}
