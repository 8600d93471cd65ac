"""What every page of the console needs, and how a page is made."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus

from flask import Response, g, request, url_for
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from service.adapters.templates.writer import LetterWriter
from service.console.access import viewer
from service.console.mail import MailDesk
from service.console.mailbox import Mailbox
from service.domain.access import Permission, Viewer
from service.flow.active import ActiveRules
from service.flow.ports import Action, AuditRow, Clock, Store, Transaction

_PAGES = Environment(
    loader=PackageLoader("service.console"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)
NOBODY = Viewer(person="")


def csrf_field() -> Markup:
    """Return the hidden field that says in which session a form was made; every form that is posted begins with it."""
    return Markup('<input type="hidden" name="csrf" value="{}">').format(g.csrf)


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """What every page needs."""

    store: Store
    rules: ActiveRules[LetterWriter]
    mailbox: Mailbox
    clock: Clock
    rules_problems: Callable[[], str | None]
    count_events: Callable[[], int] | None
    has_rules: bool = False
    """Whether it has the pages on which rules are tried."""

    @contextmanager
    def reading(self) -> Iterator[MailDesk]:
        with self.store.reading() as snapshot:
            yield MailDesk(snapshot, self.rules.of(snapshot).rule_set, self.mailbox, {}, viewer())

    def note(
        self, transaction: Transaction, action: Action, about: str, *, program: str = "", **detail: object
    ) -> None:
        """Add to the audit, in the transaction that does it, that the viewer does something.

        `about` is an id, as `mentorships/m-17`; neither it nor `detail` (plain JSON values) holds anything personal.
        """
        row = AuditRow(at=self.clock(), who=viewer().person, action=action, about=about, program=program, detail=detail)
        transaction.note(row)

    def audited(self, action: Action, about: str, *, program: str = "", **detail: object) -> None:
        """Add to the audit, in a transaction of its own, that the viewer saw something. Raises: StoreUnavailable."""
        with self.store.writing() as transaction:
            self.note(transaction, action, about, program=program, **detail)

    def listed(self, what: str, shown: Iterable[tuple[str, str]]) -> None:
        """Add to the audit whose names a list shows, as pairs of a program and an id as in `note`; masked, it tells of
        nobody. Raises: StoreUnavailable."""
        with_names: dict[str, list[str]] = {}
        for program, id in shown:
            if viewer().sees_names(program):
                with_names.setdefault(program, []).append(id)
        if not with_names:
            return
        with self.store.writing() as transaction:
            for program, ids in with_names.items():
                self.note(transaction, Action.PEOPLE_LISTED, what, program=program, shown=ids)

    def page(self, template: str, status: HTTPStatus = HTTPStatus.OK, **values: object) -> Response:
        html = _PAGES.get_template(f"console/{template}").render(
            url_for=url_for,
            problems=self._problems(),
            path=request.path,
            address=request.full_path.rstrip("?"),
            has_rules=self.has_rules,
            viewer=g.get("viewer") or NOBODY,
            csrf=csrf_field,
            **values,
        )
        return Response(html, status, content_type="text/html; charset=utf-8")

    def _problems(self) -> str | None:
        """Return why the last edit of the rules is not live, in full for who may edit them."""
        who, problems = g.get("viewer") or NOBODY, self.rules_problems()
        if problems is None or who.may_everywhere(Permission.TRY_RULES):
            return problems
        return "Whoever looks after the rules can see why." if who.roles else None

    def failure(self, status: HTTPStatus, title: str, advice: str) -> Response:
        return self.page("failure.html", status, title=title, advice=advice)
