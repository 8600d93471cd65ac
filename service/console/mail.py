"""The mail pages: what went out, and what caused it."""

from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Final

from service.console.mailbox import Mail, MailBody, Mailbox
from service.console.program import ProgramDesk
from service.console.writing import Clockface
from service.domain.calendar import Instant
from service.domain.delivery import Notice
from service.domain.events import Subject
from service.domain.rules import DATE_PREFIX, RuleSet
from service.flow.ports import EmailRow, EmailState, Snapshot

PAGE_SIZE: Final = 50
STATES: Final = {
    EmailState.SENDING: "on its way",
    EmailState.SENT: "sent",
    EmailState.FAILED: "not delivered",
    EmailState.UNKNOWN: "nobody knows whether it arrived",
    EmailState.RELEASED: "not sent, and decided anew",
    EmailState.DROPPED: "held, and dropped by staff",
    EmailState.RETURNED: "came back: it did not arrive",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRow:
    """One line of the list, with the titles of the rules behind it."""

    mail: Mail
    clockface: Clockface
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailList:
    """A page of the list; `older_than` leads to the next, None on the last."""

    rows: tuple[MailRow, ...]
    older_than: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why a mail was sent: a rule, its start, which of its slots, and whom it is about."""

    rule: str
    title: str
    slot: str
    start: str
    start_at: Instant
    program: str
    subject: Subject
    subject_name: str
    topic: str
    resource: str
    resource_title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailView:
    """One mail with its causes; `body` is None where its text is not kept here, `state` "" where no decision is."""

    send_id: str
    body: MailBody | None
    clockface: Clockface
    recipient: str
    state: str
    error: str
    planned_at: Instant | None
    causes: tuple[Cause, ...]
    links: tuple[tuple[str, str], ...]

    @property
    def title(self) -> str:
        return self.body.summary.subject if self.body else "A mail whose text is not kept here"


@dataclass(slots=True)
class MailDesk:
    """Reads mails and their causes in one snapshot."""

    snapshot: Snapshot
    rule_set: RuleSet
    mailbox: Mailbox
    programs: dict[str, ProgramDesk]

    def program(self, id: str) -> ProgramDesk:
        if id not in self.programs:
            self.programs[id] = ProgramDesk(self.snapshot, self.rule_set, id)
        return self.programs[id]

    def list(self, search: str = "", older_than: int | None = None, at_most: int = PAGE_SIZE) -> MailList:
        """Return a page of the mailbox."""
        page = self.mailbox.page(search=search, older_than=older_than, at_most=at_most)
        return MailList(rows=tuple(self._row(each) for each in page.mails), older_than=page.older_than)

    def _row(self, mail: Mail) -> MailRow:
        email = self.snapshot.email(email_id(mail.send_id))
        if email is None:
            return MailRow(mail=mail, clockface=Clockface("UTC"), rules=())
        program = self.program(email.program)
        titles = dict.fromkeys(program.rule_title(each.candidate.key.rule) for each in email.notices)
        return MailRow(mail=mail, clockface=program.clockface, rules=tuple(titles))

    def view(self, send_id: str) -> MailView | None:
        """Return one mail, or None when neither the mailbox nor the store knows it."""
        body, email = self.mailbox.read(send_id), self.snapshot.email(email_id(send_id))
        if body is None and email is None:
            return None
        return MailView(
            send_id=send_id,
            body=body,
            clockface=self.program(email.program).clockface if email else Clockface("UTC"),
            recipient=self.program(email.program).recipient(email.recipient) if email else "",
            state=STATES[email.state] if email else "",
            error=email.error if email else "",
            planned_at=email.planned_at if email else None,
            causes=tuple(self._causes(email)) if email else (),
            links=links_of(body.html) if body else (),
        )

    def _causes(self, email: EmailRow) -> Iterator[Cause]:
        program = self.program(email.program)
        for notice in email.notices:
            key = notice.candidate.key
            rule = next((each for each in program.book.rules if each.id == key.rule), None)
            start, start_at = self._start(program, notice)
            yield Cause(
                rule=key.rule,
                title=program.rule_title(key.rule),
                slot=f"{key.k + 1} of {rule.total}" if rule and rule.total > 1 else "",
                start=start,
                start_at=start_at,
                program=email.program,
                subject=notice.candidate.subject,
                subject_name=program.subject(notice.candidate.subject),
                topic=program.topic(key.value) if key.value else "",
                resource=notice.resource,
                resource_title=program.resource(notice.resource) if notice.resource else "",
            )

    def _start(self, program: ProgramDesk, notice: Notice) -> tuple[str, Instant]:
        """Return what started the rule, and when."""
        moment = notice.candidate.start_moment
        if not moment.source:
            name = moment.id.partition(":")[0].removeprefix(DATE_PREFIX).replace("_", " ")
            return f"The program's date “{name}”", moment.time
        event = self.snapshot.event(program.id, moment.source, moment.id)
        kind = self.rule_set.catalogue.types.get(event.type) if event else None
        title = kind.title if kind else event.type if event else "An event"
        return title, moment.time


def email_id(send_id: str) -> str:
    """Return the email's id; a staff role with several addresses has the send ids ID, ID.2, ID.3 …"""
    return send_id.partition(".")[0]


def links_of(html: str) -> tuple[tuple[str, str], ...]:
    """Return the web links of a mail, label and address, each once: its frame does not let anybody follow them."""
    reader = _LinkReader()
    reader.feed(html)
    found = ((" ".join(label.split()) or href, href) for label, href in reader.links)
    return tuple(dict.fromkeys(found))


class _LinkReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[tuple[str, str]] = []
        self._href = ""
        self._label = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            href = dict(attrs).get("href") or ""
            self._href, self._label = href if href.startswith(("http://", "https://")) else "", ""

    def handle_data(self, data: str) -> None:
        self._label += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._href:
            self.links.append((self._label, self._href))
            self._href = ""
