"""The pages of rules: which sets were live, and trying an edit in the browser before it is.

The rules of this file:
- Trying changes nothing. Only the two forms that name a person do, and both go through the gate.
- Rules are those of all programs, so whoever tries or changes them may so in all of them.
"""

from collections.abc import Mapping
from http import HTTPStatus

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from service.adapters.rulebook.sources import Sources
from service.console.access import Where, require
from service.console.desk import Console
from service.console.drafts import NEW_FILE, Draft, Mark, files_of, marks_of, read_draft
from service.console.guard import TRY_POLICY, guarded
from service.console.rule_desk import RuleDesk
from service.console.rule_sets import rule_sets_page, waiting_proposal
from service.console.trial_pages import add_trial_pages
from service.console.writing import Clockface
from service.domain.access import Permission
from service.trial.workshop import TooBusyError

UTC = Clockface("UTC")


def add_rule_pages(blueprint: Blueprint, console: Console, desk: RuleDesk) -> None:
    """Give the console its pages of rules."""

    _add_sets(blueprint, console, desk)
    _add_editing(blueprint, console, desk)
    add_trial_pages(blueprint, console, desk)


def _add_sets(blueprint: Blueprint, console: Console, desk: RuleDesk) -> None:
    @blueprint.get("/rules")
    @require(Permission.TRY_RULES, Where.EVERYWHERE)
    def rule_sets() -> Response:
        with console.store.reading() as snapshot:
            page = rule_sets_page(snapshot, desk.trials, desk.edits)
        answer = console.page("rules.html", page=page, clockface=UTC, passed=request.args.get("passed", ""))
        return guarded(answer)

    @blueprint.post("/rules/proposed/<hash>/try")
    @require(Permission.TRY_RULES, Where.EVERYWHERE)
    def look_at_proposal(hash: str) -> AnyResponse:
        with console.store.reading() as snapshot:
            found = waiting_proposal(snapshot, hash)
            text = snapshot.sources_of(hash) if found else None
        if text is None:
            abort(HTTPStatus.NOT_FOUND)
        return _begun(console, desk, Draft("", ""), Sources.from_json(text))


def _add_editing(blueprint: Blueprint, console: Console, desk: RuleDesk) -> None:
    @blueprint.get("/try")
    @require(Permission.TRY_RULES, Where.EVERYWHERE)
    def try_out() -> Response:
        on, path = request.args.get("on", ""), request.args.get("file", "")
        base = desk.base(on)
        draft = Draft(path or NEW_FILE, base.files.get(path, ""))
        return _editor(console, draft, base, on)

    @blueprint.post("/try")
    @require(Permission.TRY_RULES, Where.EVERYWHERE)
    def try_draft() -> AnyResponse:
        on, draft = request.form.get("on", ""), read_draft(request.form)
        base = desk.base(on)
        if draft.fault:
            return _editor(console, draft, base, on, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        if request.form.get("do") == "check":
            return _editor(console, draft, base, on, marks_of(desk.trials.check(draft.on(base)), draft.path))
        return _begun(console, desk, draft, draft.on(base))

    @blueprint.post("/try/check")
    @require(Permission.TRY_RULES, Where.EVERYWHERE)
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
    return guarded(page, TRY_POLICY)


def _begun(console: Console, desk: RuleDesk, draft: Draft, sources: Sources) -> AnyResponse:
    try:
        attempt = desk.workshop.begin(sources, draft.path)
    except TooBusyError as error:
        return console.failure(HTTPStatus.SERVICE_UNAVAILABLE, "The workshop is busy", str(error))
    return redirect(url_for("console.trial", id=attempt.id), HTTPStatus.SEE_OTHER)
