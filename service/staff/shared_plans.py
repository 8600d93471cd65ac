"""Plans that two sides share: while both have sent somebody the same, and the same waits, one planning does for both.

The rules of this file:
- The side that leads plans first at every instant, and the one that follows asks whether that plan is its own too.
- Whoever was ever sent other mail by one side than by the other is apart from then on, for good.
"""

from collections.abc import Mapping

from service.domain.calendar import NEVER, Instant
from service.domain.delivery import LedgerKey
from service.domain.pending import Pending
from service.domain.plan import Plan
from service.domain.rules import RuleSet

Waiting = Mapping[LedgerKey, Pending]


class SharedPlans:
    """The plans of the side that leads, in one program, at the instant at which it made them."""

    def __init__(self) -> None:
        self._at: Instant = -NEVER
        self._led: dict[str, tuple[Waiting, Plan]] = {}
        """Those that the following side has not asked for yet."""
        self._apart: set[str] = set()

    def lead(self, recipient: str, waiting: Waiting, planned: Plan, now: Instant) -> None:
        """Take in a plan for what waits, before it is carried out."""
        self._go_to(now)
        if recipient in self._led:
            self._leave(recipient)
        if recipient not in self._apart:
            self._led[recipient] = dict(waiting), planned

    def follow(self, recipient: str, waiting: Waiting, now: Instant) -> Plan | None:
        """Return the plan for the same, which the following side then carries out; None where it has to plan."""
        self._go_to(now)
        led = self._led.get(recipient)
        if led is None or led[0] != waiting:
            return None
        del self._led[recipient]
        return led[1]

    def part(self, recipient: str) -> None:
        """Have somebody apart, to whom the following side sends by a plan of its own."""
        self._apart.add(recipient)

    def _go_to(self, now: Instant) -> None:
        """Forget the plans of another instant. Who was sent something by the leading side alone is apart."""
        if now != self._at:
            for recipient in list(self._led):
                self._leave(recipient)
            self._at = now

    def _leave(self, recipient: str) -> None:
        _, planned = self._led.pop(recipient)
        if planned.emails:
            self._apart.add(recipient)


def plan_alike(before: RuleSet, after: RuleSet, program: str) -> bool:
    """Return whether both sides plan the same where the same waits and went: all that planning asks is alike."""
    one, other = before.program(program), after.program(program)
    return (
        before.delivery == after.delivery
        and before.messages == after.messages
        and before.resources == after.resources
        and (one.timezone, one.staff, one.contacts) == (other.timezone, other.staff, other.contacts)
    )
