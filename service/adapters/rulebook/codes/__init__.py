"""Every code that a problem may have. `docs/errors.md` is made of them: `python -m service.adapters.rulebook.codes`."""

from typing import Final

from service.adapters.rulebook.codes import fit, form, known, messages, never, pages, text, together, twice
from service.adapters.rulebook.codes.code import Code, Section

SECTIONS: Final[tuple[Section, ...]] = tuple(
    each.SECTION for each in (text, form, known, fit, twice, pages, never, messages, together)
)
CODES: Final = {code.name: code for section in SECTIONS for code in section.codes}
WARNINGS: Final = tuple(name for name, code in CODES.items() if code.warns)
"""What `accept` may name."""

_HEAD: Final = """# What the checker says, and what to do

`intouch check` shows every problem with a code in brackets. The codes never change; here is what each of them means. A
problem marked *warning* does not keep the rules from being used; all others do. The language itself is in
[rule-language.md](rule-language.md).
"""


def page() -> str:
    """Return `docs/errors.md`."""
    return "\n".join([_HEAD, *(_shown(section) for section in SECTIONS)])


def _shown(section: Section) -> str:
    codes = (f"### {code.name}\n\n{'*Warning.* ' if code.warns else ''}{code.text}\n" for code in section.codes)
    return "\n".join([f"## {section.title}\n", *codes])


__all__ = ["CODES", "SECTIONS", "WARNINGS", "Code", "Section", "page"]
