"""The timeline in words: one entry for each event, message, and message to come."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from service.console.mail import STATES
from service.console.program import ProgramDesk
from service.console.writing import event_details
from service.domain.calendar import Instant, span
from service.domain.delivery import Role
from service.domain.events import Subject
from service.domain.view import participants_of
from service.flow.outlook import Expected
from service.flow.ports import EmailState, SubjectRow
from service.flow.timeline import Copy, Happened, Told
from service.flow.words import Sentences
from service.staff.forecast import Foreseen


class EntryKind(StrEnum):
    """What an entry is: it happened, was written, waits for time or (stuck) for news, comes, or came to nothing."""

    EVENT = "event"
    MAIL = "mail"
    WAITING = "waiting"
    STUCK = "stuck"
    COMING = "coming"
    SILENT = "silent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of the timeline; `about` is set where it concerns another subject than the page's own.

    A message has its `rule`; why it is so is best asked as of `asked_at`, None for now.
    """

    kind: EntryKind
    at: Instant
    title: str
    detail: str = ""
    late: str = ""
    reason: str = ""
    stops: tuple[str, ...] = ()
    """What would stop it, as clauses."""
    copies: tuple["Recipient", ...] = ()
    about: Subject | None = None
    about_name: str = ""
    rule: str = ""
    asked_at: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Who a message goes to; `email` leads to the mail, `state` says how it stands where that is not "sent"."""

    name: str
    email: str = ""
    state: str = ""
    error: str = ""


@dataclass(slots=True)
class EntryWriter:
    """Puts one subject's timeline into words."""

    program: ProgramDesk
    row: SubjectRow
    now: Instant

    def past(self, entry: Happened | Told) -> Entry:
        return self._happened(entry) if isinstance(entry, Happened) else self._told(entry)

    def _happened(self, entry: Happened) -> Entry:
        event, book = entry.event, self.program.book
        kind = book.catalogue.types.get(event.type)
        return Entry(
            kind=EntryKind.EVENT,
            at=entry.at,
            title=kind.title if kind else event.type,
            detail=event_details(event, kind, book.program.flag_labels, self._side, personal=self.program.shows_names),
            late=f"arrived {span(entry.late)} later" if entry.late else "",
        )

    def _told(self, entry: Told) -> Entry:
        return Entry(
            kind=EntryKind.MAIL,
            at=entry.at,
            title=self.program.rule_title(entry.rule),
            detail=self._detail(entry.rule, entry.k, entry.value),
            reason=self._why_then(entry),
            rule=entry.rule,
            asked_at=entry.at,
            copies=tuple(self._copy(each) for each in entry.copies),
            about=self._about(entry.subject),
            about_name=self._about_name(entry.subject),
        )

    def _why_then(self, entry: Told) -> str:
        if entry.at == entry.due:
            return "It went when it was due: all that the rule asks for held."
        due = self.program.clockface.moment(entry.due)
        return f"It was due on {due}, and went as soon as nothing held it back."

    def expected(self, entry: Expected, kind: EntryKind) -> Entry:
        """Return a slot that nobody was written to about."""
        sentences = Sentences(self.program.book.catalogue, self.program.clockface.moment)
        if entry.verdict is not None:
            reason = sentences.verdict(entry.verdict)
        else:
            reason = "It goes out in a moment." if kind is EntryKind.WAITING else ""
        return Entry(
            kind=kind,
            at=entry.at,
            title=entry.title or entry.rule,
            detail=self._detail(entry.rule, entry.k, entry.value),
            reason=reason,
            rule=entry.rule,
            asked_at=entry.due if kind is EntryKind.SILENT and entry.due <= self.now else None,
            copies=tuple(Recipient(name=self.program.recipient(each)) for each in entry.recipients),
            about=self._about(entry.subject),
            about_name=self._about_name(entry.subject),
        )

    def foreseen(self, found: Iterable[Foreseen]) -> list[Entry]:
        """Return what comes, or will not as things stand, the recipients of one slot and instant together."""
        slots: dict[tuple[object, ...], list[Foreseen]] = {}
        for each in found:
            known = (each.at, each.subject, each.key.rule, each.key.start, each.key.k, each.key.value, each.verdict)
            slots.setdefault(known, []).append(each)
        return [self._foreseen(together) for together in slots.values()]

    def _foreseen(self, together: list[Foreseen]) -> Entry:
        first = together[0]
        sentences = Sentences(self.program.book.catalogue, self.program.clockface.moment)
        clauses = dict.fromkeys(stop.clause for each in together for stop in each.stops)
        return Entry(
            kind=EntryKind.COMING if first.verdict is None else EntryKind.SILENT,
            at=first.at if first.verdict is None else first.due,
            title=first.rule.title or first.rule.id,
            detail=self._detail(first.rule.id, first.key.k, first.key.value),
            reason=sentences.verdict(first.verdict) if first.verdict else "",
            stops=tuple(clauses),
            rule=first.rule.id,
            copies=tuple(Recipient(name=self.program.recipient(each.recipient)) for each in together),
            about=self._about(first.subject),
            about_name=self._about_name(first.subject),
        )

    def _detail(self, rule: str, k: int, value: str) -> str:
        found = next((each for each in self.program.book.rules if each.id == rule), None)
        number = f"{k + 1} of {found.total}" if found and found.total > 1 else ""
        return " · ".join(filter(None, (number, f"about {self.program.topic(value)}" if value else "")))

    def _copy(self, copy: Copy) -> Recipient:
        state = "" if copy.state is EmailState.SENT else STATES[copy.state]
        return Recipient(
            name=self.program.recipient(copy.recipient),
            email=copy.email,
            state=state,
            error=copy.error if state else "",
        )

    def _about(self, subject: Subject) -> Subject | None:
        return None if subject == self.row.key.subject else subject

    def _about_name(self, subject: Subject) -> str:
        return self.program.subject(subject) if self._about(subject) else ""

    def _side(self, role: str) -> str:
        people = participants_of(self.row.facts) if self.row.facts else {}
        return f"{self.program.name_of(people[Role(role)])}, {role}" if Role(role) in people else f"the {role}"
