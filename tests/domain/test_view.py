"""What a rule sees of people and their mentorships: pauses, roles, who acted, and whose event it was."""

from typing import Any

import pytest

from service.domain.book import book_of
from service.domain.calendar import parse_rfc3339
from service.domain.delivery import Role
from service.domain.events import Event, Moment, Subject, SubjectKind
from service.domain.facts import Start, SubjectFacts
from service.domain.fold import NO_END
from service.domain.view import Person, View, full_name, mentorship_view, other_role, participant_view, program_view
from tests.domain.days import matched, wrote
from tests.naive.examples import at, event, person, rule_set
from tests.naive.words import CATALOGUE

M, N, ANN = (Subject.parse(text) for text in ("mentorships/m", "mentorships/n", "participants/ann"))
PROGRAM = SubjectFacts(subject=Subject.parse("programs/north"))
WROTE, SIGNED_IN = CATALOGUE.types["mentorship.message_sent"], CATALOGUE.types["participant.signed_in"]


def _facts(subject: Subject, *events: Event) -> SubjectFacts:
    return book_of(rule_set(), "north").folding.whole(subject, events)


def _ann(*events: Event, **keys: Any) -> SubjectFacts:
    return _facts(ANN, person("ann", "mentor", **keys), *events)


def _person(*events: Event, **keys: Any) -> Person:
    return Person("ann", Role.MENTOR, _ann(*events, **keys))


def _signed_in(when: str) -> Event:
    return event("participant.signed_in", "participants/ann", when)


def _started(subject: Subject, by: str) -> Start:
    return Start("flag.submitted", Moment(1, "/test", "e"), 1, subject, by, {}, None)


def _both_roles() -> View:
    """Return ann's view: ben's mentor in `m`, cy's mentee in `n`."""
    pairs = (_facts(M, matched("03-02 09:00", "ann", "ben")), _facts(N, matched("03-02 09:00", "cy", "ann", "n")))
    return participant_view(_ann(), pairs, PROGRAM)


def test_who_is_unknown_has_neither_left_nor_groups_nor_a_pause() -> None:
    nobody = Person("ann", Role.MENTOR, None)
    assert (nobody.has_left, nobody.groups, nobody.paused_until("UTC")) == (False, frozenset(), None)


def test_who_left_has_left_until_they_register_again() -> None:
    left = event("participant.left", "participants/ann", "03-02 09:00", initiated_by="staff")
    assert not _person().has_left
    assert _person(left).has_left
    assert not _person(left, person("ann", "mentor", "03-03 09:00")).has_left


def test_groups_are_those_last_told() -> None:
    assert _person(groups=["fall", "first-generation"]).groups == {"fall", "first-generation"}
    assert _person().groups == frozenset()


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        (None, NO_END),
        ("2026-04-01", parse_rfc3339("2026-04-01T05:00:00Z")),
        ("2026-04-01T12:00:00Z", parse_rfc3339("2026-04-01T12:00:00Z")),
        ("2026-04-01t12:00:00z", parse_rfc3339("2026-04-01T12:00:00Z")),
    ],
)
def test_a_pause_until_a_date_ends_at_its_midnight_there(until: str | None, expected: object) -> None:
    """A moment is that moment, and a pause until nothing has no end; whoever is back has none."""
    paused = event("participant.paused", "participants/ann", "03-02 09:00", **({"until": until} if until else {}))
    assert _person(paused).paused_until("America/Chicago") == expected
    back = event("participant.resumed", "participants/ann", "03-03 09:00")
    assert _person(paused, back).paused_until("America/Chicago") is None


def test_one_mentorships_status_is_its_own_and_several_are_as_lively_as_the_liveliest() -> None:
    paused = event("mentorship.paused", "mentorships/m", "03-03 09:00")
    ended = event("mentorship.completed", "mentorships/n", "03-03 09:00")
    m, n = matched("03-02 09:00", "ann", "ben"), matched("03-02 09:00", "cy", "ann", "n")
    status = [
        participant_view(_ann(), pairs, PROGRAM).status()
        for pairs in (
            (),
            (_facts(M, m, paused),),
            (_facts(M, m, paused), _facts(N, n)),
            (_facts(M, m, paused), _facts(N, n, ended)),
            (_facts(N, n, ended), _facts(M, m, event("mentorship.unmatched", "mentorships/m", "03-04 09:00"))),
        )
    ]
    assert status == [None, "paused", "active", "paused", "ended"]


def test_a_participant_exists_from_whatever_told_of_them_first() -> None:
    """Their registration, or a match before it; other events of a mentorship tell of nobody."""
    early = _facts(M, matched("02-01 09:00", "ann", "ben"))
    assert participant_view(_ann(), (early,), PROGRAM).exists_since() == at("02-01 09:00")
    assert participant_view(_ann(), (), PROGRAM).exists_since() == at("03-01 00:00")
    late = _facts(M, matched("03-09 09:00", "ann", "ben"), wrote("mentor", "02-01 09:00"))
    assert participant_view(_ann(), (late,), PROGRAM).exists_since() == at("03-01 00:00")
    assert participant_view(SubjectFacts(subject=ANN), (), PROGRAM).exists_since() is None


def test_a_participants_event_is_looked_up_for_the_recipient() -> None:
    """Ann's signing in is not ben's; about nobody in particular, anybody's counts."""
    people = {
        "ann": _ann(_signed_in("03-03 09:00"), _signed_in("03-04 09:00")),
        "ben": _facts(Subject.parse("participants/ben")),
    }
    view = mentorship_view(_facts(M, matched("03-02 09:00", "ann", "ben")), people, PROGRAM)
    ann, ben = view.person("mentor"), view.person("mentee")
    assert (view.last(SIGNED_IN, ann), view.count(SIGNED_IN, ann)) == (at("03-04 09:00"), 2)
    assert (view.last(SIGNED_IN, ben), view.count(SIGNED_IN, ben)) == (None, 0)
    assert (view.last(SIGNED_IN, None), view.count(SIGNED_IN, None)) == (at("03-04 09:00"), 2)
    stranger = Person("cy", Role.MENTEE, None)
    assert (view.last(SIGNED_IN, stranger), view.count(SIGNED_IN, stranger)) == (None, 0)


def test_a_mentorships_event_is_looked_up_in_all_that_are_seen() -> None:
    """Over several mentorships the last is the last in any, and they are counted together."""
    m = _facts(M, matched("03-02 09:00", "ann", "ben"), wrote("mentor", "03-04 09:00"))
    n = _facts(N, matched("03-02 09:00", "cy", "ann", "n"), wrote("mentee", "03-05 09:00", "n"))
    view = participant_view(_ann(), (m, n), PROGRAM)
    ann = view.people[0]
    assert (view.last(WROTE, ann), view.count(WROTE, ann)) == (at("03-05 09:00"), 2)
    assert participant_view(_ann(), (), PROGRAM).last(WROTE, ann) is None


def test_each_kind_of_event_is_found_where_it_is() -> None:
    view = _both_roles()
    assert view.seen(SubjectKind.MENTORSHIP) == view.mentorships
    assert view.seen(SubjectKind.PARTICIPANT) == (view.own,) == view.participants
    assert view.seen(SubjectKind.PROGRAM) == (PROGRAM,)
    assert view.all_facts == (*view.mentorships, view.own, PROGRAM)
    assert program_view(PROGRAM).all_facts == (PROGRAM,)
    assert (program_view(PROGRAM).subject, program_view(PROGRAM).own) == (PROGRAM.subject, PROGRAM)


@pytest.mark.parametrize(
    ("subject", "by", "actor", "counterpart"),
    [
        (M, "mentor", "ann", "ben"),
        (M, "mentee", "ben", "ann"),
        (N, "mentor", "cy", "ann"),
        (M, "staff", "", ""),
        (M, "", "", ""),
        (Subject.parse("mentorships/x"), "mentor", "", ""),
        (ANN, "", "ann", ""),
        (ANN, "participant", "ann", ""),
        (ANN, "staff", "", ""),
    ],
)
def test_who_acted_and_who_is_the_other_one(subject: Subject, by: str, actor: str, counterpart: str) -> None:
    """Both are of the mentorship in which it happened; staff and nobody have no counterpart."""
    view = _both_roles()
    assert (view.actor(_started(subject, by)), view.counterpart(_started(subject, by))) == (actor, counterpart)


def test_in_a_mentorship_the_counterpart_of_who_acted_alone_is_the_other_one() -> None:
    """Ann's own event starts a rule about her mentorship: ben is its counterpart."""
    view = mentorship_view(_facts(M, matched("03-02 09:00", "ann", "ben")), {}, PROGRAM)
    assert view.counterpart(_started(ANN, "")) == "ben"
    assert view.counterpart(_started(Subject.parse("participants/cy"), "")) == ""


def test_before_a_match_nobody_is_known_to_have_acted() -> None:
    """A mentor's message may arrive before the match that says who that is."""
    view = mentorship_view(SubjectFacts(subject=M), {}, PROGRAM)
    assert (view.actor(_started(M, "mentor")), view.counterpart(_started(M, "mentor"))) == ("", "")


def test_an_initiators_role_is_that_of_the_mentorship_asked_about() -> None:
    """Ann began it as a mentor in `m`; in `n` she is the mentee, and ben is nobody there."""
    view = _both_roles()
    m, n = view.mentorships
    assert [view.initiator(_started(M, "mentor"), within) for within in (m, n)] == ["mentor", "mentee"]
    assert [view.initiator(_started(M, "mentee"), within) for within in (m, n)] == ["mentee", ""]
    assert [view.initiator(_started(M, "staff"), within) for within in (m, n)] == ["", ""]
    unmatched = SubjectFacts(subject=M)
    assert view.initiator(_started(M, "mentor"), unmatched) == "mentor"


def test_other_roles() -> None:
    assert [other_role(role) for role in ("mentor", "mentee", "staff", "")] == ["mentee", "mentor", "", ""]


def test_a_participants_role_is_what_they_registered_as_else_what_they_were_matched_as() -> None:
    """Before either, somebody of whom only an event of their own tells is taken for a mentee."""
    pairs = (_facts(N, matched("03-02 09:00", "ann", "cy", "n")),)
    unregistered = _facts(ANN, _signed_in("03-03 09:00"))
    assert participant_view(_ann(), (), PROGRAM).people == (Person("ann", Role.MENTOR, _ann()),)
    assert participant_view(unregistered, pairs, PROGRAM).people[0].role is Role.MENTOR
    assert participant_view(unregistered, (), PROGRAM).people[0].role is Role.MENTEE


def test_a_participant_sees_only_mentorships_that_name_them() -> None:
    m, n = _facts(M, matched("03-02 09:00", "ann", "ben")), _facts(N, matched("03-02 09:00", "cy", "dee", "n"))
    view = participant_view(_ann(), (m, n), PROGRAM)
    assert view.mentorships == (m,)
    assert (view.subject, view.own.subject, view.program) == (ANN, ANN, PROGRAM)


def test_a_mentorship_sees_its_two_people_and_itself() -> None:
    """A mentor or mentee of whom nothing is known yet is there without facts; before a match nobody is."""
    pair = _facts(M, matched("03-02 09:00", "ann", "ben"))
    view = mentorship_view(pair, {"ann": _ann()}, PROGRAM)
    assert view.people == (Person("ann", Role.MENTOR, _ann()), Person("ben", Role.MENTEE, None))
    assert (view.subject, view.own, view.mentorships, view.participants) == (M, pair, (pair,), (_ann(),))
    assert view.person("staff") is None
    assert mentorship_view(SubjectFacts(subject=M), {}, PROGRAM).people == ()


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ({"first_name": "Ann", "last_name": "Lee"}, "Ann Lee"),
        ({"first_name": "Ann"}, "Ann"),
        ({"last_name": "Lee"}, "Lee"),
        ({}, ""),
    ],
)
def test_a_full_name_is_what_is_known_of_it(names: dict[str, str], told: str) -> None:
    latest = {name: (Moment(1, "s", "e"), value) for name, value in names.items()}
    assert full_name(SubjectFacts(subject=Subject(SubjectKind.PARTICIPANT, "ann"), latest=latest)) == told


def test_nobody_has_no_name() -> None:
    assert full_name(None) == ""
