"""Which warnings were accepted, and which acceptances are past their day or for nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from service.adapters.rulebook.accepts import Accepted
from service.staff.check.finding import Severity


@dataclass(slots=True, kw_only=True)
class Accepting:
    """Remembers which lines of `accept` were of use. `until` is the last day on which a line holds."""

    lines: Sequence[Accepted]
    today: date
    silenced: int = 0
    _used: set[Accepted] = field(default_factory=set)

    def silences(
        self, code: str, severity: Severity, rule: str, others: frozenset[str] = frozenset(), path: str = ""
    ) -> bool:
        """Return whether somebody accepted this, in the rule or in the page at `path`. An error cannot be accepted."""
        concerned = {rule, *others}
        holding = (line for line in self.lines if line.until >= self.today and line.page in ("", path))
        covering = [line for line in holding if _covers(line, code, concerned)]
        if severity is Severity.ERROR or not covering:
            return False
        self._used.update(covering)
        self.silenced += 1
        return True

    @property
    def expired(self) -> list[Accepted]:
        return [line for line in self.lines if line.until < self.today]

    @property
    def unused(self) -> list[Accepted]:
        return [line for line in self.lines if line.until >= self.today and line not in self._used]


def _covers(line: Accepted, code: str, concerned: set[str]) -> bool:
    is_beside = not line.beside or line.beside in concerned - {line.rule}
    return line.warning == code and line.rule in concerned and is_beside
