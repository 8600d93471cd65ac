"""What people receive in sixteen weeks, as Markdown: a silent mentor, a chatty pair, one with flags, a mentor of five.

    python -m examples.what_people_receive > docs/what-people-receive.md

Played on virtual time with the standard pack, so that staff can read, before they begin, what it is like to be on the
receiving end. The program began on a Monday; all times are those of its people, in Chicago.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

from service.adapters.rulebook.load import load
from service.adapters.rulebook.sources import Sources, read_sources
from service.adapters.schemas import Schemas, load_schemas
from service.adapters.templates.book import TemplateBook
from service.adapters.templates.layouts import load_layouts
from service.adapters.templates.writer import LetterWriter
from service.domain.calendar import SECOND, Instant, parse_rfc3339
from service.domain.events import Event
from service.domain.rules import RuleSet
from service.staff.world import Sent, World
from service.trial.world_mail import WorldMail

ROOT = Path(__file__).resolve().parents[1]
ZONE = "America/Chicago"
BEGINS = datetime(2026, 9, 7, 10, tzinfo=ZoneInfo(ZONE))
WEEKS = 16
Happening = tuple[int, str, str, dict[str, object]]
"""Day, type, subject, data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One timeline. `people` are those whose mail is shown, by id and as what."""

    title: str
    told: str
    happenings: tuple[Happening, ...]
    people: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of a timeline: an email, with the rules that sent it, or what happened, without."""

    at: Instant
    words: str
    rules: str = ""

    @property
    def local(self) -> datetime:
        return datetime.fromtimestamp(self.at / SECOND, ZoneInfo(ZONE))

    @property
    def week(self) -> int:
        return (self.local.date() - BEGINS.date()).days // 7 + 1

    def __str__(self) -> str:
        return f"| {self.week} | {self.local:%a %d %b %H:%M} | {self.words} | {self.rules} |"


def _matched(pair: str, mentor: str, mentee: str, day: int = 0) -> tuple[Happening, ...]:
    names = ((mentor, "mentor"), (mentee, "mentee"))
    registered = tuple(
        (day, "participant.registered", f"participants/{name}", _registration(name, role)) for name, role in names
    )
    match: Happening = (day, "mentorship.matched", f"mentorships/{pair}", {"mentor_id": mentor, "mentee_id": mentee})
    return (*registered, *_ready(mentor, "mentor", day), *_ready(mentee, "mentee", day), match)


def _registration(name: str, role: str) -> dict[str, object]:
    return {"role": role, "email": f"{name}@example.org", "first_name": name.title(), "timezone": ZONE}


def _ready(name: str, role: str, day: int) -> Iterator[Happening]:
    steps = ("matching_survey", "profile", *(("mentor_training",) if role == "mentor" else ()))
    return ((day, "participant.checklist_item_completed", f"participants/{name}", {"item": each}) for each in steps)


def _pair(kind: str, day: int, pair: str = "m-1", **data: object) -> Happening:
    return (day, kind, f"mentorships/{pair}", data)


def _talk(day: int, by: str, pair: str = "m-1") -> Happening:
    return _pair("conversation.logged", day, pair, conversation_id=f"c-{pair}-{day}", by=by)


LIVES = (
    Life(
        title="A silent mentor",
        told="Noor is matched with Theo and never writes. After two weeks Theo presses *I can't get in touch*, and a "
        "week later staff end the mentorship.",
        happenings=(
            *_matched("m-1", "noor", "theo"),
            _pair("help.requested", 15, request_id="h-1", by="mentee", option="unmatch_and_rematch"),
            _pair("help.acknowledged", 16, request_id="h-1"),
            _pair("mentorship.unmatched", 22, initiated_by="staff", rematch_mentor=False, rematch_mentee=True),
            _pair("help.resolved", 22, request_id="h-1"),
        ),
        people={"noor": "mentor", "theo": "mentee"},
    ),
    Life(
        title="A chatty pair",
        told="Ines writes on the first day, and the two talk every other week. They log what they remember.",
        happenings=(
            *_matched("m-1", "ines", "kofi"),
            _pair("mentorship.message_sent", 0, by="mentor"),
            _pair("mentorship.message_sent", 1, by="mentee"),
            *(_talk(day, by) for day, by in ((4, "mentor"), (18, "mentee"), (32, "mentor"), (61, "mentee"))),
            _pair("survey.opened", 56, survey_id="s-1"),
            _pair("survey.completed", 58, survey_id="s-1"),
        ),
        people={"ines": "mentor", "kofi": "mentee"},
    ),
    Life(
        title="A pair with flags",
        told="Ada notices twice that something weighs on Ben. Ben is never told of a flag.",
        happenings=(
            *_matched("m-1", "ada", "ben"),
            _pair("mentorship.message_sent", 1, by="mentor"),
            *(_talk(day, "mentor") for day in (8, 29, 50, 78)),
            _pair("flag.submitted", 29, flag_id="f-1", by="mentor", topics=["belonging"], priority="routine"),
            _pair("flag.acknowledged", 30, flag_id="f-1"),
            _pair("flag.resolved", 36, flag_id="f-1"),
            _pair("flag.submitted", 50, flag_id="f-2", by="mentor", topics=["stress"], priority="immediate"),
            _pair("flag.acknowledged", 50, flag_id="f-2"),
            _pair("flag.resolved", 64, flag_id="f-2"),
        ),
        people={"ada": "mentor", "ben": "mentee"},
    ),
    Life(
        title="A mentor of five",
        told="Lena has five mentees: she talks with two of them, writes to two more, and one never answers anybody.",
        happenings=(
            *(each for number, name in enumerate(("amy", "bo", "cai", "dee", "eli"), 1)
              for each in _matched(f"m-{number}", "lena", name)),
            *(_pair("mentorship.message_sent", 1, f"m-{number}", by="mentor") for number in (1, 2, 3, 4)),
            *(_talk(day, "mentor", "m-1") for day in (6, 20, 34, 62)),
            *(_talk(day, "mentee", "m-2") for day in (10, 40)),
        ),
        people={"lena": "mentor"},
    ),
)  # fmt: skip


def page() -> str:
    """Return the whole page."""
    sources, schemas = read_sources(ROOT / "rules", ROOT / "templates"), load_schemas(ROOT / "schemas")
    rule_set = load(sources, schemas.catalogue).rule_set
    assert rule_set is not None, "the standard pack has an error: run intouch check"
    return _HEAD + "\n".join(_told(life, sources, rule_set, schemas) for life in LIVES)


def _told(life: Life, sources: Sources, rule_set: RuleSet, schemas: Schemas) -> str:
    world = World(rule_set)
    read = WorldMail(LetterWriter(TemplateBook(sources.files, load_layouts(ROOT / "templates")), "mail@example.org"))
    events = list(_events(life, schemas))
    happened = [_happened(each, rule_set) for each in events if each.type in _SHOWN]
    rows = {person: list(happened) for person in life.people}
    for sent, _ in world.steps_of(events, parse_rfc3339(_time(7 * WEEKS))):
        for email in dict.fromkeys(each.email for each in sent):
            parts = [each for each in sent if each.email == email]
            who = parts[0].notice.candidate.key.recipient
            if who in rows:
                rows[who].append(_mail(parts, read(world, parts).subject))
    return "\n".join((f"## {life.title}\n", f"{life.told}\n", *_tables(life, rows)))


def _events(life: Life, schemas: Schemas) -> Iterable[Event]:
    numbers = count(1)
    for day, kind, subject, data in sorted(life.happenings, key=lambda each: each[0]):
        told = {"specversion": "1.0", "id": str(next(numbers)), "source": "/example", "type": kind, "subject": subject,
                "program": "example", "time": _time(day), "data": data}  # fmt: skip
        event, faults = schemas.replayed(told)
        assert event is not None, faults
        yield event


def _time(day: int) -> str:
    return (BEGINS + timedelta(days=day)).isoformat()


def _happened(event: Event, rule_set: RuleSet) -> Row:
    by = f", by the {event.data['by']}" if "by" in event.data else ""
    return Row(at=event.time, words=f"*{rule_set.catalogue.types[event.type].title}{by}*")


def _mail(parts: list[Sent], subject: str) -> Row:
    rules = dict.fromkeys(f"`{each.notice.candidate.key.rule}`" for each in parts)
    return Row(at=parts[0].notice.at, words=f"**{subject}**", rules=", ".join(rules))


def _tables(life: Life, rows: dict[str, list[Row]]) -> Iterator[str]:
    for person, role in life.people.items():
        weeks = Counter(each.week for each in rows[person] if each.rules)
        number, busiest = weeks.total(), max(weeks.values(), default=0)
        yield f"**{person.title()}, the {role}:** {number} emails, {busiest} in the busiest week.\n"
        yield "| week | when | what | rule |\n|---|---|---|---|"
        yield "\n".join(map(str, sorted(rows[person], key=lambda each: each.at))) + "\n"


_SHOWN = frozenset({"conversation.logged", "flag.submitted", "help.requested", "mentorship.unmatched"})
_HEAD = """# What people receive

Four lives of sixteen weeks under the standard pack, played on virtual time and read at the moment of sending. This page
is made by `python -m examples.what_people_receive`, and a test holds it to what the rules do today. Nudges keep to one
a day and three in seven days per person, over all their mentorships; answers, and news that somebody must have, come on
top. What happened stands in italics, emails in bold.

"""

if __name__ == "__main__":
    print(page(), end="")
