"""Where links in mail lead. Those on which somebody answers carry a token of what they may do, and nothing else."""

from collections.abc import Callable
from dataclasses import dataclass

from service.domain.calendar import Instant
from service.domain.events import SubjectKind
from service.domain.grants import Grant, Purpose, granted
from service.flow.ports import SubjectKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Addresses below `public_url`, or of the console below `console_url` where it has one of its own; "" where Intouch
    has no public address. `token` signs a grant."""

    public_url: str
    console_url: str = ""
    token: Callable[[Grant], str]

    def resource(self, slug: str, program: str, locale: str = "", reader: Grant | None = None) -> str:
        """Return where a resource is; `locale` is the language that the reader named, which the page then has too.

        With a grant for it the page also offers to say that one has read it.
        """
        if not self.public_url or not slug:
            return ""
        language = f"&lang={locale}" if locale else ""
        signed = f"&reader={self.token(reader)}" if reader else ""
        return f"{self.public_url}/resources/{slug}?program={program}{language}{signed}"

    def subject(self, key: SubjectKey) -> str:
        """Return the subject's page in the console; of a program, the list of its mentorships."""
        page = "mentorships" if key.subject.kind is SubjectKind.PROGRAM else key.subject
        base = self.console_url or self.public_url
        return f"{base}/console/{key.program}/{page}" if base else ""

    def page(self, purpose: Purpose, program: str, recipient: str, now: Instant, about: str = "") -> str:
        """Return the recipient's own address of a page, good from now on for as long as its purpose is."""
        if not self.public_url:
            return ""
        return f"{self.public_url}/{purpose}/{self.token(granted(purpose, program, recipient, now, about))}"


def sample_token(_: Grant) -> str:
    """Return what stands for a token in samples: it opens nothing."""
    return "sample"
