"""Settings: from the environment, checked at start, with a sentence for every mistake."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from service import login_settings
from service.domain.calendar import HOUR, MINUTE, SECOND, Duration
from service.domain.errors import OperatorError
from service.login_settings import LoginSettings, is_own_name, read_login

PREFIX = "INTOUCH_"
ROOT = Path(__file__).resolve().parent.parent
"""The folder in which rules/, templates/ and schemas/ lie beside the package."""

SHORTEST_SECRET = 32
_ANYWHERE = ("0.0.0.0", "::")
_FROM_KUBERNETES = re.compile(r"_SERVICE_HOST$|_SERVICE_PORT(_[A-Z0-9_]+)?$|_PORT_\d+_(TCP|UDP|SCTP)(_[A-Z]+)?$")
_FOR_TESTS = f"{PREFIX}TEST_"
_COLLECTORS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


class LogForm(StrEnum):
    """How the log is written: for people, or for whatever collects logs."""

    TEXT = "text"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything an installation can choose. `lease_s` is how long one claim may take, in seconds; an empty `secret`
    stands for the one in the data folder; `approve_above` is how many new messages in a day one person decides on."""

    http: str
    """Where events and the readers of mail come in."""
    console_http: str
    """Where staff come in; where it is the same as `http`, one server is there for all."""
    metrics_http: str
    """Where monitoring comes in; "" where none was chosen."""
    data_dir: Path
    database_url: str
    mail_url: str
    mail_from: str
    mail_only_to: str
    """Who really gets mail; "" for everybody."""
    public_url: str
    secret: str
    sendgrid_webhook_key: Callable[[], str]
    """Reads the key that reports are signed with, as it is now."""
    sendgrid_key: Callable[[], str]
    """Reads the key as it is now: its file may be replaced while Intouch runs."""
    sendgrid_keys_dir: Path | None
    sendgrid_groups: str
    """Where programs' own keys lie; None where all of them share one account."""
    rules_dir: Path
    templates_dir: Path
    schemas_dir: Path
    lease_s: int
    broker_url: str
    heartbeat_s: int
    consume_batch: int
    consume_quiet_ms: int
    publish_url: str
    """Where `intouch publish` sends over HTTP, and with which key."""
    publish_key: str
    outbound: bool
    """Whether Intouch's own events are kept for the broker, and published."""
    approve_above: int
    log: LogForm
    drops_unknown_fields: bool
    key_events_per_s: int
    """How many events each key may send, in each process."""
    keep_bodies_days: int
    keep_reports_days: int
    keep_audit_days: int
    keep_views_days: int
    """How long it sessions known who looked at whom."""
    mail_senders: int
    """How many emails one process has on their way at once."""
    mail_gap: Duration
    """How far apart emails go, all processes together; 0 for as fast as they are taken."""
    mail_gaps: Mapping[str, Duration]
    """The same for single domains."""
    traces: bool
    """Whether there is a collector for traces; how to reach it, OpenTelemetry's SDK reads from `OTEL_*` itself."""
    console_url: str
    """What staff's browsers reach the console by."""
    console_idle: Duration
    """After how long without a look a session in the console ends."""
    console_longest: Duration
    login: LoginSettings | None
    """Who knows staff; None where a printed link lets in whoever sits at this machine."""


_DEFAULTS: Mapping[str, str] = {
    "HTTP": "127.0.0.1:8080",
    "CONSOLE_HTTP": "",
    "METRICS_HTTP": "",
    "DATA_DIR": "./var",
    "DATABASE_URL": "",
    "MAIL_URL": "mailbox:",
    "MAIL_FROM": "intouch@localhost",
    "MAIL_ONLY_TO": "",
    "PUBLIC_URL": "",
    "SECRET": "",
    "SENDGRID_KEY": "",
    "SENDGRID_WEBHOOK_KEY": "",
    "SENDGRID_KEYS_DIR": "",
    "SENDGRID_GROUPS": "",
    "RULES_DIR": str(ROOT / "rules"),
    "TEMPLATES_DIR": str(ROOT / "templates"),
    "SCHEMAS_DIR": str(ROOT / "schemas"),
    "LEASE_SECONDS": "120",
    "BROKER_URL": "",
    "BROKER_HEARTBEAT_SECONDS": "20",
    "CONSUME_BATCH": "500",
    "CONSUME_QUIET_MS": "50",
    "OUTBOUND": "on",
    "URL": "",
    "KEY": "",
    "APPROVE_ABOVE": "50",
    "LOG": "text",
    "KEY_EVENTS_PER_SECOND": "1000",
    "UNKNOWN_FIELDS": "refuse",
    "KEEP_BODIES_DAYS": "7",
    "KEEP_REPORTS_DAYS": "30",
    "KEEP_AUDIT_DAYS": "1095",
    "KEEP_VIEWS_DAYS": "365",
    "MAIL_SENDERS": "32",
    "MAIL_PER_SECOND": "",
    "MAIL_PER_SECOND_BY_DOMAIN": "",
    **login_settings.DEFAULTS,
}


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings that the environment asks for. Raises: OperatorError."""
    given = os.environ if environment is None else environment
    _refuse_unknown(given)
    value = {name: _value(given, name, default) for name, default in _DEFAULTS.items()}
    data_dir = Path(value["DATA_DIR"]).expanduser()
    return Settings(
        http=value["HTTP"],
        console_http=value["CONSOLE_HTTP"] or value["HTTP"],
        metrics_http=value["METRICS_HTTP"],
        data_dir=data_dir,
        database_url=value["DATABASE_URL"] or f"sqlite:///{data_dir.absolute() / 'intouch.db'}",
        mail_url=value["MAIL_URL"],
        mail_from=value["MAIL_FROM"],
        mail_only_to=value["MAIL_ONLY_TO"],
        public_url=_public_url(value["PUBLIC_URL"]) or f"http://{value['HTTP']}",
        secret=_secret(value["SECRET"]),
        sendgrid_webhook_key=lambda: _value(given, "SENDGRID_WEBHOOK_KEY", ""),
        sendgrid_keys_dir=_folder(value["SENDGRID_KEYS_DIR"]),
        sendgrid_groups=value["SENDGRID_GROUPS"],
        sendgrid_key=lambda: _value(given, "SENDGRID_KEY", ""),
        rules_dir=Path(value["RULES_DIR"]).expanduser(),
        templates_dir=Path(value["TEMPLATES_DIR"]).expanduser(),
        schemas_dir=Path(value["SCHEMAS_DIR"]).expanduser(),
        lease_s=_number(value, "LEASE_SECONDS", 1, 3_600),
        broker_url=value["BROKER_URL"],
        heartbeat_s=_number(value, "BROKER_HEARTBEAT_SECONDS", 1, 3_600),
        consume_batch=_number(value, "CONSUME_BATCH", 1, 10_000),
        consume_quiet_ms=_number(value, "CONSUME_QUIET_MS", 1, 10_000),
        publish_url=value["URL"],
        publish_key=value["KEY"],
        outbound=_one_of(value, "OUTBOUND", "on", "off") == "on",
        approve_above=_number(value, "APPROVE_ABOVE", 0, 1_000_000),
        log=_log(value["LOG"]),
        drops_unknown_fields=_one_of(value, "UNKNOWN_FIELDS", "refuse", "drop") == "drop",
        key_events_per_s=_number(value, "KEY_EVENTS_PER_SECOND", 1, 1_000_000),
        keep_bodies_days=_number(value, "KEEP_BODIES_DAYS", 1, 36_500),
        # A provider may send a report again for a day: forgotten sooner, it would count twice.
        keep_reports_days=_number(value, "KEEP_REPORTS_DAYS", 2, 36_500),
        keep_audit_days=_number(value, "KEEP_AUDIT_DAYS", 1, 36_500),
        keep_views_days=_number(value, "KEEP_VIEWS_DAYS", 1, 36_500),
        mail_senders=_number(value, "MAIL_SENDERS", 1, 64),
        mail_gap=SECOND // _number(value, "MAIL_PER_SECOND", 1, 1_000) if value["MAIL_PER_SECOND"] else 0,
        mail_gaps=_gaps(value["MAIL_PER_SECOND_BY_DOMAIN"]),
        traces=_has_collector(given),
        console_url=_console_url(value),
        console_idle=_number(value, "CONSOLE_IDLE_MINUTES", 1, 1_440) * MINUTE,
        console_longest=_number(value, "CONSOLE_HOURS", 1, 168) * HOUR,
        login=read_login(value),
    )


def _value(given: Mapping[str, str], name: str, default: str) -> str:
    """Return a setting's value, or the content of the file that `INTOUCH_<NAME>_FILE` names."""
    direct, file = given.get(f"{PREFIX}{name}"), given.get(f"{PREFIX}{name}_FILE")
    if direct is not None and file is not None:
        raise OperatorError(f"{PREFIX}{name} and {PREFIX}{name}_FILE are both set. Keep one.")
    if file is None:
        return default if direct is None or not direct.strip() else direct.strip()
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise OperatorError(f"{PREFIX}{name}_FILE names a file that cannot be read: {file}.") from error


def _refuse_unknown(given: Mapping[str, str]) -> None:
    known = [f"{name}{ending}" for name in _DEFAULTS for ending in ("", "_FILE")]
    for name in sorted(given):
        own = name.removeprefix(PREFIX)
        if name.startswith(PREFIX) and own not in known and not _is_foreign(name, given[name]):
            # Compared without the prefix, in which any two of them would be alike.
            near = get_close_matches(own, known, 1)
            hint = f" Did you mean {PREFIX}{near[0]}?" if near else f" Known are: {_listed(known)}."
            raise OperatorError(f"{name} is no setting of Intouch.{hint}")


def _listed(names: list[str]) -> str:
    return ", ".join(f"{PREFIX}{name}" for name in sorted(names))


def _is_foreign(name: str, value: str) -> bool:
    """Return whether the name is not ours: Kubernetes injects such for a Service called intouch; tests have theirs."""
    injected = _FROM_KUBERNETES.search(name) or (name.endswith("_PORT") and "://" in value)
    return bool(injected) or name.startswith(_FOR_TESTS)


def _public_url(text: str) -> str:
    if text and urlsplit(text).scheme not in ("http", "https"):
        raise OperatorError(
            f"{PREFIX}PUBLIC_URL must begin with http:// or https://, as in https://mentoring.example.org."
        )
    return text.rstrip("/")


def _console_url(value: Mapping[str, str]) -> str:
    """Return what was chosen, or what is likely: the address of all, or where the console listens alone."""
    chosen = value["CONSOLE_URL"] or value["PUBLIC_URL"]
    if chosen and urlsplit(chosen).scheme not in ("http", "https"):
        raise OperatorError(f"{PREFIX}CONSOLE_URL must begin with https://, as in https://mentoring.example.org.")
    return chosen.rstrip("/") or f"http://{value['CONSOLE_HTTP'] or value['HTTP']}"


def _secret(text: str) -> str:
    if text and len(text) < SHORTEST_SECRET:
        raise OperatorError(
            f"{PREFIX}SECRET is too short to be one: give it at least {SHORTEST_SECRET} characters, made by chance."
        )
    return text


def _folder(text: str) -> Path | None:
    if not text:
        return None
    folder = Path(text).expanduser()
    if not folder.is_dir():
        raise OperatorError(f"{PREFIX}SENDGRID_KEYS_DIR names no folder: {folder}. Make it, with PROGRAM.key files.")
    return folder


def _log(text: str) -> LogForm:
    if text not in list(LogForm):
        raise OperatorError(f"{PREFIX}LOG must be {' or '.join(LogForm)}.")
    return LogForm(text)


def _one_of(value: Mapping[str, str], name: str, *words: str) -> str:
    if value[name] not in words:
        raise OperatorError(f"{PREFIX}{name} must be one of: {', '.join(words)}.")
    return value[name]


def _has_collector(given: Mapping[str, str]) -> bool:
    named = {name: given.get(name, "").strip() for name in _COLLECTORS}
    for name, url in named.items():
        if url and urlsplit(url).scheme not in ("http", "https"):
            raise OperatorError(f"{name} must begin with http:// or https://, as in http://collector:4318.")
    return any(named.values())


def _gaps(text: str) -> Mapping[str, Duration]:
    """Return how far apart the emails to each domain go, from `example.org=5 example.com=2`."""
    found: dict[str, Duration] = {}
    for part in text.replace(",", " ").split():
        domain, _, rate = part.partition("=")
        if not domain or not rate.isdecimal() or not 1 <= int(rate) <= 1_000:
            raise OperatorError(
                f"{PREFIX}MAIL_PER_SECOND_BY_DOMAIN names domains with how many emails a second each may get, from "
                '1 to 1000, as in "example.org=5 example.com=2".'
            )
        found[domain.lower()] = SECOND // int(rate)
    return found


def _number(value: Mapping[str, str], name: str, least: int, most: int) -> int:
    text = value[name]
    if not text.isdecimal() or not least <= int(text) <= most:
        raise OperatorError(f"{PREFIX}{name} must be a whole number from {least} to {most}.")
    return int(text)


def beside(listen: str) -> str:
    """Return where `run` and `serve` show their metrics unless told otherwise: at the next port, to this machine."""
    port = listen.rpartition(":")[2]
    return f"127.0.0.1:{int(port) % 65_535 + 1 if port.isdecimal() and int(port) else 0}"


def refuse_open_door(settings: Settings, *, has_publishers: bool) -> None:
    """Raises: OperatorError when an address that asks nobody who they are is reached from other machines.

    `has_publishers` is whether anybody was ever given a credential.
    """
    if not is_loopback(settings.http) and not has_publishers:
        raise OperatorError(
            f"{PREFIX}HTTP is {settings.http}, which other machines can reach, and nobody has a key yet. Make the "
            "first: `intouch keys create NAME --source /matching --program northfield`. Or listen on 127.0.0.1."
        )
    if _host(settings.http) in _ANYWHERE and settings.public_url == f"http://{settings.http}":
        raise OperatorError(
            f"{PREFIX}PUBLIC_URL is not set, and links in mail would lead to {settings.http}, which is no address that "
            "a reader can open. Set it to the one by which they reach Intouch, as in https://mentoring.example.org."
        )
    if not is_loopback(settings.console_http) and settings.login is None:
        raise OperatorError(
            f"{PREFIX}CONSOLE_HTTP is {settings.console_http}, which other machines can reach, and nobody is set who "
            f"knows your staff. Set {PREFIX}OIDC_ISSUER and what goes with it (docs/signing-in.md), or listen on "
            "127.0.0.1, as in 127.0.0.1:8082."
        )
    console = urlsplit(settings.console_url)
    if settings.login is not None and console.scheme != "https" and not is_own_name(console.hostname or ""):
        raise OperatorError(
            f"{PREFIX}CONSOLE_URL is {settings.console_url}, and a login over http can be read on its way. Set it to "
            "the address that your staff open, as in https://mentoring.example.org."
        )


def is_loopback(listen: str) -> bool:
    """Return whether only this machine reaches the address; true also of what is none, which the server will refuse."""
    host = _host(listen)
    try:
        return not host or ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _host(listen: str) -> str:
    return listen.rpartition(":")[0].strip("[]")
