"""How a program looks in its mail and on its pages, and what its resources may say of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from service.adapters.templates.hrefs import is_link
from service.adapters.templates.values import cleaned, prepared, unlinked
from service.domain.rules import Contact, Program


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramLook:
    """How a program's mail looks and whom its reader can ask. `color` is #rrggbb, `logo` a web address.

    `program` is its id, for links from page to page; "" on pages of no program.
    """

    name: str
    email: str = ""
    color: str | None = None
    logo: str | None = None
    language: str = "en"
    program: str = ""
    contacts: Mapping[str, Contact] = field(default_factory=dict)

    @classmethod
    def of(cls, program: Program, name: str) -> "ProgramLook":
        """Return the look that a program's file gives it, under the name that people know."""
        return cls(
            name=name,
            email=program.from_email,
            color=program.color,
            logo=program.logo,
            program=program.id,
            contacts=program.contacts,
        )


def shown_look(look: ProgramLook) -> dict[str, str]:
    """Return what layouts show of a program."""
    logo = look.logo if look.logo and is_link(look.logo) else ""
    return {"name": unlinked(cleaned(look.name)), "email": cleaned(look.email), "logo": logo}


def resource_values(look: ProgramLook) -> dict[str, object]:
    """Return what a resource's text may speak of: the program, and its contacts."""
    contacts = {key: {"name": each.name, "phone": each.phone} for key, each in look.contacts.items()}
    return prepared({"program": {"name": look.name, "email": look.email}, "contacts": contacts})
