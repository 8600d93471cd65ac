"""What each page asks of whoever opens it, and who that is.

The rules of this file:
- A route says what it needs with `require`, `signed_in` or `open_to_all`, below its `@blueprint.get(...)`. One that
  says nothing answers nobody, and a test finds it.
- Whoever may not look into a program is told that there is nothing: 404, as for a program that does not exist.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from http import HTTPStatus
from typing import Any, TypeVar

from flask import abort, current_app, g, request

from service.domain.access import Permission, Viewer

V = TypeVar("V", bound=Callable[..., Any])


class Where(Enum):
    """In which programs somebody must have a permission."""

    HERE = auto()
    """In the one that the address names as `<program>`."""
    SOMEWHERE = auto()
    """In any; the page shows nothing of the others."""
    EVERYWHERE = auto()
    """In all: what is seen or done concerns them together."""


@dataclass(frozen=True, slots=True)
class Need:
    """What a route asks for; without a permission it is for whoever is signed in, or `open` to all."""

    permission: Permission | None = None
    where: Where = Where.HERE
    open: bool = False


def require(permission: Permission, where: Where = Where.HERE) -> Callable[[V], V]:
    """Return what marks a route as one that asks for the permission."""
    return lambda view: _marked(view, Need(permission, where))


def signed_in(view: V) -> V:
    """Mark a route that is for everybody who is signed in."""
    return _marked(view, Need())


def open_to_all(view: V) -> V:
    """Mark a route that asks nobody who they are."""
    return _marked(view, Need(open=True))


def _marked(view: V, need: Need) -> V:
    vars(view)["need"] = need
    return view


def need_of(view: Callable[..., Any]) -> Need | None:
    """Return what a route asks for, or None where it does not say."""
    found: Need | None = getattr(view, "need", None)
    return found


def asked_need() -> Need | None:
    """Return what the route of this request asks for, or None where it does not say."""
    if request.endpoint == f"{request.blueprint}.static":
        return Need(open=True)  # Flask's own route, of style sheets and icons
    view = current_app.view_functions.get(request.endpoint or "")
    return need_of(view) if view else None


def viewer() -> Viewer:
    """Return who asks, in a request that is not open to all."""
    found: Viewer = g.viewer
    return found


def refuse_unless_may(need: Need) -> None:
    """End the request with 404 for a program that the viewer knows nothing of, with 403 for what they may not do."""
    if need.permission is None:
        return
    who, program = viewer(), (request.view_args or {}).get("program", "")
    if need.where is Where.HERE and not who.programs([program]):
        abort(HTTPStatus.NOT_FOUND)
    allowed = {
        Where.HERE: who.may(need.permission, program),
        Where.SOMEWHERE: who.may_somewhere(need.permission),
        Where.EVERYWHERE: who.may_everywhere(need.permission),
    }
    if not allowed[need.where]:
        abort(HTTPStatus.FORBIDDEN)
