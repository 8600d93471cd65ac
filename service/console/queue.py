"""The queue: what is open and may need a person, the most pressing first, and who was told of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from service.console.program import ProgramDesk
from service.domain.calendar import Instant
from service.domain.delivery import LedgerKey
from service.domain.events import Subject, SubjectKind
from service.domain.matters import Matter, Weight, overdue
from service.domain.rules import STAFF_PREFIX
from service.flow.matter_port import FRONT, MatterPlace, MatterRow, MattersWanted
from service.flow.ports import SubjectKey

PAGE_SIZE: Final = 50
KINDS: Final = {"": "All", "flag": "Flags", "help": "Requests for help", "concern": "Concerns"}
_SPLIT: Final = "~"
_MOST_TEXT: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueQuery:
    """What an address asks for."""

    kind: str = ""
    about: str = ""
    weight: Weight | None = None
    waiting: bool = False
    """Only what nobody has taken on."""
    after: MatterPlace = FRONT

    @property
    def is_first(self) -> bool:
        return self.after == FRONT

    def address(self, after: MatterPlace | None = None) -> dict[str, str]:
        said = {
            "kind": self.kind,
            "about": self.about,
            "priority": self.weight.name.lower() if self.weight else "",
            "waiting": "yes" if self.waiting else "",
            "after": _SPLIT.join(map(str, after)) if after else "",
        }
        return {name: value for name, value in said.items() if value}

    def wanted(self, advisor: str | None) -> MattersWanted:
        return MattersWanted(
            kind=self.kind,
            weight=int(self.weight or 0),
            topic=self.about,
            unacknowledged=self.waiting,
            advisor=advisor,
        )


def queue_query_of(said: Mapping[str, str]) -> QueueQuery:
    """Return what the parameters of an address ask for; what nobody can ask is as if it were not said."""
    priority = said.get("priority", "").upper()
    return QueueQuery(
        kind=said.get("kind", "") if said.get("kind", "") in KINDS else "",
        about=said.get("about", "").replace("\0", "")[:_MOST_TEXT],
        weight=Weight[priority] if priority in Weight.__members__ else None,
        waiting=said.get("waiting") == "yes",
        after=_place(said.get("after", "").replace("\0", "")),
    )


def _place(text: str) -> MatterPlace:
    parts = text.split(_SPLIT)
    digits = all(each.isascii() and each.isdigit() and len(each) < 19 for each in parts[:2])
    if len(parts) != 5 or not digits:
        return FRONT
    return MatterPlace(int(parts[0]), int(parts[1]), *parts[2:])


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLine:
    """One matter in the queue. `told` are the staff roles that were written to about it, in words."""

    row: MatterRow
    words: tuple[str, ...]
    told: tuple[str, ...]
    is_late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePage:
    """A page of the queue; `after` leads to the next, None on the last."""

    lines: tuple[QueueLine, ...]
    after: MatterPlace | None


def queue_page(program: ProgramDesk, query: QueueQuery, now: Instant, advisor: str | None = None) -> QueuePage:
    """Return the page that the query asks for; of an advisor's caseload only, where a key is given."""
    found = program.snapshot.matters(program.id, query.wanted(advisor), query.after, PAGE_SIZE + 1)
    shown = found[:PAGE_SIZE]
    keys = {row.id: SubjectKey(program.id, Subject(SubjectKind.MENTORSHIP, row.id)) for row in shown}
    sent = program.snapshot.sent(keys.values()) if keys else {}
    lines = tuple(
        QueueLine(
            row=row,
            words=tuple(map(program.topic, row.matter.about)),
            told=told_of(program, row.matter, row.id, sent.get(keys[row.id], ())),
            is_late=row.matter.acknowledged_at is None and overdue(row.matter.weight, row.matter.since, now),
        )
        for row in shown
    )
    return QueuePage(lines=lines, after=shown[-1].place if len(found) > PAGE_SIZE else None)


def told_of(program: ProgramDesk, matter: Matter, id: str, sent: Collection[LedgerKey]) -> tuple[str, ...]:
    """Return which staff roles were written to about a matter, in the order of the program's file."""
    about = f"{id} {matter.ref}"
    kinds = {each.id: program.book.catalogue.types.get(each.starts) for each in program.book.rules}
    roles = {
        key.recipient.removeprefix(STAFF_PREFIX)
        for key in sent
        if key.start == about
        and key.recipient.startswith(STAFF_PREFIX)
        and (kind := kinds.get(key.rule)) is not None
        and kind.thing == matter.kind
    }
    order = list(program.book.program.staff)
    return tuple(sorted((each for each in roles), key=lambda each: order.index(each) if each in order else len(order)))
