"""`intouch doctor`: looks at everything that Intouch needs, changes nothing, and says what to do."""

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict

import click

from service.adapters.machine import examine_machine
from service.cli.checkups import (
    broker_findings,
    login_findings,
    mail_findings,
    rules_findings,
    sender_domains,
    store_findings,
)
from service.flow.checkup import Finding, Mark, broken
from service.settings import read_settings
from service.staff.mail_identity import Sentence, explain_identity
from service.staff.mail_records import read_records
from service.wiring import Installation

_MARKS = {True: Mark.OK, None: Mark.WARN, False: Mark.FAIL}


@click.command()
@click.option("--mail", is_flag=True, help="Explain SPF, DKIM and DMARC of the senders, from --records.")
@click.option(
    "--records",
    type=click.File(encoding="utf-8"),
    help="DNS records (TXT and CNAME), one a line, as a zone file or `dig` writes them; - for standard input.",
)
@click.option("--sender", help="The domain or address that writes; left out: those of the active programs.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--json", "form", flag_value="json", help="The same as --format json.")
def doctor(mail: bool, records: Iterable[str] | None, sender: str | None, form: str) -> None:
    """Look at database, broker, mail, rules, clock, secrets and disk, and say what to do.

    The exit code is 0 where nothing fails; what had better be put right does not count.
    """
    if mail and records is None:
        raise click.UsageError("--mail needs --records FILE: put the TXT and CNAME records of the sender there.")
    intouch = Installation(read_settings())
    try:
        findings = list(_identities(intouch, records, sender) if mail and records else _everything(intouch))
    finally:
        intouch.close()
    click.echo(json.dumps([asdict(each) for each in findings], indent=2) if form == "json" else _told(findings))
    if any(each.mark is Mark.FAIL for each in findings):
        raise SystemExit(1)


def _everything(intouch: Installation) -> Iterator[Finding]:
    for examine in (store_findings, rules_findings, broker_findings, mail_findings, login_findings):
        yield from examine(intouch)
    yield from examine_machine(intouch.settings.data_dir, os.environ, intouch.clock())


def _identities(intouch: Installation, lines: Iterable[str], sender: str | None) -> Iterator[Finding]:
    records, strange = read_records(lines)
    if strange:
        numbers = ", ".join(map(str, strange[:10]))
        yield broken("records", f"Not records: lines {numbers}.", 'Write NAME TXT "…" or NAME CNAME OTHER.')
    for domain in [_domain(sender)] if sender else sender_domains(intouch):
        said = explain_identity(records, domain, sendgrid=intouch.settings.mail_url.startswith("sendgrid:"))
        yield from (_finding(domain, each) for each in said)


def _domain(sender: str) -> str:
    return sender.rpartition("@")[2].lower().rstrip(".")


def _finding(domain: str, sentence: Sentence) -> Finding:
    about = f"{domain} {sentence.about}"
    return Finding(about=about, mark=_MARKS[sentence.passes], told=sentence.told, todo=sentence.todo)


def _told(findings: list[Finding]) -> str:
    wide = max((len(each.about) for each in findings), default=0)
    lines = (f"{each.mark:<5} {each.about:<{wide}}  {each.told}{_todo(each, wide)}" for each in findings)
    return "\n".join(lines)


def _todo(finding: Finding, wide: int) -> str:
    return f"\n{'':<{wide + 8}}{finding.todo}" if finding.todo else ""
