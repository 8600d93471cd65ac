"""The pages of one trial: how far it is, what it found, and the form that sends it through the gate."""

from http import HTTPStatus

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from service.console.access import Where, require, viewer
from service.console.desk import Console
from service.console.drafts import NEW_FILE, marks_of
from service.console.guard import REPORT_POLICY, TRY_POLICY, guarded
from service.console.rule_desk import RuleDesk
from service.console.rule_sets import waiting_proposal
from service.domain.access import Permission
from service.flow.sessions import AT_THIS_MACHINE
from service.staff.comparison_page import comparison_page
from service.staff.comparison_words import first_day, summary
from service.trial.gate import GateRefusedError, Passage, judge
from service.trial.trial import naming_of
from service.trial.workshop import Attempt

ORIGIN = "try-it page"


def add_trial_pages(blueprint: Blueprint, console: Console, desk: RuleDesk) -> None:
    """Give the console the pages of trials, and their way through the gate."""
    _add_trials(blueprint, console, desk)
    _add_gate(blueprint, console, desk)


def _add_trials(blueprint: Blueprint, console: Console, desk: RuleDesk) -> None:
    @blueprint.get("/try/<id>")
    @require(Permission.TRY_RULES, Where.EVERYWHERE)
    def trial(id: str) -> Response:
        return _trial(console, desk, _attempt(desk, id))

    @blueprint.get("/try/<id>/<any(ahead, past):look>")
    @require(Permission.TRY_RULES, Where.EVERYWHERE)
    def trial_report(id: str, look: str) -> Response:
        attempt = _attempt(desk, id)
        tried = attempt.tried
        comparison = attempt.past if look == "past" else tried.comparison if tried else None
        if tried is None or comparison is None:
            abort(HTTPStatus.NOT_FOUND)
        heading = "What would have differed so far" if look == "past" else "What differs from now on"
        html = comparison_page(comparison, naming_of(tried), heading)
        return guarded(Response(html, content_type="text/html; charset=utf-8"), REPORT_POLICY)

    @blueprint.get("/try/<id>/file")
    @require(Permission.TRY_RULES, Where.EVERYWHERE)
    def trial_file(id: str) -> Response:
        attempt = _attempt(desk, id)
        response = Response(attempt.text, content_type="application/yaml; charset=utf-8")
        name = attempt.path.rpartition("/")[2] or NEW_FILE.rpartition("/")[2]
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


def _attempt(desk: RuleDesk, id: str) -> Attempt:
    attempt = desk.workshop.get(id)
    if attempt is None:
        abort(HTTPStatus.NOT_FOUND)
    return attempt


def _trial(
    console: Console,
    desk: RuleDesk,
    attempt: Attempt,
    refusal: tuple[str, ...] = (),
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    tried = attempt.tried
    with console.store.reading() as snapshot:
        proposal = waiting_proposal(snapshot, attempt.sources.content_hash)
    page = console.page(
        "trial.html",
        status,
        attempt=attempt,
        tried=tried,
        marks=marks_of(tried, attempt.path) if tried else [],
        judgement=judge(tried, desk.gate.approve_above) if tried and attempt.is_done else None,
        naming=naming_of(tried) if tried and tried.rule_set else None,
        proposal=proposal,
        refusal=refusal,
        name=request.form.get("name", ""),
        asks_name=viewer().person == AT_THIS_MACHINE,
        summary=summary,
        first_day=first_day,
    )
    return guarded(page, TRY_POLICY)


def _add_gate(blueprint: Blueprint, console: Console, desk: RuleDesk) -> None:
    @blueprint.post("/try/<id>/gate")
    @require(Permission.DEPLOY_RULES, Where.EVERYWHERE)
    def pass_gate(id: str) -> AnyResponse:
        attempt, name = _attempt(desk, id), _named()
        if attempt.tried is None or not attempt.is_done:
            abort(HTTPStatus.CONFLICT)
        try:
            outcome = _through(console, desk, attempt, name)
        except GateRefusedError as error:
            return _trial(console, desk, attempt, error.reasons, HTTPStatus.UNPROCESSABLE_ENTITY)
        return redirect(url_for("console.rule_sets", passed=outcome), HTTPStatus.SEE_OTHER)


def _named() -> str:
    """Return who passes the gate: whoever is signed in, or, at one's own machine, whoever says so."""
    person = viewer().person
    return request.form.get("name", "") if person == AT_THIS_MACHINE else person


def _through(console: Console, desk: RuleDesk, attempt: Attempt, name: str) -> str:
    """Return `live`, or `proposed` where a second person must approve first. Raises: GateRefusedError."""
    assert attempt.tried is not None
    with console.store.reading() as snapshot:
        proposal = waiting_proposal(snapshot, attempt.tried.hash)
    if proposal is not None:
        desk.gate.let_pass(attempt.tried, Passage(by=proposal.who, origin=ORIGIN, approved_by=name or " "))
        return "live"
    passage = Passage(by=name, origin=ORIGIN)
    if judge(attempt.tried, desk.gate.approve_above).concerns:
        desk.gate.propose(attempt.tried, passage)
        return "proposed"
    desk.gate.let_pass(attempt.tried, passage)
    return "live"
