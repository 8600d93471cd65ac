"""All that the checker asks of a rule set, in one place."""

from collections.abc import Iterator
from dataclasses import replace

from service.domain.rules import Rule, RuleSet
from service.staff.check.clocks import clock_findings
from service.staff.check.contradictions import contradictions
from service.staff.check.finding import Finding, Severity
from service.staff.check.nobody import nobody_hears
from service.staff.check.overlap import overlaps
from service.staff.check.speaking import speaking
from service.staff.check.spoken_of import Messages
from service.staff.check.weekly import weekly_bound


def findings(rule_set: RuleSet, messages: Messages | None) -> Iterator[Finding]:
    """Yield everything that is wrong, or odd, with the rules of the set; `messages` is None where none are given."""
    rules = [rule for rule in rule_set.rules if rule.enabled]
    found = [finding for rule in rules for finding in _about(rule_set, rule, messages)]
    yield from found
    for program in rule_set.programs.values():
        for rule in rule_set.rules_of(program.id):
            if rule.id in program.overrides:
                yield from _in_program(rule_set, rule, program.id, messages)
    # What never sends meets nobody.
    faulty = {finding.rule for finding in found if finding.severity is Severity.ERROR}
    sound = [rule for rule in rules if rule.id not in faulty]
    yield from overlaps(rule_set, sound)
    yield from weekly_bound(rule_set, sound)


def _about(rule_set: RuleSet, rule: Rule, messages: Messages | None) -> Iterator[Finding]:
    yield from contradictions(rule_set, rule)
    yield from nobody_hears(rule_set, rule)
    yield from clock_findings(rule_set, rule)
    yield from speaking(rule_set, rule, messages)


def _in_program(rule_set: RuleSet, rule: Rule, program: str, messages: Messages | None) -> Iterator[Finding]:
    """Yield what is so of a rule as a program changed it, and not of the rule itself."""
    original = next(each for each in rule_set.rules if each.id == rule.id)
    known = set(_about(rule_set, original, messages))
    for each in _about(rule_set, rule, messages):
        if each not in known:
            yield replace(each, program=program)
