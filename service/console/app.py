"""The console's routes."""

import logging
from collections.abc import Callable, Collection
from http import HTTPStatus

from flask import Blueprint, Response, abort, request

from service.adapters.templates.writer import LetterWriter
from service.console.access import require, signed_in, viewer
from service.console.act_pages import add_act_pages
from service.console.acts import OUTCOMES, SIDES, panel_of
from service.console.audit_pages import add_audit_pages
from service.console.braked import braked
from service.console.delivery_pages import TellLetters, add_delivery_pages
from service.console.desk import Console
from service.console.failures import add_failures
from service.console.guard import guarded
from service.console.intervention_pages import add_intervention_pages
from service.console.mail_pages import add_mail_pages
from service.console.mailbox import Mailbox
from service.console.overview_pages import add_overview_pages
from service.console.pair_pages import add_pair_pages
from service.console.resource_pages import add_resource_pages
from service.console.rule_desk import RuleDesk
from service.console.rule_pages import add_rule_pages
from service.console.rulebook_pages import add_rulebook_pages
from service.console.sign_in_pages import Doorkeeper, add_sign_in_pages
from service.console.start import start_page
from service.console.subjects import subject_page
from service.console.wall import add_wall
from service.console.why import passed_slots, why_page
from service.domain.access import Permission
from service.domain.calendar import DAY, Duration, Instant, parse_rfc3339
from service.domain.events import Subject, SubjectKind
from service.flow.active import ActiveRules
from service.flow.login_port import Provider
from service.flow.ports import Action, Clock, Store, SubjectKey
from service.flow.present import present_near
from service.flow.sessions import Sessions
from service.flow.step_in import SteppingIn
from service.flow.timeline import timeline
from service.staff.forecast import forecast

_LOG = logging.getLogger("intouch.console")
AHEAD: Duration = 60 * DAY
"""How far ahead a subject's page looks."""


def create_console(
    *,
    store: Store,
    rules: ActiveRules[LetterWriter],
    mailbox: Mailbox,
    clock: Clock,
    rules_problems: Callable[[], str | None],
    sessions: Sessions,
    url: str,
    provider: Provider | None = None,
    hosts: Collection[str] = (),
    count_events: Callable[[], int] | None = None,
    rule_desk: RuleDesk | None = None,
    stepping_in: SteppingIn,
    alone_up_to: int = 50,
    tell_letters: TellLetters | None = None,
) -> Blueprint:
    """Return the console's pages below /console.

    `rules_problems` says in words why the last edit of the rules is not live, or None. `sessions` are those of the
    people who are in it, `provider` who knows them, if anybody, and `url` what their browsers reach it by. `hosts` are
    names, besides loopback ones, under which it may be asked for. One person writes alone to
    `alone_up_to` people at most.
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

    keeper = Doorkeeper(sessions=sessions, url=url, provider=provider)
    add_wall(blueprint, console, hosts, keeper)
    add_sign_in_pages(blueprint, console, keeper)
    add_audit_pages(blueprint, console, sessions)

    if rule_desk is not None:
        add_rule_pages(blueprint, console, rule_desk)
        add_rulebook_pages(blueprint, console, rule_desk.foresights)
    add_mail_pages(blueprint, console)
    add_overview_pages(blueprint, console)
    add_pair_pages(blueprint, console)
    add_act_pages(blueprint, console, stepping_in)
    add_intervention_pages(blueprint, console, stepping_in, alone_up_to)
    add_resource_pages(blueprint, console)
    add_delivery_pages(blueprint, console, tell_letters)
    _add_program_pages(blueprint, console)
    add_failures(blueprint, console)
    return blueprint


def _add_program_pages(blueprint: Blueprint, console: Console) -> None:
    @blueprint.get("", strict_slashes=False)
    @blueprint.get("/", strict_slashes=False)
    @signed_in
    def start() -> Response:
        with console.reading() as desk:
            page = start_page(desk, console.count_events() if console.count_events else None, console.clock())
            waiting, clockface = braked(desk), desk.some_clockface()
        console.listed("overview", [(each.program, f"mail/{each.mail.send_id}") for each in page.latest])
        return console.page("start.html", page=page, clockface=clockface, braked=waiting)

    @blueprint.get("/<program>/<any(mentorships, participants, programs):kind>/<id>")
    @require(Permission.SEE_MENTORSHIPS)
    def subject(program: str, kind: str, id: str) -> Response:
        key = SubjectKey(program, Subject(SubjectKind(kind), id))
        with console.reading() as desk:
            row = desk.snapshot.subject(key) if desk.sight.sees(key) else None
            if row is None:
                abort(HTTPStatus.NOT_FOUND)
            here = desk.program(program)
            now = console.clock()
            found = timeline(desk.snapshot, desk.rule_set, key, now)
            near = present_near(desk.snapshot, desk.rule_set, key, now)
            told = forecast(desk.rule_set, near, key.subject, now, now + AHEAD)
            page = subject_page(here, row, found, told, passed_slots(desk.snapshot, console.rules, key, now))
            acts = kind == SubjectKind.MENTORSHIP and viewer().may(Permission.ACT, program)
            panel = panel_of(here, id, now) if acts else None
        _note_look(console, key)
        answer = console.page(
            "subject.html",
            page=page,
            program=here,
            clockface=here.clockface,
            panel=panel,
            sides=SIDES,
            outcomes=OUTCOMES,
            done=request.args.get("done", ""),
        )
        return guarded(answer, referrer="same-origin")

    @blueprint.get("/<program>/<any(mentorships, participants, programs):kind>/<id>/why/<rule>")
    @require(Permission.SEE_MENTORSHIPS)
    def why(program: str, kind: str, id: str, rule: str) -> Response:
        key = SubjectKey(program, Subject(SubjectKind(kind), id))
        with console.reading() as desk:
            if desk.snapshot.subject(key) is None or not desk.sight.sees(key):
                abort(HTTPStatus.NOT_FOUND)
            here = desk.program(program)
            at = _instant(request.args.get("at", ""), console.clock())
            page = why_page(here, desk.snapshot, console.rules, key, rule, at)
        if page is None:
            abort(HTTPStatus.NOT_FOUND)
        _note_look(console, key)
        return console.page("why.html", page=page, program=here, clockface=here.clockface)

    @blueprint.route("/<path:anything>")
    @signed_in
    def nothing_here(anything: str) -> Response:  # noqa: ARG001 - a page of ours for every address below /console
        abort(HTTPStatus.NOT_FOUND)


def _note_look(console: Console, key: SubjectKey) -> None:
    if key.subject.kind is not SubjectKind.PROGRAM:
        console.audited(Action.PERSON_SEEN, str(key.subject), program=key.program)


def _instant(text: str, now: Instant) -> Instant:
    """Return the instant that an address asks for; now, where it asks for none that can be read."""
    try:
        return parse_rfc3339(text)
    except ValueError:
        return now
