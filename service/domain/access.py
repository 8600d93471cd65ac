"""Who may see and do what in the console: one table, by console role.

The rules of this file:
- `MAY` is the only place that says what a role may do. Pages ask for a permission, never for a role.
- A role holds in one program, or in every one. What concerns all programs at once, as rules do, asks for it everywhere.
- An advisor's permissions reach only over their caseload: the mentorships of the people whose advisor they are.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Final

EVERY_PROGRAM: Final = "*"
"""Stands for all programs, those too that are heard of later."""


class ConsoleRole(StrEnum):
    """What somebody is to a program's console."""

    VIEWER = "viewer"
    ADVISOR = "advisor"
    STAFF = "staff"
    APPROVER = "approver"
    ADMIN = "admin"


class Permission(StrEnum):
    """What a page or a button asks for."""

    SEE_OVERVIEW = "see_overview"
    """How a program stands as a whole: numbers, resources, rules, delivery."""
    SEE_MENTORSHIPS = "see_mentorships"
    """Mentorships and participants, one by one, with their timelines and whys."""
    EXPORT = "export"
    """Lists as files."""
    READ_MAIL = "read_mail"
    """What was written to people."""
    REVEAL = "reveal"
    """Names and addresses, once they are asked for."""
    ACT = "act"
    """Step in with one mentorship: send a resource, pause, record a call, take a flag or a request for help on."""
    INTERVENE = "intervene"
    """Write to many at once."""
    STOP = "stop"
    """Stop mail."""
    APPROVE = "approve"
    """Be the second person; let stopped and held mail go."""
    TRY_RULES = "try_rules"
    """Try an edit of the rules, which changes nothing."""
    DEPLOY_RULES = "deploy_rules"
    """Make rules live, or propose them."""
    SEE_AUDIT = "see_audit"
    """Who saw and did what."""
    END_SESSIONS = "end_sessions"
    """See who is signed in, and end it."""


_VIEWER: Final = frozenset({Permission.SEE_OVERVIEW, Permission.SEE_MENTORSHIPS})
_ADVISOR: Final = frozenset(
    {Permission.SEE_MENTORSHIPS, Permission.EXPORT, Permission.READ_MAIL, Permission.REVEAL, Permission.ACT}
)
_STAFF: Final = _VIEWER | _ADVISOR | {Permission.INTERVENE, Permission.STOP, Permission.TRY_RULES}
_APPROVER: Final = _STAFF | {Permission.APPROVE, Permission.DEPLOY_RULES}
_ADMIN: Final = _APPROVER | {Permission.SEE_AUDIT, Permission.END_SESSIONS}

MAY: Final[Mapping[ConsoleRole, frozenset[Permission]]] = MappingProxyType(
    {
        ConsoleRole.VIEWER: _VIEWER,
        ConsoleRole.ADVISOR: _ADVISOR,
        ConsoleRole.STAFF: _STAFF,
        ConsoleRole.APPROVER: _APPROVER,
        ConsoleRole.ADMIN: _ADMIN,
    }
)


class Reach(IntEnum):
    """Over how much of a program a permission reaches."""

    NOTHING = 0
    CASELOAD = 1
    ALL = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who looks at the console.

    `person` is an opaque id, for the audit; `name` is for their own eyes. `roles` has the roles in each program, or in
    EVERY_PROGRAM. `advisor` is the key under which a mentorship names them as advisor, "" for nobody's. `unmasked` says
    that they asked for names and addresses, and a little while ago.
    """

    person: str
    name: str = ""
    roles: Mapping[str, frozenset[ConsoleRole]] = field(default_factory=dict)
    advisor: str = ""
    unmasked: bool = False

    def roles_in(self, program: str) -> frozenset[ConsoleRole]:
        """Return their roles there, those that they have everywhere too."""
        return self.roles.get(program, frozenset()) | self.roles.get(EVERY_PROGRAM, frozenset())

    def reach(self, permission: Permission, program: str) -> Reach:
        """Return over how much of the program the permission reaches."""
        granting = {each for each in self.roles_in(program) if permission in MAY[each]}
        if granting - {ConsoleRole.ADVISOR}:
            return Reach.ALL
        return Reach.CASELOAD if granting and self.advisor else Reach.NOTHING

    def may(self, permission: Permission, program: str) -> bool:
        """Return whether they may in that program, be it with their caseload only."""
        return self.reach(permission, program) is not Reach.NOTHING

    def may_everywhere(self, permission: Permission) -> bool:
        """Return whether they may in every program, and not with a caseload only."""
        return self.reach(permission, EVERY_PROGRAM) is Reach.ALL

    def may_somewhere(self, permission: Permission) -> bool:
        """Return whether there is a program in which they may."""
        return any(self.may(permission, program) for program in self.roles)

    def programs(self, known: Iterable[str], permission: Permission | None = None) -> tuple[str, ...]:
        """Return those of the programs in which they have the permission; without one, anything to look at."""
        wanted = list(Permission) if permission is None else [permission]
        return tuple(each for each in known if any(self.may(one, each) for one in wanted))

    def caseload_of(self, permission: Permission, program: str) -> str | None:
        """Return the advisor to whose mentorships the permission is bound there; None where it reaches over all.

        It is for whoever `may`; nobody's mentorships name the advisor "".
        """
        return None if self.reach(permission, program) is Reach.ALL else self.advisor

    def sees_names(self, program: str) -> bool:
        """Return whether names and addresses are shown to them now, as far as they see the program's people."""
        reach = self.reach(Permission.REVEAL, program)
        return self.unmasked and reach > Reach.NOTHING and reach >= self.reach(Permission.SEE_MENTORSHIPS, program)


RoleMap = Mapping[str, Mapping[str, frozenset[ConsoleRole]]]
"""What a provider of logins may say of somebody → the roles that it gives them, by program."""


def roles_of(values: Iterable[str], given: RoleMap) -> dict[str, frozenset[ConsoleRole]]:
    """Return the roles, by program, of somebody of whom these values are said."""
    found: dict[str, frozenset[ConsoleRole]] = {}
    for value in values:
        for program, roles in given.get(value, {}).items():
            found[program] = found.get(program, frozenset()) | roles
    return found


def read_role_map(text: str) -> RoleMap:
    """Return what lines, or parts between semicolons, say: `VALUE = PROGRAM:ROLE, PROGRAM:ROLE`.

    Raises: ValueError, which says in a sentence what is wrong with which part.
    """
    found: dict[str, dict[str, frozenset[ConsoleRole]]] = {}
    for part in filter(None, map(str.strip, text.replace("\n", ";").split(";"))):
        # From the right: the name of a group in a directory has equals signs of its own.
        value, equals, roles = part.rpartition("=")
        if not equals or not value.strip() or not roles.strip():
            raise ValueError(f'"{part}" is not of the form VALUE = PROGRAM:ROLE, PROGRAM:ROLE.')
        known = found.setdefault(value.strip(), {})
        for each in map(str.strip, roles.split(",")):
            program, _, role = each.rpartition(":")
            if not program or role not in set(ConsoleRole):
                named = ", ".join(ConsoleRole)
                raise ValueError(
                    f'"{each}" is not of the form PROGRAM:ROLE, with * for all programs and one of {named}.'
                )
            known[program] = known.get(program, frozenset()) | {ConsoleRole(role)}
    return found
