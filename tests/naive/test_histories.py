"""The naive implementation and the random cases, held to what must be true whatever a rule means."""

from collections import Counter
from random import Random

from hypothesis import given, settings

from service.domain.calendar import MINUTE, QUARTER
from service.domain.rules import Kind
from tests.naive.histories import Case, case_of_seed, cases, random_case
from tests.naive.ledger import Sent, Why
from tests.naive.meaning import run, simulate

_NOT_IN_A_SIMULATION = {Why.ADDRESS_BLOCKED, Why.HELD, Why.TOO_LATE}


@settings(max_examples=15, deadline=None)
@given(cases(most_days=8, most_events=20))
def test_the_order_and_the_repetition_of_events_in_the_list_change_nothing(case: Case) -> None:
    again = [each._replace(recorded=each.recorded + MINUTE) for each in case.events[::2]]
    sent = simulate(case.rule_set, case.events, case.until, case.first)
    assert simulate(case.rule_set, [*again, *reversed(case.events)], case.until, case.first) == sent


def test_asking_every_minute_sends_what_asking_every_step_sends() -> None:
    for seed in range(6):
        case = random_case(Random(seed), most_days=4, most_events=15)
        sent = simulate(case.rule_set, case.events, case.until, case.first)
        assert simulate(case.rule_set, case.events, case.until, case.first, every_minute=True) == sent, seed


def test_what_is_sent_keeps_to_quarter_hours_keys_digests_and_limits() -> None:
    for seed in range(200, 220):
        case = case_of_seed(seed)
        sent = simulate(case.rule_set, case.events, case.until, case.first)
        keys = [(x.program, x.rule, x.subject, x.start_key, x.k, x.recipient, x.value) for x in sent]
        assert len(set(keys)) == len(keys), seed
        assert all(each.at % QUARTER == 0 for each in sent if each.kind not in (Kind.ALERT, Kind.ANSWER)), seed
        _keeps_to_digests_and_limits(case, [x for x in sent if x.kind is Kind.NUDGE and x.recipient.startswith("p-")])


def _keeps_to_digests_and_limits(case: Case, nudges: list[Sent]) -> None:
    delivery = case.rule_set.delivery
    assert max(Counter(each.email for each in nudges).values(), default=0) <= delivery.digest_at_most
    emails = {(each.program, each.recipient, each.at, each.email) for each in nudges}
    for program, recipient, at, _ in emails:
        for limit in delivery.limits:
            mine = [each for each in emails if each[:2] == (program, recipient) and 0 <= at - each[2] < limit.window]
            assert len(mine) <= limit.at_most


def test_random_cases_reach_every_kind_and_every_verdict() -> None:
    kinds, whys, silent = Counter[str](), Counter[Why](), 0
    for seed in range(100, 130):
        case = case_of_seed(seed)
        posts = list(run(case.rule_set, case.events, case.until, case.first))
        kinds.update(sent.kind for post in posts for sent in post.sent)
        whys.update(refused.verdict for post in posts for refused in post.refused)
        silent += not any(post.sent for post in posts)
    assert set(kinds) == {"alert", "answer", "service", "nudge", "report"}
    assert set(whys) == set(Why) - _NOT_IN_A_SIMULATION
    assert silent < 10
