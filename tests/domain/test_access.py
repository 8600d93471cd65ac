"""Who may what in the console: roles hold where they were given, and an advisor's only over their caseload."""

from itertools import pairwise

import pytest

from service.domain.access import EVERY_PROGRAM, MAY, ConsoleRole, Permission, Reach, Viewer


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
