"""Figures in the store, and what they are made of. Only `flow/sum_up.py` asks for the latter: it reads everything."""

from collections.abc import Collection, Sequence
from typing import Any, Final

from service.adapters.store.fact_codec import thing_of
from service.adapters.store.footings import FACTS, split
from service.adapters.store.queries import LOG_END
from service.adapters.store.rows import event_of
from service.adapters.store.session import Session
from service.domain.calendar import HOUR, Instant
from service.domain.engagement import Footing
from service.domain.events import Event
from service.domain.figures import Figure, PairCourse, Talk
from service.flow.figure_port import Counted, Course, Figuring

_NAME: Final = "figures"
FIGURES: Final = """
SELECT grp, what, monday, number FROM figures WHERE program = :program AND monday >= :since ORDER BY monday, grp, what
"""
FIGURING: Final = "SELECT made_at, seq FROM figuring WHERE name = :name"
BEGIN: Final = """
INSERT INTO figuring (name, made_at, next_at, seq) VALUES (:name, 0, :until, 0)
ON CONFLICT (name) DO UPDATE SET next_at = excluded.next_at WHERE figuring.next_at <= :now
"""
END: Final = """
INSERT INTO figuring (name, made_at, next_at, seq) VALUES (:name, :made_at, :next_at, :seq)
ON CONFLICT (name) DO UPDATE SET made_at = excluded.made_at, next_at = excluded.next_at, seq = excluded.seq
"""
FORGET: Final = """
DELETE FROM figures WHERE program = :program AND monday = :monday AND what NOT LIKE :counted
"""
SAVE: Final = """
INSERT INTO figures (program, grp, what, monday, number) VALUES (:program, :group, :what, :monday, :number)
"""
COUNT_ON: Final = (
    SAVE + "ON CONFLICT (program, monday, grp, what) DO UPDATE SET number = figures.number + excluded.number"
)
PAIRS: Final = f"""
SELECT id, groups, {", ".join(FACTS)} FROM footings WHERE program = :program AND id > :after ORDER BY id LIMIT :limit
"""
TALKS: Final = """
SELECT id, ref, state FROM things
WHERE program = :program AND kind = 'mentorships' AND id > :after AND id <= :last AND thing = 'conversation'
"""
_HOUR: Final = f"planned_at / {HOUR} * {HOUR}"
MAIL: Final = f"""
SELECT {_HOUR}, state, count(*) FROM emails WHERE program = :program AND planned_at >= :since GROUP BY 1, 2
"""
REPORTS: Final = f"""
SELECT {_HOUR}, r.what, count(DISTINCT e.id) FROM reports AS r JOIN emails AS e ON e.id = r.send_id
WHERE e.program = :program AND e.planned_at >= :since GROUP BY 1, 2
"""
NOTICES: Final = f"""
SELECT at / {HOUR} * {HOUR}, rule, resource, count(*) FROM ledger
WHERE program = :program AND at >= :since GROUP BY 1, 2, 3
"""
OPEN: Final = "SELECT kind, weight, about, since FROM matters WHERE program = :program"
LOG: Final = """
SELECT seq, program, source, id, type, subject_kind, subject_id, time, recorded, data FROM events
WHERE seq > :after AND seq <= :last AND recorded <= :recorded AND type IN (SELECT wanted.type FROM {listed} AS wanted)
"""
FIRST_LATE: Final = "SELECT min(seq) FROM events WHERE seq > :after AND seq <= :last AND recorded > :recorded"


class SqlFigureReading:
    """A `FigureReading` over one transaction."""

    _session: Session

    def figures(self, program: str, since: str, groups: Collection[str] | None = None) -> Sequence[Figure]:
        rows = self._session.all(FIGURES, {"program": program, "since": since})
        return [Figure(*row) for row in rows if groups is None or row[0] in groups]

    def figuring(self) -> Figuring:
        row = self._session.one(FIGURING, {"name": _NAME})
        return Figuring(made_at=row[0], seq=row[1]) if row else Figuring()

    def courses(self, program: str, after: str, limit: int) -> Sequence[Course]:
        pairs = self._session.all(PAIRS, {"program": program, "after": after, "limit": limit})
        if not pairs:
            return []
        talks: dict[str, list[Talk]] = {}
        for id, ref, state in self._session.all(TALKS, {"program": program, "after": after, "last": pairs[-1][0]}):
            thing = thing_of(state, "conversation", ref)
            if thing.opened is not None and not thing.deleted:
                talks.setdefault(id, []).append(Talk(thing.opened.time, thing.count))
        return [_course(row, talks.get(row[0], ())) for row in pairs]

    def mail_counts(self, program: str, since: Instant) -> Sequence[Counted]:
        return [Counted(*row) for row in self._session.all(MAIL, {"program": program, "since": since})]

    def report_counts(self, program: str, since: Instant) -> Sequence[Counted]:
        return [Counted(*row) for row in self._session.all(REPORTS, {"program": program, "since": since})]

    def notice_counts(self, program: str, since: Instant) -> Sequence[Counted]:
        found = []
        for hour, rule, resource, number in self._session.all(NOTICES, {"program": program, "since": since}):
            found.append(Counted(hour, f"rule:{rule}", number))
            if resource:
                found.append(Counted(hour, f"resource:{resource}", number))
        return found

    def open_counts(self, program: str) -> Sequence[tuple[str, int, str, Instant]]:
        return [(*row,) for row in self._session.all(OPEN, {"program": program})]

    def log_after(self, seq: int, types: Collection[str], recorded: Instant, limit: int) -> tuple[int, Sequence[Event]]:
        (last,) = self._session.one(LOG_END, {})
        bounds = {"after": seq, "last": min(last, seq + limit), "recorded": recorded}
        (late,) = self._session.one(FIRST_LATE, bounds)
        if late is not None:
            bounds["last"] = late - 1
        rows = self._session.listed(LOG, [(each,) for each in sorted(types)], "type", **bounds)
        return bounds["last"], [event_of(row) for row in rows]


class SqlFigureWriting(SqlFigureReading):
    """A `FigureWriting` over one transaction."""

    def begin_figuring(self, now: Instant, until: Instant) -> bool:
        return self._session.change(BEGIN, {"name": _NAME, "now": now, "until": until}) == 1

    def end_figuring(self, made: Figuring, next_at: Instant) -> None:
        values = {"name": _NAME, "made_at": made.made_at, "seq": made.seq, "next_at": next_at}
        self._session.change(END, values)

    def replace_figures(self, program: str, mondays: Collection[str], figures: Sequence[Figure]) -> None:
        counted = {"program": program, "counted": "event:%"}
        self._session.change_each(FORGET, [{**counted, "monday": each} for each in sorted(mondays)])
        self._session.change_each(SAVE, [_values(program, each) for each in figures])

    def count_on(self, program: str, figures: Sequence[Figure]) -> None:
        self._session.change_each(COUNT_ON, [_values(program, each) for each in figures])


def _values(program: str, figure: Figure) -> dict[str, Any]:
    return {"program": program, **figure._asdict()}


def _course(row: Sequence[Any], talks: Sequence[Talk]) -> Course:
    id, groups, *facts = row
    footing = Footing(**dict(zip(FACTS, facts, strict=True)))
    return Course(id, PairCourse(footing=footing, groups=split(groups), talks=talks))
