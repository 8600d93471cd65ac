"""Why a story came out otherwise: what the engine saw of a message, and what would have to be different. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from service.domain.book import book_of
from service.domain.calendar import NEVER
from service.domain.delivery import LedgerKey, Verdict, Word
from service.domain.rules import Rule
from service.staff.asking import asked_for, seen_as
from service.staff.sentence import reason, starts_with
from service.staff.story import Expectation, Story, clock, is_to
from service.staff.verdicts import Unsent
from service.staff.witness import Look, Witness
from service.staff.world import Sent, World


def it_came(story: Story, wanted: Expectation, sent: Sent) -> str:
    """Return in what a message differs from the expectation, or "" where it is as expected."""
    candidate, at = sent.notice.candidate, sent.notice.at
    if story.day_of(at) != wanted.day:
        return f"on {story.when(at)}, not on day {wanted.day}"
    if wanted.minute not in (None, story.minute_of(at)):
        return f"at {clock(story.minute_of(at))}, not at {clock(wanted.minute or 0)}"
    if wanted.message not in (None, candidate.message):
        return f"with the message {candidate.message}, not {wanted.message}"
    return ""


@dataclass(frozen=True, slots=True)
class Reasons:
    """What is known of one story's messages after it was played."""

    story: Story
    world: World
    witness: Witness
    unsent: Sequence[Unsent]

    def came(self, sent: Sent, differently: str) -> str:
        """Return how a message came otherwise than expected, and what held it up before."""
        candidate, at = sent.notice.candidate, sent.notice.at
        if not differently.startswith("on "):
            return f"it came {differently}"
        looks = [each for each in self.witness.looks_at(candidate.key) if each.at < at]
        held = f", and then {reason(looks[0].verdict)}" if looks else ""
        return f"it came {differently}; it was due on {self.story.when(candidate.due)}{held}"

    def unexpected(self, sent: Sent) -> str:
        """Return which rule and which start a message is from."""
        candidate = sent.notice.candidate
        rule = next(each for each in self._rules() if each.id == candidate.key.rule)
        number = f", message {candidate.key.k + 1} of {rule.total}" if rule.total > 1 else ""
        started = f"started by {rule.starts} on {self.story.when(candidate.start_moment.time)}"
        return f"{rule.title or rule.id}: {started}{number}"

    def missing(self, wanted: Expectation, to: str) -> str:
        """Return what the engine knows of a message that did not come at all."""
        rule = next((each for each in self._rules() if each.id == wanted.rule), None)
        if rule is None:
            return f"the rule does not run in {self.story.program.name or self.story.program.id}"
        closed = [each for each in self.unsent if each.key.rule == wanted.rule and _is_for(to, each)]
        if closed:
            best = min(closed, key=lambda each: abs(self.story.day_of(each.judged.slot.due) - wanted.day))
            due = self.story.when(best.judged.slot.due)
            return f"it was due on {due} and was not sent: {self._why(rule, best.key, best.verdict)}"
        return self._still_open(rule, to)

    def _rules(self) -> Iterable[Rule]:
        return book_of(self.world.rule_set, self.story.program.id).rules

    def _still_open(self, rule: Rule, to: str) -> str:
        for subject in self.world.programs[self.story.program.id].subjects if self.world.programs else ():
            for key, verdict in self.witness.standing(self.story.program.id, subject).items():
                if key.rule == rule.id and is_to(to, "", key.recipient):
                    return f"at the end of the story it still waits: {self._why(rule, key, verdict)}"
        return self._to_come(rule)

    def _to_come(self, rule: Rule) -> str:
        coming = self.witness.coming.get((self.story.program.id, rule.id))
        if coming is None:
            return f"nothing in the story starts the rule: it waits for {starts_with(rule)}"
        if coming.slot.due > self.story.ends():
            return f"its time comes later: it is due on {self.story.when(coming.slot.due)}"
        return "the rule sends nothing to them here"

    def _why(self, rule: Rule, key: LedgerKey, verdict: Verdict) -> str:
        """Return the verdict with what was seen, and what would have to be different."""
        looks = self._turns(key)
        if not looks:
            return reason(verdict)
        told = [self._told(looks[0])]
        told += [f"from {self.story.when(each.at)} on {self._told(each)}" for each in looks[1:]]
        wishes = dict.fromkeys(filter(None, (asked_for(rule, each.verdict) for each in looks)))
        return "; ".join(told) + (f". For it to go, {', and '.join(wishes)}" if wishes else "")

    def _turns(self, key: LedgerKey) -> list[Look]:
        """Return the looks at a notice at which something else stood against it than before."""
        looks = [each for each in self.witness.looks_at(key) if each.verdict.word is not Word.WAITING]
        return [next(group) for _, group in groupby(looks, key=lambda each: (each.verdict.word, each.verdict.detail))]

    def _told(self, look: Look) -> str:
        verdict = look.verdict
        until = f" until {self.story.when(verdict.until)}" if verdict.until and verdict.until < NEVER else ""
        return f"{reason(verdict)}{until}{self._seen(look)}"

    def _seen(self, look: Look) -> str:
        for each in look.against if look.verdict.word is Word.GATE else ():
            if each.asks == look.verdict.detail and (words := seen_as(each, self.story.when)):
                return f" (seen: {words})"
        return ""


def _is_for(to: str, unsent: Unsent) -> bool:
    return is_to(to, unsent.judged.send.to if unsent.judged.send else "", unsent.key.recipient)
