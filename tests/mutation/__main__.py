"""Plant each mutant in the domain and see whether the tests notice: `make mutants`. Exits with 1 where one is left."""

import argparse
import gc
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.mutation.explained import explained, key_of, stale
from tests.mutation.mutants import Mutant, modules, mutants_of
from tests.mutation.results import Results, Verdict, table

FOLDERS = ("tests/domain", "tests/naive/test_meaning.py")
"""The tests that are to hold the domain."""


def main() -> int:
    """Return the exit code."""
    run = _Run(_arguments())
    code = pytest.main([*run.asked.tests, "-q", "-s", "-n0", "-p", "no:cacheprovider", "--no-summary"], plugins=[run])
    return run.report() if code == pytest.ExitCode.OK else int(code)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("modules", nargs="*", help="modules of service/domain (default: all)")
    parser.add_argument("--results", type=Path, default=Path("build/mutants.ndjson"), help="goes on where it was")
    parser.add_argument("--afresh", action="store_true", help="try those again that are known to be killed")
    parser.add_argument("--survivors", action="store_true", help="try those again that are known to survive")
    parser.add_argument("--tests", nargs="+", default=FOLDERS, help="files to try them on (default: all that count)")
    parser.add_argument("--budget", type=float, default=12.0, help="seconds of tests for each (default: 12)")
    return parser.parse_args()


class _Run:
    """A plugin for pytest that takes the collected tests and runs them on mutants."""

    def __init__(self, asked: argparse.Namespace) -> None:
        self.asked = asked
        self.modules: list[str] = asked.modules or modules()
        self.verdicts: dict[Mutant, Verdict] = {}

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Take the place of running the tests."""
        results = Results(self.asked.results)
        mutants = [mutant for module in self.modules for mutant in mutants_of(module)]
        wanted = [mutant for mutant in mutants if self._is_asked_for(results.of(mutant))]
        if wanted:
            from tests.mutation.suite import Suite  # pytest must be there before what tests import

            suite = Suite(session.items, self.asked.budget, _tell)
            gc.freeze()  # children write to what they only read otherwise
            for number, mutant in enumerate(wanted, 1):
                _tell(f"mutant {number} of {len(wanted)}, in {mutant.place}")
                results.add(mutant, suite.judge(mutant))
        self.verdicts = {mutant: verdict for mutant in mutants if (verdict := results.of(mutant))}
        return True

    def _is_asked_for(self, known: Verdict | None) -> bool:
        return known is None or self.asked.afresh or (self.asked.survivors and not known.killed_by)

    def report(self) -> int:
        """Print what survived, then the table, and return the exit code."""
        survivors = [mutant for mutant, verdict in self.verdicts.items() if not verdict.killed_by]
        unexplained = [mutant for mutant in survivors if key_of(mutant) not in explained()]
        for mutant in unexplained:
            print(f"\nsurvives in {mutant.place} ({_tried(self.verdicts, mutant)}):\n{mutant.change}")
        old = stale(map(key_of, survivors), self.modules)
        for place, change in old:
            print(f"\nexplained, but killed or no longer there, in {place}:\n{change}")
        print(f"\n{table(self.verdicts)}\n{time.process_time():.0f} s of work in this process")
        return 1 if unexplained or old else 0


def _tried(verdicts: Mapping[Mutant, Verdict], mutant: Mutant) -> str:
    return f"{verdicts[mutant].tried} tests ran it"


def _tell(text: str) -> None:
    """Show how far it is, on one line where somebody looks on."""
    if sys.stderr.isatty():
        print(f"\r{text:<100}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
