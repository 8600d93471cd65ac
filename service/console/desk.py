"""What every page of the console needs, and how a page is made."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus

from flask import Response, request, url_for
from jinja2 import Environment, PackageLoader, StrictUndefined

from service.console.mail import MailDesk
from service.console.mailbox import Mailbox
from service.flow.active import ActiveRules
from service.flow.ports import Clock, Store

_PAGES = Environment(
    loader=PackageLoader("service.console"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """What every page needs."""

    store: Store
    rules: ActiveRules[object]
    mailbox: Mailbox
    clock: Clock
    rules_problems: Callable[[], str | None]
    count_events: Callable[[], int] | None
    has_rules: bool = False
    """Whether it has the pages on which rules are tried."""

    @contextmanager
    def reading(self) -> Iterator[MailDesk]:
        with self.store.reading() as snapshot:
            yield MailDesk(snapshot, self.rules.of(snapshot).rule_set, self.mailbox, {})

    def page(self, template: str, status: HTTPStatus = HTTPStatus.OK, **values: object) -> Response:
        html = _PAGES.get_template(f"console/{template}").render(
            url_for=url_for, problems=self.rules_problems(), path=request.path, has_rules=self.has_rules, **values
        )
        return Response(html, status, content_type="text/html; charset=utf-8")

    def failure(self, status: HTTPStatus, title: str, advice: str) -> Response:
        return self.page("failure.html", status, title=title, advice=advice)
