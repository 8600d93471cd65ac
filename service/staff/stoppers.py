"""What would stop a message that is to come: everything that its rule, its kind and its program leave to chance.

Each is a clause that ends "It will not go if …". All come from the rule as it stands and from the catalogue's titles;
none is written for any one rule.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from service.domain.book import ProgramBook
from service.domain.calendar import span
from service.domain.catalogue import Does
from service.domain.delivery import Candidate, is_participant
from service.domain.fold import leaving_status
from service.domain.rules import Category, Count, Gate, Kind, Quiet, StartsFrom, Until


class Stops(StrEnum):
    """Which part of the rules would stop it."""

    GATE = "gate"
    UNTIL = "until"
    NEWER_START = "newer_start"
    PAUSE = "pause"
    LEFT = "left"
    ENDED = "ended"
    OPTED_OUT = "opted_out"
    LIMITED = "limited"
    AGAIN = "again"


class Stopper(NamedTuple):
    """One thing that would stop it: the clause, and `about` as the rule writes it."""

    stops: Stops
    about: str
    clause: str


@dataclass(frozen=True, slots=True)
class Stoppers:
    """Tells what would stop the messages of one program."""

    book: ProgramBook

    def of(self, candidate: Candidate) -> tuple[Stopper, ...]:
        """Return everything that would stop the message, the rule's own words first, each clause once."""
        found = {each.clause: each for each in reversed(list(self._all(candidate)))}
        return tuple(reversed(found.values()))

    def _all(self, candidate: Candidate) -> Iterator[Stopper]:
        rule = self.book.compiled(candidate.key.rule).rule
        for until in rule.until:
            yield Stopper(Stops.UNTIL, until.event, self._until(until))
        for gate in rule.only_while:
            yield from (Stopper(Stops.GATE, str(gate), clause) for clause in self._closing(gate))
        for count in rule.counts:
            yield from (Stopper(Stops.GATE, str(count), clause) for clause in self._counting(count))
        for quiet in rule.none_in_last:
            yield Stopper(Stops.GATE, str(quiet), self._quiet(quiet))
        if rule.starts_from is StartsFrom.LATEST and rule.date_name is None:
            yield Stopper(Stops.NEWER_START, rule.starts, f"{self._titled(rule.starts)} again: then it begins anew")
        for pause in self.book.rule_set.pauses:
            if rule.kind in pause.stops:
                clauses = [clause for gate in pause.gates for clause in self._opening(gate)]
                yield Stopper(Stops.PAUSE, pause.id, f"{' and '.join(clauses)}: the pause “{pause.id}”")
        yield from self._by_kind(candidate)

    def _by_kind(self, candidate: Candidate) -> Iterator[Stopper]:
        """Yield what the kind brings with it."""
        kind = candidate.kind
        if kind is Kind.NUDGE:
            yield Stopper(Stops.LEFT, "participant.left", "one of them leaves the program")
            for event in leaving_status("active"):
                yield Stopper(Stops.ENDED, event, self._titled(event))
            if is_participant(candidate.key.recipient):
                yield from self._personal(candidate)
        if kind in (Kind.NUDGE, Kind.REPORT):
            yield Stopper(Stops.ENDED, "program.ended", "the program ends before")
        again = self.book.rule_set.policy(candidate.message).not_again_within
        if again is not None:
            clause = f"they get the same message for another reason in the {span(again)} before"
            yield Stopper(Stops.AGAIN, candidate.message, clause)
        topic = self.book.rule_set.policy(candidate.message).topic_not_again_within
        if topic is not None and candidate.key.value:
            clause = f"they get the same message about the same topic in the {span(topic)} before"
            yield Stopper(Stops.AGAIN, f"{candidate.message} {candidate.key.value}", clause)

    def _personal(self, candidate: Candidate) -> Iterator[Stopper]:
        category = self.book.rule_set.policy(candidate.message).category
        yield Stopper(Stops.ENDED, "participant.paused", "they take a rest")
        if category is not Category.SERVICE:
            yield Stopper(Stops.OPTED_OUT, category, f"they choose to get no {category}")
        limits = [f"{each.at_most} in {span(each.window)}" for each in self.book.delivery.limits]
        if limits:
            clause = f"other messages take the place first (at most {' and '.join(limits)})"
            yield Stopper(Stops.LIMITED, "limits", clause)

    # Events.

    def _titled(self, event: str) -> str:
        title = self.book.catalogue.types[event].title
        return title[:1].lower() + title[1:] if title[1:2].islower() or title[1:2] == " " else title

    def _until(self, until: Until) -> str:
        return self._titled(until.event) + (f" (by the {until.by})" if until.by else "")

    def _quiet(self, quiet: Quiet) -> str:
        return f"{self._titled(quiet.event)}: then it waits {span(quiet.span)} from there"

    def _counting(self, count: Count) -> Iterator[str]:
        if count.at_most is not None:
            yield f"{self._titled(count.event)}, more than {count.at_most} in all"
        if count.at_least:
            yield from (f"{clause}, fewer than {count.at_least} then" for clause in self._undoing(count.event))

    def _closing(self, gate: Gate) -> Iterator[str]:
        """Yield the events that may close an open gate."""
        word, value = gate.word, gate.value
        if word == "mentorship":
            yield from map(self._titled, leaving_status(value))
        elif word in self.book.catalogue.types:
            is_closed_by_it = value in ("never", "none_since_start")
            yield from (self._titled(word),) if is_closed_by_it else self._undoing(word)
        else:
            yield from self._of_thing(word.removeprefix("this_"), value, opens=value in ("open", "unacknowledged"))

    def _opening(self, gate: Gate) -> Iterator[str]:
        """Yield the events that may open a gate, as a pause begins."""
        if gate.word == "mentorship":
            yield f"the mentorship is {gate.value}"
        elif gate.word in self.book.catalogue.types:
            yield self._titled(gate.word)
        else:
            yield from self._of_thing(gate.word, gate.value, opens=gate.value != "open")

    def _of_thing(self, thing: str, value: str, *, opens: bool) -> Iterator[str]:
        """Yield what closes an open thing (`opens`: the gate asks for one), or opens one."""
        done = {Does.CLOSES, Does.ACKNOWLEDGES} if value == "unacknowledged" else {Does.CLOSES}
        does = done if opens else {Does.OPENS, Does.REOPENS}
        for each in self.book.catalogue.things[thing]:
            if each.does in does:
                only = ", ".join(f"{name} {wanted}" for name, wanted in each.open_gates.get(value, {}).items())
                yield self._titled(each.name) + (f" ({only})" if only else "")

    def _undoing(self, event: str) -> Iterator[str]:
        """Yield what makes it as if it had never happened."""
        kind = self.book.catalogue.types[event]
        for each in self.book.catalogue.things.get(kind.thing or "", ()):
            if each.does is Does.DELETES and kind.does is Does.OPENS:
                yield self._titled(each.name)
