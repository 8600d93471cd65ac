"""What the parts of two sides offer to staff: which of it only one side ever offered, and why the other did not."""

from collections.abc import Callable
from dataclasses import dataclass, field

from service.domain.calendar import Instant
from service.domain.delivery import LedgerKey
from service.staff.compare import Known, Why
from service.staff.matching import Side
from service.staff.world import Change


@dataclass(slots=True)
class Offers:
    """Reads the two lists that worlds append to; `whys` holds what only one side has offered so far."""

    lists: tuple[list[Change], list[Change]]
    canonical: Callable[[LedgerKey], LedgerKey]
    whys: dict[Known, Why] = field(default_factory=dict)
    _read: list[int] = field(default_factory=lambda: [0, 0])
    _by_both: dict[Known, Side | None] = field(default_factory=dict)
    """The one side that offered it, or None where both have."""

    def note(self, why: Callable[[Side, Known, Instant], Why]) -> None:
        """Take in what was offered since this was asked last; `why` tells why a side does not offer it."""
        new: list[tuple[Side, Known, Instant]] = []
        for side, changes in zip(Side, self.lists, strict=True):
            for change in changes[self._read[side] :]:
                known = change.program, self.canonical(change.key)
                if change.pending is not None and self._by_both.setdefault(known, side) is not side:
                    self._by_both[known] = None
                    self.whys.pop(known, None)
                elif change.pending is not None:
                    new.append((side, known, change.at))
            self._read[side] = len(changes)
        for side, known, at in new:
            if self._by_both[known] is side and known not in self.whys:
                self.whys[known] = why(side.other, known, at)
