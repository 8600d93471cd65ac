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
from service.pages.shown import WithBook, look_of, private_page, sorry
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
}
_MOST_FORM_BYTES: Final = 16 * 1024
_LOG: Final = logging.getLogger(__name__)
_KINDS: Final = ", ".join(f"'{each}'" for each in _PAGES)


def create_answer_pages(*, answering: Answering, rules: ActiveRules[WithBook], tokens: Tokens) -> Blueprint:
    """Return the pages /help/T, /log/T, /me/T, /preferences/T, /unsubscribe/T and /acknowledge/T."""
    blueprint = Blueprint("answers", __name__)

    @blueprint.route(f"/<any({_KINDS}):purpose>/<token>", methods=["GET", "POST"])
    def answer(purpose: str, token: str) -> Response:
        grant = tokens.grant(token)
        if grant is None or grant.purpose != purpose:
            return _nothing_here()
        if grant.is_over(answering.clock()):
            return _too_old()
        return _answer(answering, rules, tokens, token, grant)

    @blueprint.route(f"/<any({_KINDS}):purpose>/", methods=["GET", "POST"])
    @blueprint.route(f"/<any({_KINDS}):purpose>/<path:rest>", methods=["GET", "POST"])
    def no_token(purpose: str, rest: str = "") -> Response:  # noqa: ARG001 - a page of ours for every address below
        return _nothing_here()

    @blueprint.errorhandler(IntouchError)
    def on_known(error: IntouchError) -> Response:
        _LOG.warning("a page could not be answered: %s", type(error).__name__)
        response = sorry(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "This page takes a short rest",
            "Nothing was changed. Please try again in a few minutes.",
        )
        if isinstance(error, StoreUnavailable):
            response.headers["Retry-After"] = str(max(1, math.ceil(error.retry_after_s)))
        return response

    @blueprint.errorhandler(HTTPException)
    def on_http(error: HTTPException) -> Response:
        return sorry(HTTPStatus(error.code or 500), "That did not work", "Try the link in your email once more.")

    return blueprint


def _answer(answering: Answering, rules: ActiveRules[WithBook], tokens: Tokens, token: str, grant: Grant) -> Response:
    request.max_content_length = _MOST_FORM_BYTES
    handlers = _PAGES[grant.purpose]
    with answering.store.reading() as snapshot:
        loaded = rules.of(snapshot)
        look = look_of(snapshot, loaded.rule_set, grant.program)
        visit = Visit(
            token=token,
            grant=grant,
            snapshot=snapshot,
            rule_set=loaded.rule_set,
            look=look,
            tokens=tokens,
            now=answering.clock(),
        )
        acts = request.method == "POST"
        reply = handlers.act(visit, request.form) if acts else handlers.show(visit, request.args)
    if reply is None:
        return _nothing_here()
    if reply.acts and answering.take(grant, reply.acts) is Taken.OTHERWISE:
        reply = _SENT_BEFORE
    html = loaded.templates.book.pages(look).answer(reply.template, reply.values)
    return private_page(html, reply.status)


_SENT_BEFORE: Final = Reply(
    template="done",
    values={
        "title": "This form was sent before",
        "said": ("What you sent first stands. Open the page anew to send something else.",),
        "links": (("Open it anew", ""),),
    },
    status=HTTPStatus.CONFLICT,
)


def _nothing_here() -> Response:
    return sorry(
        HTTPStatus.NOT_FOUND,
        "This link does not work",
        "It may have been cut off on its way. Try it in the email once more; if it still does not work, "
        "answer that email, and a person will help you.",
    )


def _too_old() -> Response:
    return sorry(
        HTTPStatus.GONE,
        "This link has grown too old",
        "Links in our emails are good for some months. Use one in a newer email, "
        "or answer this one, and a person will help you.",
    )
