"""Why a rule did, did not or will not write, as a page; and the slots of a subject that are over without a message."""

from collections.abc import Iterator
from dataclasses import dataclass

from service.console.program import ProgramDesk
from service.domain.calendar import Instant
from service.domain.events import Subject
from service.flow.active import ActiveRules
from service.flow.neighbourhood import own_and_mentorships, read_neighbourhood
from service.flow.outlook import Expected, joined
from service.flow.ports import Snapshot, SubjectKey
from service.flow.words import Sentences
from service.staff.explain import Explanation, SlotSeen, explain, explain_all
from service.staff.seen import Seen
from service.staff.sentence import sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One thing that the rule asks for, whether it holds, and what was seen."""

    asks: str
    holds: bool
    seen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One message to one person: when it is due, what became of it; `email` leads to the mail, where one went."""

    due: Instant
    number: str
    to: str
    fate: str
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyPage:
    """One rule and one subject at an instant: one sentence first, the details after."""

    title: str
    subject: Subject
    subject_name: str
    sentence: str
    at: Instant
    rule: str
    rule_set: str
    active_since: Instant
    conditions: tuple[Condition, ...]
    past: tuple[Slot, ...]
    coming: tuple[Slot, ...]
    next_at: Instant | None


def why_page(
    program: ProgramDesk, snapshot: Snapshot, rules: ActiveRules[object], key: SubjectKey, rule: str, at: Instant
) -> WhyPage | None:
    """Return the page, or None where there was no such rule by then."""
    try:
        told = explain(read_neighbourhood(snapshot, rules, key, at), rule)
    except KeyError:
        return None
    writer = _Writer(program, told)
    return WhyPage(
        title=told.rule.title or told.rule.id,
        subject=key.subject,
        subject_name=program.subject(key.subject),
        sentence=sentence(told, program.recipient),
        at=at,
        rule=told.rule.id,
        rule_set=told.rule_set[:12],
        active_since=told.active_since,
        conditions=tuple(map(writer.condition, told.gates)),
        past=tuple(writer.slot(each) for each in told.slots if each.due <= at),
        coming=tuple(map(writer.slot, told.coming)),
        next_at=told.next_at,
    )


@dataclass(frozen=True, slots=True)
class _Writer:
    """Puts one explanation into the words of its program."""

    program: ProgramDesk
    told: Explanation

    def condition(self, seen: Seen) -> Condition:
        whom = f" (for {self.program.recipient(seen.recipient)})" if seen.recipient else ""
        at = self.program.clockface.moment(seen.at) if seen.at is not None else ""
        return Condition(asks=seen.asks + whom, holds=seen.holds, seen=" ".join(filter(None, (seen.value, at))))

    def slot(self, slot: SlotSeen) -> Slot:
        number = f"{slot.k + 1} of {slot.total}" if slot.total > 1 else ""
        topic = f"about {self.program.topic(slot.key.value)}" if slot.key.value else ""
        return Slot(
            due=slot.due,
            number=" · ".join(filter(None, (number, topic))),
            to=self.program.recipient(slot.recipient),
            fate=self._fate(slot),
            email=slot.went.email if slot.went else "",
        )

    def _fate(self, slot: SlotSeen) -> str:
        clockface = self.program.clockface
        if slot.went is not None:
            return f"It went on {clockface.moment(slot.went.at)}."
        if slot.would_have is not None:
            return f"It was to go on {clockface.moment(slot.would_have)}; that it went is not recorded."
        verdict = slot.foreseen if slot.due > self.told.at else slot.verdict
        if verdict is None:
            return "It goes then, if nothing changes."
        by = "" if slot.rule_set in ("", self.told.rule_set) else f" So decided rule set {slot.rule_set[:12]}."
        return Sentences(self.program.book.catalogue, clockface.moment).verdict(verdict) + by


def passed_slots(snapshot: Snapshot, rules: ActiveRules[object], key: SubjectKey, now: Instant) -> tuple[Expected, ...]:
    """Return every slot that was over by now without a message, each with its verdict of then."""
    return joined(_passed(snapshot, rules, key, now))


def _passed(snapshot: Snapshot, rules: ActiveRules[object], key: SubjectKey, now: Instant) -> Iterator[Expected]:
    for each in own_and_mentorships(snapshot, key):
        for told in explain_all(read_neighbourhood(snapshot, rules, each, now)):
            theirs = told if each == key else told.for_recipient(key.subject.id)
            yield from (_as_expected(told, slot) for slot in theirs.slots if slot.went is None and slot.closes <= now)


def _as_expected(told: Explanation, slot: SlotSeen) -> Expected:
    return Expected(
        at=slot.due,
        due=slot.due,
        subject=told.subject,
        rule=told.rule.id,
        title=told.rule.title,
        k=slot.k,
        total=slot.total,
        recipients=(slot.recipient,),
        value=slot.key.value,
        verdict=slot.verdict,
    )
