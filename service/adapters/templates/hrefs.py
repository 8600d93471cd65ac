"""Where a link may lead: http, https or mailto, and to no host that a value names."""

import re
from typing import Final
from urllib.parse import quote

from service.adapters.templates.values import OPEN, PLACEHOLDER, Address, Link, Values
from service.domain.errors import RuleAuthorError

_WEB: Final = re.compile(r"https?://[^/?#\s@\\]+(?:[/?#]\S*)?", re.IGNORECASE)
_MAIL: Final = re.compile(r"mailto:[^\s@?]+@[^\s@?]+(?:\?\S*)?", re.IGNORECASE)
_AUTHORITY: Final = re.compile(rf"https?://[^/?#\s@{OPEN}]+[/?#]", re.IGNORECASE)


def is_link(url: str) -> bool:
    """Return whether the address is one that a mail may link to."""
    return bool(_WEB.fullmatch(url) or _MAIL.fullmatch(url))


def href(target: str, values: Values) -> str | None:
    """Return where a link goes, or None when a value left it without a safe place to go.

    `target` is the author's text with placeholders. A link value may begin it, the program's address may
    follow `mailto:`; any other value is percent-encoded and may stand only after the author's host.
    Raises: RuleAuthorError when the author's own text is not a web or mail address.
    """
    if not target:
        return None
    url = values.filled(target, _encoded)
    if is_link(url) and _author_chose_the_host(target, values):
        return url
    if OPEN in target:
        return None
    raise RuleAuthorError(
        f'"{target}" cannot be a link in a mail. Write the whole address, from https:// or mailto: on.'
    )


def _encoded(value: str) -> str:
    return str(value) if isinstance(value, Link | Address) else quote(value, safe="")


def _author_chose_the_host(target: str, values: Values) -> bool:
    first = PLACEHOLDER.search(target)
    if first is None or _AUTHORITY.match(target, 0, first.start()):
        return True
    value = values.behind(first[1])
    return isinstance(value, Link if first.start() == 0 else Address)
