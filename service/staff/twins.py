"""Two worlds over the same events that share what an edit leaves alone: the facts, and what unchanged rules came to.

The first folds for both, by a lens that keeps what either asks for: to hold more of history than a rule asks changes
nothing of what it sends. What a rule comes to depends on what was sent only in that this is not sent again.
"""

from dataclasses import replace
from difflib import SequenceMatcher
from itertools import chain
from typing import NamedTuple

from service.domain.book import ProgramBook, book_of
from service.domain.events import Event
from service.domain.plan import Plan
from service.domain.rules import Rule, RuleSet
from service.staff.judging import Judging
from service.staff.program_facts import News, ProgramFacts
from service.staff.program_world import ProgramWorld
from service.staff.shared_plans import SharedPlans, plan_alike
from service.staff.world import Change, World

Lists = tuple[list[Change] | None, list[Change] | None]
"""Where each side puts what concerns staff, as `World.for_staff`."""


class Split(NamedTuple):
    """The rules of one program: what both sides fold by, the rules they share, and those of each side alone."""

    memory: ProgramBook
    common: ProgramBook
    own: tuple[ProgramBook, ProgramBook]


class Twins:
    """Makes pairs of worlds for two rule sets. `before` and `after` are these with places that can be compared."""

    def __init__(self, before: RuleSet, after: RuleSet) -> None:
        self.before, self.after = _aligned(before, after)
        self._can_share = not _count_otherwise(self.before, self.after)
        self._splits: dict[str, Split] = {}

    def worlds(self, for_staff: Lists = (None, None)) -> tuple[World, World]:
        """Return a world for each side. The second hears of events through the first, where they share."""
        one, other = for_staff
        if not self._can_share:
            return World(self.before, for_staff=one), World(self.after, for_staff=other)
        follower = _Following(self.after, for_staff=other)
        return _Leading(self, follower, one), follower

    def split(self, program: str) -> Split:
        """Return which rules of the program are whose."""
        if program not in self._splits:
            self._splits[program] = self._split(program)
        return self._splits[program]

    def _split(self, program: str) -> Split:
        sides = self.before, self.after
        alike = _are_programs_alike(*sides, program)
        one, other = ({rule.id: rule for rule in side.rules_of(program)} for side in sides)
        shared = {id for id in one.keys() & other.keys() if alike and self._are_alike(one[id], other[id])}
        apart = tuple(tuple(rule for id, rule in rules.items() if id not in shared) for rules in (one, other))
        common = tuple(rule for id, rule in one.items() if id in shared)
        counted = {rule.id for rule in apart[0] if rule.reaches is not None}
        # Two rules of one name may stand beside each other here; only totals are kept by name.
        others = tuple(
            rule if rule.reaches is not None else replace(rule, id=f"{rule.id} after")
            for rule in apart[1]
            if rule.id not in counted or rule.reaches is None
        )
        memory = replace(
            _only(self.before, program, (*common, *apart[0], *others)),
            pauses=(*self.before.pauses, *self.after.pauses),
            delivery=max((side.delivery for side in sides), key=lambda each: each.send_within),
        )
        breaks = dict.fromkeys(chain(*(side.program(program).breaks for side in sides)))
        its = replace(memory.program(program), breaks=tuple(breaks))
        return Split(
            memory=ProgramBook(replace(memory, programs={program: its}), program),
            common=ProgramBook(_only(self.before, program, common), program),
            own=(
                ProgramBook(_only(self.before, program, apart[0]), program),
                ProgramBook(_only(self.after, program, apart[1]), program),
            ),
        )

    def _are_alike(self, one: Rule, other: Rule) -> bool:
        before, after = self.before.delivery, self.after.delivery
        return before.slot_stays_open(one) == after.slot_stays_open(other) and _plain(one) == _plain(other)


class _Following(World):
    """The side that is told: it folds nothing by itself, and goes by a plan of the other where that is its own too."""

    def __init__(self, rule_set: RuleSet, for_staff: list[Change] | None) -> None:
        super().__init__(rule_set, for_staff=for_staff)
        self.shared: dict[str, SharedPlans] = {}
        """By program, of those in which both sides plan alike."""

    def _accept(self, event: Event) -> None:
        """It heard of the event already, when the other side folded it."""

    def join(self, program: ProgramWorld) -> None:
        """Know the program from now on."""
        self.programs[program.id] = program
        self._subjects.put((program, program.subject), self.now)

    def _plan_now(self, world: ProgramWorld, recipient: str) -> Plan:
        shared = self.shared.get(world.id)
        planned = shared.follow(recipient, world.waiting[recipient], self.now) if shared else None
        if planned is None:
            planned = super()._plan_now(world, recipient)
            if shared and planned.emails:
                shared.part(recipient)
        return planned


class _Leading(World):
    """The side that folds, and tells the other one."""

    def __init__(self, twins: Twins, follower: _Following, for_staff: list[Change] | None) -> None:
        super().__init__(twins.before, for_staff=for_staff)
        self._twins, self._follower = twins, follower

    def _begin(self, id: str) -> ProgramWorld:
        split, after = self._twins.split(id), self._twins.after
        known = ProgramFacts(id, split.memory)
        world, other = (ProgramWorld(id, book_of(each, id), known) for each in (self.rule_set, after))
        common = Judging(split.common, (world.ledger, other.ledger))
        for each, own in zip((world, other), split.own, strict=True):
            each.judge_by(common, Judging(own, (each.ledger,)))
        self._follower.now = self.now
        self._follower.join(other)
        if plan_alike(self.rule_set, after, id):
            self._follower.shared[id] = SharedPlans()
        return world

    def _plan_now(self, world: ProgramWorld, recipient: str) -> Plan:
        planned = super()._plan_now(world, recipient)
        if shared := self._follower.shared.get(world.id):
            shared.lead(recipient, world.waiting[recipient], planned, self.now)
        return planned

    def _hear(self, event: Event, news: News) -> None:
        super()._hear(event, news)
        self._follower.now = self.now
        self._follower._hear(event, news)


def _only(rule_set: RuleSet, program: str, rules: tuple[Rule, ...]) -> RuleSet:
    """Return a rule set of these rules as they run in the program; what it overrides is in them already."""
    its = replace(rule_set.program(program), overrides={})
    return replace(rule_set, rules=rules, programs={program: its})


def _plain(rule: Rule) -> Rule:
    return replace(rule, title="", why="")


def _are_programs_alike(before: RuleSet, after: RuleSet, program: str) -> bool:
    """Return whether what is the same rule comes to the same in both: by pauses, dates, breaks and the zone."""
    one, other = before.program(program), after.program(program)
    return before.pauses == after.pauses and (one.timezone, one.dates, one.breaks) == (
        other.timezone,
        other.dates,
        other.breaks,
    )


def _count_otherwise(before: RuleSet, after: RuleSet) -> bool:
    """Return whether a rule of one name counts towards another total on each side: one total is kept by its name."""
    for program in {"", *before.programs, *after.programs}:
        totals = (
            {rule.id: (rule.for_each, rule.starts, rule.reaches, rule.where) for rule in side.rules_of(program)}
            for side in (before, after)
        )
        one, other = ({id: each for id, each in total.items() if each[2] is not None} for total in totals)
        if any(one[id] != other[id] for id in one.keys() & other.keys()):
            return True
    return False


def _aligned(before: RuleSet, after: RuleSet) -> tuple[RuleSet, RuleSet]:
    """Return the rule sets with other positions: each keeps its order, and what stands in both is in one place."""
    sides = [sorted(side.rules, key=lambda rule: rule.position) for side in (before, after)]
    one_side, other_side = ([rule.id for rule in rules] for rules in sides)
    places: list[list[int]] = [[], []]
    place = 0
    for one, other, size in SequenceMatcher(None, one_side, other_side, autojunk=False).get_matching_blocks():
        for side, upto in zip(places, (one, other), strict=True):
            alone = upto - len(side)
            side.extend(range(place, place + alone))
            place += alone
        for side in places:
            side.extend(range(place, place + size))
        place += size
    first, second = (
        replace(side, rules=tuple(replace(rule, position=at) for rule, at in zip(rules, its, strict=True)))
        for side, rules, its in zip((before, after), sides, places, strict=True)
    )
    return first, second
