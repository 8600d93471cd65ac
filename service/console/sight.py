"""What a viewer sees of a program: all of it, the mentorships of their caseload, or nothing.

The rules of this file:
- Who sees a mentorship sees it with its two people. A participant's own page tells of all their mentorships, so it is
  for whoever sees all of those; a mail can be about several people, and is for whoever sees all that it is about.
- Nothing here says why it says no: what somebody may not see is not there.
"""

from collections.abc import Collection
from dataclasses import dataclass

from service.domain.access import Permission, Reach, Viewer
from service.domain.events import SubjectKind
from service.flow.ports import EmailRow, Snapshot, SubjectKey


@dataclass(frozen=True, slots=True)
class Sight:
    """One viewer's, in one snapshot."""

    snapshot: Snapshot
    viewer: Viewer

    def programs(self, permission: Permission | None = None) -> tuple[str, ...]:
        """Return the programs with events in which they have the permission; without one, those they know of."""
        return self.viewer.programs(self.snapshot.programs(), permission)

    def sees(self, key: SubjectKey, permission: Permission = Permission.SEE_MENTORSHIPS) -> bool:
        """Return whether the permission reaches over the subject."""
        program, subject = key
        reach = self.viewer.reach(permission, program)
        if reach is not Reach.CASELOAD:
            return reach is Reach.ALL
        if subject.kind is SubjectKind.MENTORSHIP:
            return self._advises(program, [subject.id])
        theirs = self.snapshot.mentorships_of(program, subject.id) if subject.kind is SubjectKind.PARTICIPANT else ()
        return bool(theirs) and self._advises(program, theirs)

    def sees_mail(self, email: EmailRow) -> bool:
        """Return whether they may read the mail: it concerns nobody whom they do not see."""
        about = {SubjectKey(email.program, each.candidate.subject) for each in email.notices}
        return bool(about) and all(self.sees(each, Permission.READ_MAIL) for each in about)

    def _advises(self, program: str, mentorships: Collection[str]) -> bool:
        return set(mentorships) <= set(self.snapshot.advised(program, mentorships, self.viewer.advisor))
