"""Who may ask, and what a browser may do with the answer.

A page on the web can point its own name at 127.0.0.1 and then read what this machine serves ("DNS rebinding"). The
name it must use gives it away, so only loopback names and configured ones are answered.
"""

from collections.abc import Collection
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Response

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
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


def guarded(response: Response, policy: str = PAGE_POLICY) -> Response:
    """Return the response with the headers that keep it in this browser tab, and out of every cache and frame."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", policy)
    headers.setdefault("X-Frame-Options", "SAMEORIGIN" if "frame-ancestors 'self'" in policy else "DENY")
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Cache-Control"] = "no-store"
    return response
