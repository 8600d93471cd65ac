"""The routes of the pages on which people answer their mail.

GET shows and changes nothing, for scanners and mail programs open every link. POST acts. The address is the only key:
no cookie, no redirect, no JavaScript, and a link that is not ours opens nothing.
"""

import logging
import math
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Final, NamedTuple

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from service.adapters.templates.look import ProgramLook
from service.adapters.templates.translations import Translations
from service.domain.errors import IntouchError
from service.domain.grants import Grant, Purpose
from service.flow.accept import StoreUnavailable
from service.flow.active import ActiveRules
from service.flow.answer import Answering, Taken
from service.pages.acknowledge import act_on_acknowledge, show_acknowledge
from service.pages.help import act_on_help, show_help
from service.pages.log import act_on_log, show_log
from service.pages.mine import show_mine
from service.pages.preferences import act_on_preferences, act_on_unsubscribe, show_preferences, show_unsubscribe
from service.pages.read import act_on_read, show_read
from service.pages.shown import Sorry, WithBook, accepted, look_of, private_page
from service.pages.visit import Reply, Tokens, Visit

Handler = Callable[[Visit, MultiDict[str, str]], Reply | None]
"""Returns the page, or None where what the link is about is not there."""


class Handlers(NamedTuple):
    show: Handler
    act: Handler


_PAGES: Final[Mapping[Purpose, Handlers]] = {
    Purpose.HELP: Handlers(show_help, act_on_help),
    Purpose.LOG: Handlers(show_log, act_on_log),
    Purpose.MINE: Handlers(show_mine, show_mine),
    Purpose.PREFERENCES: Handlers(show_preferences, act_on_preferences),
    Purpose.UNSUBSCRIBE: Handlers(show_unsubscribe, act_on_unsubscribe),
    Purpose.ACKNOWLEDGE: Handlers(show_acknowledge, act_on_acknowledge),
    Purpose.READ: Handlers(show_read, act_on_read),
}
_MOST_FORM_BYTES: Final = 16 * 1024
_LOG: Final = logging.getLogger(__name__)
_KINDS: Final = ", ".join(f"'{each}'" for each in _PAGES)


def create_answer_pages(
    *, answering: Answering, rules: ActiveRules[WithBook], tokens: Tokens, words: Translations
) -> Blueprint:
    """Return the pages /help/T, /log/T, /me/T, /preferences/T, /unsubscribe/T, /acknowledge/T and /read/T."""
    blueprint, sorry = Blueprint("answers", __name__), Sorry(words)

    @blueprint.route(f"/<any({_KINDS}):purpose>/<token>", methods=["GET", "POST"])
    def answer(purpose: str, token: str) -> Response:
        grant = tokens.grant(token)
        if grant is None or grant.purpose != purpose:
            return nothing_here()
        if grant.is_over(answering.clock()):
            return sorry(HTTPStatus.GONE, "old_title", "old")
        return _answer(answering, rules, tokens, token, grant) or nothing_here()

    @blueprint.route(f"/<any({_KINDS}):purpose>/", methods=["GET", "POST"])
    @blueprint.route(f"/<any({_KINDS}):purpose>/<path:rest>", methods=["GET", "POST"])
    def no_token(purpose: str, rest: str = "") -> Response:  # noqa: ARG001 - a page of ours for every address below
        return nothing_here()

    def nothing_here() -> Response:
        return sorry(HTTPStatus.NOT_FOUND, "no_link_title", "no_link")

    @blueprint.errorhandler(IntouchError)
    def on_known(error: IntouchError) -> Response:
        _LOG.warning("a page could not be answered: %s", type(error).__name__)
        response = sorry(HTTPStatus.SERVICE_UNAVAILABLE, "rest_title", "rest")
        if isinstance(error, StoreUnavailable):
            response.headers["Retry-After"] = str(max(1, math.ceil(error.retry_after_s)))
        return response

    @blueprint.errorhandler(HTTPException)
    def on_http(error: HTTPException) -> Response:
        return sorry(HTTPStatus(error.code or 500), "failed_title", "once_more")

    return blueprint


def _answer(
    answering: Answering, rules: ActiveRules[WithBook], tokens: Tokens, token: str, grant: Grant
) -> Response | None:
    """Return the page, or None where what the link is about is not there."""
    request.max_content_length = _MOST_FORM_BYTES
    handlers = _PAGES[grant.purpose]
    with answering.store.reading() as snapshot:
        loaded = rules.of(snapshot)
        visit = Visit(
            token=token,
            grant=grant,
            snapshot=snapshot,
            rule_set=loaded.rule_set,
            look=look_of(snapshot, loaded.rule_set, grant.program) or ProgramLook(name=grant.program),
            templates=loaded.templates.book,
            tokens=tokens,
            now=answering.clock(),
            accepts=accepted(),
        )
        acts = request.method == "POST"
        reply = handlers.act(visit, request.form) if acts else handlers.show(visit, request.args)
    if reply is None:
        return None
    if reply.acts and answering.take(grant, reply.acts) is Taken.OTHERWISE:
        reply = _sent_before(visit)
    html = loaded.templates.book.pages(visit.look).answer(reply.template, reply.values)
    return private_page(html, reply.status)


def _sent_before(visit: Visit) -> Reply:
    values = {
        "title": visit.say("sorry.sent_title"),
        "said": (visit.say("sorry.sent"),),
        "links": ((visit.say("sorry.anew"), ""),),
    }
    return Reply(template="done", values=values, status=HTTPStatus.CONFLICT)
