"""Deciding against general rule engines: the same rules, the same mentorships, answers that must be equal.

    make bench-rules

What is asked is what a service for mentorships must know: which rules apply to this mentorship now, from which of the
events that started them (its match, the newest message and conversation, flags, help, surveys …), and to whom. Waits
are compared; cohorts, topics and facts are looked at. Before anything is timed, all sides must give the same answers
for several hundred random mentorships. Not asked of the others is what Intouch does besides in that time: breaks,
pauses, quarter hours, what was sent before, and the instant at which to ask again.

Every engine is given the rules as they are, in every way that it offers: each rule apart, all in one expression, and a
decision table. The best of these is what Intouch is held against. Whoever writes an index around an engine (here: an
expression for each starting event) does much better; those lines stand apart, since such an index is what Intouch is.
Rounds alternate between all sides; the table shows the median of each, and its ratio to Intouch.
"""

import time
from collections.abc import Callable, Sequence
from statistics import mean, median

from bench.engines import ENGINES, PARTED, Side, side
from bench.equal_rules import DAY_S, LATEST, STAYS_OPEN_S, Answer, Happened, Pair, Wanted, pairs, rules
from service.adapters.schemas import load_schemas
from service.domain.book import ProgramBook
from service.domain.calendar import SECOND
from service.domain.decide import decide
from service.domain.events import Event, Subject, SubjectKind
from service.domain.facts import SubjectFacts
from service.domain.rules import Gate, Groups, Kind, Rule, RuleSet, Send, StartsFrom
from service.domain.view import mentorship_view
from service.settings import ROOT

SIZES = (10, 100, 1_000)
CHECKED, TIMED = 300, 25
"""So many mentorships must have equal answers, and so many are timed."""
ROUNDS = 5
BEGINS_S = 20_000 * DAY_S

GATES = {
    "not met": Gate("conversation.logged", "never"),
    "met": Gate("conversation.logged", "happened"),
    "nothing written": Gate("mentorship.message_sent", "never"),
    "nothing written since": Gate("mentorship.message_sent", "none_since_start"),
    "no open flag": Gate("flag", "none_open"),
    "no open help": Gate("help", "none_open"),
}


def intouch(wanted: Sequence[Wanted]) -> Side:
    """Return how Intouch decides: the whole of `decide`, with slots, recipients and when to look again."""
    catalogue = load_schemas(ROOT / "schemas").catalogue
    book = ProgramBook(RuleSet(catalogue=catalogue, rules=tuple(map(_rule, wanted))), "northfield")

    def of(pair: Pair) -> Callable[[], Answer]:
        mentorship = SubjectFacts(subject=Subject(SubjectKind.MENTORSHIP, f"m-{pair.number}"))
        for happened in pair.events:
            book.folding.one(mentorship, _event(pair, happened))
        people = {pair.person(role): _person(pair, role) for role in ("mentor", "mentee")}
        program = SubjectFacts(subject=Subject(SubjectKind.PROGRAM, "northfield"))
        view, now = mentorship_view(mentorship, people, program), (BEGINS_S + pair.now_s) * SECOND
        book.lens.prune(mentorship, now)
        return lambda: {(c.position, c.start_id, c.key.recipient) for c in decide(book, view, (), now).candidates}

    return of


def _rule(wanted: Wanted) -> Rule:
    return Rule(
        id=f"rule-{wanted.number}",
        position=wanted.number,
        kind=Kind.NUDGE,
        starts=wanted.starts,
        starts_from=StartsFrom.LATEST if wanted.starts in LATEST else StartsFrom.EACH,
        wait=wanted.wait_s * SECOND,
        send_within=STAYS_OPEN_S * SECOND,
        only_for=Groups(either=frozenset({wanted.cohort} - {""})),
        where={"topics": frozenset({wanted.topic})} if wanted.topic else {},
        only_while=(Gate("mentorship", "active"), *(GATES[each] for each in wanted.asks)),
        sends=(Send(to=wanted.to[0] if len(wanted.to) == 1 else "both", message="hello"),),
    )


def _event(pair: Pair, happened: Happened) -> Event:
    data: dict[str, object] = {"by": "mentor"}
    if happened.type == "mentorship.matched":
        data = {f"{role}_id": pair.person(role) for role in ("mentor", "mentee")}
    for name in ("conversation", "flag", "request", "survey"):
        data[f"{name}_id"] = happened.id
    if happened.topics:
        data["topics"] = list(happened.topics)
    at = (BEGINS_S + happened.at_s) * SECOND
    subject = Subject(SubjectKind.MENTORSHIP, f"m-{pair.number}")
    return Event(
        program="northfield",
        source="/bench",
        id=happened.id,
        type=happened.type,
        subject=subject,
        time=at,
        recorded=at,
        data=data,
    )


def _person(pair: Pair, role: str) -> SubjectFacts:
    facts = SubjectFacts(subject=Subject(SubjectKind.PARTICIPANT, pair.person(role)))
    cohort = pair.cohorts[0 if role == "mentor" else 1]
    facts.latest["groups"] = (_event(pair, pair.events[0]).moment, [cohort])
    return facts


def measured(number: int) -> dict[str, float]:
    """Return the seconds of CPU that deciding one mentorship takes by so many rules, by side."""
    wanted = rules(number)
    sides = {name: side(wanted, make(wanted)) for name, make in (ENGINES | PARTED).items()}
    sides = {"Intouch": intouch(wanted), **sides}
    _compare(sides)
    asked = {name: [of(pair) for pair in pairs(TIMED)] for name, of in sides.items()}
    rounds: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(ROUNDS):
        for name, each in asked.items():
            rounds[name].append(_seconds(each))
    return {name: median(each) for name, each in rounds.items()}


def _compare(sides: dict[str, Side]) -> None:
    """Raises: AssertionError, unless all sides give the same answers, and there is something to answer."""
    known = pairs(CHECKED)
    expected = [sides["Intouch"](pair)() for pair in known]
    for name, of in sides.items():
        for pair, answer in zip(known, expected, strict=True):
            assert of(pair)() == answer, (name, pair, answer)
    starts, messages = mean(len(each.starts()) for each in known), mean(map(len, expected))
    print(
        f"{'':10}equal answers for {CHECKED} mentorships: {starts:.1f} starts and {messages:.1f} messages each",
        flush=True,
    )


def _seconds(asked: Sequence[Callable[[], Answer]]) -> float:
    """Return the time for one mentorship: all are asked, and again until a tenth of a second has passed."""
    begun, times = time.process_time(), 0
    while (spent := time.process_time() - begun) < 0.1:
        for each in asked:
            each()
        times += 1
    return spent / (times * len(asked))


def main() -> None:
    """Print microseconds of CPU for deciding one mentorship, and how many times as long as Intouch each takes."""
    found = {}
    for number in SIZES:
        print(f"{number:5,} rules")
        found[number] = measured(number)
    print(f"\n{'':20}" + "".join(f"{number:>20,} rules" for number in SIZES))
    for name in found[SIZES[0]]:
        cells = (f"{found[n][name] * 1e6:13,.1f} µs {found[n][name] / found[n]['Intouch']:7.1f} x" for n in SIZES)
        print(f"{name:20}" + " ".join(cells))
    most = found[SIZES[-1]]
    for names, how in ((ENGINES, "the best engine"), (PARTED, "the best with an index by event written around it")):
        best = min(names, key=lambda name: most[name])
        print(f"At {SIZES[-1]:,} rules Intouch is {most[best] / most['Intouch']:.1f} times as fast as {how} ({best}).")


if __name__ == "__main__":
    main()
