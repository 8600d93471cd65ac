"""The public pages of resources, in a program's look. Anybody may read them; they hold nothing about anyone."""

import logging
import re
from base64 import b64encode
from hashlib import sha256
from http import HTTPStatus
from typing import Final, Protocol

from flask import Blueprint, Response, request
from jinja2 import Environment, PackageLoader, StrictUndefined
from werkzeug.exceptions import HTTPException

from service.adapters.templates.book import TemplateBook
from service.adapters.templates.look import ProgramLook
from service.console.resource_shelves import by_stage, by_topic
from service.domain.errors import IntouchError
from service.domain.rules import RuleSet
from service.flow.active import ActiveRules, Loaded
from service.flow.ports import Snapshot, Store
from service.flow.views import program_facts

_STYLE: Final = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_LOG: Final = logging.getLogger(__name__)
_OPEN_FROM_MAIL: Final = "Otherwise open it from the link in your mail, which knows your program."
_PAGES: Final = Environment(
    loader=PackageLoader("service.console"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


class WithBook(Protocol):
    """Templates that hold the compiled resources."""

    @property
    def book(self) -> TemplateBook: ...


def create_resource_pages(*, store: Store, rules: ActiveRules[WithBook]) -> Blueprint:
    """Return the pages /resources/SLUG and the index of all; `?program=ID` gives them that program's look."""
    blueprint = Blueprint("resources", __name__, url_prefix="/resources")

    def asked() -> tuple[Loaded[WithBook], ProgramLook]:
        with store.reading() as snapshot:
            loaded = rules.of(snapshot)
            return loaded, _look(snapshot, loaded.rule_set, request.args.get("program", ""))

    @blueprint.get("/")
    def index() -> Response:
        loaded, look = asked()
        program = loaded.rule_set.program(look.program)
        pages = loaded.templates.book.pages(look)
        return _page(pages.index(by_stage(loaded.rule_set.resources), by_topic(loaded.rule_set.resources, program)))

    @blueprint.get("/<slug>")
    def resource(slug: str) -> Response:
        loaded, look = asked()
        if slug not in loaded.templates.book.resource_slugs:
            return _sorry(
                HTTPStatus.NOT_FOUND,
                "We could not find this page",
                "The link may be incomplete, or the page has been replaced since. "
                "Answer the mail that brought you here, and somebody will send you what you need.",
            )
        pages = loaded.templates.book.pages(look)
        return _page(pages.page(slug)) if pages.shows(slug) else _without_contacts(slug, look)

    @blueprint.route("/<path:anything>")
    def nothing_here(anything: str = "") -> Response:  # noqa: ARG001 - a page of ours for every address below
        return _sorry(HTTPStatus.NOT_FOUND, "We could not find this page", "Try the link in your mail once more.")

    @blueprint.errorhandler(IntouchError)
    def on_known(_: IntouchError) -> Response:
        return _sorry(
            HTTPStatus.SERVICE_UNAVAILABLE, "This page takes a short rest", "Please try again in a few minutes."
        )

    @blueprint.errorhandler(HTTPException)
    def on_http(error: HTTPException) -> Response:
        return _sorry(HTTPStatus(error.code or 500), "That did not work", "Try the link in your mail once more.")

    return blueprint


def _look(snapshot: Snapshot, rule_set: RuleSet, program_id: str) -> ProgramLook:
    """Return the program's look, or a neutral one for a program that nobody knows."""
    if program_id not in rule_set.programs and program_id not in snapshot.programs():
        return ProgramLook(name="Mentoring resources")
    program = rule_set.program(program_id)
    return ProgramLook.of(program, program.name or str(program_facts(snapshot, program_id).value("name") or program_id))


def _without_contacts(slug: str, look: ProgramLook) -> Response:
    """Return a page that says kindly why there is nothing to read, and tell staff through the log."""
    if look.program:
        _LOG.warning('The page "%s" needs contacts that the file of "%s" lacks.', slug, look.program)
    ask = f"Write to {look.email} and somebody will send you the right contacts." if look.email else _OPEN_FROM_MAIL
    return _sorry(
        HTTPStatus.NOT_FOUND,
        "This page needs your institution's contacts",
        "It names the people to call where you study, and we do not have them here. "
        f"If anybody may be in danger now, call your local emergency number first. {ask}",
    )


def _sorry(status: HTTPStatus, title: str, advice: str) -> Response:
    html = _PAGES.get_template("public/sorry.html").render(title=title, advice=advice)
    return _page(html, status)


def _page(html: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """Return the page, allowed its own style block by its hash and nothing else that could run."""
    hashes = (b64encode(sha256(each.encode()).digest()).decode() for each in _STYLE.findall(html))
    styles = " ".join(f"'sha256-{each}'" for each in hashes) or "'none'"
    response = Response(html, status, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src {styles}; img-src https: data:; form-action 'none'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-cache"
    return response
