"""Every way in which a message can be sent, and no way in which it cannot."""

from service.domain.catalogue import Catalogue, EventType, Field
from service.domain.delivery import Role
from service.domain.events import SubjectKind
from service.domain.rules import Kind, Rule, RuleSet, Send
from service.staff.ways import ways_of

ASKED = EventType(
    name="help.requested",
    title="Help",
    subject=SubjectKind.MENTORSHIP,
    fields={
        "by": Field(name="by", required=True, values=("mentor", "mentee")),
        "option": Field(name="option", required=True, values=("any", "own"), only_by={"own": frozenset({"mentor"})}),
    },
    initiator="by",
)


def ways(**rule: object) -> list[tuple[str, Role]]:
    """Return case and role of each way in which a rule sends "m"."""
    made = Rule(id="r", position=0, kind=Kind.ANSWER, starts="help.requested", **rule)  # type: ignore[arg-type]
    rule_set = RuleSet(catalogue=Catalogue({"help.requested": ASKED}), rules=(made,))
    return [(each.case, each.role) for each in ways_of(rule_set, "m")]


def test_both_are_two_readers_and_staff_are_one() -> None:
    assert ways(sends=(Send(to="both", message="m"), Send(to="staff.primary", message="m"))) == [
        ("", Role.MENTOR),
        ("", Role.MENTEE),
        ("", Role.STAFF),
    ]


def test_other_messages_are_none_of_its_business() -> None:
    assert ways(sends=(Send(to="both", message="other"),)) == []


def test_who_acted_is_narrowed_by_where_and_by_who_may_send_the_case() -> None:
    cases = {"any": (Send(to="initiator", message="m"),), "own": (Send(to="initiator", message="m"),)}
    assert ways(depends_on="option", cases=cases) == [
        ("any", Role.MENTOR),
        ("any", Role.MENTEE),
        ("own", Role.MENTOR),
    ]
    assert ways(where={"by": frozenset({"mentee"})}, sends=(Send(to="counterpart", message="m"),)) == [
        ("", Role.MENTOR)
    ]
