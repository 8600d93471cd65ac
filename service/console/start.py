"""The start page: which rules are active, what is wrong with them, and how much there is."""

from dataclasses import dataclass
from typing import Final

from service.console.mail import MailDesk, MailRow
from service.console.program import ProgramDesk
from service.domain.access import Permission
from service.domain.calendar import Instant
from service.domain.figures import CONNECTED, EVERYBODY, MATCHED, weeks_until

LATEST_MAILS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramLine:
    """One program in the list, as figures have it. `connected` are the mentorships with a conversation. Of one whose
    overview is not for the viewer nothing is told: `mentorships` is None."""

    id: str
    name: str
    mentorships: int | None
    connected: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPage:
    """What the start page shows; `events` and `mails` are None where nobody counts them, or they are of all programs
    and the viewer is not."""

    rule_set: str
    active_since: Instant
    activated_by: str
    rules: int
    programs: tuple[ProgramLine, ...]
    events: int | None
    mails: int | None
    latest: tuple[MailRow, ...]

    @property
    def mentorships(self) -> int:
        return sum(each.mentorships or 0 for each in self.programs)


def start_page(desk: MailDesk, events: int | None, now: Instant) -> StartPage:
    """Return the start page."""
    active = desk.snapshot.active_rule_set()
    assert active is not None  # or there would be no rule set to read by
    return StartPage(
        rule_set=active.hash[:12],
        active_since=active.activated_at,
        activated_by=active.activated_by,
        rules=len(desk.rule_set.rules),
        programs=tuple(_line(desk.program(each), now) for each in desk.sight.programs()),
        events=events if desk.viewer.may_everywhere(Permission.SEE_OVERVIEW) else None,
        mails=desk.mailbox.count() if desk.sees_all_mail else None,
        latest=desk.list(at_most=LATEST_MAILS).rows if desk.viewer.may_somewhere(Permission.READ_MAIL) else (),
    )


def _line(program: ProgramDesk, now: Instant) -> ProgramLine:
    if not program.viewer.may(Permission.SEE_OVERVIEW, program.id):
        return ProgramLine(id=program.id, name=program.name, mentorships=None, connected=0)
    (week,) = weeks_until(now, 1, program.clockface.zone)
    figures = program.snapshot.figures(program.id, week.monday, (EVERYBODY,))
    found = {each.what: each.number for each in figures if each.monday == week.monday}
    return ProgramLine(
        id=program.id, name=program.name, mentorships=found.get(MATCHED, 0), connected=found.get(CONNECTED, 0)
    )
