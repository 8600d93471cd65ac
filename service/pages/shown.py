"""A page on its way out: what a browser may do with it, and the one that says kindly that there is nothing to see."""

import re
from base64 import b64encode
from hashlib import sha256
from http import HTTPStatus
from typing import Final, Protocol

from flask import Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from service.adapters.templates.book import TemplateBook
from service.adapters.templates.look import ProgramLook
from service.domain.rules import RuleSet
from service.flow.ports import Snapshot
from service.flow.views import program_facts

_STYLE: Final = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_PAGES: Final = Environment(
    loader=PackageLoader("service.pages"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


class WithBook(Protocol):
    """Templates that hold the compiled resources."""

    @property
    def book(self) -> TemplateBook: ...


def look_of(snapshot: Snapshot, rule_set: RuleSet, program_id: str) -> ProgramLook:
    """Return the program's look, or a neutral one for a program that nobody knows."""
    if program_id not in rule_set.programs and program_id not in snapshot.programs():
        return ProgramLook(name="Mentoring resources")
    program = rule_set.program(program_id)
    return ProgramLook.of(program, program.name or str(program_facts(snapshot, program_id).value("name") or program_id))


def sorry(status: HTTPStatus, title: str, advice: str) -> Response:
    """Return a page of no program that says what to do instead."""
    return page(_PAGES.get_template("public/sorry.html").render(title=title, advice=advice), status)


def page(html: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """Return the page, allowed its own style block by its hash and nothing else that could run."""
    return _guarded(html, status, forms="'none'", cache="no-cache")


def private_page(html: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """Return a page behind somebody's own link: it may send its forms here, and nobody keeps or lists it.

    Its address is the key to it, so it is told to nobody (`Referrer-Policy`).
    """
    response = _guarded(html, status, forms="'self'", cache="no-store")
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _guarded(html: str, status: HTTPStatus, *, forms: str, cache: str) -> Response:
    hashes = (b64encode(sha256(each.encode()).digest()).decode() for each in _STYLE.findall(html))
    styles = " ".join(f"'sha256-{each}'" for each in hashes) or "'none'"
    response = Response(html, status, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src {styles}; img-src https: data:; form-action {forms}; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = cache
    return response
