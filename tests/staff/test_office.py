"""The office plans what waits for a staff role when it may go, and not again with everything else that comes."""

from service.domain.calendar import DAY
from service.staff.office import Office, staff_mail
from service.staff.world import Change, World
from tests.staff.test_side_by_side import history, pack


class _Counting(Office):
    placed = 0

    def _planned(self, *args):  # type: ignore[no-untyped-def]  # whatever it is given
        world, recipient, pending = args
        waiting = list(pending)
        self.placed += len(waiting)
        return super()._planned(world, recipient, waiting)


def test_what_waits_for_a_role_is_planned_a_few_times_and_sent_as_in_one_world() -> None:
    until = history(1)[0].recorded + 60 * DAY
    changes, office = list[Change](), _Counting(pack())
    for _ in World(pack(), for_staff=changes).run(history(1), until):
        pass
    shared = [each for each in history(1) if each.subject.kind == "programs"]
    told = list(staff_mail(office, {"northfield": history(1)[0].recorded}, shared, changes, until))
    whole = [
        each for each in World(pack()).run(history(1), until) if each.notice.candidate.key.recipient[:6] == "staff."
    ]
    assert [each.notice for each in told] == [each.notice for each in whole]
    assert told
    offered = sum(each.pending is not None for each in changes)
    assert office.placed <= 3 * offered
