"""A rule in plain words, generated from what it is: for whoever reads rules and does not write them. Pure.

Everything that a rule asks for is said once; what it leaves out is left out, too.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from service.domain.catalogue import Catalogue
from service.domain.events import SubjectKind
from service.domain.rule import Actor, Count, Gate, Groups, Kind, Quiet, Rule, Send, StartsFrom, Until
from service.staff.asking import spelled

_KINDS: Mapping[Kind, str] = {
    Kind.ALERT: "It is an alert: it goes to staff at once, at any hour.",
    Kind.ANSWER: "It is an answer to what somebody just did: it goes at once, at any hour.",
    Kind.SERVICE: "It must be told: it waits for mail hours and for breaks to end, and nobody can opt out of it.",
    Kind.NUDGE: "It is a nudge: within mail hours and limits, not in breaks, and only to who wants its kind of mail.",
    Kind.REPORT: "It is a report to staff: those of a day go together at the first mail hour.",
}
_WHO: Mapping[str, str] = {
    "both": "the mentor and the mentee",
    "mentor": "the mentor",
    "mentee": "the mentee",
    "participant": "the participant",
    "initiator": "whoever did it",
    "counterpart": "the other one of the pair",
    "advisor": "the advisor",
}
_PICKS: Mapping[str, str] = {
    "this": "the resource that it is about",
    "by_topic": "a resource for each topic",
    "by_stage": "the next resource that suits where they are",
}
_STATES: Mapping[str, str] = {
    "never": "has never happened",
    "happened": "has happened",
    "none_since_start": "has not happened since",
    "happened_since_start": "has happened since",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainRule:
    """A rule in sentences: when it starts, what it sends, what must hold, what ends it, and how it goes."""

    starts: str
    sends: tuple[str, ...]
    conditions: tuple[str, ...]
    ends: tuple[str, ...]
    kind: str


def plain_rule(rule: Rule, catalogue: Catalogue) -> PlainRule:
    """Return the rule in sentences."""
    speaker = _Speaker(rule, catalogue)
    return PlainRule(
        starts=speaker.starts(),
        sends=tuple(speaker.sends()),
        conditions=tuple(speaker.conditions()),
        ends=tuple(speaker.ends()),
        kind=_KINDS[rule.kind],
    )


@dataclass(frozen=True, slots=True)
class _Speaker:
    rule: Rule
    catalogue: Catalogue

    def starts(self) -> str:
        return f"{self._delay()} {self._start()}{self._where()}{self._repeated()}.".strip()

    def _delay(self) -> str:
        rule = self.rule
        if rule.before is not None:
            return f"{_first(spelled(rule.before))} before"
        return f"{_first(spelled(rule.wait))} after" if rule.wait else "When"

    def _start(self) -> str:
        rule = self.rule
        if rule.date_name is not None:
            return f"the program's date “{_spoken(rule.date_name)}” comes"
        newest = "the newest time that " if rule.starts_from is StartsFrom.LATEST else ""
        if rule.reaches is not None:
            return f"the number of “{self._title(rule.starts)}” first comes to {rule.reaches}"
        return f"{newest}this happens: “{self._title(rule.starts)}”"

    def _where(self) -> str:
        said = [self._asked(name, values) for name, values in sorted(self.rule.where.items())]
        return f", where {' and '.join(said)}" if said else ""

    def _asked(self, name: str, values: Iterable[str]) -> str:
        known = self.catalogue.types.get(self.rule.starts)
        if known and known.initiator == name:
            return f"it was the {_any(values)}"
        return f"{_spoken(name)} is {_any(values)}"

    def _repeated(self) -> str:
        rule = self.rule
        if rule.total < 2 or not rule.every:
            return ""
        return f"; then every {spelled(rule.every)}, {rule.total} times in all"

    def sends(self) -> Iterator[str]:
        rule = self.rule
        yield from (f"{_first(_sent(each))}." for each in rule.sends)
        for case, sends in rule.cases.items():
            name = f"Where {_spoken(rule.depends_on or '')} is {_spoken(case)}"
            yield from (f"{name}, {_sent(each)}." for each in sends)
            if not sends:
                yield f"{name}, nobody gets anything."

    def conditions(self) -> Iterator[str]:
        rule = self.rule
        yield from self._whom(rule.only_for)
        yield from (f"{_first(self._gate(each))}." for each in rule.only_while)
        yield from (f"{_first(self._count(each))}." for each in rule.counts)
        yield from (f"{_first(self._quiet(each))}." for each in rule.none_in_last)
        if rule.send_within is not None:
            yield f"It goes within {spelled(rule.send_within)} of its time, or not at all."
        if rule.programs is not None:
            yield f"The program is {_any(rule.programs)}."
        if not rule.enabled:
            yield "Somebody switches it on: it is off now."

    def _whom(self, groups: Groups) -> Iterator[str]:
        for words, names in (
            ("The mentor", groups.mentor),
            ("The mentee", groups.mentee),
            ("One of them", groups.either),
        ):
            if names:
                yield f"{words} is in the group {_any(names)}."

    def ends(self) -> Iterator[str]:
        for until in self.rule.until:
            yield f"For good once this has happened since: “{self._title(until.event)}”{_by(until)}{_same(until)}."

    def _gate(self, gate: Gate) -> str:
        word, value = gate.word, gate.value
        if word == SubjectKind.MENTORSHIP.value.removesuffix("s"):
            return f"the mentorship is {value}"
        if word in self.catalogue.types:
            return f"“{self._title(word)}” {_STATES.get(value, _spoken(value))}"
        if word.startswith("this_"):
            thing = _thing(word.removeprefix("this_"))
            return f"this {thing} is still open" if value == "open" else f"nobody has taken on this {thing}"
        if value == "open":
            return f"a {_thing(word)} is open"
        kind = _spoken(value.removesuffix("_open").removeprefix("none").removeprefix("no_"))
        return f"no {' '.join(filter(None, (kind, _thing(word))))} is open"

    def _count(self, count: Count) -> str:
        bounds = {
            (True, True): f"between {count.at_least} and {count.at_most} times",
            (True, False): f"{count.at_least} times or more",
            (False, True): f"{count.at_most} times at most",
        }
        told = bounds.get((count.at_least is not None, count.at_most is not None), "any number of times")
        return f"“{self._title(count.event)}” has happened {told}"

    def _quiet(self, quiet: Quiet) -> str:
        return f"“{self._title(quiet.event)}” has not happened in the last {spelled(quiet.span)}"

    def _title(self, event: str) -> str:
        known = self.catalogue.types.get(event)
        return known.title if known else event


def _sent(send: Send) -> str:
    who = _WHO.get(send.to) or f"staff ({_spoken(send.to.removeprefix('staff.'))})"
    resource = f" with {_PICKS.get(send.resource, f'the resource “{send.resource}”')}" if send.resource else ""
    verb = "get" if send.to == "both" or send.to.startswith("staff.") else "gets"
    return f"{who} {verb} “{send.message}”{resource}"


def _by(until: Until) -> str:
    who = {Actor.INITIATOR: " by whoever did it", Actor.COUNTERPART: " by the other one of the pair"}
    return who[until.by] if until.by is not None else ""


def _same(until: Until) -> str:
    return f", of the same {_spoken(until.same)}" if until.same else ""


def _thing(word: str) -> str:
    return "request for help" if word == "help" else _spoken(word)


def _spoken(word: str) -> str:
    return word.replace("_", " ").strip()


def _any(words: Iterable[str]) -> str:
    return " or ".join(sorted(map(_spoken, words)))


def _first(text: str) -> str:
    return text[:1].upper() + text[1:]
