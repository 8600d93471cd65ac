"""The composition root: settings in, running parts out. Only the command line imports it."""

import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import takewhile
from logging import getLogger
from random import SystemRandom
from threading import Event as Signal
from time import monotonic, time_ns
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Flask
from orjson import loads
from prometheus_client import CollectorRegistry, ProcessCollector

from service.adapters.broker.binding import Decode, Message, read_event
from service.adapters.broker.choice import OtherBroker, Rabbit, broker_at, is_rabbit
from service.adapters.broker.identity import identify
from service.adapters.broker.letters import DeadLetter, DeadLetters, told
from service.adapters.broker.tray import Delivery, Line, Tray
from service.adapters.http.app import create_app
from service.adapters.http.description_pages import create_description_pages
from service.adapters.http.listening import Listening
from service.adapters.http.openapi import openapi
from service.adapters.http.schema_pages import create_schema_pages
from service.adapters.http.server import HttpServer
from service.adapters.http.site import create_site
from service.adapters.link_tokens import LinkTokens
from service.adapters.mail.addresses import comparable
from service.adapters.mail.guest_list import GuestListMailer, Guests, read_guests
from service.adapters.mail.mailbox import FILE_NAME, Mailbox
from service.adapters.mail.sendgrid_groups import UnsubscribeGroups, read_groups
from service.adapters.mail.sendgrid_keys import ProgramKeys
from service.adapters.mail.url import mailer_from_url
from service.adapters.metrics.counting_reader import CountingReader
from service.adapters.metrics.instruments import Instruments
from service.adapters.metrics.page import create_metrics_page
from service.adapters.metrics.reading import StoreReading
from service.adapters.rulebook.folder import RulesFolder
from service.adapters.rulebook.load import load
from service.adapters.rulebook.sources import Sources, read_sources, stamp_of
from service.adapters.schemas import Fault, Schemas, UnknownFields, load_schemas
from service.adapters.secret_file import read_or_make_secret
from service.adapters.store.migrate import migrate
from service.adapters.store.store import SqlStore, open_store
from service.adapters.templates.book import TemplateBook
from service.adapters.templates.layouts import Layouts, load_layouts
from service.adapters.templates.translations import Translations
from service.adapters.templates.uses import MessageUses
from service.adapters.templates.writer import LetterWriter
from service.console import LetterTold, RuleDesk, create_console
from service.domain.calendar import DAY, SECOND, Instant
from service.domain.errors import EventSenderError, IntouchError, OperatorError
from service.domain.events import Incoming
from service.flow.accept import Acceptor, IdConflict
from service.flow.accounts import Accounts, OneAccount
from service.flow.active import ActiveRules, Loaded
from service.flow.answer import Answering
from service.flow.brake import braked_detail
from service.flow.carry import Carrier
from service.flow.consume import Consumer
from service.flow.dispatch import Claiming
from service.flow.erase import Eraser
from service.flow.erasure_port import Bodies, NoBodies
from service.flow.failpoint import Failpoint, Passing, unhindered
from service.flow.feedback import Hearing, Report, take_in, unsettled_detail
from service.flow.gathering import SPAN_S, Gathering
from service.flow.letters import Letters
from service.flow.links import Links
from service.flow.login_port import Provider
from service.flow.mail_port import Mailer
from service.flow.marks import Marks
from service.flow.outbound import Sent, outbox_in_words
from service.flow.pace import Pace
from service.flow.permit import Permits, permit
from service.flow.ports import Clock
from service.flow.publish import Target
from service.flow.pulse import Pulse
from service.flow.relay import Relay
from service.flow.restored import forgotten_send, restored_detail, take_in_forgotten
from service.flow.returned import Believing, Returned, Use, take_in_returned
from service.flow.sessions import AT_THIS_MACHINE, Sessions
from service.flow.step_in import SteppingIn
from service.flow.sum_up import SummingUp
from service.flow.tidy import Keeping, Tidier
from service.flow.trace_port import Tracing, Untraced
from service.flow.work import CHECKS_AT_ONCE, CHECKS_BESIDE_OTHERS, Worker
from service.pages import create_answer_pages, create_resource_pages
from service.settings import ROOT, Settings, is_loopback
from service.trial.foresight import Foresights
from service.trial.gate import Gate
from service.trial.trial import Trials
from service.trial.workshop import Workshop

log = getLogger("intouch")

RECIPIENTS_PER_CLAIM = 64
"""For a store with one writer: claims of several recipients count for rules in any order, and two of them would wait in
a circle. No more are claimed than can set out at once, so that a cut leaves no more unknown than were on their way."""


def machine_clock() -> Instant:
    """Return the instant it is now by this machine's clock."""
    return time_ns() // 1_000


@dataclass
class Installation:
    """Everything one process of Intouch is made of, each part made when it is first asked for."""

    settings: Settings
    clock: Clock = machine_clock
    queue_depths: Callable[[], dict[str, int]] | None = None
    """How many messages each queue at the broker holds, where this process is on a line to it."""
    passing: Passing = unhindered
    """What happens at failpoints: nothing, unless a test made this."""

    @cached_property
    def pulse(self) -> Pulse:
        """Who of this process's threads goes on."""
        return Pulse(monotonic)

    @cached_property
    def _parts(self) -> dict[str, Callable[[], str]]:
        """What this process consists of beside the store and the rules; each says `ok`, or what is wrong with it."""
        return {}

    @cached_property
    def wake(self) -> Signal:
        """Set when there is news for the worker of this process."""
        return Signal()

    @cached_property
    def schemas(self) -> Schemas:
        unknown = UnknownFields.DROP if self.settings.drops_unknown_fields else UnknownFields.REFUSE
        return load_schemas(self.settings.schemas_dir, self.clock, unknown)

    @cached_property
    def store(self) -> SqlStore:
        store = open_store(self.settings.database_url, self._own_secret)
        if not self.settings.secret and not self._has_one_writer:
            log.info(
                "INTOUCH_SECRET is not set, so all processes use the secret that the store keeps. Whoever has a copy "
                "of the store has it too; set INTOUCH_SECRET to keep them apart."
            )
            store.share_secret(self._own_secret)
        return store

    @property
    def _secret(self) -> bytes:
        """The key under which addresses are kept and links are signed, the same for all processes of a store."""
        return self.store.secret

    @cached_property
    def _own_secret(self) -> bytes:
        """What this process was given or, where it was given none, found or made in its data folder."""
        return self.settings.secret.encode() or read_or_make_secret(self.settings.data_dir)

    @cached_property
    def marks(self) -> Marks:
        return Marks(self._secret)

    @cached_property
    def link_tokens(self) -> LinkTokens:
        return LinkTokens(self._secret)

    @cached_property
    def provider(self) -> Mailer:
        """Whoever INTOUCH_MAIL_URL names."""
        settings = self.settings
        return mailer_from_url(
            settings.mail_url,
            settings.data_dir,
            settings.sendgrid_key,
            lambda: self.clock() / SECOND,
            self.program_keys.key,
            self.unsubscribe_groups.group_of,
        )

    @cached_property
    def program_keys(self) -> ProgramKeys:
        """The keys of programs that have an account of their own."""
        return ProgramKeys(self.settings.sendgrid_keys_dir)

    @cached_property
    def unsubscribe_groups(self) -> UnsubscribeGroups:
        shared = read_groups(self.settings.sendgrid_groups, "INTOUCH_SENDGRID_GROUPS")
        return UnsubscribeGroups(shared, self.program_keys)

    @property
    def _accounts(self) -> Accounts:
        return self.program_keys if self.settings.mail_url.startswith("sendgrid:") else OneAccount()

    @cached_property
    def guests(self) -> Guests | None:
        """Who alone really gets mail; None where everybody does. Raises: OperatorError."""
        return read_guests(self.settings.mail_only_to) if self.settings.mail_only_to else None

    @cached_property
    def mailer(self) -> Mailer:
        """The provider; where there is a guest list, only for those on it."""
        if self.guests is None:
            return self.provider
        log.warning("%s", self.guests.in_words())
        return GuestListMailer(self.guests, self.provider, self.mailbox)

    @cached_property
    def mailbox(self) -> Mailbox:
        """The mailbox that the console shows: the provider itself, where that is one."""
        return self.provider if isinstance(self.provider, Mailbox) else Mailbox(self.settings.data_dir)

    @cached_property
    def rules(self) -> ActiveRules[LetterWriter]:
        return ActiveRules(self._load_stored)

    @cached_property
    def rules_folder(self) -> RulesFolder:
        """The rules as files: what is edited, as against what is active."""
        return RulesFolder(
            read=lambda: read_sources(self.settings.rules_dir, self.settings.templates_dir),
            stamp=lambda: stamp_of(self.settings.rules_dir, self.settings.templates_dir),
            catalogue=self.schemas.catalogue,
            store=self.store,
            clock=self.clock,
            read_messages=MessageUses,
        )

    @cached_property
    def trials(self) -> Trials:
        # Without a clock: stories may play in years to come.
        schemas = load_schemas(self.settings.schemas_dir)
        return Trials(schemas=schemas, layouts=self.layouts, store=self.store, clock=self.clock)

    @cached_property
    def gate(self) -> Gate:
        return Gate(store=self.store, clock=self.clock, approve_above=self.settings.approve_above)

    @cached_property
    def acceptor(self) -> Acceptor:
        return Acceptor(
            self.store,
            self.clock,
            self.wake.set,
            self.measures,
            tracing=self.tracing,
            personal=self.schemas.catalogue.personal,
        )

    @cached_property
    def eraser(self) -> Eraser:
        return Eraser(store=self.store, bodies=self._bodies, personal=self.schemas.catalogue.personal, clock=self.clock)

    @cached_property
    def tidier(self) -> Tidier:
        settings = self.settings
        keeping = Keeping(
            bodies=settings.keep_bodies_days * DAY,
            reports=settings.keep_reports_days * DAY,
            audit=settings.keep_audit_days * DAY,
            views=settings.keep_views_days * DAY,
            sessions=settings.console_longest,
        )
        return Tidier(store=self.store, bodies=self._bodies, keeping=keeping, clock=self.clock)

    @cached_property
    def summing_up(self) -> SummingUp:
        return SummingUp(store=self.store, rules=self.rules, clock=self.clock)

    @property
    def _bodies(self) -> Bodies:
        """Where texts lie: the mailbox, where one was ever made."""
        return self.mailbox if (self.settings.data_dir / FILE_NAME).exists() else NoBodies()

    @cached_property
    def _registry(self) -> CollectorRegistry:
        """One for this process, and nothing in it that we did not put there."""
        return CollectorRegistry()

    @cached_property
    def measures(self) -> Instruments:
        return Instruments(self._registry, self.schemas.catalogue.types)

    @cached_property
    def tracing(self) -> Tracing:
        """Where traces go, if anywhere."""
        if not self.settings.traces:
            return Untraced()
        # Imported here: its packages take a third of a second, and who has no collector never needs them.
        from service.adapters.traces.otlp import open_tracing

        return open_tracing()

    @cached_property
    def reader(self) -> CountingReader[Fault]:
        """Who reads what comes in through a door."""
        return CountingReader(self.schemas, self.measures)

    def metrics_page(self) -> Blueprint:
        """Return `/metrics`, of this process and of the store. Called once."""
        self._registry.register(StoreReading(self.store, self.clock, self.queue_depths))
        self._registry.register(ProcessCollector(registry=None))
        _ = self.measures  # its names are there from the first scrape on
        return create_metrics_page(self._registry)

    @cached_property
    def permits(self) -> Permits:
        pace = Pace(self.settings.key_events_per_s, monotonic)
        return Permits(self.store, self.clock, needs_key=not is_loopback(self.settings.http), pace=pace)

    def migrate(self) -> None:
        """Make the store ready for this version. Raises: OperatorError."""
        if self._has_one_writer:
            _make_folder(self.settings)
        migrate(self.settings.database_url)
        if self.settings.broker_url:
            self.prepare_broker()
            with self.store.writing() as transaction:
                transaction.use_outbox(self.clock(), wanted=self.publishes_own_events)

    def prepare_broker(self) -> None:
        """Make at the broker what is not there yet. Raises: OperatorError when something is, but otherwise."""
        self._broker.prepare()

    @property
    def _broker(self) -> Rabbit | OtherBroker:
        """The broker. Raises: OperatorError where none is set."""
        return broker_at(self.settings.broker_url, self.settings.heartbeat_s)

    @property
    def publishes_own_events(self) -> bool:
        """Whether there is a broker that own events go to."""
        url = self.settings.broker_url
        return bool(url) and is_rabbit(url) and self.settings.outbound

    def consumer(self) -> tuple[Line, Consumer[Delivery]]:
        """Return the line to the broker, and who takes in what it delivers. Raises: OperatorError."""
        settings, jitter = self.settings, SystemRandom().random
        tray = Tray(settings.consume_batch, settings.consume_quiet_ms / 1_000)
        line = self._broker.line(tray, settings.consume_batch, jitter, partial(self.pulse.beat, "line"))
        self._parts["broker"], self.queue_depths = line.in_words, line.depths
        consumer = Consumer(
            source=line,
            read=self._read,
            identify=self._identify,
            acceptor=self.acceptor,
            jitter=jitter,
            beat=partial(self.pulse.beat, "consume"),
            rest=partial(self.pulse.rest, "consume"),
            reader_beat=partial(self.pulse.beat, "reader"),
            reader_rest=partial(self.pulse.rest, "reader"),
        )
        return line, consumer

    def relay(self) -> Relay:
        """Return what publishes Intouch's own events. Raises: OperatorError."""
        broker = self._broker
        if not isinstance(broker, Rabbit):
            raise OperatorError("Own events go to RabbitMQ only; this broker does not say whether anybody got them.")
        return Relay(
            store=self.store,
            outlet=broker.outbound(),
            clock=self.clock,
            jitter=SystemRandom().random,
            beat=partial(self.pulse.beat, "relay"),
        )

    def _read(self, delivery: Delivery) -> Incoming:
        """Return the event that a broker delivered, if its publisher may send it.

        Raises: EventSenderError, StoreUnavailable.
        """
        return self._read_message(delivery.message)

    def _read_message(self, message: Message) -> Incoming:
        publisher = self.permits.by_user(message.user_id)
        event = self.reader.admit_one(read_event(message, self.reader.decode))
        permit(publisher, [event])
        return event

    def dead_letters(self) -> DeadLetters:
        """Return the dead letters at the broker. Raises: OperatorError."""
        return self._broker.dead_letters()

    @contextmanager
    def target(self, to: str) -> Iterator[Target]:
        """Return a context with where `intouch publish` sends: a URL, "broker", or "" for what is set.

        Raises: OperatorError.
        """
        from service.adapters.broker.target import BrokerTarget
        from service.adapters.http.target import HttpTarget

        settings = self.settings
        url = "" if to == "broker" else to or settings.publish_url
        if url or not (to or settings.broker_url):
            yield HttpTarget(url or f"http://{settings.http}", settings.publish_key)
            return
        outlet = self._broker.intake()
        try:
            yield BrokerTarget(outlet, self.schemas.admit)
        finally:
            outlet.close()

    def foresee(self, message: Message) -> str:
        """Return in the intake's words what would become of a message if it came now. Raises: StoreUnavailable."""
        try:
            (appended,) = self.acceptor.foresee([self._read_message(message)])
        except EventSenderError as error:
            return str(error)
        if appended.conflicts:
            return str(IdConflict(appended.conflicts))
        return "It is in the log already." if appended.duplicates else "It would be taken in."

    def _identify(self, delivery: Delivery) -> Sent:
        return identify(delivery.message, self.schemas.decode)

    @property
    def _has_one_writer(self) -> bool:
        return self.settings.database_url.startswith("sqlite")

    def worker(self, mailer: Mailer | None = None) -> Worker:
        """Return a worker that sends through the mailer given, or through the installation's own."""
        settings, carrier = self.settings, self._carrier(mailer or self.mailer)
        worker = Worker(
            store=self.store,
            rules=self.rules,
            carrier=carrier,
            clock=self.clock,
            claiming=Claiming(
                marks=self.marks,
                nonce=partial(secrets.token_bytes, 3),
                lease=settings.lease_s * SECOND,
                gaps=settings.mail_gaps,
                accounts=self._accounts,
                looks_first=not self._has_one_writer,
            ),
            door_is_busy=self.acceptor.is_busy,
            measures=self.measures,
            tracing=self.tracing,
            beat=partial(self.pulse.beat, "work"),
            checks_at_once=CHECKS_AT_ONCE if self._has_one_writer else CHECKS_BESIDE_OTHERS,
            gathering=Gathering(0.0 if self._has_one_writer else SPAN_S),
            recipients_per_claim=RECIPIENTS_PER_CLAIM if self._has_one_writer else 1,
        )
        self._parts["mail"] = worker.mail_in_words
        return worker

    def _carrier(self, mailer: Mailer) -> Carrier:
        return Carrier(
            store=self.store,
            mailer=mailer,
            clock=self.clock,
            compose=Letters(
                store=self.store,
                rules=self.rules,
                links=Links(
                    public_url=self.settings.public_url,
                    console_url=self.settings.console_url,
                    token=self.link_tokens.token,
                ),
                marks=self.marks,
            ),
            jitter=SystemRandom().random,
            gap=self.settings.mail_gap,
            accounts=self._accounts,
            # A mailbox is a file of ours: whoever writes to it waits for nobody.
            senders=1 if isinstance(mailer, Mailbox) else self.settings.mail_senders,
            wake=self.wake.set,
            measures=self.measures,
            tracing=self.tracing,
            beat=partial(self.pulse.beat, "work"),
            passing=self.passing,
        )

    def listening(self, metrics: str) -> Listening:
        """Return the servers of a process with a door, bound but not started; `metrics` is where monitoring comes in.

        Raises: OperatorError when an address is taken.
        """
        console = None if self._console_is_at_the_door else self._console_server()
        return replace(self.metrics(metrics), door=self.server(), console=console)

    def server(self, **options: Any) -> HttpServer:
        """Return the door as a server. Raises: OperatorError."""
        return HttpServer(self.door(), self.settings.http, **options)

    def door(self) -> Flask:
        """Return all that services and readers of mail reach, and the console where that has no address of its own."""
        console = [self._console()] if self._console_is_at_the_door else []
        pages = [*console, *self.mail_pages(), *self._webhooks(), *self._schema_pages()]
        return create_app(self.acceptor, self.reader, self.ready, pages, self.permits, self.schemas, self.pulse.trouble)

    @property
    def _console_is_at_the_door(self) -> bool:
        return self.settings.console_http == self.settings.http

    def _console_server(self) -> HttpServer:
        app = create_site(self.ready, [self._console()], self.pulse.trouble)
        return HttpServer(app, self.settings.console_http, setting="INTOUCH_CONSOLE_HTTP", threads=4)

    def metrics(self, listen: str) -> Listening:
        """Return the server for monitoring at that address; none where it is "". Raises: OperatorError."""
        if not listen:
            return Listening()
        app = create_site(self.ready, [self.metrics_page()], self.pulse.trouble)
        return Listening(metrics=HttpServer(app, listen, setting="INTOUCH_METRICS_HTTP", threads=2))

    def _console(self) -> Blueprint:
        """Return the pages for staff."""
        return create_console(
            store=self.store,
            rules=self.rules,
            mailbox=self.mailbox,
            clock=self.clock,
            rules_problems=lambda: self.rules_folder.problems,
            hosts={urlsplit(each).hostname or "" for each in (self.settings.public_url, self.settings.console_url)},
            sessions=self.sessions,
            url=self.settings.console_url,
            provider=self.login_provider(),
            rule_desk=RuleDesk(
                trials=self.trials,
                gate=self.gate,
                workshop=Workshop(self.trials),
                foresights=Foresights(self.trials),
            ),
            stepping_in=self.stepping_in,
            alone_up_to=self.settings.approve_above,
            tell_letters=self._tell_letters if self.settings.broker_url else None,
        )

    @cached_property
    def stepping_in(self) -> SteppingIn:
        return SteppingIn(self.store, self.acceptor, self.schemas.admit, self.clock)

    def _tell_letters(self, most: int) -> Sequence[LetterTold]:
        with self.dead_letters().held(most) as letters:
            return [_told(each, self.schemas.decode) for each in letters]

    @cached_property
    def sessions(self) -> Sessions:
        """Who is in the console."""
        settings = self.settings
        return Sessions(
            store=self.store,
            clock=self.clock,
            new_token=lambda: secrets.token_urlsafe(32),
            new_id=lambda: secrets.token_hex(8),
            roles=settings.login.roles if settings.login else {},
            idle=settings.console_idle,
            longest=settings.console_longest,
        )

    def entry_link(self, url: str = "", person: str = AT_THIS_MACHINE) -> str | None:
        """Return an address that lets one person into the console, once; None where a provider knows staff.

        `url` is where the console is, if not where the settings say.
        """
        if self.settings.login is not None:
            return None
        return f"{url or self.settings.console_url}/console/enter/{self.sessions.print_link(person)}"

    def login_provider(self) -> Provider | None:
        """Return who knows staff, or None."""
        login = self.settings.login
        if login is None:
            return None
        # Imported here: its package takes a fifth of a second, and who signs in by a link never needs it.
        from service.adapters.oidc import OidcProvider

        return OidcProvider(
            issuer=login.issuer,
            client_id=login.client_id,
            client_secret=login.client_secret,
            scopes=login.scopes,
            claim=login.claim,
            address_claim=login.advisor_claim,
        )

    def mail_pages(self) -> list[Blueprint]:
        """Return the pages that mail leads to: resources, and those on which people answer."""
        answering = Answering(self.store, self.acceptor, self.schemas.admit, self.clock)
        words = Translations({}, self.layouts.words)
        return [
            create_resource_pages(
                store=self.store, rules=self.rules, words=words, tokens=self.link_tokens, clock=self.clock
            ),
            create_answer_pages(answering=answering, rules=self.rules, tokens=self.link_tokens, words=words),
        ]

    def _schema_pages(self) -> list[Blueprint]:
        return [
            create_schema_pages(self.schemas.published, self.settings.public_url),
            create_description_pages({"openapi": self.openapi, "asyncapi": self.asyncapi}),
        ]

    def openapi(self) -> dict[str, Any]:
        """Return what can be asked over HTTP."""
        return openapi(self.schemas.published, self.settings.public_url)

    def asyncapi(self) -> dict[str, Any]:
        """Return what can be said over RabbitMQ."""
        from service.adapters.broker.asyncapi import asyncapi

        outbound = self.settings.schemas_dir / "outbound"
        outgoing = {path.stem: loads(path.read_bytes()) for path in sorted(outbound.glob("*.json"))}
        return asyncapi(self.schemas.published, outgoing)

    def _webhooks(self) -> list[Blueprint]:
        """Return where providers report; none where nothing is sent through one that does."""
        if not self.settings.mail_url.startswith("sendgrid:"):
            return []
        # Imported here: its package takes a tenth of a second, and who sends otherwise never needs it.
        from service.adapters.mail.sendgrid_reports import create_sendgrid_webhook

        return [create_sendgrid_webhook(self.webhook_keys, self.take_in_reports, self.clock)]

    def webhook_keys(self) -> Mapping[str, str]:
        return {"": self.settings.sendgrid_webhook_key(), **self.program_keys.webhook_keys()}

    def take_in_reports(self, reports: Sequence[Report], program: str = "") -> int:
        """Take in a provider's reports, all or those of a program's own account, and return how many were new.

        Raises: StoreUnavailable, OperatorError.
        """
        with self.store.writing() as transaction:
            rule_set = self.rules.of(transaction).rule_set
            how = Hearing(marks=self.marks, categories=self.unsubscribe_groups.categories)
            new = take_in(transaction, rule_set, reports, self.clock(), program, how)
            self.passing(Failpoint.REPORTING)
        self.passing(Failpoint.REPORTED)
        if new:
            self.wake.set()
        return new

    def find_forgotten(self) -> int:
        """Look into the mailbox, where mail goes there, for mail that the store does not know, because it was put back
        from a copy; return how many decisions had gone. Where there are any, mail stops.

        Raises: StoreUnavailable.
        """
        if self.guests is None and not isinstance(self.provider, Mailbox):
            return 0
        with self.store.writing() as transaction:
            ours = filter(None, (forgotten_send(self.marks, *each) for each in self.mailbox.sends()))
            sends = takewhile(lambda each: transaction.email(each.email_id) is None, ours)
            return take_in_forgotten(transaction, sends, self.clock())

    def take_in_returned(self, said: Sequence[Returned]) -> Counter[Use]:
        """Take in what mail servers say of mail that came back. Raises: StoreUnavailable, OperatorError."""
        how = Believing(remembered=self.settings.keep_reports_days * DAY, plain=comparable)
        with self.store.writing() as transaction:
            return take_in_returned(transaction, self.rules.of(transaction).rule_set, said, self.clock(), how)

    def ready(self) -> tuple[bool, Mapping[str, Any]]:
        """Return whether this process can do its work now, and what is wrong, in words."""
        parts = {name: told() for name, told in self._parts.items()}
        detail: dict[str, Any] = {"rules": self.rules_folder.problems or "ok", **parts}
        if self.guests:
            detail["guest_list"] = self.guests.in_words()
        try:
            self.store.check()
            with self.store.reading() as snapshot:
                active = snapshot.active_rule_set()
                detail |= braked_detail(snapshot) | restored_detail(snapshot) | unsettled_detail(snapshot, self.clock())
                detail["outbox"] = outbox_in_words(snapshot.outbox(), self.clock())
        except IntouchError as error:
            return False, {**detail, "store": str(error)}
        detail |= {"store": "ok", "rule_set": active.hash[:12] if active else None}
        return active is not None and parts.get("broker", "ok") == "ok", detail

    def _load_stored(self, sources: str) -> Loaded[LetterWriter]:
        """Turn a stored rule set's files into what decides and what renders."""
        stored = Sources.from_json(sources)
        loaded = load(stored, self.schemas.catalogue)
        if loaded.rule_set is None:
            first = loaded.problems[0].message if loaded.problems else "it is empty"
            raise OperatorError(f"The active rule set no longer loads with this version: {first}")
        return Loaded(loaded.rule_set, LetterWriter(TemplateBook(stored.files, self.layouts), self.settings.mail_from))

    @cached_property
    def layouts(self) -> Layouts:
        """The email and page layouts: the templates folder's own, where it has any, else the standard ones."""
        own = self.settings.templates_dir
        return load_layouts(own if (own / "layouts").is_dir() else ROOT / "templates")

    def close(self) -> None:
        """Let go of files and connections."""
        for name in ("store", "provider", "mailbox", "tracing"):
            held = self.__dict__.pop(name, None)
            if held is not None:
                held.close()


def _told(letter: DeadLetter, decode: Decode) -> LetterTold:
    sent = told(letter, decode)
    return LetterTold(letter.id, " ".join(filter(None, (sent.type, sent.source, sent.id))), letter.reason)


def _make_folder(settings: Settings) -> None:
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OperatorError(
            f"The folder {settings.data_dir} cannot be made ({error.strerror}). Set INTOUCH_DATA_DIR to one that can."
        ) from error
