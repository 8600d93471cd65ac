"""What the stories show of each rule: sent in every case, held back by every gate; and what they do not show. Pure.

A rule is covered when its stories show, for each case that sends something, that it is sent; and, for each gate and
`until` that it names, a slot in which that alone stood in its way. A pause is covered when it held back any rule. What
delivery does on top of that (hours, limits, breaks …) is gathered too, but nothing is asked of it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from service.domain.delivery import Word
from service.domain.rules import Kind, Pause, Rule, RuleSet
from service.staff.seen import until_asked
from service.staff.stories import Played
from service.staff.witness import Look, case_of

_POLICIES = {
    Kind.ALERT: (),
    Kind.ANSWER: (),
    Kind.SERVICE: (Word.HOURS, Word.BREAK),
    Kind.NUDGE: (Word.HOURS, Word.LIMITED, Word.BREAK, Word.PAUSED, Word.OPTED_OUT, Word.ENDED),
    Kind.REPORT: (Word.HOURS, Word.ENDED),
}


class Shows(StrEnum):
    """What a story can show of a rule. `sent` and `blocked` are asked for, and so is `paused`, once for each pause."""

    SENT = "sent"
    BLOCKED = "blocked"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """One thing that a story should show. `name` is the case, the gate or the pause; `rule` is "" for a pause."""

    shows: Shows
    rule: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An aim and the stories that show it, by title."""

    aim: Aim
    stories: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCoverage:
    """One rule. `policies` has every policy that can hold it back, with the stories in which it did."""

    rule: Rule
    shown: tuple[Shown, ...]
    policies: Mapping[Word, tuple[str, ...]]

    @property
    def is_reached(self) -> bool:
        """Whether any story brings the rule to a slot at all."""
        return any(each.stories for each in self.shown) or any(self.policies.values())


@dataclass(frozen=True)
class Coverage:
    """All rules that are switched on, and the pauses."""

    rules: tuple[RuleCoverage, ...]
    pauses: tuple[Shown, ...]

    @cached_property
    def all(self) -> tuple[Shown, ...]:
        return (*(each for rule in self.rules for each in rule.shown), *self.pauses)

    @property
    def covered(self) -> int:
        return sum(bool(each.stories) for each in self.all)

    @property
    def percent(self) -> int:
        """How many in a hundred are covered, rounded down: 100 means all."""
        return 100 * self.covered // len(self.all) if self.all else 100


def coverage(rule_set: RuleSet, stories: Iterable[Played]) -> Coverage:
    """Return what these stories show. Only stories that pass should be given: of others nobody knows what they show."""
    gathered = _Gathered()
    for played in stories:
        gathered.take(played)
    rules = [rule for rule in rule_set.rules if rule.enabled]
    return Coverage(
        rules=tuple(gathered.of_rule(rule) for rule in rules),
        pauses=tuple(gathered.shown(Aim(shows=Shows.PAUSED, rule="", name=each.id)) for each in _used(rule_set, rules)),
    )


def aims(rule: Rule) -> Iterator[Aim]:
    """Yield all that stories should show of the rule. A case that sends nothing is no aim."""
    for case in [name for name, sends in rule.cases.items() if sends] if rule.depends_on else [""]:
        yield Aim(shows=Shows.SENT, rule=rule.id, name=case)
    for name in gate_names(rule):
        yield Aim(shows=Shows.BLOCKED, rule=rule.id, name=name)


def gate_names(rule: Rule) -> tuple[str, ...]:
    """Return the names of all that a rule asks for by itself: each `until`, gate, `count` and `none_in_last`."""
    untils = map(until_asked, rule.until)
    return tuple(dict.fromkeys([*untils, *map(str, (*rule.only_while, *rule.counts, *rule.none_in_last))]))


def _used(rule_set: RuleSet, rules: Iterable[Rule]) -> list[Pause]:
    kinds = {rule.kind for rule in rules}
    return [each for each in rule_set.pauses if each.stops & kinds]


@dataclass(slots=True)
class _Gathered:
    """Titles of stories by what they show, each once and in order."""

    by_aim: dict[Aim, dict[str, None]] = field(default_factory=dict)
    by_policy: dict[tuple[str, Word], dict[str, None]] = field(default_factory=dict)

    def take(self, played: Played) -> None:
        title, program = played.story.title, played.story.program.id
        for sent in played.sent:
            key = sent.notice.candidate.key
            judged = played.witness.slots[program, key]
            case = case_of(judged.rule, judged.start, key.value)
            self.by_aim.setdefault(Aim(shows=Shows.SENT, rule=key.rule, name=case), {})[title] = None
        for look in played.witness.looks:
            self._take_look(look, title)
        for unsent in played.unsent:
            if unsent.verdict.word is Word.TOO_LATE:
                self.by_policy.setdefault((unsent.key.rule, Word.TOO_LATE), {})[title] = None

    def _take_look(self, look: Look, title: str) -> None:
        rule = look.judged.rule
        own = {each.asks for each in look.against} & set(gate_names(rule))
        if len(own) == 1:
            self.by_aim.setdefault(Aim(shows=Shows.BLOCKED, rule=rule.id, name=own.pop()), {})[title] = None
        if look.verdict.word is Word.PAUSED:
            self.by_aim.setdefault(Aim(shows=Shows.PAUSED, rule="", name=look.verdict.detail), {})[title] = None
        self.by_policy.setdefault((rule.id, look.verdict.word), {})[title] = None

    def of_rule(self, rule: Rule) -> RuleCoverage:
        words = dict.fromkeys((*_POLICIES[rule.kind], *((Word.GAP,) if rule.every else ()), Word.TOO_LATE))
        seen = [word for id, word in self.by_policy if id == rule.id and word not in (Word.GATE, Word.UNTIL)]
        return RuleCoverage(
            rule=rule,
            shown=tuple(self.shown(aim) for aim in aims(rule)),
            policies={word: tuple(self.by_policy.get((rule.id, word), ())) for word in (*words, *seen)},
        )

    def shown(self, aim: Aim) -> Shown:
        return Shown(aim=aim, stories=tuple(self.by_aim.get(aim, ())))
