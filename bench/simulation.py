"""Simulating semesters of growing size: events and mentorships a second, and the peak of memory.

    python -m bench.simulation [--pairs 200 2000]

Each size runs in a process of its own, on events made beforehand; making them is not counted.
"""

import argparse
import multiprocessing
import resource
import time
from datetime import date
from typing import Any


def _simulate(pairs: int, answer: Any) -> None:
    from examples.semester import semester
    from service.adapters.rulebook.load import load
    from service.adapters.rulebook.sources import read_sources
    from service.adapters.schemas import load_schemas
    from service.settings import ROOT
    from service.staff.world import World

    schemas = load_schemas(ROOT / "schemas")
    rule_set = load(read_sources(ROOT / "rules", ROOT / "templates"), schemas.catalogue).rule_set
    assert rule_set is not None
    lines = semester(pairs=pairs, weeks=16, seed=7, starts=date(2026, 8, 24), program="northfield")
    admitted = [event for line in lines for event in schemas.admit([line])[0]]
    events = [each.recorded_at(each.recordedtime or 0) for each in admitted]
    del admitted
    begun = time.perf_counter()
    sent = sum(1 for _ in World(rule_set).run(events))
    seconds = time.perf_counter() - begun
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    answer.put((len(events), sent, seconds, peak_mib))


def main() -> None:
    """Print a line for each size."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, nargs="+", default=[200, 2_000])
    chosen, _ = parser.parse_known_args()
    context = multiprocessing.get_context("spawn")
    for pairs in chosen.pairs:
        answer = context.Queue()
        process = context.Process(target=_simulate, args=(pairs, answer))
        process.start()
        events, sent, seconds, peak_mib = answer.get()
        process.join()
        print(
            f"{pairs:6} pairs x 16 weeks: {events:7} events, {sent:7} notices, {seconds:6.1f} s, "
            f"{events / seconds:7.0f} events/s, {pairs / seconds:6.0f} mentorships/s, peak {peak_mib:5.0f} MiB",
            flush=True,
        )


if __name__ == "__main__":
    main()
