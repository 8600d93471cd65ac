"""What deciding says of one subject by itself: candidates, why the others are none, and when that changes by itself."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from service.domain.book import book_of
from service.domain.brakes import Hold
from service.domain.calendar import DAY, HOUR, MINUTE, NEVER, QUARTER, Instant
from service.domain.decide import Decision, Judge, decide, judge_all, ledger_key
from service.domain.delivery import Candidate, LedgerKey, Role, Verdict, Word
from service.domain.events import Event, Subject, SubjectKind
from service.domain.facts import Start
from service.domain.rules import (
    Break,
    Count,
    Delivery,
    Gate,
    Groups,
    Kind,
    Pause,
    Quiet,
    Rule,
    RuleSet,
    Send,
    StartsFrom,
    Until,
)
from service.domain.view import View
from service.staff.program_world import ProgramWorld
from tests.domain.days import flag, logged, matched, wrote
from tests.naive.examples import ALWAYS, NORTH, at, event, pair, person, rule, rule_set

M = Subject.parse("mentorships/m")
MATCHED = at("03-02 09:00")
SENT = "mentorship.message_sent"


def _seen(rules: RuleSet, *events: Event, subject: Subject = M) -> View:
    world = ProgramWorld("north", book_of(rules, "north"))
    for each in (*pair(), *events):
        world.fold(each)
    return world.view(subject)


def _judged(
    rules: RuleSet,
    *events: Event,
    when: str,
    sent: Collection[LedgerKey] = (),
    holds: Mapping[LedgerKey, Hold] | None = None,
) -> list[str]:
    """Return each slot as "rule k recipient: word", with the instant that lifts it where time does."""
    found = judge_all(book_of(rules, "north"), _seen(rules, *events), sent, at(when), holds or {})
    return [
        f"{each.rule.id} {each.slot.k} {each.recipient}: {_word(each.outcome)}".replace("  ", " ") for each in found
    ]


def _word(outcome: Candidate | Verdict | LedgerKey) -> str:
    if isinstance(outcome, Candidate):
        return "candidate"
    if isinstance(outcome, Verdict):
        return f"{outcome} until {_day(outcome.until)}" if outcome.until is not None else str(outcome)
    assert isinstance(outcome, LedgerKey)
    return "sent"


def _day(instant: Instant) -> str:
    days = (instant - at("03-01 00:00")) / DAY
    return f"{days:g}"


def _decided(rules: RuleSet, *events: Event, when: str, **keys: Any) -> Decision:
    return decide(book_of(rules, "north"), _seen(rules, *events), keys.pop("sent", ()), at(when), **keys)


def _rules(*rules: Rule, **parts: Any) -> RuleSet:
    return rule_set(*rules, **({"delivery": Delivery(hours=ALWAYS, limits=())} | parts))


def test_a_ladder_tells_of_every_slot() -> None:
    """The first was sent, the second is open, the third will come; from 2 March 09:00, a day apart."""
    ladder = _rules(rule(every=DAY, total=3))
    first = ledger_key(ladder.rules[0], "mentorships/m", _start(ladder), 0, "ann", "")
    assert _judged(ladder, when="03-03 10:00", sent=[first]) == [
        "r 0 ann: sent", "r 1 ann: candidate", "r 2 : waiting until 3.375",
    ]  # fmt: skip
    assert _judged(ladder, when="03-03 10:00") == [
        "r 0 ann: too_late until 2.375", "r 1 ann: candidate", "r 2 : waiting until 3.375",
    ]  # fmt: skip


def _start(rules: RuleSet) -> Start:
    """Return the first start of the rules."""
    return judge_all(book_of(rules, "north"), _seen(rules), (), MATCHED)[0].start


def test_a_candidate_carries_all_that_planning_needs() -> None:
    ladder = _rules(rule(every=DAY, total=2, send_within=HOUR, formerly=("old",), position=3, to="both"))
    decision = _decided(ladder, when="03-02 09:00")
    start = _start(ladder)
    assert decision.candidates[1] == Candidate(
        key=LedgerKey("r", "mentorships/m", start.key, 0, "ben", ""),
        kind=Kind.NUDGE, position=3, subject=M, start_id=start.moment.id, start_moment=start.moment, place=1, to="both",
        role=Role.MENTEE, message="r", resource=None, pick="", due=MATCHED, closes=MATCHED + HOUR, every=DAY,
        formerly=("old",),
    )  # fmt: skip
    assert [each.key.recipient for each in decision.candidates] == ["ann", "ben"]


@pytest.mark.parametrize(
    ("resource", "data", "expected"),
    [
        ("tips", {}, [("tips", "")]),
        ("this", {"resource": "calm"}, [("calm", "")]),
        ("this", {}, [("", "")]),
        ("by_topic", {"topics": ["stress", "career"]}, [("by_topic", "stress"), ("by_topic", "career")]),
        ("by_stage", {}, [("by_stage", "")]),
    ],
)
def test_a_candidate_says_which_resource_or_how_to_pick_one(
    resource: str, data: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    """`this` is what the starting event names, or nothing; a topic is picked by."""
    sends = [Send(to="mentor", message="hello", resource=resource)]
    rules = _rules(rule(starts=SENT, to=sends))
    candidates = _decided(rules, wrote("mentor", "03-02 10:00", **data), when="03-02 10:00").candidates
    assert [(each.resource, each.pick) for each in candidates] == expected


def test_when_it_changes_by_itself_is_the_next_slot_or_the_close_of_an_open_one() -> None:
    """A wait ends, a slot closes, the next is due; after the last nothing changes."""
    ladder = _rules(rule(wait=HOUR, every=DAY, total=2, send_within=2 * HOUR))
    nexts = {when: _decided(ladder, when=when) for when in ("03-02 09:00", "03-02 10:00", "03-02 12:00", "03-03 12:00")}
    assert [(each.next_at, each.source, len(each.candidates)) for each in nexts.values()] == [
        (MATCHED + HOUR, "due", 0), (MATCHED + 3 * HOUR, "close", 1), (MATCHED + DAY + HOUR, "due", 0), (NEVER, "", 0),
    ]  # fmt: skip


def test_what_was_sent_is_no_candidate_under_its_old_name_either() -> None:
    named = _rules(rule(formerly=("older", "old")))
    start = _start(named)
    for name in ("r", "old", "older"):
        sent = [LedgerKey(name, "mentorships/m", start.key, 0, "ann", "")]
        assert _decided(named, when="03-02 09:00", sent=sent).candidates == ()
        assert _judged(named, when="03-02 09:00", sent=sent) == ["r 0 ann: sent"]
    other = [LedgerKey("other", "mentorships/m", start.key, 0, "ann", "")]
    assert len(_decided(named, when="03-02 09:00", sent=other).candidates) == 1


def _both(rules: RuleSet, *events: Event, when: str) -> tuple[list[str], int, Instant]:
    """Return what judging says, how many candidates deciding finds, and when it wants to be asked again."""
    decision = _decided(rules, *events, when=when)
    return _judged(rules, *events, when=when), len(decision.candidates), decision.next_at


def test_a_gate_that_does_not_hold_is_named_and_only_an_event_changes_it() -> None:
    """The first in the rule's order, gates before counts."""
    gates = _rules(
        rule(only_while=(Gate(SENT, "never"), Gate("flag", "none_open")), counts=(Count(event=SENT, at_most=0),))
    )
    assert _both(gates, when="03-02 10:00")[:2] == (["r 0 ann: candidate"], 1)
    assert _both(gates, wrote("mentor", "03-02 09:30"), when="03-02 10:00") == (
        [f"r 0 ann: gate({SENT}: never)"],
        0,
        NEVER,
    )
    assert _both(gates, flag("03-02 09:30"), when="03-02 10:00") == (["r 0 ann: gate(flag: none_open)"], 0, NEVER)
    count = _rules(rule(counts=(Count(event=SENT, at_least=1),)))
    assert _both(count, when="03-02 10:00") == ([f"r 0 ann: gate(count: {SENT})"], 0, NEVER)


def test_until_is_told_of_slots_that_are_to_come_too() -> None:
    """No slot of a stopped ladder waits for its time."""
    ladder = _rules(rule(every=DAY, total=2, until=(Until(event=SENT),)))
    assert _both(ladder, wrote("mentor", "03-02 09:30"), when="03-02 10:00") == (
        [f"r 0 ann: until({SENT})", f"r 1 : until({SENT})"], 0, NEVER,
    )  # fmt: skip


def test_a_gate_does_not_stop_slots_that_are_to_come() -> None:
    """They wait: the gate may hold by then."""
    ladder = _rules(rule(every=DAY, total=2, only_while=(Gate(SENT, "never"),)))
    assert _judged(ladder, wrote("mentor", "03-02 09:30"), when="03-02 10:00") == [
        f"r 0 ann: gate({SENT}: never)", "r 1 : waiting until 2.375",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("happened", "words"),
    [
        (event("mentorship.paused", "mentorships/m", "03-02 09:30"), {Kind.NUDGE: "ended(mentorship)"}),
        (event("participant.left", "participants/ben", "03-02 09:30"), {Kind.NUDGE: "ended(left)"}),
        (
            event("program.ended", "programs/north", "03-02 09:30"),
            {Kind.NUDGE: "ended(program)", Kind.REPORT: "ended(program)"},
        ),
    ],
)
def test_nudges_end_with_the_mentorship_and_reports_with_the_program(happened: Event, words: dict[Kind, str]) -> None:
    """A pause, a leaving or the program's end stops these kinds and no others."""
    for kind in Kind:
        rules = _rules(rule(kind=kind, to="staff.primary"))
        word = words.get(kind, "candidate")
        assert _judged(rules, happened, when="03-02 10:00") == [f"r 0 staff.primary: {word}"], kind
        assert len(_decided(rules, happened, when="03-02 10:00").candidates) == (word == "candidate"), kind


def test_the_programs_end_is_known_ahead() -> None:
    """By its last day: until that is over, a nudge may go, and then it may not."""
    ends = replace(NORTH, dates={"program_ends": (date(2026, 3, 2),)})
    rules = _rules(rule(send_within=9 * DAY), program=ends)
    assert _both(rules, when="03-02 10:00") == (["r 0 ann: candidate"], 1, at("03-03 00:00"))
    assert _both(rules, when="03-03 00:00") == (["r 0 ann: ended(program)"], 0, NEVER)
    assert _decided(rules, when="03-02 10:00").source == "program_end"


def test_a_pause_of_the_rules_is_named_for_the_kinds_that_it_stops() -> None:
    paused = Pause(id="help", gates=(Gate("help", "open"), Gate(SENT, "never")), stops=frozenset({Kind.NUDGE}))
    asked = event("help.requested", "mentorships/m", "03-02 09:30", request_id="h", by="mentee", option="remove_me")
    nudge, service = (_rules(rule(kind=kind), pauses=(paused,)) for kind in (Kind.NUDGE, Kind.SERVICE))
    assert _both(nudge, asked, when="03-02 10:00") == (["r 0 ann: paused(help)"], 0, NEVER)
    assert _both(service, asked, when="03-02 10:00")[:2] == (["r 0 ann: candidate"], 1)
    assert _both(nudge, when="03-02 10:00")[:2] == (["r 0 ann: candidate"], 1)
    assert _both(nudge, asked, wrote("mentor", "03-02 09:40"), when="03-02 10:00")[:2] == (["r 0 ann: candidate"], 1)


@pytest.mark.parametrize(("kind", "opens"), [(Kind.NUDGE, 2 * HOUR + QUARTER), (Kind.ANSWER, 2 * HOUR + 7 * MINUTE)])
def test_a_silence_that_is_asked_for_is_lifted_by_time(kind: Kind, opens: Instant) -> None:
    """Two hours after the message at 09:07, on the quarter hour for a nudge and to the minute for an answer."""
    quiet = _rules(rule(kind=kind, send_within=DAY, none_in_last=(Quiet(SENT, 2 * HOUR),)))
    message = wrote("mentor", "03-02 09:07")
    said, found, next_at = _both(quiet, message, when="03-02 10:00")
    assert (said, found) == ([f"r 0 ann: gate(none_in_last: {SENT}) until {_day(MATCHED + opens)}"], 0)
    assert (next_at, _decided(quiet, message, when="03-02 10:00").source) == (MATCHED + opens, "none_in_last")
    over = {"03-02 11:06": 0, "03-02 11:07": 1}
    assert {when: len(_decided(quiet, message, when=when).candidates) for when in over} == over


def test_a_silence_of_a_persons_own_is_asked_for_each_recipient() -> None:
    """Ann signed in an hour ago; ben did not, and is written to."""
    quiet = _rules(rule(to="both", none_in_last=(Quiet("participant.signed_in", DAY),)))
    signed = event("participant.signed_in", "participants/ann", "03-02 09:30")
    said, found, next_at = _both(quiet, signed, when="03-02 10:00")
    assert said == ["r 0 ann: gate(none_in_last: participant.signed_in) until 2.39583", "r 0 ben: candidate"]
    assert (found, next_at) == (1, at("03-03 09:30"))


def test_a_gate_of_a_persons_own_is_asked_for_each_recipient() -> None:
    own = _rules(rule(to="both", only_while=(Gate("participant.signed_in", "never"),)))
    signed = event("participant.signed_in", "participants/ann", "03-02 09:30")
    assert _judged(own, signed, when="03-02 10:00") == [
        "r 0 ann: gate(participant.signed_in: never)", "r 0 ben: candidate",
    ]  # fmt: skip


def test_a_paused_person_gets_no_nudges_until_they_are_back() -> None:
    """Until the quarter hour after an instant, without an end until an event; other kinds go."""
    until = event("participant.paused", "participants/ann", "03-02 09:30", until="2026-03-03T09:07:00Z")
    always = event("participant.paused", "participants/ann", "03-02 09:30")
    rules = _rules(rule(to="both"))
    assert _both(rules, until, when="03-02 10:00") == (
        ["r 0 ann: ended(paused) until 2.38542", "r 0 ben: candidate"], 1, at("03-03 09:15"),
    )  # fmt: skip
    assert _decided(rules, until, when="03-02 10:00").source == "pause"
    assert _both(rules, until, when="03-03 09:07")[0] == ["r 0 ann: candidate", "r 0 ben: candidate"]
    assert _both(rules, always, when="03-02 10:00")[0] == ["r 0 ann: ended(paused)", "r 0 ben: candidate"]
    service = _rules(rule(kind=Kind.SERVICE))
    assert _both(service, always, when="03-02 10:00")[:2] == (["r 0 ann: candidate"], 1)


def test_a_break_that_began_holds_what_was_due_before_it() -> None:
    """From midnight on, until the midnight after its last day; before, its beginning is when to ask again."""
    rest = replace(NORTH, breaks=(Break(name="spring", first=date(2026, 3, 3), last=date(2026, 3, 4)),))
    nudge, report = (_rules(rule(kind=kind, send_within=9 * DAY), program=rest) for kind in (Kind.NUDGE, Kind.REPORT))
    assert _both(nudge, when="03-02 10:00") == (["r 0 ann: candidate"], 1, at("03-03 00:00"))
    assert _both(nudge, when="03-03 00:00") == (["r 0 ann: break until 4"], 0, at("03-05 00:00"))
    assert _both(nudge, when="03-05 00:00")[:2] == (["r 0 ann: candidate"], 1)
    assert _both(report, when="03-03 00:00")[:2] == (["r 0 ann: candidate"], 1)
    assert _decided(nudge, when="03-03 00:00").source == "break"


def test_what_was_held_may_go_as_much_later_as_it_was_held() -> None:
    """While it is held it does not get too late; released after a day, it has a day more, up to the next slot."""
    nudge = _rules(rule(send_within=2 * HOUR))
    key = LedgerKey("r", "mentorships/m", _start(nudge).key, 0, "ann", "")
    held, released = {key: Hold(MATCHED)}, {key: Hold(MATCHED, MATCHED + DAY)}
    assert _judged(nudge, when="03-09 09:00") == ["r 0 ann: too_late until 1.45833"]
    assert _judged(nudge, when="03-09 09:00", holds=held) == ["r 0 ann: candidate"]
    assert len(_decided(nudge, when="03-09 09:00", holds=held).candidates) == 1
    for when, word, found in (("03-03 10:59", "candidate", 1), ("03-03 11:00", "too_late until 1.45833", 0)):
        assert _judged(nudge, when=when, holds=released) == [f"r 0 ann: {word}"]
        assert len(_decided(nudge, when=when, holds=released).candidates) == found
    ladder = _rules(rule(send_within=2 * HOUR, every=DAY, total=2))
    assert _judged(ladder, when="03-03 09:00", holds=held)[0] == "r 0 ann: too_late until 1.45833"
    other = {key._replace(recipient="ben"): Hold(MATCHED)}
    (judged,) = judge_all(book_of(nudge, "north"), _seen(nudge), (), at("03-02 12:00"), other)
    assert judged.outcome == Verdict(Word.TOO_LATE, "", MATCHED + 2 * HOUR)


def test_a_programs_event_starts_rules_for_whoever_exists_when_they_are_due() -> None:
    """Told on 1 March, due a day later: the mentorship of 2 March 09:00 is there only for what is due after it."""
    told = event("program.updated", "programs/north", "03-01 00:00")
    for wait, expected in ((DAY, []), (2 * DAY, ["r 0 ann: candidate"])):
        rules = _rules(rule(starts="program.updated", wait=wait, send_within=9 * DAY))
        assert _judged(rules, told, when="03-03 10:00") == expected
        assert len(_decided(rules, told, when="03-03 10:00").candidates) == len(expected)
    own = _rules(rule(starts="program.updated", for_each=SubjectKind.PROGRAM, to="staff.primary"))
    view = _seen(own, told, subject=Subject.parse("programs/north"))
    assert len(decide(book_of(own, "north"), view, (), at("03-01 00:00")).candidates) == 1


def test_the_latest_start_is_the_newest_that_each_rule_lets_in() -> None:
    """A log on stress is the newest of one rule, a later one on careers that of the other."""
    newest = {"starts": "conversation.logged", "starts_from": StartsFrom.LATEST, "kind": Kind.ANSWER}
    rules = _rules(
        rule("any", **newest),
        rule("stress", where={"topics": frozenset({"stress"})}, position=1, **newest),
        rule("none", where={"topics": frozenset({"other"})}, position=2, **newest),
    )
    events = [
        logged("03-03 09:00", "a", topics=["stress"]),
        logged("03-03 10:00", "b", topics=["stress"]),
        logged("03-03 11:00", "c", topics=["career"]),
    ]
    found = judge_all(book_of(rules, "north"), _seen(rules, *events), (), at("03-03 12:00"))
    assert sorted((each.rule.id, each.start.ref) for each in found) == [("any", "c"), ("stress", "b")]
    decision = _decided(rules, *events, when="03-03 12:00")
    assert sorted((each.key.rule, each.start_id[-5:]) for each in decision.candidates) == [
        ("any", "11:00"),
        ("stress", "10:00"),
    ]


def test_a_total_over_a_participants_mentorships_is_reached_by_all_of_them_together() -> None:
    """Two talks in one mentorship and one in the other are three; the third of all, by time, is the start."""
    three = rule("three", to="participant", for_each=SubjectKind.PARTICIPANT, starts="conversation.logged", reaches=3)
    events = [
        person("cy", "mentee"), matched("03-02 09:00", "ann", "cy", "n", id_="n"),
        logged("03-03 09:00", "a"), logged("03-03 11:00", "b"), logged("03-03 10:00", "c", "n"),
    ]  # fmt: skip
    for rules, expected in ((_rules(three), ["03-03 11:00"]), (_rules(replace(three, reaches=4)), [])):
        view = _seen(rules, *events, subject=Subject.parse("participants/ann"))
        found = decide(book_of(rules, "north"), view, (), at("03-03 12:00")).candidates
        assert [each.start_id[-11:] for each in found] == expected
        assert all(each.key.start == "" for each in found)


def test_dates_start_rules_each_by_its_place() -> None:
    """Two checkpoints: a week before each, staff hear of it; the program's own file names them."""
    dated = replace(NORTH, dates={"checkpoints": (date(2026, 3, 20), date(2026, 4, 20))}, timezone="America/Chicago")
    rules = _rules(rule(starts="date.checkpoints", before=7 * DAY, kind=Kind.SERVICE, send_within=DAY), program=dated)
    first = at("03-20 05:00") - 7 * DAY
    assert _decided(rules, when="03-10 00:00").next_at == first
    (candidate,) = decide(book_of(rules, "north"), _seen(rules), (), first).candidates
    assert (candidate.key.start, candidate.due, candidate.start_id) == (
        "north date:checkpoints:0",
        first,
        "checkpoints:0",
    )
    assert _decided(rules, when="03-20 00:00").next_at == at("04-20 05:00") - 7 * DAY


def test_a_gate_that_looks_at_the_start_is_asked_of_each_start() -> None:
    """One of two flags is resolved; between two flags somebody wrote: each start has its own answer."""
    flags = [flag("03-02 09:10", "f", id_="f"), flag("03-02 09:30", "g", id_="g")]
    resolved = event("flag.resolved", "mentorships/m", "03-02 09:40", flag_id="f")
    still_open = _rules(rule(starts="flag.submitted", only_while=(Gate("this_flag", "open"),)))
    assert _judged(still_open, *flags, resolved, when="03-02 10:00") == [
        "r 0 ann: gate(this_flag: open)",
        "r 0 ann: candidate",
    ]
    assert [each.start_id for each in _decided(still_open, *flags, resolved, when="03-02 10:00").candidates] == ["g"]
    silent = _rules(rule(starts="flag.submitted", only_while=(Gate(SENT, "none_since_start"),)))
    between = wrote("mentor", "03-02 09:20")
    assert _judged(silent, *flags, between, when="03-02 10:00") == [
        f"r 0 ann: gate({SENT}: none_since_start)",
        "r 0 ann: candidate",
    ]
    assert [each.start_id for each in _decided(silent, *flags, between, when="03-02 10:00").candidates] == ["g"]


def test_a_gate_of_a_persons_own_may_look_at_the_start_too() -> None:
    own = _rules(
        rule(starts="flag.submitted", to="both", only_while=(Gate("participant.signed_in", "happened_since_start"),))
    )
    signed = event("participant.signed_in", "participants/ann", "03-02 09:30")
    assert [
        each.key.recipient for each in _decided(own, flag("03-02 09:20"), signed, when="03-02 10:00").candidates
    ] == ["ann"]
    assert _decided(own, flag("03-02 09:40"), signed, when="03-02 10:00").candidates == ()


def test_of_several_silences_each_is_asked_of_whom_it_is_about() -> None:
    """In either order: a message is the mentorship's, a signing in is each person's."""
    signed = event("participant.signed_in", "participants/ann", "03-02 09:30")
    quiets = (Quiet("participant.signed_in", 2 * HOUR), Quiet(SENT, 2 * HOUR))
    for order in (quiets, quiets[::-1]):
        rules = _rules(rule(to="both", none_in_last=order))
        assert [each.key.recipient for each in _decided(rules, signed, when="03-02 10:00").candidates] == ["ben"]
        assert _decided(rules, wrote("mentor", "03-02 09:30"), when="03-02 10:00").candidates == ()


def test_a_rule_about_a_program_knows_no_pauses() -> None:
    """Pauses are about mentorships and their people."""
    pause = Pause(id="quiet", gates=(Gate("help", "none_open"),), stops=frozenset({Kind.REPORT}))
    own = rule(starts="program.updated", for_each=SubjectKind.PROGRAM, kind=Kind.REPORT, to="staff.primary")
    rules = _rules(own, pauses=(pause,))
    told = event("program.updated", "programs/north", "03-02 00:00")
    view = _seen(rules, told, subject=Subject.parse("programs/north"))
    assert len(decide(book_of(rules, "north"), view, (), at("03-02 00:00")).candidates) == 1


def test_somebody_of_whom_nothing_is_known_is_written_to() -> None:
    """Zoe was matched before she registered; she has neither left nor paused, whether her facts are empty or none."""
    rules = _rules(rule(to="mentee", starts=SENT))
    events = [matched("03-02 09:10", "ann", "zoe", id_="again"), wrote("mentor", "03-02 09:30")]
    view = _seen(rules, *events)
    unknown = replace(view, people=tuple(replace(each, facts=None) for each in view.people))
    for seen in (view, unknown):
        found = decide(book_of(rules, "north"), seen, (), at("03-02 09:30")).candidates
        assert [each.key.recipient for each in found] == ["zoe"]


def test_a_coming_break_is_when_to_ask_again() -> None:
    """Of two breaks ahead the first; during one, its end is when the notice may go."""
    breaks = (
        Break(name="autumn", first=date(2026, 3, 9), last=date(2026, 3, 9)),
        Break(name="spring", first=date(2026, 3, 4), last=date(2026, 3, 5)),
    )
    nudge = _rules(rule(send_within=9 * DAY), program=replace(NORTH, breaks=breaks))
    decision = _decided(nudge, when="03-02 10:00")
    assert (decision.next_at, decision.source) == (at("03-04 00:00"), "break")
    assert _decided(nudge, when="03-06 10:00").next_at == at("03-09 00:00")
    (judged,) = judge_all(book_of(nudge, "north"), _seen(nudge), (), at("03-04 10:00"))
    assert judged.outcome == Verdict(Word.BREAK, "", at("03-06 00:00"))


def test_judging_tells_of_each_candidate_what_deciding_finds() -> None:
    """With the line of the rule and the key of the ledger; of a slot that waits, its start and when it is due."""
    lines = (Send(to="initiator", message="thanks"), Send(to="counterpart", message="look"))
    rules = _rules(rule(starts=SENT, to=lines, every=DAY, total=2, send_within=HOUR))
    message = wrote("mentor", "03-02 10:00")
    *opened, waits = judge_all(book_of(rules, "north"), _seen(rules, message), (), at("03-02 10:00"))
    candidates = _decided(rules, message, when="03-02 10:00").candidates
    assert [each.outcome for each in opened] == list(candidates)
    assert [(each.key, each.send) for each in opened] == list(
        zip((each.key for each in candidates), lines, strict=True)
    )
    assert [each.recipient for each in opened] == ["ann", "ben"]
    assert (waits.start, waits.outcome) == (opened[0].start, Verdict(Word.WAITING, "", at("03-03 10:00")))


def test_a_value_is_picked_by_only_where_a_topic_is() -> None:
    """A case of a list that sends no resource by topic picks by nothing; one slot alone has no step."""
    rules = _rules(rule(starts=SENT, to=[], depends_on="options", cases={"a": (Send(to="mentor", message="on-a"),)}))
    (candidate,) = _decided(rules, wrote("mentor", "03-02 10:00", options=["a"]), when="03-02 10:00").candidates
    assert (candidate.key.value, candidate.pick, candidate.every) == ("a", "", 0)


def test_that_one_recipient_was_written_to_leaves_the_other() -> None:
    rules = _rules(rule(to="both"))
    sent = [LedgerKey("r", "mentorships/m", _start(rules).key, 0, "ann", "")]
    assert [each.key.recipient for each in _decided(rules, when="03-02 09:00", sent=sent).candidates] == ["ben"]


def test_what_is_too_late_and_barred_is_told_by_what_bars_it() -> None:
    """A gate that does not hold says more than that its time is over; at the very close it is over."""
    gate = _rules(rule(send_within=HOUR, only_while=(Gate(SENT, "never"),)))
    assert _judged(gate, wrote("mentor", "03-02 09:30"), when="03-03 09:00") == [f"r 0 ann: gate({SENT}: never)"]
    (judged,) = judge_all(book_of(gate, "north"), _seen(gate), (), MATCHED + HOUR)
    assert judged.outcome == Verdict(Word.TOO_LATE, "", MATCHED + HOUR)
    assert _decided(gate, when="03-02 10:00").candidates == ()


def test_a_slot_that_falls_into_a_break_is_due_at_its_end() -> None:
    """Nothing is asked before, and nothing stands against it then."""
    rest = replace(NORTH, breaks=(Break(name="spring", first=date(2026, 3, 3), last=date(2026, 3, 4)),))
    nudge = _rules(rule(wait=DAY, send_within=DAY), program=rest)
    assert _both(nudge, when="03-02 10:00") == (["r 0 : waiting until 4"], 0, at("03-05 00:00"))
    assert _both(nudge, when="03-04 10:00")[1:] == (0, at("03-05 00:00"))
    assert _both(nudge, when="03-05 10:00")[:2] == (["r 0 ann: candidate"], 1)


def test_what_is_held_stays_open_until_the_next_slot_is_due() -> None:
    """However long that is, and also for a total, whose start has no name."""
    ladder = _rules(rule(send_within=2 * HOUR, every=DAY, total=2))
    key = LedgerKey("r", "mentorships/m", _start(ladder).key, 0, "ann", "")
    (candidate,) = _decided(ladder, when="03-02 20:00", holds={key: Hold(MATCHED)}).candidates
    assert (candidate.key, candidate.closes) == (key, MATCHED + DAY)
    total = _rules(rule(starts=SENT, reaches=1, send_within=2 * HOUR))
    held = {LedgerKey("r", "mentorships/m", "", 0, "ann", ""): Hold(MATCHED)}
    message = wrote("mentor", "03-02 10:00")
    assert len(_decided(total, message, when="03-05 10:00", holds=held).candidates) == 1
    assert _decided(total, message, when="03-05 10:00").candidates == ()


def test_only_a_programs_event_asks_whether_a_mentorship_exists() -> None:
    """A person's own event of before the match starts its rules; a program's of the very instant does too."""
    registered = _rules(
        rule(kind=Kind.SERVICE, starts="participant.registered", to="staff.primary", send_within=9 * DAY)
    )
    assert len(_decided(registered, when="03-02 10:00").candidates) == 2
    told = event("program.updated", "programs/north", "03-02 09:00")
    assert len(_decided(_rules(rule(starts="program.updated")), told, when="03-02 10:00").candidates) == 1


def test_each_rule_is_held_to_its_own_gates_kind_and_until() -> None:
    """Beside one another, whichever stands first: what bars one bars no other."""
    wrote_one, until = wrote("mentor", "03-02 09:30"), (Until(event=SENT),)
    barred = [rule("gate", only_while=(Gate(SENT, "never"),)), rule("until", until=until)]
    for rules in ([rule("free"), *barred], [*barred, rule("free")]):
        placed = [replace(each, position=number) for number, each in enumerate(rules)]
        found = _decided(_rules(*placed), wrote_one, when="03-02 10:00").candidates
        assert [each.key.rule for each in found] == ["free"]
    paused = event("mentorship.paused", "mentorships/m", "03-02 09:30")
    for kinds in ((Kind.NUDGE, Kind.SERVICE), (Kind.SERVICE, Kind.NUDGE)):
        both = [rule(kind, kind=kind, position=number) for number, kind in enumerate(kinds)]
        found = _decided(_rules(*both), paused, when="03-02 10:00").candidates
        assert [each.key.rule for each in found] == ["service"]


def test_of_several_rules_one_alone_can_be_judged() -> None:
    rules = _rules(rule("a"), rule("b", position=1))
    found = judge_all(book_of(rules, "north"), _seen(rules), (), MATCHED, rule_id="b")
    assert [each.rule.id for each in found] == ["b"]


def test_one_start_alone_says_what_it_allows_and_when_that_changes() -> None:
    """When its candidates close is not its to say: the first closes before the second is due."""
    ladder = _rules(rule(every=DAY, total=2, send_within=HOUR))
    judge = Judge(book_of(ladder, "north"), _seen(ladder), (), MATCHED)
    decision = judge.alone(book_of(ladder, "north").alone("r"), _start(ladder))
    assert [each.key.k for each in decision.candidates] == [0]
    assert (decision.next_at, decision.source) == (MATCHED + DAY, "due")


def test_of_several_silences_each_is_asked() -> None:
    """Nobody ever logged a conversation; a message was sent all the same."""
    quiets = (Quiet("conversation.logged", 2 * HOUR), Quiet(SENT, 2 * HOUR))
    for order in (quiets, quiets[::-1]):
        rules = _rules(rule(none_in_last=order))
        assert _decided(rules, wrote("mentor", "03-02 09:30"), when="03-02 10:00").candidates == ()


def test_what_an_answer_waits_for_keeps_no_nudge() -> None:
    """Two answers, each with its own gate, wait while the nudge may go, and the first of them is when to ask again."""
    rules = _rules(
        rule("soon", kind=Kind.ANSWER, wait=2 * HOUR),
        rule("later", kind=Kind.ANSWER, wait=3 * HOUR, only_while=(Gate("flag", "none_open"),), position=1),
        rule("now", send_within=DAY, position=2),
    )
    decision = _decided(rules, when="03-02 10:00")
    assert [each.key.rule for each in decision.candidates] == ["now"]
    assert (decision.next_at, decision.source) == (MATCHED + 2 * HOUR, "due")


def test_what_is_due_before_a_date_may_come_first() -> None:
    """Nine days before 20 March is the day before the match's tenth day."""
    dated = replace(NORTH, dates={"checkpoints": (date(2026, 3, 20),)})
    rules = _rules(rule(wait=10 * DAY), rule("b", starts="date.checkpoints", before=9 * DAY), program=dated)
    assert _decided(rules, when="03-03 00:00").next_at == at("03-11 00:00")


def test_a_total_starts_rules_of_its_own_kind_and_groups_alone() -> None:
    """A mentorship's total is none of its mentor's, and a group's rule is for those who are in it."""
    wanted = Groups(either=frozenset({"fall"}))
    rules = _rules(rule(starts=SENT, reaches=1, only_for=wanted, send_within=DAY))
    message, grouped = wrote("mentor", "03-02 10:00"), person("ann", "mentor", "03-01 01:00", groups=["fall"])
    assert len(_decided(rules, grouped, message, when="03-02 10:00").candidates) == 1
    assert _decided(rules, message, when="03-02 10:00").candidates == ()
    view = _seen(rules, grouped, message, subject=Subject.parse("participants/ann"))
    assert decide(book_of(rules, "north"), view, (), at("03-02 10:00")) == Decision((), NEVER)


def test_what_somebody_has_read_is_told_by_what_spares_them_it() -> None:
    """Ann read these goals after the start, ben nothing at all; nobody is spared a resource that a line lacks."""
    lines = [Send(to=to, message="m", resource="goals") for to in ("mentor", "mentee")]
    read, until = "resource.viewed", (Until(event="resource.viewed", same="resource"),)
    viewed = event(read, "participants/ann", "03-02 09:30", resource="goals")
    rules = _rules(rule(to=lines, until=until))
    assert _judged(rules, viewed, when="03-02 10:00") == [f"r 0 ann: until({read})", "r 0 ben: candidate"]
    for plain in (_rules(rule(until=until)), _rules(rule(to=[replace(lines[0], resource="tips")], until=until))):
        assert _judged(plain, viewed, when="03-02 10:00") == ["r 0 ann: candidate"]
