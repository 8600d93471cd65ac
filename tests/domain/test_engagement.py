"""How mentorships stand: one state each, by the table that staff know, whatever happened and in whatever order."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.book import ProgramBook, book_of
from service.domain.calendar import DAY, HOUR, Instant
from service.domain.engagement import Engagement, Footing, Standing, footing_of, overview_of, standing_of
from service.domain.events import Event, Subject, SubjectKind
from service.domain.facts import SubjectFacts
from service.domain.rules import Thresholds
from tests.domain.tangled import all_sorts_of_rules

BOOK: ProgramBook = book_of(all_sorts_of_rules(), "north")
PAIR = Subject(SubjectKind.MENTORSHIP, "m-1")
MATCHED: Instant = 1_800_000_000_000_000
MOST = settings(max_examples=max(500, settings().max_examples))
USUAL = Thresholds()
HOURS = st.integers(0, 120 * 24)
LIMITS = st.builds(
    lambda new, more, many, quiet: Thresholds(
        new_for=new * DAY, not_connected_after=(new + more) * DAY, highly_engaged_from=many, drifting_after=quiet * DAY
    ),
    st.integers(1, 20),
    st.integers(1, 30),
    st.integers(2, 6),
    st.integers(1, 60),
)
TALKS = st.lists(st.tuples(HOURS, st.integers(1, 4)), max_size=5)


def event(type_: str, at: Instant, id_: str, **data: Any) -> Event:
    return Event(program="north", source="/test", id=id_, type=type_, subject=PAIR, time=at, recorded=at, data=data)


def history(talks: list[tuple[int, int]], *also: Event) -> SubjectFacts:
    """Return the facts of a pair with conversations so many hours after its match."""
    logs = [
        event("conversation.logged", MATCHED + hours * HOUR, f"c{n}", conversation_id=f"c{n}", count=count)
        for n, (hours, count) in enumerate(talks)
    ]
    match = event("mentorship.matched", MATCHED, "m", mentor_id="p1", mentee_id="p2")
    return BOOK.folding.whole(PAIR, [match, *logs, *also])


def standing(facts: SubjectFacts, now: Instant, limits: Thresholds = USUAL) -> Standing:
    found = standing_of(facts, limits, now)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("talks", "day", "state"),
    [
        ([], 0, Engagement.NEW),
        ([], 6.99, Engagement.NEW),
        ([], 7, Engagement.NOT_YET_CONNECTED),
        ([], 20.99, Engagement.NOT_YET_CONNECTED),
        ([], 21, Engagement.NOT_CONNECTED),
        ([(24, 1)], 1, Engagement.CONNECTED),
        ([(24, 2)], 45.99, Engagement.CONNECTED),
        ([(24, 3)], 45.99, Engagement.HIGHLY_ENGAGED),
        ([(24, 1), (48, 2)], 46, Engagement.HIGHLY_ENGAGED),
        ([(24, 3)], 46, Engagement.DRIFTING),
        ([(24, 1)], 300, Engagement.DRIFTING),
    ],
)
def test_the_usual_thresholds_are_those_that_staff_know(
    talks: list[tuple[int, int]], day: float, state: Engagement
) -> None:
    assert standing(history(talks), MATCHED + int(day * DAY)).state is state


@MOST
@given(TALKS, HOURS, LIMITS)
def test_every_mentorship_is_in_the_one_state_whose_words_fit(
    talks: list[tuple[int, int]], after: int, limits: Thresholds
) -> None:
    now = MATCHED + after * HOUR
    known = [(hours, count) for hours, count in talks if hours <= after]
    found = standing(history(known), now, limits)
    number = sum(count for _, count in known)
    quiet = now - max((MATCHED + hours * HOUR for hours, _ in known), default=MATCHED)
    fits = {
        Engagement.NEW: number == 0 and quiet < limits.new_for,
        Engagement.NOT_YET_CONNECTED: number == 0 and limits.new_for <= quiet < limits.not_connected_after,
        Engagement.NOT_CONNECTED: number == 0 and quiet >= limits.not_connected_after,
        Engagement.CONNECTED: 1 <= number < limits.highly_engaged_from and quiet < limits.drifting_after,
        Engagement.HIGHLY_ENGAGED: number >= limits.highly_engaged_from and quiet < limits.drifting_after,
        Engagement.DRIFTING: number > 0 and quiet >= limits.drifting_after,
    }
    assert [state for state, is_so in fits.items() if is_so] == [found.state]
    assert found.conversations == number


@MOST
@given(TALKS, HOURS, HOURS, LIMITS)
def test_time_alone_only_leads_away_from_contact(
    talks: list[tuple[int, int]], after: int, later: int, limits: Thresholds
) -> None:
    facts = history([(min(hours, after), count) for hours, count in talks])
    one = standing(facts, MATCHED + after * HOUR, limits).state
    other = standing(facts, MATCHED + (after + later) * HOUR, limits).state
    ways = [
        [Engagement.NEW, Engagement.NOT_YET_CONNECTED, Engagement.NOT_CONNECTED],
        [Engagement.CONNECTED, Engagement.DRIFTING],
        [Engagement.HIGHLY_ENGAGED, Engagement.DRIFTING],
    ]
    assert one is not None
    assert any({one, other} <= set(way) and way.index(one) <= way.index(other) for way in ways if other in way)


@MOST
@given(st.lists(st.tuples(TALKS, st.booleans(), st.booleans()), max_size=6), HOURS)
def test_together_they_add_up(pairs: list[tuple[list[tuple[int, int]], bool, bool]], after: int) -> None:
    now = MATCHED + after * HOUR
    asked = event("help.requested", MATCHED, "h", request_id="h", by="mentee", option="talk_to_institution")
    ended = event("mentorship.completed", MATCHED + DAY, "e")
    standings = [
        standing(history(talks, *([ended] * is_over), *([asked] * asks)), now) for talks, is_over, asks in pairs
    ]
    found = overview_of(standings)
    assert found.matched == len(pairs)
    assert found.going_on == sum(not is_over for _, is_over, _ in pairs)
    assert found.asking_for_help == sum(asks and not is_over for _, is_over, asks in pairs)
    connected = sum(bool(talks) for talks, _, _ in pairs)
    assert found.connection_rate == (connected / len(pairs) if pairs else None)


def test_a_request_for_help_overlays_the_state_until_it_is_settled() -> None:
    asked = event("help.requested", MATCHED, "h", request_id="h", by="mentee", option="talk_to_institution")
    settled = event("help.resolved", MATCHED + DAY, "r", request_id="h")
    waiting, later = standing(history([], asked), MATCHED + HOUR), standing(history([], asked, settled), MATCHED + DAY)
    assert (waiting.state, waiting.asks_for_help) == (Engagement.NEW, True)
    assert (later.state, later.asks_for_help) == (Engagement.NEW, False)


def test_a_conversation_taken_back_never_was_one() -> None:
    taken_back = event("conversation.deleted", MATCHED + 2 * DAY, "d", conversation_id="c0")
    found = standing(history([(24, 3)], taken_back), MATCHED + 30 * DAY)
    assert (found.state, found.conversations, found.last_logged_at) == (Engagement.NOT_CONNECTED, 0, None)


def test_open_flags_are_told_by_priority() -> None:
    flags = [
        event("flag.submitted", MATCHED, f"f{n}", flag_id=f"f{n}", by="mentor", topics=["other"], priority=each)
        for n, each in enumerate(("routine", "immediate", "routine", "routine"))
    ]
    settled = event("flag.resolved", MATCHED + DAY, "r", flag_id="f3")
    assert standing(history([], *flags, settled), MATCHED + DAY).open_flags == {"routine": 2, "immediate": 1}


def test_who_was_never_matched_stands_nowhere() -> None:
    assert standing_of(SubjectFacts(subject=PAIR), USUAL, MATCHED) is None


def test_a_mentorship_that_ended_is_in_no_state_and_counts_all_the_same() -> None:
    """When it was matched and last talked stays known."""
    ended = event("mentorship.completed", MATCHED + 3 * DAY, "e")
    found = standing(history([(24, 1), (48, 1)], ended), MATCHED + 9 * DAY)
    assert found == Standing(
        state=None, matched_at=MATCHED, conversations=2, last_logged_at=MATCHED + 2 * DAY, asks_for_help=False
    )
    assert standing(history([(24, 1)]), MATCHED + 9 * DAY).state is Engagement.CONNECTED


def test_the_connection_rate_is_of_all_that_were_ever_matched() -> None:
    """Three go on, of which two ask for help and one never talked; two are over, of which one talked."""
    talks: list[list[tuple[int, int]]] = [[(24, 1)], [], [(24, 2)], [], [(24, 1)]]
    asked = event("help.requested", MATCHED, "h", request_id="h", by="mentee", option="talk_to_institution")
    ended = event("mentorship.completed", MATCHED + 3 * DAY, "e")
    more: tuple[list[Event], ...] = ([], [asked], [ended], [ended, asked], [asked])
    found = overview_of(
        standing(history(each, *also), MATCHED + 9 * DAY) for each, also in zip(talks, more, strict=True)
    )
    states = {Engagement.CONNECTED: 2, Engagement.NOT_YET_CONNECTED: 1}
    assert found.states == dict.fromkeys(Engagement, 0) | states
    assert (found.matched, found.ever_connected, found.asking_for_help, found.going_on) == (5, 3, 2, 3)
    assert found.connection_rate == 0.6
    nobody = overview_of([])
    assert (nobody.going_on, nobody.connection_rate) == (0, None)


def test_a_footing_says_all_that_pages_ask_of_it() -> None:
    opened = {"by": "mentee", "topics": ["stress"], "priority": "routine"}
    facts = history(
        [(24, 1), (48, 2)],
        event("mentorship.message_sent", MATCHED + 99 * HOUR, "w", by="mentor"),
        event("flag.submitted", MATCHED + 30 * HOUR, "f1", flag_id="f1", **opened),
        event("flag.submitted", MATCHED + 20 * HOUR, "f2", flag_id="f2", **opened),
        event("help.requested", MATCHED + 60 * HOUR, "h", request_id="h", by="mentee", option="remove_me"),
        event("mentorship.paused", MATCHED + 100 * HOUR, "p"),
    )
    assert footing_of(facts) == Footing(
        matched_at=MATCHED,
        ended_at=None,
        status="paused",
        conversations=3,
        first_logged_at=MATCHED + 24 * HOUR,
        last_logged_at=MATCHED + 48 * HOUR,
        last_contact_at=MATCHED + 99 * HOUR,
        open_flags=2,
        flagged_at=MATCHED + 20 * HOUR,
        asked_at=MATCHED + 60 * HOUR,
    )


def test_a_footing_of_nothing_has_nothing() -> None:
    assert footing_of(SubjectFacts(subject=PAIR)) == Footing()
