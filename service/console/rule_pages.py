"""The pages of rules: which sets were live, and trying an edit in the browser before it is.

The rules of this file:
- Trying changes nothing. Only the two forms that name a person do, and both go through the gate.
- Nothing is taken from a form that another site sent (`guard.is_own_form`), nor more than a form may carry.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from service.adapters.rulebook.sources import Sources
from service.console.desk import Console
from service.console.drafts import LARGEST_FORM, NEW_FILE, Draft, Mark, files_of, marks_of, read_draft
from service.console.guard import REPORT_POLICY, TRY_POLICY, guarded, is_own_form
from service.console.rule_sets import rule_sets_page, waiting_proposal
from service.console.writing import Clockface
from service.staff.comparison_page import comparison_page
from service.staff.comparison_words import first_day, summary
from service.trial.edits import Edits
from service.trial.gate import Gate, GateRefusedError, Passage, judge
from service.trial.trial import Trials, naming_of
from service.trial.workshop import Attempt, TooBusyError, Workshop

ORIGIN = "try-it page"
UTC = Clockface("UTC")


@dataclass(slots=True, kw_only=True)
class RuleDesk:
    """What the pages of rules need besides the console. `edits` remembers differences, which never change."""

    trials: Trials
    gate: Gate
    workshop: Workshop
    edits: dict[tuple[str | None, str], Edits | None] = field(default_factory=dict)

    def base(self, attempt_id: str) -> Sources:
        """Return the texts that an edit stands on: an earlier attempt's, or those that run."""
        attempt = self.workshop.get(attempt_id) if attempt_id else None
        if attempt is not None:
            return attempt.sources
        running = self.trials.running()
        return running.sources if running else Sources({})


def add_rule_pages(blueprint: Blueprint, console: Console, desk: RuleDesk) -> None:
    """Give the console its pages of rules."""

    @blueprint.before_request
    def refuse_foreign_forms() -> Response | None:
        if request.method in ("GET", "HEAD", "OPTIONS"):
            return None
        request.max_content_length = request.max_form_memory_size = LARGEST_FORM
        if is_own_form(request.headers, request.host):
            return None
        return console.failure(
            HTTPStatus.FORBIDDEN, "This form came from another site", "Open the console itself, and try again there."
        )

    _add_sets(blueprint, console, desk)
    _add_editing(blueprint, console, desk)
    _add_trials(blueprint, console, desk)
    _add_gate(blueprint, console, desk)


def _add_sets(blueprint: Blueprint, console: Console, desk: RuleDesk) -> None:
    @blueprint.get("/rules")
    def rule_sets() -> Response:
        with console.store.reading() as snapshot:
            page = rule_sets_page(snapshot, desk.trials, desk.edits)
        answer = console.page("rules.html", page=page, clockface=UTC, passed=request.args.get("passed", ""))
        return guarded(answer, referrer="same-origin")

    @blueprint.post("/rules/proposed/<hash>/try")
    def look_at_proposal(hash: str) -> AnyResponse:
        with console.store.reading() as snapshot:
            found = waiting_proposal(snapshot, hash)
            text = snapshot.sources_of(hash) if found else None
        if text is None:
            abort(HTTPStatus.NOT_FOUND)
        return _begun(console, desk, Draft("", ""), Sources.from_json(text))


def _add_editing(blueprint: Blueprint, console: Console, desk: RuleDesk) -> None:
    @blueprint.get("/try")
    def try_out() -> Response:
        on, path = request.args.get("on", ""), request.args.get("file", "")
        base = desk.base(on)
        draft = Draft(path or NEW_FILE, base.files.get(path, ""))
        return _editor(console, draft, base, on)

    @blueprint.post("/try")
    def try_draft() -> AnyResponse:
        on, draft = request.form.get("on", ""), read_draft(request.form)
        base = desk.base(on)
        if draft.fault:
            return _editor(console, draft, base, on, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        if request.form.get("do") == "check":
            return _editor(console, draft, base, on, marks_of(desk.trials.check(draft.on(base)), draft.path))
        return _begun(console, desk, draft, draft.on(base))

    @blueprint.post("/try/check")
    def check_draft() -> Mapping[str, object]:
        draft = read_draft(request.form)
        if draft.fault:
            return {"fault": draft.fault, "marks": []}
        found = desk.trials.check(draft.on(desk.base(request.form.get("on", ""))))
        return {"fault": "", "marks": [each.to_json() for each in marks_of(found, draft.path)]}


def _editor(
    console: Console,
    draft: Draft,
    base: Sources,
    on: str,
    marks: list[Mark] | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    page = console.page("try.html", status, draft=draft, files=files_of(base), on=on, marks=marks)
    return guarded(page, TRY_POLICY, referrer="same-origin")


def _begun(console: Console, desk: RuleDesk, draft: Draft, sources: Sources) -> AnyResponse:
    try:
        attempt = desk.workshop.begin(sources, draft.path)
    except TooBusyError as error:
        return console.failure(HTTPStatus.SERVICE_UNAVAILABLE, "The workshop is busy", str(error))
    return redirect(url_for("console.trial", id=attempt.id), HTTPStatus.SEE_OTHER)


def _add_trials(blueprint: Blueprint, console: Console, desk: RuleDesk) -> None:
    @blueprint.get("/try/<id>")
    def trial(id: str) -> Response:
        return _trial(console, desk, _attempt(desk, id))

    @blueprint.get("/try/<id>/<any(ahead, past):look>")
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
        summary=summary,
        first_day=first_day,
    )
    return guarded(page, TRY_POLICY, referrer="same-origin")


def _add_gate(blueprint: Blueprint, console: Console, desk: RuleDesk) -> None:
    @blueprint.post("/try/<id>/gate")
    def pass_gate(id: str) -> AnyResponse:
        attempt, name = _attempt(desk, id), request.form.get("name", "")
        if attempt.tried is None or not attempt.is_done:
            abort(HTTPStatus.CONFLICT)
        try:
            outcome = _through(console, desk, attempt, name)
        except GateRefusedError as error:
            return _trial(console, desk, attempt, error.reasons, HTTPStatus.UNPROCESSABLE_ENTITY)
        return redirect(url_for("console.rule_sets", passed=outcome), HTTPStatus.SEE_OTHER)


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
