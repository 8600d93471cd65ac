"""Rules that can never send because nothing starts them, nobody is named, or nothing is left to send."""

from collections.abc import Iterator

from service.domain.catalogue import EventType
from service.domain.rules import PICKS, Rule, RuleSet
from service.staff.check.finding import Finding
from service.staff.ways import sends_of

_PEOPLE = frozenset({"mentor", "mentee", "participant"})


def nobody_hears(rule_set: RuleSet, rule: Rule) -> Iterator[Finding]:
    """Yield why no event starts the rule, or why its sends reach nobody."""
    start = rule_set.catalogue.types.get(rule.starts)
    if start is not None:
        yield from _never_started(rule, start)
        yield from _cases_without_start(rule, start)
    yield from _nothing_in_any_case(rule)
    yield from _no_such_resource(rule_set, rule)


def _never_started(rule: Rule, start: EventType) -> Iterator[Finding]:
    """A value that only some may send, from somebody who may not; an act of staff that is to have an initiator."""
    actors = rule.where.get(start.initiator or "", frozenset())
    for name, values in rule.where.items():
        allowed = start.fields[name].only_by if name in start.fields else {}
        if actors and all(value in allowed and actors.isdisjoint(allowed[value]) for value in values):
            who = " or ".join(sorted({role for value in values for role in allowed[value]}))
            words = f'"{", ".join(sorted(values))}" can come only from the {who}, and "where" asks for another.'
            yield _never(rule, "nobody-starts-it", ("where", name), words, f'Write "{start.initiator}: [{who}]".')
    named = {send.to for _, send in sends_of(rule)}
    if actors and actors.isdisjoint(_PEOPLE) and named and named <= {"initiator", "counterpart"}:
        word = " or ".join(sorted(named))
        words = f'where {", ".join(sorted(actors))} act, "{word}" is nobody.'
        yield _never(rule, "nobody-to-send-to", ("where", start.initiator or ""), words, "Name mentor, mentee or both.")


def _cases_without_start(rule: Rule, start: EventType) -> Iterator[Finding]:
    """Cases of a single field that `where` leaves out."""
    asked = rule.where.get(rule.depends_on or "")
    field = start.fields.get(rule.depends_on or "")
    if not asked or field is None or field.is_list:
        return
    for case, sends in rule.cases.items():
        if sends and case not in asked:
            words = f'This case never comes: "where" does not let "{rule.depends_on}" be "{case}".'
            hint = f'Write "{case}: []", or add "{case}" under "where".'
            yield Finding(code="case-never-comes", rule=rule.id, at=("cases", case), message=words, suggestion=hint)


def _nothing_in_any_case(rule: Rule) -> Iterator[Finding]:
    if rule.cases and not any(rule.cases.values()):
        words, hint = "every case sends nothing.", 'To switch it off, write "enabled: false".'
        yield _never(rule, "nothing-to-send", ("cases",), words, hint)


def _no_such_resource(rule_set: RuleSet, rule: Rule) -> Iterator[Finding]:
    """A choice of resource where the catalogue has none to choose from."""
    if not rule_set.resources:
        return
    for place, (_, send) in enumerate(sends_of(rule)):
        fitting = [each for each in rule_set.resources if send.resource != "by_topic" or each.topics]
        if send.resource in PICKS and not fitting:
            words = "no resource is about any topic."
            at = ("send", place, "resource") if rule.sends else ("cases",)
            hint = 'Give a resource its "topics", or name one resource.'
            yield _never(rule, "nothing-to-send", at, words, hint)


def _never(rule: Rule, code: str, at: tuple[str | int, ...], words: str, hint: str) -> Finding:
    return Finding(code=code, rule=rule.id, at=at, message=f"This rule can never send: {words}", suggestion=hint)
