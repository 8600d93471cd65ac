"""What `intouch doctor` looks at in an installation, part by part. Each part that fails costs only its own lines."""

from collections.abc import Iterator
from pathlib import Path

from service.adapters.rulebook.load import load
from service.adapters.rulebook.sources import read_sources
from service.adapters.store.checkup import examine_store
from service.domain.errors import IntouchError
from service.flow.checkup import Finding, broken, doubtful, well
from service.flow.login_port import LoginUnavailableError
from service.staff.check.finding import Severity
from service.wiring import Installation


def _missing_file(intouch: Installation) -> str:
    """Return the path of a SQLite file that is not there, "" where it is or none is needed: looking makes no file."""
    kind, _, path = intouch.settings.database_url.partition(":///")
    return path if kind == "sqlite" and not Path(path).exists() else ""


def store_findings(intouch: Installation) -> Iterator[Finding]:
    """Yield what a checkup finds of the store. A file is not made for that."""
    if path := _missing_file(intouch):
        yield broken("store", f"There is no {path} yet.", "Run `intouch run` or `intouch migrate`.")
        return
    yield from examine_store(intouch.settings.database_url, intouch.clock)


def rules_findings(intouch: Installation) -> Iterator[Finding]:
    """Yield what a checkup finds of the rules: those that are active, and those in the folder."""
    if _missing_file(intouch):
        yield broken("rules", "No rule set is active: there is no store yet.")
        return
    sources = read_sources(intouch.settings.rules_dir, intouch.settings.templates_dir)
    try:
        with intouch.store.reading() as snapshot:
            active = snapshot.active_rule_set()
            if active is None:
                yield broken("rules", "No rule set is active.", "Run `intouch deploy` or `intouch work`.")
            else:
                number = len(intouch.rules.of(snapshot).rule_set.rules)
                yield well("rules", f"Rule set {active.hash[:12]} is active, of {number} rules.")
    except IntouchError as error:
        yield broken("rules", str(error))
    errors = [each for each in load(sources, intouch.schemas.catalogue).problems if each.severity is Severity.ERROR]
    if errors:
        told = f"The folder has {len(errors)} errors, the first: {errors[0].message}"
        yield doubtful("rules", told, "`intouch check` shows all of them. What is active goes on.")


def broker_findings(intouch: Installation) -> Iterator[Finding]:
    """Yield what a checkup finds of the broker, if there is to be one."""
    if not intouch.settings.broker_url:
        yield well("broker", "There is none, and none is needed: events come over HTTP.")
        return
    # Imported here, as below: whoever has none need not load a client for one.
    from service.adapters.broker.checkup import examine_broker

    yield from examine_broker(intouch.settings.broker_url)


def mail_findings(intouch: Installation) -> Iterator[Finding]:
    """Yield what a checkup finds of the way that mail takes. Nothing is sent."""
    if intouch.settings.mail_url == "mailbox:":
        yield doubtful("mail", "Mail goes to the console's mailbox, and to nobody.", "Set INTOUCH_MAIL_URL to send it.")
        return
    from service.adapters.mail.checkup import examine_mail

    try:
        if intouch.guests:
            yield doubtful("mail", intouch.guests.in_words(), "Take the list away to send to everybody.")
        yield from examine_mail(intouch.provider, intouch.webhook_keys(), intouch.program_keys.programs())
    except IntouchError as error:
        yield broken("mail", str(error))


def login_findings(intouch: Installation) -> Iterator[Finding]:
    """Yield what a checkup finds of the provider that knows staff, if there is one."""
    provider = intouch.login_provider()
    if provider is None:
        yield well("login", "Nobody knows staff: `intouch console` prints a link that opens the console once.")
        return
    try:
        provider.departure(intouch.settings.console_url, "state", "nonce", "verifier" * 8)
    except LoginUnavailableError as error:
        yield broken("login", str(error), "Check INTOUCH_OIDC_ISSUER, and that it can be reached from here.")
    else:
        yield well("login", "The provider of logins answers, and is the one that is set.")


def sender_domains(intouch: Installation) -> list[str]:
    """Return the domains that mail is from: those of the active programs, and the one for all others."""
    if _missing_file(intouch):
        return [intouch.settings.mail_from.rpartition("@")[2].lower()]
    with intouch.store.reading() as snapshot:
        programs = intouch.rules.of(snapshot).rule_set.programs.values()
    addresses = [each.from_email for each in programs if each.from_email] or [intouch.settings.mail_from]
    return sorted({each.rpartition("@")[2].lower() for each in addresses})
