"""Who may what in the console: roles hold where they were given, and an advisor's only over their caseload."""

from itertools import pairwise

import pytest

from service.domain.access import (
    EVERY_PROGRAM,
    MAY,
    ConsoleRole,
    Permission,
    Reach,
    Viewer,
    read_role_map,
    roles_of,
)


def who(advisor: str = "", *, unmasked: bool = False, **roles: ConsoleRole) -> Viewer:
    given = {EVERY_PROGRAM if name == "everywhere" else name: frozenset({role}) for name, role in roles.items()}
    return Viewer(person="v-1", roles=given, advisor=advisor, unmasked=unmasked)


def test_each_role_may_what_the_one_before_may_and_more() -> None:
    wider = [ConsoleRole.VIEWER, ConsoleRole.STAFF, ConsoleRole.APPROVER, ConsoleRole.ADMIN]
    for less, more in pairwise(wider):
        assert MAY[less] < MAY[more]
    assert MAY[ConsoleRole.ADVISOR] < MAY[ConsoleRole.STAFF]
    assert MAY[ConsoleRole.ADMIN] == set(Permission)
    assert set(MAY) == set(ConsoleRole)


def test_the_table_is_as_people_were_told() -> None:
    told = {
        ConsoleRole.VIEWER: "see_overview see_mentorships",
        ConsoleRole.ADVISOR: "see_mentorships export read_mail reveal act",
        ConsoleRole.STAFF: "see_overview see_mentorships export read_mail reveal act intervene stop try_rules",
    }
    for role, permissions in told.items():
        assert set(map(str, MAY[role])) == set(permissions.split())
    assert MAY[ConsoleRole.APPROVER] - MAY[ConsoleRole.STAFF] == {Permission.APPROVE, Permission.DEPLOY_RULES}
    assert MAY[ConsoleRole.ADMIN] - MAY[ConsoleRole.APPROVER] == {Permission.SEE_AUDIT, Permission.END_SESSIONS}


def test_nobody_can_change_the_table() -> None:
    with pytest.raises(TypeError):
        MAY[ConsoleRole.VIEWER] = frozenset(Permission)  # type: ignore[index]


def test_a_role_in_one_program_is_none_in_another() -> None:
    kim = who(north=ConsoleRole.ADMIN, east=ConsoleRole.VIEWER)
    assert kim.may(Permission.ACT, "north")
    assert not kim.may(Permission.ACT, "east")
    assert kim.may(Permission.SEE_MENTORSHIPS, "east")
    assert not any(kim.may(each, "south") for each in Permission)
    assert kim.programs(["east", "north", "south"]) == ("east", "north")
    assert kim.programs(["east", "north", "south"], Permission.ACT) == ("north",)
    assert not any(kim.may_everywhere(each) for each in Permission)
    assert kim.may_somewhere(Permission.ACT)


def test_a_role_everywhere_holds_in_programs_not_heard_of_yet() -> None:
    kim = who(everywhere=ConsoleRole.STAFF)
    assert kim.may(Permission.ACT, "new")
    assert kim.may_everywhere(Permission.TRY_RULES)
    assert not kim.may_everywhere(Permission.DEPLOY_RULES)


def test_an_advisors_permissions_reach_over_their_caseload_only() -> None:
    ines = who("key", north=ConsoleRole.ADVISOR)
    assert ines.reach(Permission.ACT, "north") is Reach.CASELOAD
    assert ines.caseload_of(Permission.SEE_MENTORSHIPS, "north") == "key"
    assert not ines.may_everywhere(Permission.SEE_MENTORSHIPS)
    assert not ines.may(Permission.SEE_OVERVIEW, "north")


def test_an_advisor_everywhere_sees_no_program_whole() -> None:
    ines = who("key", everywhere=ConsoleRole.ADVISOR)
    assert ines.reach(Permission.SEE_MENTORSHIPS, "north") is Reach.CASELOAD
    assert not ines.may_everywhere(Permission.SEE_MENTORSHIPS)


def test_an_advisor_whom_nobody_named_sees_nothing() -> None:
    assert not any(who(north=ConsoleRole.ADVISOR).may(each, "north") for each in Permission)


def test_who_is_staff_too_sees_all_and_is_bound_to_no_caseload() -> None:
    roles = {"north": frozenset({ConsoleRole.ADVISOR, ConsoleRole.STAFF})}
    both = Viewer(person="v-1", roles=roles, advisor="key")
    assert both.caseload_of(Permission.SEE_MENTORSHIPS, "north") is None
    assert both.reach(Permission.ACT, "north") is Reach.ALL


def test_names_show_only_to_who_asked_and_may() -> None:
    assert not who(north=ConsoleRole.STAFF).sees_names("north")
    assert who(north=ConsoleRole.STAFF, unmasked=True).sees_names("north")
    assert not who(north=ConsoleRole.STAFF, unmasked=True).sees_names("east")
    assert not who(north=ConsoleRole.VIEWER, unmasked=True).sees_names("north")
    assert who("key", north=ConsoleRole.ADVISOR, unmasked=True).sees_names("north")


def test_an_advisor_who_may_look_at_all_is_shown_the_names_of_none() -> None:
    roles = {"north": frozenset({ConsoleRole.ADVISOR, ConsoleRole.VIEWER})}
    both = Viewer(person="v-1", roles=roles, advisor="key", unmasked=True)
    assert both.reach(Permission.SEE_MENTORSHIPS, "north") is Reach.ALL
    assert not both.sees_names("north")


STAFF, VIEWER = ConsoleRole.STAFF, ConsoleRole.VIEWER
MAP = """
  cn=mentoring,ou=staff = north:staff , south:viewer; north-viewers = north:viewer, north:approver
admins=*:admin;; at:last = campus:east:advisor
cn=mentoring,ou=staff = west:viewer
"""


def test_a_map_of_roles_is_read_as_people_write_it() -> None:
    assert read_role_map(MAP) == {
        "cn=mentoring,ou=staff": {
            "north": frozenset({STAFF}),
            "south": frozenset({VIEWER}),
            "west": frozenset({VIEWER}),
        },
        "north-viewers": {"north": frozenset({VIEWER, ConsoleRole.APPROVER})},
        "admins": {EVERY_PROGRAM: frozenset({ConsoleRole.ADMIN})},
        "at:last": {"campus:east": frozenset({ConsoleRole.ADVISOR})},
    }
    assert read_role_map("") == read_role_map(" ;\n; ") == {}


@pytest.mark.parametrize("part", ["north:staff", "= north:staff", "group =", " = ", "group"])
def test_a_part_without_a_value_or_roles_is_named(part: str) -> None:
    with pytest.raises(ValueError, match=r'^"(.*)" is not of the form VALUE = PROGRAM:ROLE, PROGRAM:ROLE\.$') as told:
        read_role_map(f"a = north:staff; {part}")
    assert f'"{part.strip()}"' in str(told.value)


@pytest.mark.parametrize("role", ["staff", ":staff", "north:", "north:boss", "north:staff,", "north"])
def test_a_role_that_is_none_is_named_with_those_that_are(role: str) -> None:
    known = "viewer, advisor, staff, approver, admin"
    with pytest.raises(ValueError, match="is not of the form PROGRAM:ROLE") as told:
        read_role_map(f"group = south:viewer, {role}")
    wrong = role.rsplit(",", maxsplit=1)[-1]
    form = f'"{wrong}" is not of the form PROGRAM:ROLE, with * for all programs and one of {known}.'
    assert str(told.value) == form


def test_somebody_has_the_roles_of_everything_that_is_said_of_them() -> None:
    given = {
        "a": {"north": frozenset({STAFF})},
        "b": {"north": frozenset({VIEWER}), "south": frozenset({VIEWER})},
        "c": {"west": frozenset({STAFF})},
    }
    assert roles_of(["a", "b", "unknown"], given) == {
        "north": frozenset({STAFF, VIEWER}),
        "south": frozenset({VIEWER}),
    }
    assert roles_of([], given) == {}


def test_what_concerns_all_programs_asks_for_a_role_in_all() -> None:
    for permission in Permission:
        assert who(everywhere=ConsoleRole.ADMIN).may_everywhere(permission)
        assert not who(north=ConsoleRole.ADMIN).may_everywhere(permission)
