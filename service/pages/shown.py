"""A page on its way out: what a browser may do with it, and the one that says kindly that there is nothing to see."""

import itertools
import re
from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from typing import Final, Protocol

from flask import Response, request
from jinja2 import Environment, PackageLoader, StrictUndefined

from service.adapters.templates.book import TemplateBook
from service.adapters.templates.look import ProgramLook
from service.adapters.templates.tongue import Tongue
from service.adapters.templates.translations import Translations
from service.domain.languages import wishes
from service.domain.rules import RuleSet
from service.flow.ports import Snapshot
from service.flow.views import program_facts

_STYLE: Final = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_TAG: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_MOST_TAGS: Final = 8
_LONGEST_TAG: Final = 35
_PAGES: Final = Environment(
    loader=PackageLoader("service.pages"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


class WithBook(Protocol):
    """Templates that hold the compiled resources."""

    @property
    def book(self) -> TemplateBook: ...


def look_of(snapshot: Snapshot, rule_set: RuleSet, program_id: str, *tags: str) -> ProgramLook | None:
    """Return the program's look to a reader who wants these languages, or None for a program that nobody knows."""
    if program_id not in rule_set.programs and program_id not in snapshot.programs():
        return None
    program = rule_set.program(program_id)
    name = program.name or str(program_facts(snapshot, program_id).value("name") or program_id)
    return ProgramLook.of(program, name, *tags)


def accepted() -> tuple[str, ...]:
    """Return the languages that the browser asks for, best first. Source: RFC 9110, 12.5.4."""
    tags = (tag for tag, quality in request.accept_languages if quality > 0 and is_tag(tag))
    return tuple(itertools.islice(tags, _MOST_TAGS))


def is_tag(text: str) -> bool:
    """Return whether a text is a language tag, whoever sent it."""
    return len(text) <= _LONGEST_TAG and _TAG.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Sorry:
    """Makes pages of no program with the installation's own words, in the browser's language unless told another."""

    words: Translations

    def __call__(
        self, status: HTTPStatus, title: str, advice: str, tongue: Tongue | None = None, **values: str
    ) -> Response:
        """Return a page that says what to do instead; `title` and `advice` are names of fixed words."""
        tongue = tongue or self.words.tongue(wishes(*accepted()))
        said = {"title": tongue.say(f"sorry.{title}"), "advice": tongue.say(f"sorry.{advice}", **values)}
        return page(_PAGES.get_template("public/sorry.html").render(language=tongue.language, **said), status)


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
    response.headers["Vary"] = "Accept-Language"
    return response
