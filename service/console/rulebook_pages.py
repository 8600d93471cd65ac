"""The routes of rules as readers see them, and of the brakes: stop and resume, let held mail go or drop it.

Rules are those of all programs, so whoever stops one or lets its mail go may so in all of them.
"""

from http import HTTPStatus

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from service.console.access import Where, require, viewer
from service.console.desk import Console
from service.console.guard import guarded
from service.console.rule_history import history_of
from service.console.rulebook import rule_lines, rule_page
from service.console.writing import Clockface
from service.domain.access import Permission
from service.domain.rules import Rule, RuleSet
from service.flow.brake_port import Scope
from service.flow.by_hand import drop, release, resume, stop
from service.trial.foresight import Foresights

UTC = Clockface("UTC")


def add_rulebook_pages(blueprint: Blueprint, console: Console, foresights: Foresights) -> None:
    """Add them."""

    @blueprint.get("/rules/all")
    @require(Permission.SEE_OVERVIEW, Where.SOMEWHERE)
    def all_rules() -> Response:
        known = foresights.now()
        with console.reading() as desk:
            lines = rule_lines(desk, known, console.clock())
        return console.page("rule_list.html", lines=lines, known=known, clockface=UTC)

    @blueprint.get("/rules/of/<rule>")
    @require(Permission.SEE_OVERVIEW, Where.SOMEWHERE)
    def one_rule(rule: str) -> Response:
        known = foresights.now()
        with console.reading() as desk:
            page = rule_page(desk, _found(desk.rule_set, rule), known, console.clock())
            history = history_of(desk.snapshot, rule)
        who = viewer()
        answer = console.page(
            "rule.html",
            page=page,
            history=history,
            clockface=UTC,
            may_stop=who.may_everywhere(Permission.STOP),
            may_resume=who.may_everywhere(Permission.APPROVE),
            done=request.args.get("done", ""),
        )
        return guarded(answer, referrer="same-origin")

    @blueprint.post("/rules/of/<rule>/stop")
    @require(Permission.STOP, Where.EVERYWHERE)
    def stop_rule(rule: str) -> AnyResponse:
        with console.store.writing() as transaction:
            _found(console.rules.of(transaction).rule_set, rule)
            stop(transaction, Scope.RULE, rule, viewer().person, console.clock())
        return redirect(url_for("console.one_rule", rule=rule, done="stop"), HTTPStatus.SEE_OTHER)

    @blueprint.post("/rules/of/<rule>/resume")
    @require(Permission.APPROVE, Where.EVERYWHERE)
    def resume_rule(rule: str) -> AnyResponse:
        with console.store.writing() as transaction:
            resume(transaction, Scope.RULE, rule, viewer().person, console.clock())
        return redirect(url_for("console.one_rule", rule=rule, done="resume"), HTTPStatus.SEE_OTHER)

    @blueprint.post("/held/<rule>/release")
    @require(Permission.APPROVE, Where.EVERYWHERE)
    def release_held(rule: str) -> AnyResponse:
        with console.store.writing() as transaction:
            release(transaction, rule, (), viewer().person, console.clock())
        return redirect(url_for("console.held", done="release"), HTTPStatus.SEE_OTHER)

    @blueprint.post("/held/<rule>/drop")
    @require(Permission.APPROVE, Where.EVERYWHERE)
    def drop_held(rule: str) -> AnyResponse:
        with console.store.writing() as transaction:
            drop(transaction, rule, (), viewer().person, console.clock())
        return redirect(url_for("console.held", done="drop"), HTTPStatus.SEE_OTHER)


def _found(rule_set: RuleSet, rule: str) -> Rule:
    found = next((each for each in rule_set.rules if each.id == rule), None)
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    return found
