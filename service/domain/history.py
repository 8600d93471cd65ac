"""What went to one recipient before, arranged for the questions that planning asks of it."""

from bisect import insort
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from service.domain.calendar import Instant
from service.domain.delivery import Notice
from service.domain.rules import Kind


class Past(NamedTuple):
    """A notice that went to this recipient before; `email` tells which of them went together."""

    at: Instant
    kind: Kind
    rule: str
    subject: str
    start: str
    k: int
    message: str
    resource: str
    email: str
    value: str = ""
    """The value of a list that it was about, such as a flag's topic, or ""."""

    @classmethod
    def of(cls, notice: Notice, email: str) -> "Past":
        """Return how a notice that went is remembered."""
        candidate = notice.candidate
        return cls(
            at=notice.at,
            kind=candidate.kind,
            rule=candidate.key.rule,
            subject=candidate.key.subject,
            start=candidate.key.start,
            k=candidate.key.k,
            message=candidate.message,
            resource=notice.resource,
            email=email,
            value=candidate.key.value,
        )


@dataclass(slots=True)
class History:
    """All that went, each question's answer in order of time. It costs the same to ask after ten or ten thousand."""

    resources: set[str] = field(default_factory=set)
    alerts: list[Instant] = field(default_factory=list)
    nudges: list[tuple[Instant, str]] = field(default_factory=list)
    """Emails with nudges: when each went, and which."""
    _by_start: dict[tuple[str, str, str], list[Instant]] = field(default_factory=lambda: defaultdict(list))
    _by_message: dict[tuple[str, str], Instant] = field(default_factory=dict)
    _by_value: dict[tuple[str, str], Instant] = field(default_factory=dict)
    _emails: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, past: Iterable[Past]) -> "History":
        """Return the history that the notices make."""
        history = cls()
        for each in past:
            history.add(each)
        return history

    def copy(self) -> "History":
        """Return another history of the same, which goes on by itself."""
        by_start = defaultdict(list, {start: list(went) for start, went in self._by_start.items()})
        return History(
            resources=set(self.resources),
            alerts=list(self.alerts),
            nudges=list(self.nudges),
            _by_start=by_start,
            _by_message=dict(self._by_message),
            _by_value=dict(self._by_value),
            _emails=set(self._emails),
        )

    def add(self, past: Past) -> None:
        """Take in one notice that went."""
        insort(self._by_start[past.rule, past.subject, past.start], past.at)
        about = past.message, past.resource
        self._by_message[about] = max(past.at, self._by_message.get(about, past.at))
        if past.value:
            topic = past.message, past.value
            self._by_value[topic] = max(past.at, self._by_value.get(topic, past.at))
        if past.resource:
            self.resources.add(past.resource)
        if past.kind is Kind.ALERT:
            insort(self.alerts, past.at)
        elif past.kind is Kind.NUDGE and past.email not in self._emails:
            self._emails.add(past.email)
            insort(self.nudges, (past.at, past.email))

    def last_from(self, rule: str, subject: str, start: str, before: Instant) -> Instant | None:
        """Return when that start of the rule last sent something, before the instant."""
        went = self._by_start.get((rule, subject, start), ())
        return next((at for at in reversed(went) if at < before), None)

    def last_with(self, message: str, resource: str) -> Instant | None:
        """Return when the message with that resource last went."""
        return self._by_message.get((message, resource))

    def last_about(self, message: str, value: str) -> Instant | None:
        """Return when the message about that value last went."""
        return self._by_value.get((message, value))


Went = History | Iterable[Past]


def history_of(past: Went) -> History:
    """Return the history as it is, or made of the notices given."""
    return past if isinstance(past, History) else History.of(past)
