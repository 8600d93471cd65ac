"""Deciding against general rule engines: the same rules, the same facts, decisions that must be equal.

    make bench-rules

Each rule asks for a starting event, two of its fields, the mentorship's state and that nothing was logged. All sides
get their rules compiled beforehand and are then asked which rules hold. ZEN and CEL are asked in two ways: all rules in
one expression, which is the quickest but tells of no rule why it does not hold, and each rule apart.
Rounds alternate between all sides; the table shows the median of each, and its ratio to Intouch.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from statistics import median
from typing import Any

from service.adapters.schemas import load_schemas
from service.domain.book import ProgramBook
from service.domain.calendar import DAY, HOUR
from service.domain.decide import decide
from service.domain.events import Event, Subject, SubjectKind
from service.domain.facts import SubjectFacts
from service.domain.rules import Gate, Kind, Rule, RuleSet, Send
from service.domain.view import mentorship_view
from service.settings import ROOT

SIZES = (10, 100, 1_000)
ROUNDS = 9
ROUND_S = 0.05
STARTS = ("flag.submitted", "concern.raised", "help.requested", "mentorship.message_sent")
TOPICS = 250

Decide = Callable[[], set[int]]
"""Return the numbers of the rules that hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One rule: the event that starts it and the topic it is about. The rest is the same for all."""

    starts: str
    topic: str

    def expression(self, equal: str, both: str) -> str:
        """Return the rule in the words of an engine that reads text."""
        asked = (f'starts {equal} "{self.starts}"', f'topic {equal} "{self.topic}"', f'priority {equal} "routine"')
        return f" {both} ".join((*asked, f'status {equal} "active"', f"conversations {equal} 0"))


FACTS = {"starts": STARTS[0], "topic": "topic-0", "priority": "routine", "status": "active", "conversations": 0}


def rules(number: int) -> list[Wanted]:
    """Return rules of which one in four starts with the event, and one holds."""
    return [Wanted(starts=STARTS[n % 4], topic=f"topic-{n // 4 % TOPICS}") for n in range(number)]


def intouch(wanted: Sequence[Wanted]) -> Decide:
    """Return how Intouch decides: the whole of `decide`, with slots, recipients and when to look again."""
    gates = (Gate("mentorship", "active"), Gate("conversation.logged", "never"))
    own = tuple(
        Rule(
            id=str(number),
            position=number,
            kind=Kind.NUDGE,
            starts=each.starts,
            where={"topics": frozenset({each.topic}), "priority": frozenset({"routine"})},
            only_while=gates,
            sends=(Send(to="mentor", message="hello"),),
        )
        for number, each in enumerate(wanted)
    )
    book = ProgramBook(RuleSet(catalogue=load_schemas(ROOT / "schemas").catalogue, rules=own), "northfield")
    mentorship = SubjectFacts(subject=Subject(SubjectKind.MENTORSHIP, "m-1"))
    flagged: dict[str, object] = {"flag_id": "f-1", "by": "mentor", "topics": ["topic-0"], "priority": "routine"}
    for event in (
        _event("mentorship.matched", 0, {"mentor_id": "ada", "mentee_id": "ben"}),
        _event("flag.submitted", DAY, flagged),
    ):
        book.folding.one(mentorship, event)
    view = mentorship_view(mentorship, {}, SubjectFacts(subject=Subject(SubjectKind.PROGRAM, "northfield")))
    return lambda: {each.position for each in decide(book, view, (), DAY + HOUR).candidates}


def _event(event_type: str, at: int, data: dict[str, object]) -> Event:
    return Event(
        program="northfield",
        source="/bench",
        id=event_type,
        type=event_type,
        subject=Subject(SubjectKind.MENTORSHIP, "m-1"),
        time=at,
        recorded=at,
        data=data,
    )


def _choice(wanted: Sequence[Wanted]) -> str:
    """Return one expression for all rules, in the words that CEL and ZEN share: the quickest way to ask either."""
    return ", ".join(f"{each.expression('==', _AND)} ? {n} : -1" for n, each in enumerate(wanted)).join("[]")


_AND = "&&"


def zen(wanted: Sequence[Wanted]) -> Decide:
    expression = import_module("zen").compile_expression(_choice(wanted).replace(_AND, "and"))
    return lambda: {int(n) for n in expression.evaluate(FACTS) if n >= 0}


def cel(wanted: Sequence[Wanted]) -> Decide:
    program = import_module("cel").compile(_choice(wanted))
    return lambda: {n for n in program.execute(FACTS) if n >= 0}


def zen_each(wanted: Sequence[Wanted]) -> Decide:
    compile_expression = import_module("zen").compile_expression
    compiled = [compile_expression(each.expression("==", "and")) for each in wanted]
    return lambda: {n for n, each in enumerate(compiled) if each.evaluate(FACTS)}


def cel_each(wanted: Sequence[Wanted]) -> Decide:
    compiled = [import_module("cel").compile(each.expression("==", _AND)) for each in wanted]
    return lambda: {n for n, each in enumerate(compiled) if each.execute(FACTS)}


def rule_engine(wanted: Sequence[Wanted]) -> Decide:
    make = import_module("rule_engine").Rule
    compiled = [make(each.expression("==", "and")) for each in wanted]
    return lambda: {n for n, each in enumerate(compiled) if each.matches(FACTS)}


def json_logic(wanted: Sequence[Wanted]) -> Decide:
    logic: Callable[[Any, Any], Any] = import_module("json_logic").jsonLogic
    compiled = [{"and": [{"==": [{"var": name}, value]} for name, value in _asked(each).items()]} for each in wanted]
    return lambda: {n for n, each in enumerate(compiled) if logic(each, FACTS)}


def _asked(wanted: Wanted) -> dict[str, object]:
    return {**FACTS, "starts": wanted.starts, "topic": wanted.topic}


def business_rules(wanted: Sequence[Wanted]) -> Decide:
    check: Callable[[Any, Any], bool] = import_module("business_rules.engine").check_conditions_recursively
    variables = import_module("business_rules.variables")

    def variable(name: str, value: object) -> Any:
        kind = variables.string_rule_variable if isinstance(value, str) else variables.numeric_rule_variable

        def asked(_: object) -> object:
            return value

        asked.__name__ = name
        return kind(asked)

    known = type("Known", (variables.BaseVariables,), {name: variable(name, value) for name, value in FACTS.items()})()
    compiled = [
        {"all": [{"name": name, "operator": "equal_to", "value": value} for name, value in _asked(each).items()]}
        for each in wanted
    ]
    return lambda: {n for n, each in enumerate(compiled) if check(each, known)}


SIDES = {
    "Intouch": intouch,
    "zen-engine": zen,
    "zen, each rule": zen_each,
    "CEL (Rust)": cel,
    "CEL, each rule": cel_each,
    "rule-engine": rule_engine,
    "json-logic": json_logic,
    "business-rules": business_rules,
}


def measured(number: int) -> dict[str, float]:
    """Return the seconds that one evaluation of so many rules takes, by side, which all decide the same."""
    sides = {name: side(rules(number)) for name, side in SIDES.items()}
    decisions = {name: side() for name, side in sides.items()}
    assert all(each == decisions["Intouch"] for each in decisions.values()), decisions
    rounds: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(ROUNDS):
        for name, side in sides.items():
            rounds[name].append(_seconds(side))
    return {name: median(each) for name, each in rounds.items()}


def _seconds(side: Decide) -> float:
    begun, times = time.process_time(), 0
    while (spent := time.process_time() - begun) < ROUND_S:
        side()
        times += 1
    return spent / times


def main() -> None:
    """Print microseconds of CPU for a whole evaluation, and how many times as long as Intouch each takes."""
    print(f"{'':16}" + "".join(f"{number:>22,} rules" for number in SIZES))
    found = {number: measured(number) for number in SIZES}
    for name in SIDES:
        cells = (f"{found[n][name] * 1e6:14,.1f} µs {found[n][name] / found[n]['Intouch']:8.1f} x" for n in SIZES)
        print(f"{name:16}" + " ".join(cells))
    best = min(seconds for name, seconds in found[SIZES[-1]].items() if name != "Intouch")
    print(
        f"At {SIZES[-1]:,} rules Intouch is {best / found[SIZES[-1]]['Intouch']:.1f} times as fast as the best of them."
    )


if __name__ == "__main__":
    main()
