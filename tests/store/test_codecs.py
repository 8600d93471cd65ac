"""Facts, things and notices come back from their JSON exactly as they were."""

from collections.abc import Iterator
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from service.adapters.store.fact_codec import facts_of, facts_text, thing_of, thing_text
from service.adapters.store.notice_codec import candidate_of, candidate_text, notices_of, notices_text
from service.domain.book import book_of
from service.domain.delivery import Notice
from service.domain.events import Event, Subject
from service.domain.facts import SubjectFacts
from service.domain.fold import Folding, Refold
from tests.naive.histories import Case, cases
from tests.store.samples import M1, NOW, candidate, closed_flag, facts_with, flag, start_of


def reread(facts: SubjectFacts) -> SubjectFacts:
    """Return the facts as they come back from what the store keeps of them."""
    read = facts_of(facts_text(facts), facts.subject)
    assert read is not None
    read.things = {key: thing_of(thing_text(thing), *key) for key, thing in facts.things.items()}
    return read


def histories(case: Case) -> Iterator[tuple[Folding, Subject, list[Event]]]:
    """Yield each subject's events in their order of arrival, and how its program folds them."""
    found: dict[tuple[str, Subject], list[Event]] = {}
    for event in sorted(case.events, key=lambda each: each.recorded):
        found.setdefault((event.program, event.subject), []).append(event)
    for (program, subject), events in found.items():
        yield book_of(case.rule_set, program).folding, subject, events


A_QUARTER = settings(max_examples=max(25, settings().max_examples // 4))
"""Each case holds some ten subjects, so that a quarter of the usual number tries more than enough."""


@A_QUARTER
@given(cases())
def test_facts_come_back_exactly(case: Case) -> None:
    for folding, subject, events in histories(case):
        facts = folding.whole(subject, events)
        assert reread(facts) == facts


@A_QUARTER
@given(cases(), st.randoms(use_true_random=False))
def test_folding_goes_on_from_what_was_read(case: Case, random: Random) -> None:
    for folding, subject, events in histories(case):
        cut = random.randint(0, len(events))
        facts = folding.whole(subject, events[:cut])
        read = reread(facts)
        for event in events[cut:]:
            try:
                folding.one(facts, event)
            except Refold:
                break
            folding.one(read, event)
            assert read == facts


def test_a_start_about_another_subject_keeps_it() -> None:
    facts = facts_with(M1, starts=(start_of("f-1"), start_of("f-2", M1._replace(subject=Subject.parse("programs/x")))))
    assert reread(facts) == facts


def test_facts_in_another_form_are_to_be_folded_anew() -> None:
    text = facts_text(facts_with(M1)).replace("[1,", "[0,", 1)
    assert facts_of(text, M1.subject) is None


def test_every_state_of_a_thing_comes_back() -> None:
    corrected = flag("f-3", corrected=(closed_flag("x").closed, 4), deleted=True, opened=None, opened_by="")
    for thing in (flag("f-1"), closed_flag("f-2"), corrected):
        assert thing_of(thing_text(thing), "flag", thing.id) == thing


def test_candidates_and_notices_come_back_exactly() -> None:
    one = candidate()
    notices = (Notice(candidate=one, at=NOW, resource="calm"), Notice(candidate=candidate(k=2), at=NOW))
    assert candidate_of(candidate_text(one)) == one
    assert notices_of(notices_text(notices)) == notices
