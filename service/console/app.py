"""The console's routes."""

import logging
from collections.abc import Callable, Collection
from http import HTTPStatus

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from service.console.access import Where, require, signed_in
from service.console.braked import braked, held_page
from service.console.desk import Console
from service.console.failures import add_failures
from service.console.guard import MAIL_POLICY, guarded
from service.console.mail import MailDesk
from service.console.mailbox import Mailbox
from service.console.pair_pages import add_pair_pages
from service.console.rule_desk import RuleDesk
from service.console.rule_pages import add_rule_pages
from service.console.start import start_page
from service.console.subjects import subject_page
from service.console.wall import add_wall
from service.console.why import passed_slots, why_page
from service.console.writing import Clockface
from service.domain.access import Permission
from service.domain.calendar import DAY, Duration, Instant, parse_rfc3339
from service.domain.events import Subject, SubjectKind
from service.flow.active import ActiveRules
from service.flow.ports import Clock, Store, SubjectKey
from service.flow.present import present_near
from service.flow.timeline import timeline
from service.staff.forecast import forecast

_LOG = logging.getLogger("intouch.console")
AHEAD: Duration = 60 * DAY
"""How far ahead a subject's page looks."""
_MOST_SEARCHED = 100


def create_console(
    *,
    store: Store,
    rules: ActiveRules[object],
    mailbox: Mailbox,
    clock: Clock,
    rules_problems: Callable[[], str | None],
    hosts: Collection[str] = (),
    count_events: Callable[[], int] | None = None,
    rule_desk: RuleDesk | None = None,
) -> Blueprint:
    """Return the console's pages below /console.

    `rules_problems` says in words why the last edit of the rules is not live, or None. `hosts` are names,
    besides loopback ones, under which it may be asked for.
    """
    console = Console(
        store=store,
        rules=rules,
        mailbox=mailbox,
        clock=clock,
        rules_problems=rules_problems,
        count_events=count_events,
        has_rules=rule_desk is not None,
    )
    blueprint = Blueprint("console", __name__, url_prefix="/console", static_folder="static")

    add_wall(blueprint, console, hosts)

    if rule_desk is not None:
        add_rule_pages(blueprint, console, rule_desk)
    _add_mail_pages(blueprint, console)
    add_pair_pages(blueprint, console)
    _add_program_pages(blueprint, console)
    add_failures(blueprint, console)
    return blueprint


def _add_mail_pages(blueprint: Blueprint, console: Console) -> None:
    @blueprint.get("/mail")
    @require(Permission.READ_MAIL, Where.SOMEWHERE)
    def mail() -> Response:
        search = request.args.get("to", "").strip()[:_MOST_SEARCHED]
        before = request.args.get("before", type=int)
        older_than = before if before is not None and 0 < before < 2**62 else None
        with console.reading() as desk:
            found, waiting = desk.list(search, older_than), braked(desk.snapshot)
        is_first = older_than is None
        return console.page("mail_list.html", found=found, search=search, is_first=is_first, braked=waiting)

    @blueprint.get("/held")
    @require(Permission.SEE_OVERVIEW, Where.SOMEWHERE)
    def held() -> Response:
        with console.reading() as desk:
            page = held_page(desk)
            clockface = _some_clockface(desk)
        return console.page("held.html", page=page, clockface=clockface)

    @blueprint.get("/mail/<send_id>")
    @require(Permission.READ_MAIL, Where.SOMEWHERE)
    def one_mail(send_id: str) -> Response:
        with console.reading() as desk:
            view = desk.view(send_id)
            if view is None:
                abort(HTTPStatus.NOT_FOUND)
        return console.page("mail.html", view=view)

    @blueprint.get("/mail/<send_id>/html")
    @require(Permission.READ_MAIL, Where.SOMEWHERE)
    def mail_html(send_id: str) -> Response:
        body = console.mailbox.read(send_id)
        if body is None:
            abort(HTTPStatus.NOT_FOUND)
        return guarded(Response(body.html, content_type="text/html; charset=utf-8"), MAIL_POLICY)


def _some_clockface(desk: MailDesk) -> Clockface:
    """Return the clock of the first program, for what concerns all of them."""
    return desk.program(next(iter(desk.snapshot.programs()), "")).clockface


def _add_program_pages(blueprint: Blueprint, console: Console) -> None:
    @blueprint.get("", strict_slashes=False)
    @blueprint.get("/", strict_slashes=False)
    @signed_in
    def start() -> Response:
        with console.reading() as desk:
            page = start_page(desk, console.count_events() if console.count_events else None)
            waiting, clockface = braked(desk.snapshot), _some_clockface(desk)
        return console.page("start.html", page=page, clockface=clockface, braked=waiting)

    @blueprint.get("/<program>")
    @require(Permission.SEE_MENTORSHIPS)
    def one_program(program: str) -> AnyResponse:
        return redirect(url_for("console.mentorships", program=program))

    @blueprint.get("/<program>/<any(mentorships, participants, programs):kind>/<id>")
    @require(Permission.SEE_MENTORSHIPS)
    def subject(program: str, kind: str, id: str) -> Response:
        key = SubjectKey(program, Subject(SubjectKind(kind), id))
        with console.reading() as desk:
            row = desk.snapshot.subject(key)
            if row is None:
                abort(HTTPStatus.NOT_FOUND)
            here = desk.program(program)
            now = console.clock()
            found = timeline(desk.snapshot, desk.rule_set, key, now)
            near = present_near(desk.snapshot, desk.rule_set, key, now)
            told = forecast(desk.rule_set, near, key.subject, now, now + AHEAD)
            page = subject_page(here, row, found, told, passed_slots(desk.snapshot, console.rules, key, now))
        return console.page("subject.html", page=page, program=here, clockface=here.clockface)

    @blueprint.get("/<program>/<any(mentorships, participants, programs):kind>/<id>/why/<rule>")
    @require(Permission.SEE_MENTORSHIPS)
    def why(program: str, kind: str, id: str, rule: str) -> Response:
        key = SubjectKey(program, Subject(SubjectKind(kind), id))
        with console.reading() as desk:
            if desk.snapshot.subject(key) is None:
                abort(HTTPStatus.NOT_FOUND)
            here = desk.program(program)
            at = _instant(request.args.get("at", ""), console.clock())
            page = why_page(here, desk.snapshot, console.rules, key, rule, at)
        if page is None:
            abort(HTTPStatus.NOT_FOUND)
        return console.page("why.html", page=page, program=here, clockface=here.clockface)

    @blueprint.route("/<path:anything>")
    @signed_in
    def nothing_here(anything: str) -> Response:  # noqa: ARG001 - a page of ours for every address below /console
        abort(HTTPStatus.NOT_FOUND)


def _instant(text: str, now: Instant) -> Instant:
    """Return the instant that an address asks for; now, where it asks for none that can be read."""
    try:
        return parse_rfc3339(text)
    except ValueError:
        return now
