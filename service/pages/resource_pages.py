"""The public pages of resources, in a program's look. Anybody may read them; opening one tells nobody."""

import logging
from dataclasses import replace
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from service.adapters.templates.look import ProgramLook
from service.adapters.templates.shelf import PageMaker
from service.adapters.templates.translations import Translations
from service.domain.calendar import Instant
from service.domain.errors import IntouchError
from service.domain.grants import Grant, Purpose
from service.domain.languages import wishes
from service.flow.active import ActiveRules, Loaded
from service.flow.answer import was_taken
from service.flow.ports import Clock, Snapshot, Store
from service.pages.read import read_act
from service.pages.resource_shelves import by_stage, by_topic
from service.pages.shown import Sorry, WithBook, accepted, is_tag, look_of, page, private_page
from service.pages.visit import Tokens

_LOG: Final = logging.getLogger(__name__)


def create_resource_pages(
    *, store: Store, rules: ActiveRules[WithBook], words: Translations, tokens: Tokens, clock: Clock
) -> Blueprint:
    """Return the pages /resources/SLUG and the index of all; `?program=ID` gives them that program's look.

    Links in mail have more: `&lang=es` names the reader's language; without it the browser's is asked. `&reader=T`
    lets them say that they have read it, and only that: the page is everybody's, also where the token is none.
    """
    blueprint, sorry = Blueprint("resources", __name__, url_prefix="/resources"), Sorry(words)

    def asked() -> tuple[Loaded[WithBook], ProgramLook]:
        with store.reading() as snapshot:
            loaded = rules.of(snapshot)
            return loaded, _look(snapshot, loaded)

    @blueprint.get("/")
    def index() -> Response:
        loaded, look = asked()
        program = loaded.rule_set.program(look.program)
        pages = loaded.templates.book.pages(look)
        resources = loaded.rule_set.resources
        return page(pages.index(by_stage(resources, pages.tongue), by_topic(resources, program, look, pages.tongue)))

    @blueprint.get("/<slug>")
    def resource(slug: str) -> Response:
        loaded, look = asked()
        pages = loaded.templates.book.pages(look)
        if slug not in loaded.templates.book.resource_slugs:
            return sorry(HTTPStatus.NOT_FOUND, "no_page_title", "no_page", pages.tongue)
        if not pages.shows(slug):
            return _without_contacts(sorry, slug, pages)
        token = request.args.get("reader", "")
        grant = _grant(tokens, token, slug, clock())
        if grant is None:
            return page(pages.page(slug))
        with store.reading() as snapshot:
            is_read = was_taken(snapshot, grant, read_act(grant))
        return private_page(pages.page(slug, reader="" if is_read else token, is_read=is_read))

    @blueprint.route("/<path:anything>")
    def nothing_here(anything: str = "") -> Response:  # noqa: ARG001 - a page of ours for every address below
        return sorry(HTTPStatus.NOT_FOUND, "no_page_title", "once_more")

    @blueprint.errorhandler(IntouchError)
    def on_known(_: IntouchError) -> Response:
        return sorry(HTTPStatus.SERVICE_UNAVAILABLE, "rest_title", "rest_reading")

    @blueprint.errorhandler(HTTPException)
    def on_http(error: HTTPException) -> Response:
        return sorry(HTTPStatus(error.code or 500), "failed_title", "once_more")

    return blueprint


def _grant(tokens: Tokens, token: str, slug: str, now: Instant) -> Grant | None:
    """Return what lets the reader say that they have read it, or None."""
    grant = tokens.grant(token)
    if grant is None or grant.is_over(now):
        return None
    asked = (Purpose.READ, slug, request.args.get("program"))
    return grant if (grant.purpose, grant.about, grant.program) == asked else None


def _look(snapshot: Snapshot, loaded: Loaded[WithBook]) -> ProgramLook:
    """Return the look of the program that is asked for, else a neutral one, in the reader's language."""
    asked = request.args.get("lang", "")
    asked = asked if is_tag(asked) else ""
    look = look_of(snapshot, loaded.rule_set, request.args.get("program", ""), asked, *accepted())
    if look is None:
        neutral = ProgramLook(name="", languages=wishes(asked, *accepted()))
        look = replace(neutral, name=loaded.templates.book.tongue(neutral).say("resources.neutral"))
    return replace(look, asked=asked)


def _without_contacts(sorry: Sorry, slug: str, pages: PageMaker) -> Response:
    """Return a page that says kindly why there is nothing to read, and tell staff through the log."""
    look, tongue = pages.look, pages.tongue
    if look.program:
        _LOG.warning('The page "%s" needs contacts that the file of "%s" lacks.', slug, look.program)
    how = "contacts_write" if look.email else "contacts_from_mail"
    ask = tongue.say(f"sorry.{how}", email=look.email)
    return sorry(HTTPStatus.NOT_FOUND, "contacts_title", "contacts", tongue, ask=ask)
