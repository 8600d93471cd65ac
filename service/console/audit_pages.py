"""The routes of the audit and of who is signed in."""

from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from service.console.access import Where, require, viewer
from service.console.desk import Console
from service.console.writing import Clockface
from service.domain.access import Permission
from service.flow.ports import Action, AuditRow
from service.flow.sessions import Sessions

PAGE_SIZE = 100
_FIRST = 2**62
UTC = Clockface("UTC")
WORDS = {
    Action.PERSON_SEEN: "looked at",
    Action.PEOPLE_LISTED: "looked at a list with names:",
    Action.PEOPLE_EXPORTED: "took a list as a file:",
    Action.MAIL_READ: "read",
    Action.NAMES_SHOWN: "asked for names:",
    Action.SIGNED_IN: "signed in:",
    Action.SIGNED_OUT: "signed out:",
    Action.SESSION_ENDED: "ended somebody's session:",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One line of the audit; `more` are its particulars, in words."""

    row: AuditRow
    does: str
    more: str


def add_audit_pages(blueprint: Blueprint, console: Console, sessions: Sessions) -> None:
    """Give the console its page of the audit, and that of who is signed in."""

    @blueprint.get("/audit")
    @require(Permission.SEE_AUDIT, Where.SOMEWHERE)
    def audit() -> Response:
        asked = request.args.get("before", type=int)
        before = asked if asked is not None and 0 < asked < _FIRST else _FIRST
        with console.reading() as desk:
            theirs = (
                None if viewer().may_everywhere(Permission.SEE_AUDIT) else desk.sight.programs(Permission.SEE_AUDIT)
            )
            found = desk.snapshot.audit_page(theirs, before, PAGE_SIZE + 1)
        shown = found[:PAGE_SIZE]
        older = shown[-1][0] if len(found) > PAGE_SIZE else None
        deeds = [Deed(row=row, does=WORDS.get(row.action, row.action.value), more=_more(row)) for _, row in shown]
        return console.page("audit.html", deeds=deeds, older=older, is_first=before == _FIRST, clockface=UTC)

    @blueprint.get("/sessions")
    @require(Permission.END_SESSIONS, Where.EVERYWHERE)
    def who_is_here() -> Response:
        now = console.clock()
        with console.store.reading() as snapshot:
            found = [each for each in snapshot.sessions() if not sessions.is_over(each, now)]
        return console.page("sessions.html", sessions=found, clockface=UTC)

    @blueprint.post("/sessions/<id>/end")
    @require(Permission.END_SESSIONS, Where.EVERYWHERE)
    def end_session(id: str) -> AnyResponse:
        if not sessions.end(id, viewer().person):
            abort(HTTPStatus.NOT_FOUND)
        return redirect(url_for("console.who_is_here"), HTTPStatus.SEE_OTHER)


def _more(row: AuditRow) -> str:
    """Return the particulars, lists by their length: the ids are in `intouch audit`."""
    return ", ".join(
        f"{name.replace('_', ' ')} {len(value) if isinstance(value, list) else value}"
        for name, value in row.detail.items()
        if value not in (None, "", {}, [])
    )
