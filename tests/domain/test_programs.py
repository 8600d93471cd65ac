"""What a program's file says by itself."""

from service.domain.rules import Incentive, Kind, Program


def test_only_nudges_of_the_messages_that_it_names_end_with_an_incentive() -> None:
    program = Program(id="p", incentive=Incentive(text="Two coffees.", shown_in=frozenset({"hello"})))
    assert {kind: program.incentive_in("hello", kind) for kind in Kind} == {
        kind: {"en": "Two coffees."} if kind is Kind.NUDGE else {} for kind in Kind
    }
    assert program.incentive_in("goodbye", Kind.NUDGE) == {}


def test_an_incentive_is_in_the_programs_own_language_and_in_those_into_which_it_is_translated() -> None:
    incentive = Incentive(text="Dos cafés.", translations={"en": "Two coffees."})
    assert Program(id="p", locale="es-MX", incentive=incentive).incentive_texts == {
        "es-MX": "Dos cafés.",
        "en": "Two coffees.",
    }
    assert Program(id="p", incentive=Incentive(translations={"es": "Nada."})).incentive_texts == {}
