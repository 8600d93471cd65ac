"""The post of one instant: hours, opt-out, addresses, resources, limits, digests, merging, in *Meaning* 6's order."""

from service.domain.calendar import HOUR, QUARTER, Instant
from service.domain.rules import Audience, Category, Kind, Resource
from tests.naive.facts import Known
from tests.naive.gates import timed_fault
from tests.naive.ledger import Refused, Sent, Why
from tests.naive.notices import Notice
from tests.naive.slots import break_end
from tests.naive.zones import is_first_open_quarter, is_open

ALERTS_AN_HOUR = 5


class Post:
    """Everything that goes out at one instant, and everything open that does not."""

    def __init__(self, known: Known, ledger: list[Sent], now: Instant) -> None:
        self.known, self.now, self.ledger = known, now, list(ledger)
        self.sent: list[Sent] = []
        self.refused: list[Refused] = []
        self.merged: dict[tuple[str, str], int] = {}
        self.next_email = max((each.email for each in ledger), default=-1) + 1

    def offer(self, notice: Notice) -> None:
        """Send the notice, or record why not; what the ledger already has is neither."""
        if any(self._is_same(each, notice) for each in self.ledger):
            return
        why = self._fault(notice)
        resource = self._resource(notice) if why is None else None
        if why is None and notice.send.resource and resource is None:
            why = Why.NOTHING_NEW
        if why is None and self._again(notice, resource):
            why = Why.AGAIN
        email = self._email(notice) if why is None else None
        if email is None:
            self._refuse(notice, why or Why.LIMITED)
        else:
            self._send(notice, resource or "", email)

    def _is_about(self, sent: Sent, notice: Notice) -> bool:
        slot = notice.slot
        return (
            sent.rule == slot.rule.id
            and sent.start_key == slot.start.key
            and sent.recipient == notice.recipient.name
            and sent.program == slot.place.program
            and sent.subject == str(slot.place.subject)
        )

    def _is_same(self, sent: Sent, notice: Notice) -> bool:
        return self._is_about(sent, notice) and (sent.k, sent.value) == (notice.slot.k, notice.value)

    def _fault(self, notice: Notice) -> Why | None:
        rule, program = notice.slot.rule, notice.slot.place.program
        fault = notice.fault or timed_fault(self.known, notice.slot, notice.recipient.person, self.now)
        if fault is not None:
            return Why(fault)
        if rule.kind in (Kind.NUDGE, Kind.SERVICE) and break_end(self.known, program, self.now) is not None:
            return Why.BREAK
        if self._in_gap(notice):
            return Why.GAP
        if not notice.recipient.email_known:
            return Why.NO_ADDRESS
        if self._opted_out(notice):
            return Why.OPTED_OUT
        if rule.kind not in (Kind.ALERT, Kind.ANSWER) and self.now % QUARTER:
            return Why.WAITING
        return None if self._in_hours(notice) else Why.HOURS

    def _in_gap(self, notice: Notice) -> bool:
        every = notice.slot.rule.every
        return every is not None and any(
            each.at < self.now < each.at + every and self._is_about(each, notice) for each in self.ledger
        )

    def _opted_out(self, notice: Notice) -> bool:
        person, category = notice.recipient.person, self._policy_category(notice)
        if notice.slot.rule.kind is not Kind.NUDGE or person is None or category is Category.SERVICE:
            return False
        return not self.known.wants(notice.slot.place.program, person, category)

    def _policy_category(self, notice: Notice) -> Category:
        return self.known.rule_set.policy(notice.send.message).category

    def _in_hours(self, notice: Notice) -> bool:
        kind, hours = notice.slot.rule.kind, self.known.rule_set.delivery.hours
        if kind in (Kind.ALERT, Kind.ANSWER):
            return True
        if kind is Kind.REPORT:
            return is_first_open_quarter(hours, self.now, self.known.zone(notice.slot.place.program))
        return is_open(hours, self.now, self._zone(notice))

    def _zone(self, notice: Notice) -> str:
        """Return the zone of the recipient's hours: staff and advisors keep the program's."""
        program, person, delivery = notice.slot.place.program, notice.recipient.person, self.known.rule_set.delivery
        if person is None:
            return self.known.zone(program)
        told = self.known.profile(program, person, "timezone")
        return delivery.timezone or told or delivery.timezone_if_unknown or self.known.zone(program)

    def _to_them(self, notice: Notice) -> list[Sent]:
        program = notice.slot.place.program
        return [each for each in self.ledger if (each.program, each.recipient) == (program, notice.recipient.name)]

    def _resource(self, notice: Notice) -> str | None:
        """Return the slug of the notice's resource, or None where it has none or none is left."""
        word, event = notice.send.resource, notice.slot.start.event
        if word is None or word not in ("this", "by_topic", "by_stage"):
            return word
        if word == "this":
            return event.data.get("resource") if event else None
        had = {each.resource for each in self._to_them(notice)}
        for each in sorted(self.known.rule_set.resources, key=lambda resource: resource.order):
            key_suits = notice.value in each.topics if word == "by_topic" else bool(each.stage)
            suits = self._suits(each.audience, notice.recipient.role) and self._can_be_shown(each, notice)
            if key_suits and each.slug not in had and suits:
                return each.slug
        return None

    def _can_be_shown(self, resource: Resource, notice: Notice) -> bool:
        contacts = self.known.rule_set.program(notice.slot.place.program).contacts
        return all(each in contacts for each in resource.needs_contacts)

    def _suits(self, audience: Audience, role: str) -> bool:
        return audience is Audience.BOTH or role == audience.value or role in ("staff", "advisor")

    def _again(self, notice: Notice, resource: str | None) -> bool:
        policy, what = self.known.rule_set.policy(notice.send.message), notice.send.message
        sent = [each for each in self._to_them(notice) if each.message == what]
        spans = [(policy.not_again_within, [each.at for each in sent if each.resource == (resource or "")])]
        if notice.value:
            spans.append((policy.topic_not_again_within, [each.at for each in sent if each.value == notice.value]))
        return any(span is not None and any(self.now < at + span for at in went) for span, went in spans)

    def _email(self, notice: Notice) -> int | None:
        """Return the email that the notice goes in: a new one, one to share, or None while there is no room."""
        kind, person = notice.slot.rule.kind, notice.recipient.person
        mine = [each for each in self._to_them(notice) if each.kind is kind]
        at_once = [each for each in mine if each.at == self.now]
        if kind is Kind.NUDGE and person is not None:
            return self._nudge_email(mine, at_once)
        if kind is Kind.ALERT and notice.recipient.role == "staff":
            return self._alert_email(notice, mine)
        if kind is Kind.REPORT and at_once:
            return at_once[0].email
        return self.next_email

    def _nudge_email(self, mine: list[Sent], at_once: list[Sent]) -> int | None:
        delivery = self.known.rule_set.delivery
        newest = [each for each in at_once if each.email == at_once[-1].email]
        if newest and len(newest) < delivery.digest_at_most:
            return newest[0].email
        for limit in delivery.limits:
            if len({each.email for each in mine if self.now < each.at + limit.window}) >= limit.at_most:
                return None
        return self.next_email

    def _alert_email(self, notice: Notice, mine: list[Sent]) -> int | None:
        """Return a new email for the first five alerts of a rolling hour; others share one at the quarter hour."""
        within_hour = [each for each in mine if self.now < each.at + HOUR]
        if len(within_hour) < ALERTS_AN_HOUR:
            return self.next_email
        if self.now % QUARTER:
            return None
        return self.merged.setdefault((notice.slot.place.program, notice.recipient.name), self.next_email)

    def _send(self, notice: Notice, resource: str, email: int) -> None:
        slot = notice.slot
        sent = Sent(
            at=self.now, rule=slot.rule.id, start=slot.start.id, k=slot.k, subject=str(slot.place.subject),
            to=notice.to, recipient=notice.recipient.name, message=notice.send.message, kind=slot.rule.kind,
            value=notice.value, resource=resource, email=email,
            program=slot.place.program, start_key=slot.start.key,
        )  # fmt: skip
        self.ledger.append(sent)
        self.sent.append(sent)
        self.next_email = max(self.next_email, email + 1)

    def _refuse(self, notice: Notice, why: Why) -> None:
        slot = notice.slot
        self.refused.append(
            Refused(
                at=self.now, rule=slot.rule.id, start=slot.start.id, k=slot.k, subject=str(slot.place.subject),
                to=notice.to, recipient=notice.recipient.name, value=notice.value, verdict=why,
            )
        )  # fmt: skip
