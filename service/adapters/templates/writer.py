"""From a letter to what the provider is given: rendered, addressed, signed with the program's name."""

from dataclasses import dataclass

from service.adapters.templates.book import Foot, Part, Rendered, TemplateBook
from service.adapters.templates.look import ProgramLook
from service.flow.compose import Letter, LetterPart
from service.flow.mail_port import Outgoing
from service.flow.ports import EmailRow


@dataclass(frozen=True, slots=True)
class LetterWriter:
    """Writes letters with the templates of one rule set; `otherwise_from` signs for programs without an address."""

    book: TemplateBook
    otherwise_from: str

    def outgoing(self, letter: Letter, email: EmailRow) -> tuple[Outgoing, ...]:
        """Return one mail for each of the letter's addresses; the first carries the email's own id.

        Raises: RuleAuthorError when a message cannot be rendered.
        """
        rendered = self.rendered(letter)
        sender = letter.program.from_email or self.otherwise_from
        return tuple(
            Outgoing(
                send_id=email.id if number == 0 else f"{email.id}.{number + 1}",
                to=address,
                to_name=letter.to_name,
                from_name=letter.program.from_name or letter.program_name,
                from_email=sender,
                reply_to=sender,
                subject=rendered.subject,
                html=rendered.html,
                text=rendered.text,
                created=email.claimed_at,
                headers=_list_headers(letter.unsubscribe),
                language=rendered.language,
                program=email.program,
            )
            for number, address in enumerate(letter.addresses)
        )

    def rendered(self, letter: Letter) -> Rendered:
        """Return the letter's mail, to whomever it goes. Raises: RuleAuthorError when a message cannot be rendered."""
        look = ProgramLook.of(letter.program, letter.program_name, letter.locale)
        foot = Foot(mine=letter.mine, preferences=letter.preferences, unsubscribe=letter.unsubscribe)
        return self.book.render_email([self._part(each, look) for each in letter.parts], look, foot)

    def _part(self, part: LetterPart, look: ProgramLook) -> Part:
        if not part.resource:
            return Part(message=part.message, context=part.context)
        links = part.context["links"]
        url = str(links["resource"]) if isinstance(links, dict) else ""
        resource = self.book.resource_context(part.resource, url, look)
        return Part(message=part.message, context={**part.context, "resource": resource})


def _list_headers(unsubscribe: str) -> tuple[tuple[str, str], ...]:
    """Return the fields by which mail programs offer to unsubscribe; with one press, where the page is safe to ask.

    Source: RFC 2369; RFC 8058, 3.1, which wants HTTPS.
    """
    if not unsubscribe:
        return ()
    listed = ("List-Unsubscribe", f"<{unsubscribe}>")
    is_safe = unsubscribe.startswith("https://")
    return (listed, ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")) if is_safe else (listed,)
