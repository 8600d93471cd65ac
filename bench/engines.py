"""The engines that Intouch is measured against, each asked in every way in which somebody who knows it would ask.

All get their rules compiled beforehand and the facts as they like them, ages reckoned. They are asked once for each
live start, and what is timed ends with the same set of (rule, start, recipient) that Intouch gives.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from typing import Any

from bench.equal_rules import NOTHING_SINCE, STARTS, STAYS_OPEN_S, Answer, Pair, Wanted

Facts = Mapping[str, object]
Holding = Callable[[Any], Iterable[float]]
"""Facts, as the engine is given them → the numbers of the rules that hold."""
Side = Callable[[Pair], Callable[[], Answer]]
"""A mentorship → what is timed for it."""

_ASKED = {
    "not met": ("conversations", "==", 0),
    "met": ("conversations", ">", 0),
    "nothing written": ("messages", "==", 0),
    "no open flag": ("open_flags", "==", 0),
    "no open help": ("open_help", "==", 0),
}


def side(wanted: Sequence[Wanted], holding: Holding) -> Side:
    """Return a side: its engine asked for every start, and the recipients looked up for what holds."""
    to = {each.number: each.to for each in wanted}

    def of(pair: Pair) -> Callable[[], Answer]:
        questions = [(start, facts) for start, facts in pair.questions()]
        names = {role: pair.person(role) for role in ("mentor", "mentee")}
        return lambda: {
            (int(n), start, names[role]) for start, facts in questions for n in holding(facts) for role in to[int(n)]
        }

    return of


def text(wanted: Wanted, both: str) -> str:
    """Return a rule in the words that ZEN, CEL and rule-engine share: what most rules fail on comes first."""
    asked = [f'start == "{wanted.starts}"']
    asked += [f'"{wanted.cohort}" in groups'] if wanted.cohort else []
    asked += [f'"{wanted.topic}" in topics'] if wanted.topic else []
    asked += [f"age >= {wanted.wait_s}", f"age < {wanted.wait_s + STAYS_OPEN_S}", 'status == "active"']
    for name in wanted.asks:
        asked.append("last_message <= at" if name == NOTHING_SINCE else "{} {} {}".format(*_ASKED[name]))
    return f" {both} ".join(asked)


def _list(wanted: Iterable[Wanted], both: str) -> str:
    return ", ".join(f"{text(each, both)} ? {each.number} : -1" for each in wanted).join("[]")


# ZEN, in Rust.


def zen_one(wanted: Sequence[Wanted]) -> Holding:
    """All rules in one expression, which keeps what holds."""
    expression = import_module("zen").compile_expression(f"filter({_list(wanted, 'and')}, # >= 0)")
    holding: Holding = expression.evaluate
    return holding


def zen_each(wanted: Sequence[Wanted]) -> Holding:
    compile_expression = import_module("zen").compile_expression
    compiled = [(each.number, compile_expression(text(each, "and"))) for each in wanted]
    return lambda facts: [n for n, each in compiled if each.evaluate(facts)]


def zen_table(wanted: Sequence[Wanted]) -> Holding:
    """A decision table of one row a rule, which collects the rows that hold."""
    rows = [{"_id": str(each.number), "asked": text(each, "and"), "number": str(each.number)} for each in wanted]
    table = {
        "hitPolicy": "collect",
        "inputs": [{"id": "asked", "name": "asked"}],
        "outputs": [{"id": "number", "name": "number", "field": "number"}],
        "rules": rows,
    }
    nodes = [
        {"id": "in", "name": "in", "type": "inputNode"},
        {"id": "table", "name": "table", "type": "decisionTableNode", "content": table},
        {"id": "out", "name": "out", "type": "outputNode"},
    ]
    edges = [{"id": "1", "sourceId": "in", "targetId": "table"}, {"id": "2", "sourceId": "table", "targetId": "out"}]
    decision = import_module("zen").ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))
    return lambda facts: [row["number"] for row in decision.evaluate(facts)["result"]]


def zen_parted(wanted: Sequence[Wanted]) -> Holding:
    return _parted(wanted, zen_one)


# CEL, in Rust.


def cel_one(wanted: Sequence[Wanted]) -> Holding:
    execute = import_module("cel").compile(_list(wanted, "&&")).execute
    return lambda facts: [n for n in execute(facts) if n >= 0]


def cel_each(wanted: Sequence[Wanted]) -> Holding:
    compiled = [(each.number, import_module("cel").compile(text(each, "&&"))) for each in wanted]
    return lambda facts: [n for n, each in compiled if each.execute(facts)]


def cel_parted(wanted: Sequence[Wanted]) -> Holding:
    return _parted(wanted, cel_one)


def _parted(wanted: Sequence[Wanted], one: Callable[[Sequence[Wanted]], Holding]) -> Holding:
    """Return an index that somebody wrote by hand around an engine: an expression for each starting event."""
    by_start = {name: one([each for each in wanted if each.starts == name]) for name in STARTS}
    return lambda facts: by_start[facts["start"]](facts)


# In Python.


def rule_engine(wanted: Sequence[Wanted]) -> Holding:
    make = import_module("rule_engine").Rule
    compiled = [(each.number, make(text(each, "and"))) for each in wanted]
    return lambda facts: [n for n, each in compiled if each.matches(facts)]


def json_logic(wanted: Sequence[Wanted]) -> Holding:
    logic: Callable[[Any, Any], Any] = import_module("json_logic").jsonLogic
    compiled = [(each.number, {"and": list(_as_json(each))}) for each in wanted]
    return lambda facts: [n for n, each in compiled if logic(each, facts)]


def _as_json(wanted: Wanted) -> Iterable[dict[str, list[object]]]:
    yield {"==": [{"var": "start"}, wanted.starts]}
    if wanted.cohort:
        yield {"in": [wanted.cohort, {"var": "groups"}]}
    if wanted.topic:
        yield {"in": [wanted.topic, {"var": "topics"}]}
    yield {">=": [{"var": "age"}, wanted.wait_s]}
    yield {"<": [{"var": "age"}, wanted.wait_s + STAYS_OPEN_S]}
    yield {"==": [{"var": "status"}, "active"]}
    for name in wanted.asks:
        if name == NOTHING_SINCE:
            yield {"<=": [{"var": "last_message"}, {"var": "at"}]}
        else:
            asked, operator, value = _ASKED[name]
            yield {operator: [{"var": asked}, value]}


def business_rules(wanted: Sequence[Wanted]) -> Holding:
    check: Callable[[Any, Any], bool] = import_module("business_rules.engine").check_conditions_recursively
    known = _variables(import_module("business_rules.variables"))
    compiled = [(each.number, {"all": list(_as_conditions(each))}) for each in wanted]

    def holding(facts: Facts) -> list[int]:
        asked = known(facts)
        return [n for n, each in compiled if check(each, asked)]

    return holding


def _variables(library: Any) -> Callable[[Facts], Any]:
    kinds = {
        "start": library.string_rule_variable,
        "status": library.string_rule_variable,
        "groups": library.select_multiple_rule_variable(),
        "topics": library.select_multiple_rule_variable(),
        **{name: library.numeric_rule_variable for name, _, _ in _ASKED.values()},
        **dict.fromkeys(("age", "last_message_after_start"), library.numeric_rule_variable),
    }

    def variable(name: str, kind: Any) -> Any:
        def asked(self: Any) -> object:
            if name == "last_message_after_start":
                return max(0, self.facts["last_message"] - self.facts["at"])
            return self.facts[name]

        asked.__name__ = name
        return kind(asked)

    members = {name: variable(name, kind) for name, kind in kinds.items()}
    known = type("Known", (library.BaseVariables,), members)

    def of(facts: Facts) -> Any:
        asked = known()
        asked.facts = facts
        return asked

    return of


_OPERATORS = {"==": "equal_to", ">": "greater_than"}


def _as_conditions(wanted: Wanted) -> Iterable[dict[str, object]]:
    yield {"name": "start", "operator": "equal_to", "value": wanted.starts}
    if wanted.cohort:
        yield {"name": "groups", "operator": "contains_all", "value": [wanted.cohort]}
    if wanted.topic:
        yield {"name": "topics", "operator": "contains_all", "value": [wanted.topic]}
    yield {"name": "age", "operator": "greater_than_or_equal_to", "value": wanted.wait_s}
    yield {"name": "age", "operator": "less_than", "value": wanted.wait_s + STAYS_OPEN_S}
    yield {"name": "status", "operator": "equal_to", "value": "active"}
    for name in wanted.asks:
        if name == NOTHING_SINCE:
            yield {"name": "last_message_after_start", "operator": "equal_to", "value": 0}
        else:
            asked, operator, value = _ASKED[name]
            yield {"name": asked, "operator": _OPERATORS[operator], "value": value}


ENGINES: dict[str, Callable[[Sequence[Wanted]], Holding]] = {
    "zen, one expression": zen_one,
    "zen, each rule": zen_each,
    "zen, decision table": zen_table,
    "CEL, one expression": cel_one,
    "CEL, each rule": cel_each,
    "rule-engine": rule_engine,
    "json-logic": json_logic,
    "business-rules": business_rules,
}
PARTED = {"zen, parted by hand": zen_parted, "CEL, parted by hand": cel_parted}
