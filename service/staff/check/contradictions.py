"""Rules that can never send because of what they ask: their start, kind, gates or a pause stand against it."""

from collections.abc import Iterator

from service.domain.calendar import DAY, HOUR
from service.domain.catalogue import Catalogue, Does, EventType
from service.domain.events import SubjectKind
from service.domain.rules import Kind, Rule, RuleSet
from service.staff.check.demands import Demands, demands_of, excludes, tells_of_recipients
from service.staff.check.finding import Finding

_STATUS_AFTER = {
    "mentorship.matched": "active",
    "mentorship.resumed": "active",
    "mentorship.paused": "paused",
    "mentorship.completed": "ended",
    "mentorship.unmatched": "ended",
}
_LONGEST_DAY = DAY + HOUR
"""When the clocks go back; a program goes on to the end of its last day."""


def contradictions(rule_set: RuleSet, rule: Rule) -> Iterator[Finding]:
    """Yield why the rule can never send."""
    catalogue = rule_set.catalogue
    demands = demands_of(rule, catalogue)
    yield from _gates_against_each_other(rule, demands)
    yield from _start_against_gates(rule, catalogue)
    yield from _start_against_counts(rule, catalogue)
    yield from _over_when_it_starts(rule)
    yield from _always_paused(rule, demands, rule_set)


def _gates_against_each_other(rule: Rule, demands: Demands) -> Iterator[Finding]:
    own = Demands({gate.word: frozenset({gate.value}) for gate in rule.only_while}, demands.counts)
    word = own.clash(own)
    if word:
        yield _contradict(rule, ("count", word), f'"only_while" and "count" cannot both hold for "{word}"')
        return
    for gate in rule.only_while:
        if gate.word.startswith("this_"):
            thing = gate.word.removeprefix("this_")
            if any(each.word == thing and each.value == "none_open" for each in rule.only_while):
                words = f'"{thing}: none_open" leaves no {thing} open for "{gate}" to be about'
                yield _contradict(rule, ("only_while", thing), words)


def _contradict(rule: Rule, at: tuple[str, ...], words: str) -> Finding:
    return Finding(
        code="gates-contradict",
        rule=rule.id,
        at=at,
        message=f"This rule can never send: {words}.",
        suggestion="Take one of the two out, or change its value.",
    )


def _start_against_gates(rule: Rule, catalogue: Catalogue) -> Iterator[Finding]:
    start = catalogue.types.get(rule.starts)
    if start is None:
        return
    for gate in rule.only_while:
        reason = _against(rule, start, gate.word, gate.value)
        if reason:
            yield Finding(
                code="start-contradicts-gate",
                rule=rule.id,
                at=("only_while", gate.word),
                message=f'This rule can never send: {reason}, so "{gate}" does not hold.',
                suggestion=_way_out(rule, start, gate.word, gate.value),
            )


def _against(rule: Rule, start: EventType, word: str, value: str) -> str:
    """Return why the gate cannot hold after such a start, or ""."""
    if word == start.name and value == "never" and tells_of_recipients(rule, start):
        return f'it starts with "{start.name}", which has then happened'
    status = _STATUS_AFTER.get(start.name) if rule.for_each is SubjectKind.MENTORSHIP else None
    if word == "mentorship" and status and status != value and (status == "ended" or _at_once(rule)):
        return f'after "{start.name}" the mentorship is {status}'
    return _thing_against(rule, start, word, value) if start.thing and _at_once(rule) else ""


def _thing_against(rule: Rule, start: EventType, word: str, value: str) -> str:
    """Return why a gate about the start's thing does not hold at the very moment of the start, or ""."""
    opened = start.does in (Does.OPENS, Does.REOPENS)
    if word == start.thing and opened and (value == "none_open" or _is_among_open(rule, start, value)):
        return f'at the very moment of "{start.name}" its {start.thing} is open'
    done = {Does.CLOSES: ("open", "unacknowledged"), Does.ACKNOWLEDGES: ("unacknowledged",)}
    if word == f"this_{start.thing}" and start.does and value in done.get(start.does, ()):
        return f'"{start.name}" has just said otherwise'
    return ""


def _is_among_open(rule: Rule, start: EventType, value: str) -> bool:
    asked = start.open_gates.get(value)
    return bool(asked) and all(rule.where.get(name) == frozenset({word}) for name, word in (asked or {}).items())


def _at_once(rule: Rule) -> bool:
    return rule.offset == 0 and rule.total == 1


def _way_out(rule: Rule, start: EventType, word: str, value: str) -> str:
    if word == start.name:
        return f'Did you mean "{word}: none_since_start"?'
    if word == "mentorship":
        return f'Write "mentorship: {_STATUS_AFTER[start.name]}", or take the line out.'
    return f'Take "{word}: {value}" out' + (', or let the rule "wait".' if _at_once(rule) else ".")


def _start_against_counts(rule: Rule, catalogue: Catalogue) -> Iterator[Finding]:
    start = catalogue.types.get(rule.starts)
    for count in rule.counts if start is not None else ():
        least = max(1, rule.reaches or 1)
        is_too_many = count.at_most is not None and count.at_most < least
        if start is not None and count.event == start.name and is_too_many and tells_of_recipients(rule, start):
            yield Finding(
                code="start-contradicts-gate",
                rule=rule.id,
                at=("count", count.event, "at_most"),
                message=f'This rule can never send: there are at least {least} of "{count.event}" when it starts.',
                suggestion=f'Write "at_most: {least}" or more.',
            )


def _over_when_it_starts(rule: Rule) -> Iterator[Finding]:
    reason = _ended_by(rule)
    if reason:
        yield Finding(
            code="ended-before-it-sends",
            rule=rule.id,
            at=("kind",),
            message=f"This rule can never send: a {rule.kind} ends by itself, and {reason}.",
            suggestion='Write "kind: service", which goes on.' if rule.kind is Kind.NUDGE else 'Write "kind: alert".',
        )


def _ended_by(rule: Rule) -> str:
    if rule.kind not in (Kind.NUDGE, Kind.REPORT):
        return ""
    if rule.starts == "program.ended":
        return "the program has ended when it starts"
    if rule.starts == "date.program_ends" and rule.offset >= _LONGEST_DAY:
        return "the program has ended when its first message is due"
    if rule.kind is Kind.NUDGE and rule.for_each is not SubjectKind.PROGRAM and rule.starts == "participant.left":
        return "somebody has left when it starts"
    if rule.kind is Kind.NUDGE and rule.for_each is SubjectKind.MENTORSHIP:
        return _not_active(rule)
    return ""


def _not_active(rule: Rule) -> str:
    status = _STATUS_AFTER.get(rule.starts)
    if status == "ended" or (status == "paused" and _at_once(rule)):
        return f"the mentorship is {status} when it starts"
    asked = next((gate.value for gate in rule.only_while if gate.word == "mentorship"), "active")
    return f'"mentorship: {asked}" asks for one that is not active' if excludes("mentorship", asked, "active") else ""


def _always_paused(rule: Rule, demands: Demands, rule_set: RuleSet) -> Iterator[Finding]:
    for pause in rule_set.pauses if rule.for_each is not SubjectKind.PROGRAM else ():
        if rule.kind in pause.stops and pause.gates and all(map(demands.assure, pause.gates)):
            because = next((gate for gate in rule.only_while if _concerns(gate.word, pause.gates[0].word)), None)
            held = " and ".join(f'"{gate}"' for gate in pause.gates)
            yield Finding(
                code="always-paused",
                rule=rule.id,
                at=("only_while", because.word) if because else ("kind",),
                message=f'This rule can never send: the pause "{pause.id}" stops every {rule.kind} while {held}, '
                "and this rule sends only then.",
                suggestion='Write "kind: service", which this pause does not stop.'
                if Kind.SERVICE not in pause.stops
                else "Take the gate out, or change the pause.",
            )


def _concerns(word: str, paused: str) -> bool:
    return word.removeprefix("this_") == paused
