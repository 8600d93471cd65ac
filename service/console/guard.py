"""Who may ask, and what a browser may do with the answer.

A page on the web can point its own name at 127.0.0.1 and then read what this machine serves ("DNS rebinding"). The
name it must use gives it away, so only loopback names and configured ones are answered.
"""

from collections.abc import Collection
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Response
from werkzeug.datastructures import Headers

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
TRY_POLICY = PAGE_POLICY + "; script-src 'self'; connect-src 'self'"
"""For the pages on which rules are tried: our own script marks problems while somebody types."""
REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
"""For a comparison, which is one page that brings its style along."""
MAIL_POLICY = (
    "sandbox; default-src 'none'; img-src https: data:; style-src 'unsafe-inline'; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'self'"
)
"""For a mail in its frame: no script, no form, no origin; mail is styled inline, and its pictures are the program's."""


def is_known_host(header: str, hosts: Collection[str]) -> bool:
    """Return whether a Host header names this machine itself or one of the names given (without port)."""
    try:
        name = (urlsplit(f"//{header}").hostname or "").rstrip(".")
    except ValueError:
        return False
    if name == "localhost" or name.endswith(".localhost") or name in {each.lower().rstrip(".") for each in hosts}:
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def is_own_form(headers: Headers, host: str) -> bool:
    """Return whether a form comes from a page of this console: browsers say from which site they send one.

    What says nothing is no browser, and has nobody's trust to abuse.
    """
    origin, site = headers.get("Origin"), headers.get("Sec-Fetch-Site")
    if site is not None and site != "same-origin":
        return False
    return origin is None or urlsplit(origin).netloc == host


def guarded(response: Response, policy: str = PAGE_POLICY, referrer: str = "same-origin") -> Response:
    """Return the response with the headers that keep it in this browser tab, and out of every cache and frame.

    Every page has a form, so that `referrer` is `same-origin`: without one, browsers do not tell us whose form they
    send. Nobody else is told an address of the console.
    """
    headers = response.headers
    headers.setdefault("Content-Security-Policy", policy)
    headers.setdefault("X-Frame-Options", "SAMEORIGIN" if "frame-ancestors 'self'" in policy else "DENY")
    headers["X-Content-Type-Options"] = "nosniff"
    headers.setdefault("Referrer-Policy", referrer)
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Cache-Control"] = "no-store"
    return response
