"""A rule in plain words says all that it asks for."""

import pytest

from service.adapters.rulebook.load import load
from service.adapters.rulebook.sources import read_sources
from service.adapters.schemas import load_schemas
from service.domain.rules import Rule
from service.settings import ROOT
from service.staff.plain_words import PlainRule, plain_rule

CATALOGUE = load_schemas(ROOT / "schemas").catalogue
PACK = load(read_sources(ROOT / "rules", ROOT / "templates"), CATALOGUE).rule_set
assert PACK is not None
RULES = {each.id: each for each in PACK.rules}


def said(plain: PlainRule) -> str:
    return " ".join((plain.starts, *plain.sends, *plain.conditions, *plain.ends, plain.kind))


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_every_message_condition_and_end_of_the_pack_is_said(rule: Rule) -> None:
    plain = plain_rule(rule, CATALOGUE)
    sends = [*rule.sends, *(each for case in rule.cases.values() for each in case)]
    assert all(f"“{each.message}”" in said(plain) for each in sends)
    assert len(plain.conditions) >= len(rule.only_while) + len(rule.counts) + len(rule.none_in_last)
    assert len(plain.ends) == len(rule.until)
    assert "_" not in said(plain).replace("_at", "")
    whole = (plain.starts, *plain.sends, *plain.conditions, *plain.ends)
    assert all(each.endswith(".") and not each[0].islower() for each in whole)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("not-connecting-first", "7 days after this happens: “A mentor and a mentee were matched”."),
        ("not-connecting-first", "“A conversation was logged” has never happened."),
        ("celebrate-three", "When the number of “A conversation was logged” first comes to 3."),
        ("celebrate-three", "No immediate flag is open."),
        ("celebrate-three", "“A conversation was logged” has happened 3 times or more."),
        ("help-still-open", "This request for help is still open."),
        ("help-unacknowledged-2-days", "Nobody has taken on this request for help."),
        ("help-unacknowledged-2-days", "Staff (backup) get “help-unacknowledged”."),
        ("flag-thanks", "When this happens: “A flag was submitted”, where it was the mentor."),
        ("resource-by-hand-to-mentor", "where send to is both or mentor."),
        ("help-confirmed", "Where option is remove me, whoever did it gets “help-remove-me”."),
        ("word-from-staff", "For good once this has happened since: “Staff took back what was not sent yet”"),
    ],
)
def test_it_reads_like_a_sentence(rule: str, words: str) -> None:
    assert words in said(plain_rule(RULES[rule], CATALOGUE))
