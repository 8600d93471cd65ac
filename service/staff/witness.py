"""A watch that remembers: what stood against each open slot, every time a world looked at it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from service.domain.calendar import Instant
from service.domain.decide import Judged
from service.domain.delivery import LedgerKey, Verdict, Word
from service.domain.events import Subject
from service.domain.facts import Start
from service.domain.lens import as_text
from service.domain.rules import Rule
from service.staff.seen import Seen, conditions
from service.staff.verdicts import Known, Watch
from service.staff.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look at an open slot that was not used, from `at` on until the next look at it.

    `against` are all conditions that did not hold; `verdict` is the first of them, or what the recipient's plan said.
    """

    at: Instant
    key: LedgerKey
    judged: Judged
    verdict: Verdict
    against: tuple[Seen, ...] = ()


@dataclass(slots=True)
class Witness(Watch):
    """Remembers looks, in order, and what is known of each notice. `world` is set by `watched`."""

    looks: list[Look] = field(default_factory=list)
    slots: dict[Known, Judged] = field(default_factory=dict)
    coming: dict[tuple[str, str], Judged] = field(default_factory=dict)
    """Program and rule → a slot of it that is still to come."""
    world: World | None = None

    def judged(self, program: str, subject: Subject, outcomes: Iterable[Judged], now: Instant) -> Instant:
        """Take in all outcomes of a subject, and return when one of its slots opens or closes next."""
        known = tuple(outcomes)
        for each in known:
            if each.slot.due > now:
                self.coming[program, each.rule.id] = each
            elif each.key is not None and now < each.slot.closes and not isinstance(each.outcome, LedgerKey):
                self.slots[program, each.key] = each
                if isinstance(each.outcome, Verdict):
                    self._keep(now, each, each.outcome, self._against(program, subject, each, now))
        return Watch.judged(self, program, subject, known, now)

    def planned(self, program: str, verdicts: Mapping[LedgerKey, Verdict]) -> None:
        """Take in why candidates wait in a recipient's plan."""
        assert self.world is not None
        for key, verdict in verdicts.items():
            self._keep(self.world.now, self.slots[program, key], verdict, ())
        Watch.planned(self, program, verdicts)

    def looks_at(self, key: LedgerKey) -> Iterator[Look]:
        """Yield the looks at one notice, in order."""
        return (each for each in self.looks if each.key == key)

    def _keep(self, now: Instant, judged: Judged, verdict: Verdict, against: tuple[Seen, ...]) -> None:
        assert judged.key is not None
        self.looks.append(Look(at=now, key=judged.key, judged=judged, verdict=verdict, against=against))

    def _against(self, program: str, subject: Subject, judged: Judged, now: Instant) -> tuple[Seen, ...]:
        assert self.world is not None
        world = self.world.programs[program]
        compiled = world.book.compiled(judged.rule.id)
        asked = conditions(world.book, compiled, world.view(subject), judged.start, now)
        found = tuple(each for each in asked if not each.holds and each.recipient in ("", judged.recipient))
        verdict = judged.outcome
        if not isinstance(verdict, Verdict) or verdict.word is not Word.GATE:
            return found
        if any(each.asks == verdict.detail for each in found):
            return found
        # A gate on participants' events, asked for staff: about everybody whom the rule sees.
        return (*found, Seen(asks=verdict.detail, holds=False))


def watched(world: World) -> Witness:
    """Let a new witness watch the world, and return it."""
    witness = Witness(world=world)
    world.watch = witness
    return witness


def case_of(rule: Rule, start: Start, value: str) -> str:
    """Return in which case a start's notice for a list value went, or ""."""
    if rule.depends_on is None:
        return ""
    found = start.data.get(rule.depends_on)
    return value if isinstance(found, list | tuple) else as_text(found)
