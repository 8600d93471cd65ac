"""What became of each mutant, kept line by line, so that a run which was broken off goes on."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from tests.mutation.explained import explained, key_of
from tests.mutation.mutants import Mutant

COLUMNS = ("mutants", "killed", "of them by time", "explained", "survived")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of a mutant: the first test that failed, or None; `timeout` when that test never ended."""

    killed_by: str | None
    timeout: bool = False
    tried: int = 0


class Results:
    """Verdicts by mutant, in a file that only ever grows; of several about one mutant the last counts."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, Verdict] = dict(_read(path)) if path.exists() else {}

    def of(self, mutant: Mutant) -> Verdict | None:
        """Return what is known of a mutant."""
        return self._known.get(_digest(mutant))

    def add(self, mutant: Mutant, verdict: Verdict) -> None:
        """Keep a verdict, in the file too."""
        self._known[_digest(mutant)] = verdict
        said = {"mutant": _digest(mutant), "place": mutant.place, "change": mutant.change, **asdict(verdict)}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(said) + "\n")


def _read(path: Path) -> Iterator[tuple[str, Verdict]]:
    for line in path.read_text("utf-8").splitlines():
        said = json.loads(line)
        yield (
            said["mutant"],
            Verdict(killed_by=said["killed_by"], timeout=said["timeout"], tried=said["tried"]),
        )


def _digest(mutant: Mutant) -> str:
    return sha256(f"{mutant.place}\n{mutant.source}".encode()).hexdigest()[:16]


def table(verdicts: Mapping[Mutant, Verdict]) -> str:
    """Return how many of each module's mutants were killed, explained, or neither, and of all."""
    known, counts = explained(), dict[str, Counter[str]]()
    for mutant, verdict in verdicts.items():
        for row in (mutant.module, "all"):
            fate = "killed" if verdict.killed_by else "explained" if key_of(mutant) in known else "survived"
            counts.setdefault(row, Counter()).update(("mutants", fate, *["of them by time"] * verdict.timeout))
    rows = sorted(counts, key=lambda row: (row == "all", row))
    lines = [f"{row:<14}" + "".join(f"{counts[row][name]:>16}" for name in COLUMNS) for row in rows]
    return "\n".join(["module".ljust(14) + "".join(name.rjust(16) for name in COLUMNS), *lines])
