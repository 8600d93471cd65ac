"""Who hears what when people are in several mentorships, in both roles, or matched anew."""

from typing import Any

from service.domain.calendar import DAY
from service.domain.events import Event, SubjectKind
from service.domain.rules import Actor, Gate, Kind, Rule, Until
from tests.domain.days import logged, matched, sent, wrote
from tests.naive.examples import event, pair, person, rule, rule_set


def _personal(to: str = "participant", **keys: Any) -> Rule:
    return rule(to=to, for_each=SubjectKind.PARTICIPANT, **keys)


def _rematched(when: str = "03-03 12:00") -> list[Event]:
    """Return ann and ben's match as `m`, in which cy takes ben's place."""
    return [*pair(), person("cy", "mentee"), matched(when, "ann", "cy", id_="again")]


def test_after_a_rematch_the_mentorship_writes_to_its_new_people() -> None:
    """A nudge of the mentorship goes to those whom the newest match names."""
    assert sent(rule_set(rule(to="both", wait=2 * DAY), always=True), _rematched(), "start") == [
        "03-04 09:00 r ann mentorship.matched 03-02 09:00", "03-04 09:00 r cy mentorship.matched 03-02 09:00",
        "03-05 12:00 r ann again", "03-05 12:00 r cy again",
    ]  # fmt: skip


def test_who_was_replaced_no_longer_hears_of_the_mentorship() -> None:
    """A rule about participants sees the mentorships that they are in, not those that they were in."""
    rules = rule_set(_personal(starts="mentorship.message_sent", wait=DAY), always=True)
    before, after = wrote("mentor", "03-03 10:00"), wrote("mentor", "03-05 10:00")
    assert sent(rules, [*_rematched(), before, after]) == [
        "03-04 10:00 r ann", "03-04 10:00 r cy", "03-06 10:00 r ann", "03-06 10:00 r cy",
    ]  # fmt: skip


def test_a_gate_on_the_mentorship_forgets_one_that_was_left() -> None:
    """`mentorship: active` does not hold for ben once cy has taken his place."""
    active = (Gate("mentorship", "active"),)
    rules = rule_set(_personal(starts="participant.signed_in", only_while=active), always=True)
    signs_in = [event("participant.signed_in", "participants/ben", f"03-0{day} 10:00") for day in (3, 4)]
    assert sent(rules, [*_rematched(), *signs_in]) == ["03-03 10:00 r ben"]


def _both_roles() -> list[Event]:
    """Return ann as ben's mentor in `m` and as cy's mentee in `n`."""
    return [*pair(), person("cy", "mentor"), matched("03-02 09:00", "cy", "ann", "n", id_="n")]


def test_the_initiator_is_who_acted_whatever_roles_they_have_elsewhere() -> None:
    """Cy, ann's mentor, logs a conversation: a rule about participants that writes to the initiator writes to cy."""
    rules = rule_set(_personal("initiator", starts="conversation.logged"), always=True)
    lines = sent(rules, [*_both_roles(), logged("03-03 10:00", "c", "n", by="mentor")])
    assert set(lines) == {"03-03 10:00 r cy"}


def test_until_by_the_initiator_is_not_stopped_by_the_same_role_elsewhere() -> None:
    """Ann's own message in `m` is not the message of cy, who began it in `n`."""
    rules = rule_set(
        _personal(
            starts="conversation.logged", wait=DAY, where={"by": frozenset({"mentor"})},
            until=(Until(event="mentorship.message_sent", by=Actor.INITIATOR),),
        ),
        always=True,
    )  # fmt: skip
    events = [*_both_roles(), logged("03-03 10:00", "c", "n", by="mentor")]
    assert sent(rules, [*events, wrote("mentor", "03-03 12:00", "m")]) == ["03-04 10:00 r ann", "03-04 10:00 r cy"]
    assert sent(rules, [*events, wrote("mentor", "03-03 12:00", "n")]) == []


def test_until_by_one_mentee_is_not_stopped_by_another() -> None:
    """Ann mentors ben and cy: cy's message does not answer for ben."""
    by_ben = Until(event="mentorship.message_sent", by=Actor.INITIATOR)
    rules = rule_set(_personal(starts="conversation.logged", wait=DAY, until=(by_ben,)), always=True)
    events = [
        *pair(),
        person("cy", "mentee"),
        matched("03-02 09:00", "ann", "cy", "n", id_="n"),
        logged("03-03 10:00", "c"),
    ]
    assert sent(rules, [*events, wrote("mentee", "03-03 12:00", "n")]) == ["03-04 10:00 r ann", "03-04 10:00 r ben"]
    assert sent(rules, [*events, wrote("mentee", "03-03 12:00", "m")]) == []


def test_until_by_counterpart_needs_no_match() -> None:
    """The mentor answers the mentee: that is known from what they did, before the match itself has arrived."""
    answered = (Until(event="mentorship.message_sent", by=Actor.COUNTERPART),)
    rules = rule_set(
        rule(to="staff.primary", kind=Kind.ANSWER, starts="mentorship.message_sent", wait=DAY, until=answered,
             where={"by": frozenset({"mentee"})})
    )  # fmt: skip
    assert sent(rules, [wrote("mentee", "03-03 10:00"), wrote("mentor", "03-03 11:00")]) == []


def test_who_is_matched_with_themselves_hears_everything_once() -> None:
    """Mentor and mentee in one person: `both` and `counterpart` name them once."""
    rules = rule_set(
        rule(to="both"), rule("c", to="counterpart", starts="mentorship.message_sent", position=1), always=True
    )
    events = [person("ann", "mentor"), matched("03-02 09:00", "ann", "ann"), wrote("mentor", "03-03 10:00")]
    assert sent(rules, events) == ["03-02 09:00 r ann", "03-03 10:00 c ann"]


def test_the_same_ids_in_another_program_are_other_people() -> None:
    """Mentorships, people, flags and event ids are a program's own: neither hears of the other's, nor shares limits."""
    rules = rule_set(rule(to="both"), rule("f", starts="flag.submitted", position=1))
    there = [each._replace(program="south") for each in pair("03-02 10:00")]
    lines = sent(rules, [*pair(), *there], "program")
    assert lines == [
        "03-02 09:00 r ann north", "03-02 09:00 r ben north", "03-02 10:00 r ann south", "03-02 10:00 r ben south",
    ]  # fmt: skip
