"""The routes of mail: the list, one mail, its text in a frame, and what is stopped and held."""

from http import HTTPStatus

from flask import Blueprint, Response, abort, request

from service.console.access import Where, require, viewer
from service.console.braked import braked, held_page
from service.console.desk import Console
from service.console.guard import MAIL_POLICY, guarded
from service.domain.access import Permission
from service.flow.ports import Action

_MOST_SEARCHED = 100


def add_mail_pages(blueprint: Blueprint, console: Console) -> None:
    """Give the console its pages of mail."""
    _add_mails(blueprint, console)

    @blueprint.get("/held")
    @require(Permission.SEE_OVERVIEW, Where.SOMEWHERE)
    def held() -> Response:
        with console.reading() as desk:
            page = held_page(desk)
            clockface = desk.some_clockface()
        console.listed("held", [(line.program, str(line.subject)) for part in page.parts for line in part.lines])
        may = console.has_rules and viewer().may_everywhere(Permission.APPROVE)
        answer = console.page(
            "held.html", page=page, clockface=clockface, may_release=may, done=request.args.get("done", "")
        )
        return guarded(answer, referrer="same-origin")


def _add_mails(blueprint: Blueprint, console: Console) -> None:
    @blueprint.get("/mail")
    @require(Permission.READ_MAIL, Where.SOMEWHERE)
    def mail() -> Response:
        search = request.args.get("to", "").strip()[:_MOST_SEARCHED]
        before = request.args.get("before", type=int)
        older_than = before if before is not None and 0 < before < 2**62 else None
        with console.reading() as desk:
            found, waiting = desk.list(search, older_than), braked(desk)
        console.listed("mail", [(each.program, f"mail/{each.mail.send_id}") for each in found.rows])
        is_first = older_than is None
        return console.page("mail_list.html", found=found, search=search, is_first=is_first, braked=waiting)

    @blueprint.get("/mail/<send_id>")
    @require(Permission.READ_MAIL, Where.SOMEWHERE)
    def one_mail(send_id: str) -> Response:
        with console.reading() as desk:
            view = desk.view(send_id)
        if view is None:
            abort(HTTPStatus.NOT_FOUND)
        console.audited(Action.MAIL_READ, f"mail/{send_id}", program=view.program, text=view.body is not None)
        return console.page("mail.html", view=view)

    @blueprint.get("/mail/<send_id>/html")
    @require(Permission.READ_MAIL, Where.SOMEWHERE)
    def mail_html(send_id: str) -> Response:
        with console.reading() as desk:
            view = desk.view(send_id)
        if view is None or view.body is None:
            abort(HTTPStatus.NOT_FOUND)
        console.audited(Action.MAIL_READ, f"mail/{send_id}", program=view.program, text=True)
        return guarded(Response(view.body.html, content_type="text/html; charset=utf-8"), MAIL_POLICY, "no-referrer")
