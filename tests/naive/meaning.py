"""The rule language's meaning a second time, naive and slow, to hold the real one to its page.

At every step everything is worked out again from the list of events known by then: no next instants, no
indexes, nothing carried along but the ledger. What is shared with the service are its inputs (`RuleSet`
with its overrides applied, `Event`, the catalogue) and the lengths of a minute, an hour and a day.

Where the page is silent, this is how it was read; the numbers are cited by the tests.

Events and things
 1. A business id belongs to the subject of its event: two mentorships may each have a conversation "c1".
 2. "The first stands" is said of openings (`conversation.logged`, `flag.submitted`, …). Acknowledging, updating,
    correcting, reopening twice are each a deed of their own. A start's ledger key is still its business id for
    every type that carries one: a rule that starts at `flag.reopened` sends once per flag.
 3. A deletion counts as soon as it is known, whatever its event time, also when it arrives before the log, and
    it is final. "As if never logged" covers `until` and `none_in_last` too. The deletion and the corrections
    stay visible as events of their own types.
 4. A correction without `count` changes no count. Corrections, and the fields that any later event of a flag
    carries, apply in moment order among themselves and always over the opening, even where their event time
    lies before it.
 5. Open and acknowledged follow the last of closing/reopening (and acknowledging) by moment, whatever the
    opening's time; every closing counts as an acknowledgement; deeds about a thing that is not known open nothing.
 6. `where`, `cases` and `by_topic` read the starting event as it was sent; later updates do not change it.
    A missing field matches nothing and has no case. Booleans are written `true` and `false`.
 7. `mentorship:` is the last status event by moment; `resumed` or a second `matched` revives an ended one. Before
    any is known it is none of the three. The newest `matched` says who the two are. For a participant
    the gate holds if any of their mentorships is so.
 8. `participant.registered` after `.left` brings a person back. A participant's pause ends with `.resumed`, at the
    instant `until`, or at 00:00 in the program's zone of the day `until`. Profile fields are the newest that
    invited, registered or updated gave.
 9. `flag`, `help` of a participant rule look at all their mentorships; of a program rule at none.
10. *Since* and `until` compare event time with the start's event time, strictly, for alerts and answers as well;
    an equal time is not after, whatever source and id say. For a date the time is the date's 00:00.
    Where the start is about no resource, `same: resource` is the one that a line sends, and the recipient's own doing.
11. For a staff role or an advisor, gates on a participant's event look at every participant the rule sees; so
    does `until` for everybody. `count` looks at the recipient's, like a gate.

    An event that names an instant for it (`send_at`) counts from then on, if that is later than its times.

Starts and slots
12. A mentorship rule also starts at its participants' events from before the match: it sees them.
13. A subject exists from the time of the first event about it; a participant also from a match that names them.
    Only a program's events and dates ask for it. The due time is the one after rounding and breaks.
14. `reaches`: the start is the first log or correction in moment order at which the sum, corrections applied up to
    that moment, is at least N. It is the starting event in every respect: a correction has no `by` and no `topics`.
    For alerts and answers the clock is that event's arrival, even if an older event came later.
15. `from: latest` goes by moment, for alerts and answers too. On dates it changes nothing.
16. A due time is rounded up, then moved to the end of the break it lies in (zone of the program), then rounded
    again, until it lies in none. `send_within` counts from there, and time in a break counts against it. Two slots
    moved to one instant: the earlier is empty.
17. Dates come from the program's file; where it names no `program_ends`, its events' `ends_on` is that date.
    The program's zone is its file's, else its newest event's `timezone`, else UTC. Of several `program_ends`
    the last counts.
18. `only_for`: each role named must carry one of its groups, and all that is named must hold, now. In a
    participant rule `mentor` and `mentee` mean the participant in that role. Failing it there is no slot at all.

Whom
19. `initiator` is who the type's initiator field names; for a participant's event without "staff" there, that
    participant. No initiator, or staff: both words name nobody, and `until … by` matches nothing.
20. `advisor` of a mentorship is the mentee's. Advisors and staff keep the program's hours, also where `delivery`
    names one zone.
21. List values: for `cases` on a list, element by element, then send by send; the `value` is the element, and
    `by_topic` then answers that element alone. A value listed twice counts once. The first line naming
    a recipient for a value is theirs even when it has nothing new to send.
22. `by_stage` takes any resource that has a stage, next in catalogue order: the page names no stage of a start.
    "Has had" is what the ledger says was sent, under any rule. For staff and advisors every audience suits.
    `this` without one: `nothing_new`.

Delivery
23. `every` counts from each notice of an earlier instant, whatever its slot or list value; list values of one instant
    go together. A value that could not go with the others waits for `every`, and is usually lost.
24. Windows are half open: what was sent at T blocks until before T + span (limits, gap, `none_in_last`,
    `not_again_within`, alerts an hour). `not_again_within` holds for every kind and recipient.
25. Opt-out, limits and digest touch nudges to participants alone; staff's and advisors' nudges go one by one.
    `ended` touches whoever the nudge is for; only "this person paused" is the recipient's own.
26. A pause stops the kinds it lists, for mentorship and participant rules; its gates are read as the rule's own
    would be.
27. Alerts to a role: an alert goes alone and at once while fewer than five alerts (not emails, merged ones included)
    went to the role in the last hour; otherwise all that wait go in one email at the next quarter hour, or alone
    as soon as the hour allows.
28. Reports go at the first quarter hour of an open day within the program's hours, and only then: one that is
    due at 10:00 on Monday goes on Tuesday, all to one role in one email.
29. Opening and closing are the first showing of the wall time; a skipped one is the end of the gap.
30. "Ends by itself" is a state, not a memory: a nudge whose mentorship is active again goes on, in its open slots.
31. `program.ended` ends the program from its event time on, for good.
32. Order: "start" sorts by moment (a date by its instant), subjects by program, kind, id.
33. Several reasons at once: the verdict is the first of until, ended (left, not active), gate, paused, ended (program,
    this person paused), `none_in_last`, break, gap, no_address, opted_out, hours, nothing_new, again, limited. Off
    the quarter hour its kinds are `waiting`.
"""

from collections.abc import Iterator, Sequence
from heapq import heappop, heappush

from service.domain.calendar import HOUR, MINUTE, QUARTER, Instant
from service.domain.events import Event
from service.domain.rules import Kind, RuleSet
from tests.naive.facts import Known
from tests.naive.ledger import Refused, Sent
from tests.naive.notices import Notice, notices
from tests.naive.post import Post
from tests.naive.slots import Slot, all_slots

EXACT = (Kind.ALERT, Kind.ANSWER)


class World:
    """What is known at some instant, and the notices that follow; it stays the same until the next event arrives."""

    def __init__(self, rule_set: RuleSet, events: Sequence[Event], now: Instant) -> None:
        self.known = Known(rule_set, [each for each in events if each.recorded <= now])
        self.slots = all_slots(self.known)
        self._named: dict[int, list[Notice]] = {}

    def open_notices(self, now: Instant) -> list[Notice]:
        """Return the notices of the open slots, in the order of *Meaning* 6."""
        slots = [(index, slot) for index, slot in enumerate(self.slots) if slot.due <= now < slot.end]
        slots.sort(key=lambda pair: _place_in_queue(pair[1]))
        return [notice for index, slot in slots for notice in self._notices(index, slot)]

    def _notices(self, index: int, slot: Slot) -> list[Notice]:
        if index not in self._named:
            self._named[index] = notices(self.known, slot)
        return self._named[index]


def _place_in_queue(slot: Slot) -> tuple[object, ...]:
    kinds = (Kind.ALERT, Kind.ANSWER, Kind.SERVICE, Kind.NUDGE, Kind.REPORT)
    return kinds.index(slot.rule.kind), slot.due, slot.rule.position, slot.place, slot.start.order, slot.k


def simulate(
    rule_set: RuleSet,
    events: Sequence[Event],
    until: Instant,
    first: Instant | None = None,
    *,
    every_minute: bool = False,
) -> list[Sent]:
    """Return all that is sent from an empty ledger until `until` inclusive, in order."""
    return [sent for post in run(rule_set, events, until, first, every_minute=every_minute) for sent in post.sent]


def verdicts(rule_set: RuleSet, events: Sequence[Event], until: Instant, first: Instant | None = None) -> list[Refused]:
    """Return, for every step of `simulate`, the verdict of each notice of an open slot that did not go."""
    return [refused for post in run(rule_set, events, until, first) for refused in post.refused]


def judge(rule_set: RuleSet, events: Sequence[Event], ledger: Sequence[Sent], now: Instant) -> list[Refused]:
    """Return the verdicts at one instant, given what was sent before; what would go now has none."""
    return _post(World(rule_set, events, now), list(ledger), now).refused


def run(
    rule_set: RuleSet,
    events: Sequence[Event],
    until: Instant,
    first: Instant | None = None,
    *,
    every_minute: bool = False,
) -> Iterator[Post]:
    """Yield the post of every step.

    Steps are the quarter hours (or minutes), the arrivals, the exact due times of alerts and answers, and the
    instants at which something sent or heard lets them go again. A step too many changes nothing.
    """
    arrivals = sorted({event.recorded for event in events})
    if first is None:
        first = min(arrivals, default=until) // QUARTER * QUARTER
    ledger: list[Sent] = []
    steps, world, arrived = [first], World(rule_set, events, first), sum(each <= first for each in arrivals)
    pushed = set(_later(steps, first, until, [*arrivals, *_exact_instants(rule_set, world)]))
    while steps:
        now = heappop(steps)
        if sum(each <= now for each in arrivals) != arrived:
            world, arrived = World(rule_set, events, now), sum(each <= now for each in arrivals)
            pushed |= _later(steps, now, until, set(_exact_instants(rule_set, world)) - pushed)
        post = _post(world, ledger, now)
        ledger.extend(post.sent)
        yield post
        stride = MINUTE if every_minute else QUARTER
        again = {now + stride - now % stride, *(at for sent in post.sent for at in _releases(rule_set, sent))}
        pushed |= _later(steps, now, until, again - pushed)


def _later(steps: list[Instant], now: Instant, until: Instant, instants: set[Instant] | list[Instant]) -> set[Instant]:
    """Add the instants that are still to come to the steps, and return them."""
    added = {at for at in instants if now < at <= until}
    for at in added:
        heappush(steps, at)
    return added


def _exact_instants(rule_set: RuleSet, world: World) -> list[Instant]:
    """Return when alerts and answers fall due, or `none_in_last` may let them go."""
    exact = [rule for rule in rule_set.rules if rule.kind in EXACT]
    spans = {quiet.span for slot in world.slots if slot.rule.kind in EXACT for quiet in slot.rule.none_in_last}
    dues = [slot.due for slot in world.slots if slot.rule.kind in EXACT]
    return [*dues, *(event.time + span for event in world.known.all for span in spans)] if exact else []


def _releases(rule_set: RuleSet, sent: Sent) -> list[Instant]:
    """Return when what was sent stops holding back alerts and answers: gap, `not_again_within`, the alerts' hour."""
    every = [rule.every for rule in rule_set.rules_of(sent.program) if rule.id == sent.rule]
    policy = rule_set.policy(sent.message)
    spans = [*every, policy.not_again_within, policy.topic_not_again_within, HOUR]
    return [sent.at + span for span in spans if span is not None]


def _post(world: World, ledger: list[Sent], now: Instant) -> Post:
    post = Post(world.known, ledger, now)
    for notice in world.open_notices(now):
        post.offer(notice)
    return post
