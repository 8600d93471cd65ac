"""The routes of what staff do about one mentorship, and of the queue of what needs them."""

from http import HTTPStatus

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from service.console.access import require, viewer
from service.console.acts import acts_of, new_mark
from service.console.desk import Console
from service.console.guard import guarded
from service.console.pair_pages import known_program
from service.console.queue import KINDS, queue_page, queue_query_of
from service.domain.access import Permission
from service.domain.events import Subject, SubjectKind
from service.domain.matters import Weight
from service.flow.answer import facts_now
from service.flow.ports import SubjectKey
from service.flow.step_in import CannotBeSaid, SteppingIn

_PRIORITIES = {"": "Any", **{each.name.lower(): each.name.lower().replace("_", " ").capitalize() for each in Weight}}


def add_act_pages(blueprint: Blueprint, console: Console, stepping_in: SteppingIn) -> None:
    """Add them."""

    @blueprint.get("/<program>/queue")
    @require(Permission.SEE_MENTORSHIPS)
    def queue(program: str) -> Response:
        query, now = queue_query_of(request.args), console.clock()
        with console.reading() as desk:
            here = known_program(desk, program)
            advisor = viewer().caseload_of(Permission.SEE_MENTORSHIPS, program)
            page = queue_page(here, query, now, advisor)
        console.listed("queue", [(program, f"mentorships/{each.row.id}") for each in page.lines])
        answer = console.page(
            "queue.html",
            page=page,
            program=here,
            query=query,
            now=now,
            kinds=KINDS,
            priorities=_PRIORITIES,
            done=request.args.get("done", ""),
            mark=new_mark(),
            may_act=viewer().may(Permission.ACT, program),
        )
        return guarded(answer, referrer="same-origin")

    @blueprint.post("/<program>/mentorships/<id>/act")
    @require(Permission.ACT)
    def act(program: str, id: str) -> AnyResponse:
        key, now = SubjectKey(program, Subject(SubjectKind.MENTORSHIP, id)), console.clock()
        with console.reading() as desk:
            if desk.snapshot.subject(key) is None or not desk.sight.sees(key, Permission.ACT):
                abort(HTTPStatus.NOT_FOUND)
            (facts,) = facts_now(desk.snapshot, desk.rule_set, [key], now)
            try:
                acts = acts_of(desk.program(program), id, facts, request.form, now)
            except CannotBeSaid as error:
                return console.failure(HTTPStatus.UNPROCESSABLE_ENTITY, "That was not done", str(error))
        stepping_in.take(program, viewer().person, acts)
        done = request.form.get("do", "")
        if request.form.get("back") == "queue":
            return redirect(url_for("console.queue", program=program, done=done), HTTPStatus.SEE_OTHER)
        there = url_for("console.subject", program=program, kind="mentorships", id=id, done=done)
        return redirect(there, HTTPStatus.SEE_OTHER)
