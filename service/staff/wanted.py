"""Which story is missing: in words that can be followed while writing it. Pure."""

from service.domain.rules import Rule, RuleSet, Send
from service.staff.asking import spelled
from service.staff.coverage import Aim, Shows
from service.staff.seen import until_asked
from service.staff.sentence import starts_with


def story_wanted(rule_set: RuleSet, aim: Aim) -> str:
    """Return one sentence that says which story would show it."""
    if aim.shows is Shows.PAUSED:
        pause = next(each for each in rule_set.pauses if each.id == aim.name)
        while_ = " and ".join(map(str, pause.gates))
        kinds = " or ".join(sorted(pause.stops))
        return f"A story in which {while_} while a {kinds} is due: it waits."
    rule = next(each for each in rule_set.rules if each.id == aim.rule)
    if aim.shows is Shows.SENT:
        when = f"in which all that it asks for holds{_due(rule)}"
        return f"A story with {_start(rule, aim.name)}, {when}: {_sent(rule, aim)}."
    return f"A story with {_start(rule, '')}, in which{_due(rule)} {_against(rule, aim.name)}: expect no {rule.id}."


def _start(rule: Rule, case: str) -> str:
    return f"{starts_with(rule)}" + (f" and {rule.depends_on} {case}" if case else "")


def _due(rule: Rule) -> str:
    if rule.before:
        return f" {spelled(rule.before)} ahead"
    return f" {spelled(rule.wait)} later" if rule.wait else " at once"


def _sent(rule: Rule, aim: Aim) -> str:
    sends: tuple[Send, ...] = rule.cases[aim.name] if aim.name else rule.sends
    told = " and ".join(f"to {send.to} ({send.message})" for send in sends)
    return f"expect {rule.id} {told}"


def _against(rule: Rule, name: str) -> str:
    for until in rule.until:
        if until_asked(until) == name:
            return f"{until.event} has happened after the start{f' by the {until.by}' if until.by else ''}"
    return f"“{name}”, and nothing else that it asks for, does not hold"
