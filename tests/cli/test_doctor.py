"""`intouch doctor`: each thing that is wrong is found, told with what to do, and nothing is changed by looking."""

import json
import ssl
from collections.abc import Iterable
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

from service.adapters.broker.checkup import examine_broker
from service.adapters.machine import examine_machine
from service.adapters.mail.checkup import examine_mail
from service.adapters.mail.sendgrid import SendGridAccount, SendGridMailer
from service.adapters.mail.smtp import SmtpMailer
from service.adapters.mail.url import smtp_server
from service.adapters.store.checkup import examine_store
from service.cli import intouch
from service.domain.calendar import DAY, SECOND, parse_rfc3339
from service.flow.checkup import Finding, Mark
from service.wiring import machine_clock
from tests.broker.site import Site
from tests.flow.stage import Stage
from tests.login.provider import CLIENT, SECRET
from tests.login.provider import provider as running_provider
from tests.mail.fake_sendgrid import KEY, fake_sendgrid
from tests.mail.servers import real_server, secure_server
from tests.mail.test_smtp import CERTIFICATE

MONDAY = parse_rfc3339("2026-03-02T15:00:00Z")


def marks(findings: Iterable[Finding]) -> dict[str, set[Mark]]:
    found: dict[str, set[Mark]] = {}
    for each in findings:
        assert each.told
        assert bool(each.todo) or each.mark is not Mark.WARN
        found.setdefault(each.about, set()).add(each.mark)
    return found


def run(folder: Path, *words: str, **more: str) -> tuple[int, str]:
    done = CliRunner().invoke(intouch, ["doctor", *words], env={"INTOUCH_DATA_DIR": str(folder), **more})
    return done.exit_code, done.output


def test_a_healthy_installation_is_told_so_as_text_and_as_json(tmp_path: Path) -> None:
    Stage(tmp_path, MONDAY).close()
    code, text = run(tmp_path)
    assert code == 0
    assert "Rule set" in text
    code, listed = run(tmp_path, "--json")
    assert code == 0
    assert {each["about"] for each in json.loads(listed)} >= {"store", "durability", "clock", "rules", "disk", "zones"}
    assert {each["mark"] for each in json.loads(listed)} <= {"ok", "warn"}


def test_looking_makes_nothing_and_fails_where_there_is_no_store(tmp_path: Path) -> None:
    code, text = run(tmp_path / "var")
    assert code == 1
    assert "intouch migrate" in text
    assert not (tmp_path / "var").exists()


def test_the_records_of_the_sender_are_explained(tmp_path: Path) -> None:
    records = tmp_path / "records.txt"
    records.write_text('example.org TXT "v=spf1 mx ~all"\nwhat is this\n')
    code, text = run(tmp_path, "--mail", "--records", str(records), "--sender", "team@example.org")
    assert code == 1
    assert "Not records: lines 2." in text
    assert "example.org DMARC" in text
    assert run(tmp_path, "--mail")[0] == 2


def test_an_smtp_server_is_tried_up_to_the_login_and_gets_no_mail() -> None:
    with real_server() as (port, taken):
        assert marks(examine_mail(SmtpMailer(smtp_server(f"smtp://127.0.0.1:{port}")), {})) == {"mail": {Mark.OK}}
    assert taken.envelopes == []
    (gone,) = examine_mail(SmtpMailer(smtp_server(f"smtp://127.0.0.1:{port}")), {})
    assert gone.mark is Mark.FAIL


@pytest.mark.parametrize(("password", "mark"), [("s3cret", Mark.OK), ("wr0ng", Mark.FAIL)])
def test_a_login_that_is_refused_is_told_without_it(password: str, mark: Mark) -> None:
    with secure_server(CERTIFICATE, tls=True) as (port, _):
        context = ssl.create_default_context(cafile=CERTIFICATE)
        mailer = SmtpMailer(smtp_server(f"smtps://kim:{password}@localhost:{port}"), context=context)
        (found,) = examine_mail(mailer, {})
    assert found.mark is mark
    assert password not in str(found)


@pytest.mark.parametrize(
    ("scopes", "mark"),
    [
        (["mail.send"], Mark.OK),
        (["alerts.read"], Mark.FAIL),
        (["mail.send", *(f"s{n}" for n in range(50))], Mark.WARN),
        (None, Mark.FAIL),
    ],
)
def test_sendgrids_key_is_asked_what_it_may_do(scopes: list[str] | None, mark: Mark) -> None:
    with fake_sendgrid() as fake:
        fake.scopes = scopes
        mailer = SendGridMailer(SendGridAccount(host=fake.url, read_key=lambda: KEY), lambda: 0.0)
        key, reports = examine_mail(mailer, {})
        mailer.close()
    assert key.mark is mark
    assert reports.mark is Mark.WARN
    assert fake.accepted == []


def test_secrets_that_others_may_read_are_told_with_what_to_do(tmp_path: Path) -> None:
    safe, open_ = tmp_path / "safe", tmp_path / "open"
    for path, mode in ((safe, 0o440), (open_, 0o644)):
        path.write_text("s3cret")
        path.chmod(mode)
    names = {"INTOUCH_SECRET_FILE": str(safe), "INTOUCH_MAIL_URL_FILE": str(open_), "OTHER_FILE": "/none"}
    first, second, *_ = [each for each in examine_machine(tmp_path, names, MONDAY) if each.about == "secrets"]
    assert (first.mark, first.todo) == (Mark.WARN, f"chmod 640 {open_}")
    assert second.mark is Mark.OK


def test_time_zone_data_that_has_grown_old_is_told(tmp_path: Path) -> None:
    zones = [each for each in examine_machine(tmp_path, {}, MONDAY + 3_000 * DAY) if each.about == "zones"]
    assert [each.mark for each in zones] == [Mark.WARN]


@pytest.mark.servers
def test_postgresql_is_asked_what_it_keeps_and_what_time_it_is(postgresql_store_url: str) -> None:
    assert marks(examine_store(postgresql_store_url, machine_clock))["store"] == {Mark.OK}
    late = marks(examine_store(postgresql_store_url, lambda: machine_clock() + 600 * SECOND))
    assert late["clock"] == {Mark.FAIL}
    with psycopg.connect(postgresql_store_url, autocommit=True) as connection:
        name = connection.info.dbname
        connection.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    assert marks(examine_store(postgresql_store_url, machine_clock))["durability"] == {Mark.FAIL}


@pytest.mark.servers
def test_the_broker_is_asked_for_what_should_be_there(rabbitmq_url: str, tmp_path: Path) -> None:
    missing = list(examine_broker(rabbitmq_url))
    assert {each.todo for each in missing if each.mark is Mark.FAIL} == {"Run `intouch migrate`."}
    Site(tmp_path, rabbitmq_url).migrate()
    found = list(examine_broker(rabbitmq_url))
    assert [each.told for each in found if each.mark is not Mark.OK] == [
        "The queue intouch.intake holds 0 messages and has 0 consumers."
    ]


def test_every_program_with_an_account_of_its_own_is_looked_at() -> None:
    own = {"northfield": "SG.withdrawn", "westlake": KEY}
    with fake_sendgrid() as fake:
        fake.scopes = ["mail.send"]
        account = SendGridAccount(
            host=fake.url, read_key=lambda: KEY, read_own_key=lambda program: own.get(program, "")
        )
        mailer = SendGridMailer(account, lambda: 0.0)
        found = list(examine_mail(mailer, {"": "k", "westlake": "k"}, own))
        mailer.close()
    assert [(each.about, each.mark) for each in found] == [
        ("mail", Mark.OK),
        ("mail", Mark.OK),
        ("mail northfield", Mark.FAIL),
        ("mail northfield", Mark.WARN),
        ("mail westlake", Mark.OK),
        ("mail westlake", Mark.OK),
    ]
    assert "northfield.key" in found[2].todo
    assert "northfield.webhook-key" in found[3].todo


def test_the_provider_of_logins_is_asked_who_it_is(tmp_path: Path) -> None:
    Stage(tmp_path, MONDAY).close()
    assert "login" in run(tmp_path)[1]
    with running_provider() as provider:
        known = {
            "INTOUCH_OIDC_ISSUER": provider.url,
            "INTOUCH_OIDC_CLIENT_ID": CLIENT,
            "INTOUCH_OIDC_CLIENT_SECRET": SECRET,
        }
        known |= {"INTOUCH_OIDC_ROLES": "all = *:admin"}
        assert run(tmp_path, **known)[0] == 0
        provider.metadata["issuer"] = "https://login.example.org"
        code, text = run(tmp_path, **known)
    assert code == 1
    assert "calls itself otherwise" in text
    code, text = run(tmp_path, **known)
    assert code == 1
    assert "INTOUCH_OIDC_ISSUER" in text
