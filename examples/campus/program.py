"""One program told week by week: who is matched with whom, and what each week brings."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from examples.campus import habits
from examples.campus.chance import ALWAYS, DAY, OFFICE, WEEK, Chance, day_at, iso, midnight
from examples.campus.people import ZONES, Habit, Happening, Pair, Person, Twist
from examples.campus.twists import DECK, TWISTS

MENTEES_OF_A_MENTOR = (1, 1, 2, 1, 1, 3, 1, 1, 1, 2, 1, 5)
RESOURCES = {2: "gone-quiet-how-to-restart", 5: "emergency-funds", 9: "impostor-feelings"}
"""The week → the resource that staff publish in it."""
DELIBERATION_DAYS = 4, 12
"""How long it takes to find a new mentor."""


class Program:
    """The people and pairs of one program, and the one source of chance."""

    def __init__(self, *, pairs: int, weeks: int, seed: int, starts: date, program: str) -> None:
        self.chance = Chance(f"{program}/{seed}")
        self.weeks, self.first_day, self.id = weeks, starts.toordinal(), program
        self.people = 0
        self.pairs: list[Pair] = []
        self._match_everyone(pairs)

    def begins(self, number: int) -> int:
        """Return when the week begins; the one after the last is the end."""
        return midnight(self.first_day + 7 * number, OFFICE)

    def is_told_until(self, number: int) -> int:
        """Return the time before which nothing more happens once that week is told.

        A Monday begins in Asia most of a day before it begins at the office.
        """
        return ALWAYS if number + 1 >= self.weeks else self.begins(number + 1) - DAY

    def week(self, number: int) -> Iterator[Happening]:
        """Yield what begins in a week, in no order; answers and decisions it leads to may lie in later weeks."""
        yield from self._announcements(number)
        for pair in self.pairs[:]:
            yield from self._turns(pair, self.begins(number), self.begins(number + 1))
        monday = self.first_day + 7 * number
        for pair in self.pairs:
            talk = habits.week(pair, monday, self.begins(number), self.chance)
            yield from (each for each in talk if pair.in_touch(each.at))
            yield from self._calendar(pair, number, monday)

    def rematch(self, pair: Pair, at: int) -> Iterator[Happening]:
        """Yield the joining of a new mentor and their match with the mentee, some days after, if there is time."""
        matched = self.chance.office(day_at(at) + self.chance.randrange(*DELIBERATION_DAYS), 15)
        if matched >= self.begins(self.weeks):
            return
        mentor = self._person("mentor")
        again = self._pair(f"{pair.id}-again", mentor, pair.mentee, (Habit.STEADY, None), matched)
        again.previous = pair.id
        yield from habits.joining(mentor, at + DAY, matched, self.chance)
        yield from habits.beginning(again, self.chance)

    def _match_everyone(self, count: int) -> None:
        deck: list[tuple[Habit, Twist | None]] = []
        mentor, room, mentors = self._person("mentor"), MENTEES_OF_A_MENTOR[0], 1
        for number in range(1, count + 1):
            deck = deck or self.chance.sample(DECK, len(DECK))
            if not room:
                room = MENTEES_OF_A_MENTOR[mentors % len(MENTEES_OF_A_MENTOR)]
                mentor, mentors = self._person("mentor"), mentors + 1
            room -= 1
            matched = self.chance.office(self.first_day + self.chance.choice((4, 4, 4, 7, 7, 9)), 15)
            self._pair(f"m-{number}", mentor, self._person("mentee"), deck.pop(), matched)

    def _person(self, role: str) -> Person:
        self.people += 1
        return Person(id=f"p-{self.people}", role=role, zone=self.chance.choice(ZONES))

    def _pair(self, name: str, mentor: Person, mentee: Person, card: tuple[Habit, Twist | None], matched: int) -> Pair:
        habit, twist = card
        silence_days = (25 if habit is Habit.LATE else 0) + self.chance.uniform(0.1, 5)
        twist_day = self.first_day + self.chance.randrange(21, max(22, 7 * self.weeks - 28))
        pair = Pair(
            id=name, mentor=mentor, mentee=mentee, habit=habit, twist=twist,
            twist_at=self.chance.awake(twist_day, mentee.zone),
            matched=matched,
            contact=ALWAYS if habit is Habit.SILENT else int(matched + silence_days * DAY),
            fades=matched + self.chance.randrange(4, 8) * WEEK if habit is Habit.FADING else ALWAYS,
        )  # fmt: skip
        for person in (mentor, mentee):
            person.pairs.append(pair)
        self.pairs.append(pair)
        return pair

    def _announcements(self, number: int) -> Iterator[Happening]:
        monday, ends_on = self.first_day + 7 * number, iso(self.first_day + 7 * self.weeks - 3)
        if number == 0:
            name, starts_on = f"{self.id.capitalize()} Peer Mentoring", iso(self.first_day)
            dates = {"starts_on": starts_on, "ends_on": ends_on}
            yield self._tells(self.chance.office(monday, 8), "program.launched", name=name, timezone=OFFICE, **dates)
            for _ in range(len(self.pairs) // 20 + 1):
                yield habits.invited(self._person("mentee"), self.chance.office(monday))
        if number in RESOURCES:
            at = self.chance.office(monday + 1)
            yield self._tells(at, "resource.published", resource=RESOURCES[number], audience="both")
        if number == self.weeks - 1:
            yield self._tells(self.chance.office(monday + 4, 17), "program.ended", ends_on=ends_on)

    def _tells(self, at: int, kind: str, **data: Any) -> Happening:
        return Happening(at, kind, f"programs/{self.id}", data)

    def _turns(self, pair: Pair, start: int, end: int) -> Iterator[Happening]:
        """Yield the joining, match and twist of a pair whose time for it has come."""
        if start <= pair.matched < end and pair.previous is None:
            yield from habits.beginning(pair, self.chance)
        if start == self.begins(0) and pair.previous is None:
            for person in (pair.mentor, pair.mentee):
                if person.pairs[0] is pair:
                    invited_at = self.chance.later(start, 9, 12)
                    yield from habits.joining(person, invited_at, pair.matched, self.chance)
        if pair.twist and start <= pair.twist_at < end and pair.in_touch(pair.twist_at):
            yield from TWISTS[pair.twist](self, pair, pair.twist_at)

    def _calendar(self, pair: Pair, number: int, monday: int) -> Iterator[Happening]:
        """Yield what the calendar brings to every pair: a survey halfway, and the end."""
        if pair.ends < ALWAYS or pair.matched > self.begins(number):
            return
        if number == self.weeks // 2:
            opened, survey_id = self.chance.office(monday, 14), f"halfway-{pair.id}"
            yield pair.tells(opened, "survey.opened", survey_id=survey_id, due_on=iso(monday + 14))
            if self.chance.is_so(0.6):
                yield pair.tells(self.chance.later(opened, 2, 240), "survey.completed", survey_id=survey_id)
        if number == self.weeks - 1:
            yield pair.tells(self.chance.office(monday + 4, 12), "mentorship.completed")
