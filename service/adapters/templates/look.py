"""How a program looks in its mail and on its pages, and what its resources may say of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

from service.adapters.templates.hrefs import is_link
from service.adapters.templates.values import cleaned, prepared, unlinked
from service.domain.languages import ORIGINAL, wishes
from service.domain.rules import Contact, Program


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramLook:
    """How a program's mail looks and whom its reader can ask. `color` is #rrggbb, `logo` a web address.

    `languages` are the reader's wishes, best first, and `own_language` is that of the program's words in its file.
    `program` is its id and `asked` the language that the page's address names, for links from page to page; "" where
    there is none.
    """

    name: str
    email: str = ""
    color: str | None = None
    logo: str | None = None
    languages: tuple[str, ...] = (ORIGINAL,)
    own_language: str = ORIGINAL
    program: str = ""
    asked: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    """The program's own words for topics."""
    contacts: Mapping[str, Contact] = field(default_factory=dict)

    @classmethod
    def of(cls, program: Program, name: str, *tags: str) -> "ProgramLook":
        """Return the look that a program's file gives it, under the name that people know.

        `tags` are the languages that the reader wants before the program's, best first; "" for those not known.
        """
        return cls(
            name=name,
            email=program.from_email,
            color=program.color,
            logo=program.logo,
            languages=wishes(*tags, program.locale),
            own_language=program.locale or ORIGINAL,
            labels=program.flag_labels,
            program=program.id,
            contacts=program.contacts,
        )


def shown_look(look: ProgramLook) -> dict[str, str]:
    """Return what layouts show of a program."""
    logo = look.logo if look.logo and is_link(look.logo) else ""
    return {"name": unlinked(cleaned(look.name)), "email": cleaned(look.email), "logo": logo}


def resource_values(look: ProgramLook) -> Mapping[str, object]:
    """Return what a resource's text may speak of: the program, and its contacts."""
    return _resource_values(look.name, look.email, tuple(look.contacts.items()))


@lru_cache(maxsize=256)
def _resource_values(name: str, email: str, contacts: tuple[tuple[str, Contact], ...]) -> Mapping[str, object]:
    """Return them; the same for all mail of a program, each of which needs them."""
    known = {key: {"name": each.name, "phone": each.phone} for key, each in contacts}
    return MappingProxyType(prepared({"program": {"name": name, "email": email}, "contacts": known}))
