"""What a program's file says by itself."""

from service.domain.rules import Incentive, Kind, Program


def test_only_nudges_of_the_messages_that_it_names_end_with_an_incentive() -> None:
    program = Program(id="p", incentive=Incentive(text="Two coffees.", shown_in=frozenset({"hello"})))
    assert {kind: program.incentive_in("hello", kind) for kind in Kind} == {
        kind: "Two coffees." if kind is Kind.NUDGE else "" for kind in Kind
    }
    assert program.incentive_in("goodbye", Kind.NUDGE) == ""
