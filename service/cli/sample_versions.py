"""Every version of a message with sample names and dates: for each rule that sends it, each case, and each reader."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from service.adapters.templates.book import Foot, Part, TemplateBook
from service.adapters.templates.gallery import Version
from service.adapters.templates.look import ProgramLook
from service.adapters.templates.samples import sample_context, sample_start
from service.domain.delivery import Role
from service.domain.rules import PICKS, Program, RuleSet
from service.staff.ways import Way
from service.trial.world_mail import LINKS

_READERS = (Role.MENTOR, Role.MENTEE)
_NO_FOOT = Foot()
_FOOT = Foot(
    mine=f"{LINKS.public_url}/me/sample",
    preferences=f"{LINKS.public_url}/preferences/sample",
    unsubscribe=f"{LINKS.public_url}/unsubscribe/sample",
)
SAMPLE = Program(
    id="northfield",
    name="Northfield Peer Mentoring",
    from_email="mentoring@northfield.example.org",
    color="#7a1f2b",
    dashboard="https://mentoring.example.org/app",
)


@dataclass(frozen=True, slots=True)
class Samples:
    """Makes versions in one program's look."""

    book: TemplateBook
    rule_set: RuleSet
    program: Program
    locale: str = ""
    """The language of its readers; "" for the program's."""

    @property
    def look(self) -> ProgramLook:
        return ProgramLook.of(self.program, self.program.name or self.program.id, self.locale)

    def problems(self, message: str, contexts: Mapping[str, Mapping[str, object]]) -> Iterator[str]:
        """Yield what keeps the message from being rendered, with file and line, and the way in which it is sent."""
        language = self.book.tongue(self.look, [message]).language
        for way, context in contexts.items():
            yield from (f"{each} (It is {way}.)" for each in self.book.problems_of(message, [context], language))

    def contexts(self, ways: list[Way]) -> dict[str, Mapping[str, object]]:
        """Return what the message may speak of, by the way in which it is sent.

        A message that no rule sends may have everything. Raises: RuleAuthorError when a resource cannot be shown.
        """
        if ways:
            return {way_of(each): self._context(each) for each in ways}
        return {f"sent by no rule, to a {role}": self._of_program(sample_context(role)) for role in _READERS}

    def version(self, message: str, way: str, context: Mapping[str, object]) -> Version:
        """Return the message as its reader gets it. Raises: RuleAuthorError."""
        recipient = context["recipient"]
        is_participant = isinstance(recipient, dict) and recipient["role"] in _READERS
        part = Part(message=message, context=context)
        mail = self.book.render_email([part], self.look, _FOOT if is_participant else _NO_FOOT)
        return Version(message=message, way=way, mail=mail)

    def _context(self, way: Way) -> Mapping[str, object]:
        rule, send = way.rule, way.send
        start = start_of(self.rule_set, way)
        context = sample_context(
            way.role,
            start=start,
            mentorship=way.is_about_mentorship,
            resource=send.resource is not None,
            topic=way.has_topic,
        )
        topics = start.get("topics")
        if way.has_topic and isinstance(topics, list) and topics:
            context["topic"] = {"key": topics[0]}
        if rule.reaches is not None and way.is_about_mentorship:
            context["mentorship"] = {**_table(context["mentorship"]), "conversations": rule.reaches}
        context["rule"] = {"id": rule.id, "title": rule.title}
        context["incentive"] = self.program.incentive_in(send.message, rule.kind)
        context["slot"] = {"number": 1, "total": rule.total, "last": rule.total == 1}
        if send.resource is not None and send.resource not in PICKS:
            url = LINKS.resource(send.resource, self.program.id, self.locale)
            context["resource"] = self.book.resource_context(send.resource, url, self.look)
            context["links"] = {**_table(context["links"]), "resource": url}
        return self._of_program(context)

    def _of_program(self, context: dict[str, object]) -> dict[str, object]:
        file = self.program
        own = {"id": file.id, "name": file.name or file.id, "email": file.from_email, "dashboard": file.dashboard}
        return {**context, "program": {**_table(context["program"]), **own}}


def start_of(rule_set: RuleSet, way: Way) -> dict[str, object]:
    """Return example data of the event that starts the rule in that way."""
    rule = way.rule
    start = sample_start(rule_set.catalogue.types.get(rule.starts), rule.starts)
    for name, values in rule.where.items():
        start[name] = _like(start.get(name), sorted(values)[0])
    if rule.depends_on and way.case:
        start[rule.depends_on] = _like(start.get(rule.depends_on), way.case)
    if way.acting and "by" in start:
        start["by"] = str(way.acting)
    return start


def way_of(way: Way) -> str:
    """Return by which rule, in which case and to whom: `sent by help-task, option remove_me, to the staff`."""
    case = f", {way.rule.depends_on} {way.case}" if way.case else ""
    return f"sent by {way.rule.id}{case}, to the {way.role}"


def _like(sample: object, word: str) -> object:
    """Return a rule's word as the type that the field has."""
    if isinstance(sample, list):
        return [word]
    return {"true": True, "false": False}.get(word, word) if isinstance(sample, bool) else word


def _table(value: object) -> dict[str, object]:
    assert isinstance(value, dict)
    return value
