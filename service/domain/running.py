"""Which rules run for one subject now, and from which starts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from service.domain.book import ProgramBook
from service.domain.calendar import Instant
from service.domain.course import Course
from service.domain.facts import Reach, Start
from service.domain.fold import reached_at
from service.domain.rules import Rule
from service.domain.view import View
from service.domain.waking import Carried, Woken, is_for


class Running:
    """The rules that concern one subject, as courses of its starts."""

    def __init__(self, book: ProgramBook, view: View) -> None:
        self.book, self.view = book, view
        asked = book.asked_groups
        people = view.people if asked else ()
        self.carried: Carried = tuple([(each.role, each.groups & asked) for each in people])

    def courses(self, since: Instant | None = None) -> Iterator[tuple[Course, Start]]:
        """Yield each start that counts, with the rules that it set going.

        With `since`, starts may be left out of which nothing was left to send at that instant.
        """
        latest: dict[str, list[Sequence[Start]]] = {}
        wakings = self.book.wakings(self.view.subject.kind)
        for facts in self.view.all_facts:
            for event_type, starts in facts.starts.items():
                waking = wakings.get(event_type)
                if waking is None or not starts:
                    continue
                for start in starts if waking.each.rules else ():
                    # The clock of some rules runs from the time of the start, of others from its recording.
                    if since is None or max(start.moment.time, start.recorded) + waking.each_lasts >= since:
                        yield waking.each.course(start.data, self.carried), start
                if waking.latest.rules:
                    latest.setdefault(event_type, []).append(starts)
        for event_type, several in latest.items():
            yield from self._newest(wakings[event_type].latest, several)
        yield from self._reached()
        for woken, start in self.book.dated(self.view.subject.kind, self.view.program):
            yield woken.course(start.data, self.carried), start

    def _newest(self, latest: Woken, several: list[Sequence[Start]]) -> Iterator[tuple[Course, Start]]:
        """Yield `from: latest` rules, each with the newest start that concerns it; the starts of each are in order."""
        starts = several[0] if len(several) == 1 else sorted(chain(*several), key=lambda start: start.moment)
        if not latest.asks_data:
            yield latest.course(starts[-1].data, self.carried), starts[-1]
            return
        claimed: set[str] = set()
        for start in reversed(starts):
            course = latest.course(start.data, self.carried)
            if not claimed:
                yield course, start
            else:
                left = (each.rule.id for each in course.rules if each.rule.id not in claimed)
                yield from ((self.book.alone(rule_id), start) for rule_id in left)
            claimed.update(each.rule.id for each in course.rules)

    def _reached(self) -> Iterator[tuple[Course, Start]]:
        counted = [facts.reached for facts in self.view.all_facts if facts.reached]
        for rule in self.book.reaching.get(self.view.subject.kind, ()) if counted else ():
            start = _reaching_start(rule, counted)
            if start is not None and is_for(rule.only_for, self.carried):
                yield self.book.alone(rule.id), start


def _reaching_start(rule: Rule, counted: Iterable[Mapping[str, Reach]]) -> Start | None:
    """Return the start of a `reaches` rule: where the count, over all that was counted, first comes to its number."""
    reaches = [reached[rule.id] for reached in counted if rule.id in reached]
    if len(reaches) < 2:
        return reaches[0].steps[-1].start if reaches and reaches[0].complete else None
    steps = sorted((step for each in reaches for step in each.steps), key=lambda step: step.start.moment)
    at = reached_at(steps, rule.reaches or 0)
    return None if at is None else steps[at].start
