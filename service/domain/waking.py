"""Which rules an event sets going: found by what it says and whom it concerns, never by asking every rule.

Two steps. An index finds the rules that may match, so that a thousand others cost nothing. Then the course of those
that do match is kept by all that any rule asks of the event and the people, since most events are alike in that.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from service.domain.calendar import Duration
from service.domain.compiled import Compiled
from service.domain.course import Course
from service.domain.delivery import Role
from service.domain.lens import as_text, matches
from service.domain.rules import Groups, StartsFrom

Carried = tuple[tuple[Role, frozenset[str]], ...]
"""The people's roles, each with the groups that they carry, of those that some rule asks for."""

MOST_COURSES = 500
"""Courses kept of one event type; beyond, all are forgotten, and those still needed are worked out anew."""


@dataclass(slots=True)
class Woken:
    """Rules that an event may start: those it always starts, and those that need one of some field or group values."""

    rest: Duration = 0
    """How long the program's breaks last."""
    rules: list[Compiled] = field(default_factory=list)
    _always: list[Compiled] = field(default_factory=list)
    _by_field: dict[str, dict[str, list[Compiled]]] = field(default_factory=dict)
    _by_group: dict[str, list[Compiled]] = field(default_factory=dict)
    _by_both: dict[str, dict[tuple[str, str], list[Compiled]]] = field(default_factory=dict)
    """Field name → (value, group) → rules that ask for both."""
    _asked_values: dict[str, set[str]] = field(default_factory=dict)
    _asks_groups: bool = False
    _courses: dict[object, Course] = field(default_factory=dict)

    def add(self, compiled: Compiled) -> None:
        """File the rule under the narrowest condition that can be looked up, so that a thousand others cost nothing."""
        rule, wanted = compiled.rule, compiled.rule.only_for
        self.rules.append(compiled)
        self._asks_groups |= wanted != Groups()
        for name, values in rule.where.items():
            self._asked_values.setdefault(name, set()).update(values)
        groups = wanted.mentor or wanted.mentee or wanted.either
        if rule.where:
            name, values = min(rule.where.items(), key=lambda item: len(item[1]))
            for value in values:
                if not groups:
                    self._by_field.setdefault(name, {}).setdefault(value, []).append(compiled)
                for group in groups:
                    self._by_both.setdefault(name, {}).setdefault((value, group), []).append(compiled)
        elif groups:
            for group in groups:
                self._by_group.setdefault(group, []).append(compiled)
        else:
            self._always.append(compiled)

    @property
    def asks_data(self) -> bool:
        """Whether it depends on what an event says which of them it starts."""
        return bool(self._asked_values)

    def course(self, data: Mapping[str, object], carried: Carried) -> Course:
        """Return the course of the rules that such an event starts for people who carry these groups."""
        known = self._known(data, carried)
        course = self._courses.get(known)
        if course is None:
            if len(self._courses) >= MOST_COURSES:
                self._courses.clear()
            course = self._courses[known] = Course.of(self._matching(data, carried), self.rest)
        return course

    def _known(self, data: Mapping[str, object], carried: Carried) -> object:
        """Return all that any of the rules asks of the event and the people: equal for those that start the same."""
        if not (self._asked_values or self._asks_groups):
            return None
        if not self._asked_values:
            return carried
        return carried, *(_asked(data.get(name), values) for name, values in self._asked_values.items())

    def _matching(self, data: Mapping[str, object], carried: Carried) -> Iterator[Compiled]:
        groups = frozenset().union(*(groups for _, groups in carried))
        for compiled in (*self._always, *self._conditional(data, groups)):
            if matches(compiled.rule, data) and is_for(compiled.rule.only_for, carried):
                yield compiled

    def _conditional(self, data: Mapping[str, object], groups: frozenset[str]) -> Iterable[Compiled]:
        found: dict[str, Compiled] = {}
        for name, by_value in self._by_field.items():
            for each in _values(data.get(name)):
                found.update((compiled.rule.id, compiled) for compiled in by_value.get(each, ()))
        for name, by_pair in self._by_both.items():
            for each in _values(data.get(name)):
                for group in groups:
                    found.update((compiled.rule.id, compiled) for compiled in by_pair.get((each, group), ()))
        if self._by_group:
            for group in groups:
                found.update((compiled.rule.id, compiled) for compiled in self._by_group.get(group, ()))
        return found.values()


def is_for(wanted: Groups, carried: Carried) -> bool:
    """Return whether the people carry the groups that a rule's `only_for` asks for."""
    return (
        (not wanted.either or any(not wanted.either.isdisjoint(groups) for _, groups in carried))
        and (not wanted.mentor or _carries(Role.MENTOR, wanted.mentor, carried))
        and (not wanted.mentee or _carries(Role.MENTEE, wanted.mentee, carried))
    )


def _carries(role: Role, wanted: frozenset[str], carried: Carried) -> bool:
    return any(each == role and not wanted.isdisjoint(groups) for each, groups in carried)


def _values(value: object) -> tuple[str, ...]:
    """Return a field's value, or each element of a list, as rules write it."""
    return tuple(map(as_text, value)) if isinstance(value, list | tuple) else (as_text(value),)


def _asked(value: object, asked: set[str]) -> object:
    """Return of a field's value what rules ask for: one text, several, or None."""
    if isinstance(value, list | tuple):
        return frozenset(map(as_text, value)) & asked
    text = as_text(value)
    return text if text in asked and value is not None else None


@dataclass(slots=True)
class Waking:
    """The rules that one event type starts, by `from`. `each_lasts` after a start, those of `each` are over."""

    each: Woken
    latest: Woken
    each_lasts: Duration = 0

    def add(self, compiled: Compiled, lasts: Duration) -> None:
        """File a rule, of which nothing is left to send when so much time has passed after a start."""
        if compiled.rule.starts_from is StartsFrom.LATEST:
            self.latest.add(compiled)
        else:
            self.each.add(compiled)
            self.each_lasts = max(self.each_lasts, lasts)
