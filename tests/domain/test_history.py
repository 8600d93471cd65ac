"""What went to one recipient: the same answers in whatever order it is remembered."""

from itertools import product
from random import Random

from service.domain.calendar import DAY, HOUR, Instant
from service.domain.delivery import Candidate, LedgerKey, Notice, Role
from service.domain.events import Moment, Subject
from service.domain.history import History, Past, history_of
from service.domain.rules import Kind


def _went(at: Instant, **keys: object) -> Past:
    past = {"kind": Kind.NUDGE, "rule": "r", "subject": "mentorships/m", "start": "s", "k": 0, "message": "hello"}
    return Past(**({"at": at, "resource": "", "email": f"e-{at}"} | past | keys))  # type: ignore[arg-type] # fields as a table


def _random(seed: int) -> list[Past]:
    random = Random(seed)
    return [
        _went(
            number * HOUR,
            kind=random.choice(list(Kind)),
            rule=random.choice("ab"),
            subject=random.choice(("mentorships/m", "mentorships/n")),
            start=random.choice("st"),
            message=random.choice(("hello", "tips")),
            resource=random.choice(("", "career", "stress")),
            email=f"e-{number // 2}",
        )
        for number in range(random.randint(0, 25))
    ]


def test_it_answers_as_if_all_were_looked_through() -> None:
    """Remembered in any order, each answer is that of a search of everything that went."""
    for seed in range(100):
        pasts = _random(seed)
        history = History.of(Random(seed).sample(pasts, len(pasts)))
        assert history.resources == {each.resource for each in pasts} - {""}, seed
        assert history.alerts == [each.at for each in pasts if each.kind is Kind.ALERT], seed
        assert {email for _, email in history.nudges} == {each.email for each in pasts if each.kind is Kind.NUDGE}, seed
        assert history.nudges == sorted(history.nudges), seed
        for rule, start, message, resource in product("ab", "st", ("hello", "tips"), ("", "career", "stress")):
            assert history.last_from(rule, "mentorships/m", start, 12 * HOUR) == _last_from(pasts, rule, start), seed
            said = [each.at for each in pasts if (each.message, each.resource) == (message, resource)]
            assert history.last_with(message, resource) == max(said, default=None), seed


def _last_from(pasts: list[Past], rule: str, start: str) -> Instant | None:
    ours = [each.at for each in pasts if (each.rule, each.subject, each.start) == (rule, "mentorships/m", start)]
    return max((at for at in ours if at < 12 * HOUR), default=None)


def test_a_notice_is_remembered_by_what_planning_asks_of_it() -> None:
    """Each part is the notice's own, and the email is the one that it went in."""
    subject = Subject.parse("mentorships/m")
    candidate = Candidate(
        key=LedgerKey("ladder", str(subject), "the start", 2, "ann", "stress"), kind=Kind.SERVICE, position=0,
        subject=subject, start_id="e", start_moment=Moment(1, "/test", "e"), place=0, to="mentor", role=Role.MENTOR,
        message="tips", resource="by_topic", pick="stress", due=DAY, closes=9 * DAY, every=DAY,
    )  # fmt: skip
    assert Past.of(Notice(candidate=candidate, at=2 * DAY, resource="calm"), "email 7") == Past(
        at=2 * DAY, kind=Kind.SERVICE, rule="ladder", subject="mentorships/m", start="the start", k=2, message="tips",
        resource="calm", email="email 7", value="stress",
    )  # fmt: skip


def test_before_an_instant_is_not_at_it() -> None:
    """What went at that very instant is not before it."""
    history = history_of([_went(DAY), _went(2 * DAY)])
    assert history.last_from("r", "mentorships/m", "s", 2 * DAY) == DAY
    assert history.last_from("r", "mentorships/m", "s", DAY) is None
    assert history.last_from("r", "mentorships/m", "s", 2 * DAY + 1) == 2 * DAY


def test_an_email_with_several_nudges_counts_once() -> None:
    """A digest of three is one email towards the limits."""
    digest = [_went(DAY, rule=rule, email="e") for rule in "abc"]
    assert history_of(digest).nudges == [(DAY, "e")]


def test_a_copy_goes_on_by_itself() -> None:
    """It knows all that the first one knew, a nudge's email too; what is added to either, the other never learns."""
    first = history_of([_went(DAY, kind=Kind.ALERT, resource="career"), _went(2 * DAY, email="e")])
    copy = first.copy()
    assert copy == first
    copy.add(_went(2 * DAY, rule="again", email="e"))
    assert copy.nudges == first.nudges
    copy.add(_went(3 * DAY, kind=Kind.ALERT, resource="stress"))
    copy.add(_went(4 * DAY))
    copy.add(_went(5 * DAY, rule="new", message="new"))
    assert (first.resources, first.alerts, first.nudges) == ({"career"}, [DAY], [(2 * DAY, "e")])
    assert first.last_from("r", "mentorships/m", "s", 9 * DAY) == 2 * DAY
    assert first.last_with("new", "") is None
    assert copy.last_from("r", "mentorships/m", "s", 9 * DAY) == 4 * DAY
    assert copy.last_from("never", "mentorships/m", "s", 9 * DAY) is None


def test_a_history_stays_the_one_it_is() -> None:
    """Whoever holds one already is not given another."""
    history = History()
    assert history_of(history) is history


def test_what_went_about_a_topic_is_remembered_by_the_newest() -> None:
    """In whatever order it is told, and in a copy too, which then goes on by itself."""
    orders = ((3, 9, 5), (9, 5, 3), (3, 5, 9))
    told = [History.of(_went(at, value="stress", message="tips") for at in order) for order in orders]
    assert [each.last_about("tips", "stress") for each in told] == [9, 9, 9]
    history = told[0]
    copied = history.copy()
    assert copied.last_about("tips", "stress") == 9
    copied.add(_went(11, value="stress", message="tips"))
    assert (copied.last_about("tips", "stress"), history.last_about("tips", "stress")) == (11, 9)
