"""Interventions as pages show them: who would get one and who not, how it reads, and what came of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, urlencode

from service.adapters.templates.book import Rendered
from service.adapters.templates.writer import LetterWriter
from service.console.messages_to_many import event_data
from service.console.pair_query import PairQuery, query_of
from service.console.program import ProgramDesk
from service.domain.calendar import Instant
from service.domain.delivery import Notice
from service.domain.events import Subject, SubjectKind
from service.domain.interventions import Bar, Fate, bar_of
from service.domain.view import participants_of
from service.flow.act import Act
from service.flow.compose import compose
from service.flow.intervention_port import Intervention
from service.flow.outlook import outlook
from service.flow.ports import SubjectKey
from service.flow.step_in import SOURCE, event_id
from service.flow.try_on import ADDRESSED, Tried, WithEvent, addressed, try_on
from service.flow.words import Sentences
from service.trial.world_mail import LINKS, email_of

PAGE_SIZE: Final = 25
MOST_CHOSEN: Final = 20_000
COUNTED: Final = 50
COUNTED_WHEN_ASKED: Final = 2_000
"""Of how many pairs totals are made: by itself in a moment, on request in some seconds."""
PREVIEWED: Final = 5
"""Of how many pairs somebody is looked for who would get it, while the words are written."""
_HAPPENED: Final = {Fate.GETS: "sent", Fate.NOT: "not sent"}
_FATES: Final = {Fate.GETS: "gets it", Fate.LATER: "gets it later", Fate.NOT: "does not get it"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One person of a pair: what becomes of it for them, and why. `email` leads to the mail that went."""

    id: str
    pair: str
    name: str
    fate: str
    look: str
    why: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """How it reads for one of them; None where nobody would get it."""

    to: str
    rendered: Rendered


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Who of the chosen would get it. `totals` are of those that were looked at: all, or the first of them."""

    lines: tuple[Line, ...]
    totals: Mapping[str, int]
    looked_at: int
    could_look_at: int
    page: int
    pages: int
    preview: Preview | None
    bar: Bar
    people: int


def number_of(program: ProgramDesk, asked: str, now: Instant) -> int:
    """Return how many pairs that go on a filter asks for."""
    limits = program.book.program.engagement
    wanted = filter_of(asked).wanted(now, program.snapshot.advisor_key)
    return program.snapshot.number_going_on(program.id, wanted, limits, now)


def chosen_of(program: ProgramDesk, asked: str, now: Instant, most: int = MOST_CHOSEN) -> tuple[str, ...]:
    """Return the ids of the pairs that go on, of those that a filter asks for, from the first `most` of these."""
    query = filter_of(asked)
    limits, found = program.book.program.engagement, []
    wanted = query.wanted(now, program.snapshot.advisor_key)
    rows = program.snapshot.footings(program.id, wanted, limits, now, query.after, most)
    for _, row in rows:
        if row.footing.matched_at is not None and row.footing.ended_at is None:
            found.append(row.id)
    return tuple(found)


def filter_of(asked: str) -> PairQuery:
    """Return the filter that an intervention keeps."""
    return query_of(dict(parse_qsl(asked)))


def asked_of(query: PairQuery) -> str:
    """Return a filter as an intervention keeps it."""
    return urlencode(query.address())


def review_of(
    program: ProgramDesk,
    writer: LetterWriter,
    intervention: Intervention,
    alone_up_to: int,
    page: int,
    now: Instant,
    counted: int = COUNTED,
) -> Review:
    """Return who would get it, page by page; with the first, totals of so many pairs."""
    chosen, data = intervention.chosen, event_data(intervention)
    pages = max(1, -(-len(chosen) // PAGE_SIZE))
    page = min(max(1, page), pages)
    shown = chosen[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    looked_at = chosen[:counted] if page == 1 else ()
    tried = try_on(program.snapshot, program.rule_set, program.id, data, looked_at or shown, now)
    lines = lines_of(program, [each for each in tried if each.id in set(shown)])
    totals = Counter(_FATES[each.fate] for each in tried)
    first = next((each for each in tried if each.candidate is not None), None)
    return Review(
        lines=lines,
        totals={words: totals[words] for words in _FATES.values() if totals[words]},
        looked_at=len(looked_at),
        could_look_at=min(COUNTED_WHEN_ASKED, len(chosen)),
        page=page,
        pages=pages,
        # It has a name in it.
        preview=preview_of(program, writer, intervention, first, now) if first and program.shows_names else None,
        bar=bar_of(intervention.approvals, 2 * len(chosen), alone_up_to),
        people=2 * len(chosen),
    )


def lines_of(program: ProgramDesk, tried: Sequence[Tried]) -> tuple[Line, ...]:
    """Return them in words."""
    program.learn(each.recipient for each in tried)
    sentences = Sentences(program.book.catalogue, program.clockface.moment)
    names = _pair_names(program, [each.id for each in tried])
    return tuple(
        Line(
            id=each.id,
            pair=names.get(each.id, each.id),
            name=program.name_of(each.recipient),
            fate=_FATES[each.fate],
            look=each.fate.value,
            why=sentences.verdict(each.verdict) if each.verdict else "",
        )
        for each in tried
    )


def _pair_names(program: ProgramDesk, ids: Sequence[str]) -> dict[str, str]:
    return {each: program.subject(Subject(SubjectKind.MENTORSHIP, each)) for each in dict.fromkeys(ids)}


def first_preview(
    program: ProgramDesk, writer: LetterWriter, intervention: Intervention, now: Instant
) -> Preview | None:
    """Return the email as the first who gets it would read it, for whoever sees names."""
    if not program.shows_names:
        return None
    data = event_data(intervention)
    tried = try_on(program.snapshot, program.rule_set, program.id, data, intervention.chosen, now)
    first = next((each for each in tried if each.candidate is not None), None)
    return preview_of(program, writer, intervention, first, now) if first else None


def preview_of(
    program: ProgramDesk, writer: LetterWriter, intervention: Intervention, tried: Tried, now: Instant
) -> Preview | None:
    """Return the email as that person would read it."""
    if tried.candidate is None:
        return None
    event = addressed(program.id, tried.id, event_data(intervention), now)
    email = email_of(program.id, (Notice(candidate=tried.candidate, at=now),))
    letter = compose(WithEvent(program.snapshot, event), program.rule_set, email, LINKS)
    return Preview(to=program.name_of(tried.recipient), rendered=writer.rendered(letter))


def acts_to_address(intervention: Intervention) -> list[Act]:
    """Return the events by which the chosen are addressed, each once however often it is pressed."""
    data = event_data(intervention)
    return [
        Act(type=ADDRESSED, subject=Subject(SubjectKind.MENTORSHIP, each), mark=intervention.id, data=data)
        for each in intervention.chosen
    ]


def acts_to_withdraw(intervention: Intervention) -> list[Act]:
    """Return the events that take it back wherever it has not gone."""
    data = {"intervention": intervention.id}
    return [
        Act(
            type="intervention.withdrawn",
            subject=Subject(SubjectKind.MENTORSHIP, each),
            mark=intervention.id,
            data=data,
        )
        for each in intervention.chosen
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of it, for a page of the chosen. `totals` are of those that were looked at: all, or the first."""

    lines: tuple[Line, ...]
    totals: Mapping[str, int]
    talked: int
    looked_at: int
    could_look_at: int
    page: int
    pages: int
    was_cut_off: bool
    """Whether not everybody was reached yet."""


def outcome_of(
    program: ProgramDesk, intervention: Intervention, page: int, now: Instant, counted: int = COUNTED
) -> Outcome:
    """Return what came of an approved intervention, with totals of so many pairs."""
    chosen = intervention.chosen
    pages = max(1, -(-len(chosen) // PAGE_SIZE))
    page = min(max(1, page), pages)
    shown = chosen[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    looked_at = chosen[:counted]
    happened = _happened(program, intervention, looked_at)
    totals = Counter(_HAPPENED[each.fate] for each in happened)
    lines = happened if page == 1 else _happened(program, intervention, shown)
    own = [each for each in lines if each.id in set(shown)]
    return Outcome(
        lines=_explained(program, intervention, own, now),
        totals={words: totals[words] for words in _HAPPENED.values() if totals[words]},
        talked=_talked(program, intervention, looked_at),
        looked_at=len(looked_at),
        could_look_at=min(COUNTED_WHEN_ASKED, len(chosen)),
        page=page,
        pages=pages,
        was_cut_off=_was_cut_off(program, intervention),
    )


def _was_cut_off(program: ProgramDesk, intervention: Intervention) -> bool:
    last = Act(type=ADDRESSED, subject=Subject(SubjectKind.MENTORSHIP, intervention.chosen[-1]), mark=intervention.id)
    return program.snapshot.event(program.id, SOURCE, event_id(program.id, last)) is None


class _Happened(NamedTuple):
    """What became of it for one person of a pair."""

    id: str
    person: str
    fate: Fate


def _happened(program: ProgramDesk, intervention: Intervention, ids: Sequence[str]) -> list[_Happened]:
    keys = {each: SubjectKey(program.id, Subject(SubjectKind.MENTORSHIP, each)) for each in ids}
    snapshot = program.snapshot
    sent, found = snapshot.sent(keys.values()), snapshot.subjects(keys.values())
    people = {key.subject.id: participants_of(row.facts) for key, row in found.items() if row.facts}
    told = []
    for id, key in keys.items():
        act = Act(type=ADDRESSED, subject=key.subject, mark=intervention.id)
        start = f"{SOURCE} {event_id(program.id, act)}"
        went = {each.recipient for each in sent.get(key, ()) if each.start == start}
        both = people.get(id, {}).values()
        told += [_Happened(id, each, Fate.GETS if each in went else Fate.NOT) for each in both]
    return told


def _explained(
    program: ProgramDesk, intervention: Intervention, found: Sequence[_Happened], now: Instant
) -> tuple[Line, ...]:
    """Return them in words, with what holds back what has not gone and may still go."""
    rules = {each.id for each in program.book.rules if intervention.message in each.where.get("message", ())}
    sentences = Sentences(program.book.catalogue, program.clockface.moment)
    waits: dict[tuple[str, str], str] = {}
    for id in dict.fromkeys(each.id for each in found if each.fate is not Fate.GETS):
        key = SubjectKey(program.id, Subject(SubjectKind.MENTORSHIP, id))
        for slot in outlook(program.snapshot, program.rule_set, key, now):
            if slot.rule in rules:
                why = sentences.verdict(slot.verdict) if slot.verdict else "It goes out in a moment."
                waits.update({(id, each): why for each in slot.recipients})
    program.learn(each.person for each in found)
    names = _pair_names(program, [each.id for each in found])
    return tuple(
        Line(
            id=each.id,
            pair=names[each.id],
            name=program.name_of(each.person),
            fate=_HAPPENED[each.fate],
            look=each.fate.value,
            why=waits.get((each.id, each.person), ""),
        )
        for each in found
    )


def _talked(program: ProgramDesk, intervention: Intervention, ids: Sequence[str]) -> int:
    """Return how many of the pairs have logged a conversation since it was approved."""
    since = intervention.approved_at
    if since is None:
        return 0
    keys = [SubjectKey(program.id, Subject(SubjectKind.MENTORSHIP, each)) for each in ids]
    rows = program.snapshot.subjects(keys).values()
    last = (row.facts.last("conversation.logged") for row in rows if row.facts)
    return sum(1 for at in last if at is not None and at > since)
