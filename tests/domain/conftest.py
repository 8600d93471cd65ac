"""The table of what brought the engine to ask again, printed after the tests that count it."""

from collections.abc import Callable, Mapping

import pytest

_TABLE = pytest.StashKey[dict[str, Mapping[str, int]]]()


@pytest.fixture(scope="session")
def report_sources(pytestconfig: pytest.Config) -> Callable[[str, Mapping[str, int]], None]:
    """Return what takes a named column of counts by source for the terminal's summary."""

    def report(column: str, counts: Mapping[str, int]) -> None:
        pytestconfig.stash.setdefault(_TABLE, {})[column] = counts

    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    table = config.stash.get(_TABLE, {})
    if not table:
        return
    terminalreporter.section("what brought the engine to ask again")
    terminalreporter.write_line("source".ljust(16) + "".join(column.rjust(20) for column in table))
    for source in next(iter(table.values())):
        counts = "".join(str(column[source]).rjust(20) for column in table.values())
        terminalreporter.write_line(source.ljust(16) + counts)
