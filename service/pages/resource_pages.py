"""The public pages of resources, in a program's look. Anybody may read them; they hold nothing about anyone."""

import logging
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from service.adapters.templates.look import ProgramLook
from service.domain.errors import IntouchError
from service.flow.active import ActiveRules, Loaded
from service.flow.ports import Store
from service.pages.resource_shelves import by_stage, by_topic
from service.pages.shown import WithBook, look_of, page, sorry

_LOG: Final = logging.getLogger(__name__)
_OPEN_FROM_MAIL: Final = "Otherwise open it from the link in your mail, which knows your program."


def create_resource_pages(*, store: Store, rules: ActiveRules[WithBook]) -> Blueprint:
    """Return the pages /resources/SLUG and the index of all; `?program=ID` gives them that program's look."""
    blueprint = Blueprint("resources", __name__, url_prefix="/resources")

    def asked() -> tuple[Loaded[WithBook], ProgramLook]:
        with store.reading() as snapshot:
            loaded = rules.of(snapshot)
            return loaded, look_of(snapshot, loaded.rule_set, request.args.get("program", ""))

    @blueprint.get("/")
    def index() -> Response:
        loaded, look = asked()
        program = loaded.rule_set.program(look.program)
        pages = loaded.templates.book.pages(look)
        return page(pages.index(by_stage(loaded.rule_set.resources), by_topic(loaded.rule_set.resources, program)))

    @blueprint.get("/<slug>")
    def resource(slug: str) -> Response:
        loaded, look = asked()
        if slug not in loaded.templates.book.resource_slugs:
            return sorry(
                HTTPStatus.NOT_FOUND,
                "We could not find this page",
                "The link may be incomplete, or the page has been replaced since. "
                "Answer the mail that brought you here, and somebody will send you what you need.",
            )
        pages = loaded.templates.book.pages(look)
        return page(pages.page(slug)) if pages.shows(slug) else _without_contacts(slug, look)

    @blueprint.route("/<path:anything>")
    def nothing_here(anything: str = "") -> Response:  # noqa: ARG001 - a page of ours for every address below
        return sorry(HTTPStatus.NOT_FOUND, "We could not find this page", "Try the link in your mail once more.")

    @blueprint.errorhandler(IntouchError)
    def on_known(_: IntouchError) -> Response:
        return sorry(
            HTTPStatus.SERVICE_UNAVAILABLE, "This page takes a short rest", "Please try again in a few minutes."
        )

    @blueprint.errorhandler(HTTPException)
    def on_http(error: HTTPException) -> Response:
        return sorry(HTTPStatus(error.code or 500), "That did not work", "Try the link in your mail once more.")

    return blueprint


def _without_contacts(slug: str, look: ProgramLook) -> Response:
    """Return a page that says kindly why there is nothing to read, and tell staff through the log."""
    if look.program:
        _LOG.warning('The page "%s" needs contacts that the file of "%s" lacks.', slug, look.program)
    ask = f"Write to {look.email} and somebody will send you the right contacts." if look.email else _OPEN_FROM_MAIL
    return sorry(
        HTTPStatus.NOT_FOUND,
        "This page needs your institution's contacts",
        "It names the people to call where you study, and we do not have them here. "
        f"If anybody may be in danger now, call your local emergency number first. {ask}",
    )
