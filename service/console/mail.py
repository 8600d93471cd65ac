"""The mail pages: what went out, and what caused it."""

from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Final

from service.console.mailbox import Mail, MailBody, Mailbox
from service.console.program import MASKED, ProgramDesk
from service.console.sight import Sight
from service.console.writing import Clockface
from service.domain.access import Permission, Viewer
from service.domain.calendar import Instant
from service.domain.delivery import Notice
from service.domain.events import Subject
from service.domain.rules import DATE_PREFIX, RuleSet
from service.flow.ports import EmailRow, EmailState, Snapshot

PAGE_SIZE: Final = 50
MOST_PAGES: Final = 20
"""How many pages of the mailbox one look goes through, for a viewer whose mail is among that of others."""
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
    """One line of the list, with the titles of the rules behind it; `title`, `to` and `address` as far as they are
    shown."""

    mail: Mail
    program: str
    clockface: Clockface
    rules: tuple[str, ...]
    title: str
    to: str
    address: str


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
    """One mail with its causes; `body` is None where its text is not kept here or is masked, `state` "" where no
    decision is, `program` "" where nobody knows it any more."""

    send_id: str
    program: str
    is_masked: bool
    sent: Instant | None
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
        if self.body:
            return self.body.summary.subject
        return "A mail whose text is hidden" if self.is_masked else "A mail whose text is not kept here"


@dataclass(slots=True)
class MailDesk:
    """Reads mails and their causes in one snapshot."""

    snapshot: Snapshot
    rule_set: RuleSet
    mailbox: Mailbox
    programs: dict[str, ProgramDesk]
    viewer: Viewer

    @property
    def sight(self) -> Sight:
        return Sight(self.snapshot, self.viewer)

    def program(self, id: str) -> ProgramDesk:
        if id not in self.programs:
            self.programs[id] = ProgramDesk(self.snapshot, self.rule_set, id, self.viewer)
        return self.programs[id]

    def some_clockface(self) -> Clockface:
        """Return the clock of the first program, for what concerns several of them."""
        return self.program(next(iter(self.sight.programs()), "")).clockface

    @property
    def sees_all_mail(self) -> bool:
        return self.viewer.may_everywhere(Permission.READ_MAIL)

    def list(self, search: str = "", older_than: int | None = None, at_most: int = PAGE_SIZE) -> MailList:
        """Return a page of the mailbox: of what the viewer may read, which can be less than a page and not the last."""
        rows: list[MailRow] = []
        # Names and addresses that are masked are not searched either: what is found would tell them.
        search = search if self.viewer.unmasked else ""
        for _ in range(MOST_PAGES):
            page = self.mailbox.page(search=search, older_than=older_than, at_most=at_most - len(rows))
            rows += [row for each in page.mails if (row := self._row(each)) is not None]
            older_than = page.older_than
            if older_than is None or len(rows) >= at_most:
                break
        return MailList(rows=tuple(rows), older_than=older_than)

    def _row(self, mail: Mail) -> MailRow | None:
        email = self.snapshot.email(email_id(mail.send_id))
        if email is None:
            shown = mail.subject if self.viewer.unmasked else MASKED
            unknown = MailRow(
                mail=mail, program="", clockface=Clockface("UTC"), rules=(), title=shown, to="", address=""
            )
            return unknown if self.sees_all_mail else None
        if not self.sight.sees_mail(email):
            return None
        program = self.program(email.program)
        titles = tuple(dict.fromkeys(program.rule_title(each.candidate.key.rule) for each in email.notices))
        return MailRow(
            mail=mail,
            program=email.program,
            clockface=program.clockface,
            rules=titles,
            title=mail.subject if program.shows_names else ", ".join(titles),
            to=mail.to_name if program.shows_names else program.recipient(email.recipient),
            address=program.masked(mail.recipient),
        )

    def may_read(self, send_id: str) -> bool:
        """Return whether the viewer may see that there is this mail."""
        email = self.snapshot.email(email_id(send_id))
        return self.sight.sees_mail(email) if email else self.sees_all_mail

    def shows_text(self, send_id: str) -> bool:
        """Return whether the text of a mail is shown: it names people."""
        email = self.snapshot.email(email_id(send_id))
        return self.program(email.program).shows_names if email else self.viewer.unmasked

    def view(self, send_id: str) -> MailView | None:
        """Return one mail, or None when neither the mailbox nor the store knows it, or it is not for the viewer."""
        body, email = self.mailbox.read(send_id), self.snapshot.email(email_id(send_id))
        if (body is None and email is None) or not self.may_read(send_id):
            return None
        shown = body if self.shows_text(send_id) else None
        return MailView(
            send_id=send_id,
            program=email.program if email else "",
            is_masked=body is not None and shown is None,
            sent=body.summary.created if body else None,
            body=shown,
            clockface=self.program(email.program).clockface if email else Clockface("UTC"),
            recipient=self.program(email.program).recipient(email.recipient) if email else "",
            state=STATES[email.state] if email else "",
            error=email.error if email else "",
            planned_at=email.planned_at if email else None,
            causes=tuple(self._causes(email)) if email else (),
            links=links_of(shown.html) if shown else (),
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
