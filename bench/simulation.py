"""Simulating a semester: one rule set, an edit held against it, and an edit that touches every rule.

    python -m bench.simulation [--pairs 200 2000] [--of one edit everything]

Each is a run of `intouch simulate` on all cores, as people start it, reading and printing included, and another of the
compiled Intouch where `make compiled` built one; making the semester is not counted. CPU time and memory are those of
all its processes together; memory that they share counts once.
"""

import argparse
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from itertools import product
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory
from typing import NamedTuple

import orjson

from examples.semester import semester
from service.settings import ROOT

EDITS = {
    "edit": ("conversations.yaml", "wait: 14 days", "wait: 10 days"),
    "everything": ("delivery.yaml", "send_within: 3 days", "send_within: 2 days"),
}
"""Name → the file of the pack, what stands there, and what is to stand there: one wait, or how late any mail may go."""


class Cost(NamedTuple):
    """What a run took: seconds on the clock and of all cores, and the most memory at once."""

    wall_s: float
    cpu_s: float
    peak_mib: float


def _write_semester(path: Path, pairs: int) -> int:
    lines = semester(pairs=pairs, weeks=16, seed=7, starts=date(2026, 8, 24), program="northfield")
    with path.open("wb") as file:
        return sum(file.write(orjson.dumps(line) + b"\n") > 0 for line in lines)


def _edited(folder: Path, name: str) -> Path:
    """Return a copy of the pack with the edit of that name."""
    file, old, new = EDITS[name]
    rules = copytree(ROOT / "rules", folder / name)
    text = (rules / file).read_text("utf-8")
    assert old in text, f"the pack has no {old} any more: choose another edit"
    (rules / file).write_text(text.replace(old, new, 1), "utf-8")
    return rules


def _words(name: str, folder: Path) -> list[str]:
    if name == "one":
        return ["--rules", str(ROOT / "rules")]
    return ["--rules", str(_edited(folder, name)), "--against", str(ROOT / "rules")]


def _ways() -> dict[str, list[str]]:
    """Return how Intouch can be started here."""
    compiled = ROOT / ".compiled" / "intouch"
    return {"Python": [sys.executable, "-m", "service"], **({"compiled": [str(compiled)]} if compiled.exists() else {})}


def _run(intouch: list[str], events: Path, words: list[str]) -> Cost:
    before, begun, peak = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter(), 0.0
    command = [*intouch, "simulate", str(events), *words, "--format", "json"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        while running.poll() is None:
            peak = max(peak, sum(_memory_mib(each) for each in _with_children(running.pid)))
            time.sleep(0.2)
    wall, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    if running.returncode:
        raise SystemExit(f"intouch simulate {' '.join(words)} ended with {running.returncode}")
    return Cost(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, peak)


def _with_children(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            yield from map(int, task.read_text("ascii").split())
        except OSError:  # it ended meanwhile
            continue


def _memory_mib(pid: int) -> float:
    """Return the process's share of memory; 0 where it ended or the system does not say."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def main() -> None:
    """Print a line for each size and kind of run."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, nargs="+", default=[200, 2_000], help="mentorships (200 2000)")
    parser.add_argument("--of", nargs="+", choices=["one", *EDITS], default=["one", *EDITS])
    chosen, _ = parser.parse_known_args()
    with TemporaryDirectory() as name:
        for pairs in chosen.pairs:
            folder = Path(name) / str(pairs)
            folder.mkdir()
            events = folder / "events.ndjson"
            number = _write_semester(events, pairs)
            words = {kind: _words(kind, folder) for kind in chosen.of}
            for kind, (way, intouch) in product(chosen.of, _ways().items()):
                cost = _run(intouch, events, words[kind])
                print(
                    f"{pairs:6} pairs x 16 weeks, {kind:10} {way:8} {number:7} events, {cost.wall_s:6.1f} s, "
                    f"{number / cost.wall_s:7.0f} events/s, {cost.cpu_s:6.1f} s of CPU on {os.cpu_count()} cores, "
                    f"{cost.peak_mib:5.0f} MiB in all processes",
                    flush=True,
                )


if __name__ == "__main__":
    main()
