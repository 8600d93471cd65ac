"""Verdicts of slots that closed, held against the naive implementation's last word before the close."""

from service.domain.delivery import Word
from service.domain.rules import StartsFrom
from service.staff.verdicts import Watch
from service.staff.world import World
from tests.naive.histories import case_of_seed
from tests.naive.meaning import verdicts

SILENT = (None, "waiting")
"""The naive one has no word for slots that nobody saw open, and says `waiting` between quarter hours."""

BOTH_HOLD = {
    frozenset(each)
    for each in (("ended", "gate"), ("gap", "nothing_new"), ("hours", "nothing_new"), ("hours", "again"))
}
"""Reasons that may hold at once, of which the page does not say which is told."""


def differences(seed: int) -> tuple[int, list[tuple[object, ...]]]:
    """Return how many slots closed unsent in the seed's history, and those of which the naive one says otherwise."""
    case = case_of_seed(seed)
    if len({event.program for event in case.events}) > 1:
        return 0, []  # the naive verdicts do not name their program
    last: dict[tuple[object, ...], str] = {}
    for each in verdicts(case.rule_set, case.events, case.until):
        last[each.rule, each.start, each.k, each.subject, each.recipient, each.value] = str(each.verdict)
    world, found, number = World(case.rule_set, Watch()), list[tuple[object, ...]](), 0
    for _, unsent in world.steps_of(sorted(case.events, key=lambda event: event.recorded), case.until):
        number += len(unsent)
        for closed in unsent:
            key, word = closed.key, str(closed.verdict.word)
            known = (key.rule, closed.judged.start.moment.id, key.k, key.subject, key.recipient, key.value)
            other = last.get(known)
            if word == Word.TOO_LATE and closed.judged.rule.starts_from is StartsFrom.LATEST:
                continue  # a newer start stood in its place until it was over; the naive one's last word is older
            if other not in (*SILENT, word) and frozenset((word, str(other))) not in BOTH_HOLD:
                found.append((seed, *known, word, other))
    return number, found


def test_the_last_verdict_of_each_slot_is_the_naive_one() -> None:
    told = [differences(seed) for seed in range(60)]
    assert sum(number for number, _ in told) > 200
    assert [each for _, found in told for each in found] == []


def test_watching_changes_nothing_of_what_is_sent() -> None:
    for seed in range(40):
        case = case_of_seed(seed)
        events = sorted(case.events, key=lambda event: event.recorded)
        plain = list(World(case.rule_set).run(events, case.until))
        assert list(World(case.rule_set, Watch()).run(events, case.until)) == plain


def test_a_slot_is_told_once_and_never_when_it_was_sent() -> None:
    for seed in range(40):
        case = case_of_seed(seed)
        world, told, went = World(case.rule_set, Watch()), list[object](), set[object]()
        for sent, unsent in world.steps_of(sorted(case.events, key=lambda event: event.recorded), case.until):
            went |= {(each.program, each.notice.candidate.key) for each in sent}
            told += [(each.program, each.key) for each in unsent]
        assert len(told) == len(set(told))
        assert went.isdisjoint(told)
