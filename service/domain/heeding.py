"""Which event types can change what rules do: the others are kept and counted, and nothing is decided for them."""

from collections.abc import Iterable, Iterator

from service.domain.catalogue import Catalogue
from service.domain.fold import STATING
from service.domain.rules import Gate, Pause, Rule


def heeded(rules: Iterable[Rule], pauses: Iterable[Pause], catalogue: Catalogue) -> frozenset[str]:
    """Return the types that state who and how somebody is, those named, and all about a thing that is asked for."""
    rules = tuple(rules)
    named = {gate.word.removeprefix("this_") for gate in _gates(rules, pauses)}
    named.update(rule.starts for rule in rules)
    named.update(_counted(rules))
    types = catalogue.types
    things = named | {thing for name in named & types.keys() if (thing := types[name].thing)}
    return STATING | named | {name for name, kind in types.items() if kind.thing in things}


def asked_once(rules: Iterable[Rule], pauses: Iterable[Pause], catalogue: Catalogue) -> frozenset[str]:
    """Return the types of which no more is asked than whether one happened, and when their total was first reached."""
    rules = tuple(rules)
    again = {gate.word for gate in _gates(rules, pauses) if gate.value not in ("never", "happened")}
    return frozenset(catalogue.types) - again - STATING - set(_counted(rules))


def _gates(rules: Iterable[Rule], pauses: Iterable[Pause]) -> Iterator[Gate]:
    yield from (gate for rule in rules for gate in rule.only_while)
    yield from (gate for pause in pauses for gate in pause.gates)


def _counted(rules: Iterable[Rule]) -> Iterator[str]:
    """Yield the events of which rules ask how many there were, or when the last one was."""
    for rule in rules:
        for asked in (rule.until, rule.counts, rule.none_in_last):
            yield from (each.event for each in asked)
