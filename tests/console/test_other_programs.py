"""The wall: nothing of another program, and nothing outside a caseload, ever shows; on every address that there is.

An address of the console that this file does not know fails it: say in `values` or `FORMS` what it is asked with, with
ids of what must not be seen.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from service.console.access import Where, need_of
from service.domain.calendar import DAY, HOUR
from service.flow.session_port import Origin
from service.flow.sessions import Arrival
from tests.console.site import MONDAY
from tests.console.visitor import Visitor
from tests.flow.events import event, registered
from tests.flow.stage import Stage

LOGIN = {
    "INTOUCH_OIDC_ISSUER": "https://login.example.org",
    "INTOUCH_OIDC_CLIENT_ID": "intouch",
    "INTOUCH_OIDC_ROLES": "north=northfield:admin; east=eastgate:admin; advisors=northfield:advisor; all=*:admin; "
    "looking=northfield:viewer",
}
INES = "ines@example.org"
MAIL = "word-from-staff"
LETTER = {"message": MAIL, "heading": "Canaryheading", "text": "Canarytext.", "asked": "talks=0"}


def people(program: str, word: str, mentor: str, mentee: str, **more: Any) -> Iterator[dict[str, Any]]:
    """Yield a pair with all that staff look for: a flag, a request for help, a conversation, consent to be named."""
    about = f"mentorships/{word}-m"
    told = [
        registered(f"{word}-a", "mentor", MONDAY, first_name=mentor),
        registered(f"{word}-b", "mentee", MONDAY, first_name=mentee, groups=[f"{word}-group"], **more),
        event("mentorship.matched", about, MONDAY, mentor_id=f"{word}-a", mentee_id=f"{word}-b"),
        event("flag.submitted", about, MONDAY, flag_id=f"{word}-f", by="mentor", topics=["career"], priority="routine"),
        event("help.requested", about, MONDAY, request_id=f"{word}-h", by="mentee", option="talk_to_institution"),
        event("conversation.logged", about, MONDAY, conversation_id=f"{word}-c", by="mentor", count=4),
    ]
    told += [
        event("participant.consent_given", f"participants/{word}-{each}", MONDAY, to="newsletter") for each in "ab"
    ]
    yield from ({**each, "program": program} for each in told)


@dataclass
class Campus:
    """Two programs; `stage` has both, `app` is all of Intouch, `hidden_mail` are ids of mail that must not be seen."""

    stage: Stage
    app: Flask

    def visitor(self, group: str, address: str = "", *, names: bool = True) -> Visitor:
        """Return somebody of that group, who has asked for names."""
        who = Arrival(person=f"u-{group}", values=(group,), address=address)
        visitor = Visitor(self.app)
        visitor.cookies["intouch-console"] = self.stage.intouch.sessions.begin(Origin.LOGIN, who)
        assert not names or visitor.post("/console/names", show="yes").status_code == 303
        return visitor

    def mail_about(self, word: str) -> str:
        """Return the id of a mail to or about somebody."""
        for each in self.stage.mailbox.page(at_most=500).mails:
            if each.recipient.startswith(word):
                return each.send_id
        raise AssertionError(f"no mail to {word}")


@pytest.fixture(scope="module")
def campus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Campus]:
    stage = Stage(tmp_path_factory.mktemp("two"), MONDAY, LOGIN)
    stage.take(*people("northfield", "own", "Ada", "Ben", advisor_email=INES))
    stage.take(*people("northfield", "finch", "Finchada", "Finchben", advisor_email="else@example.org"))
    stage.take(*people("eastgate", "canary", "Canarada", "Canarben", advisor_email=INES))
    stage.work_until(MONDAY + 9 * DAY)
    campus = Campus(stage, stage.intouch.door())
    yield campus
    stage.close()


@pytest.fixture(scope="module")
def written(campus: Campus) -> dict[str, str]:
    """Return the ids of what staff wrote to many, by program."""
    found = {}
    for group, program in (("east", "eastgate"), ("north", "northfield")):
        asked = "talks=3%2B"
        answer = campus.visitor(group).post(f"/console/{program}/interventions/new", **{**LETTER, "asked": asked})
        assert answer.status_code == 303, answer.text
        found[program] = re.split(r"[/?]", answer.location)[4]
    campus.stage.work_until(campus.stage.clock.now + HOUR)
    return found


@pytest.fixture(scope="module")
def values(campus: Campus, written: dict[str, str]) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return what the parts of an address can be, for what must not be seen: of the other program, of other pairs."""
    fixed = {
        "rule": ("first-conversation", "help-institution"),
        "name": ("states", "talks", "connected", "mail"),
        "hash": ("0" * 64,),
        "token": ("nobody",),
        "look": ("ahead", "past"),
        "filename": ("console.css",),
        "anything": ("eastgate/nothing", "eastgate/mentorships/canary-m/nothing"),
        "kind": ("mentorships", "participants", "programs"),
    }
    return {
        "canary": {
            **fixed,
            "program": ("eastgate", "northfield"),
            "id": ("canary-m", "canary-a", "canary-b", "eastgate", written["eastgate"]),
            "send_id": (campus.mail_about("canary-a"), campus.mail_about("canary-b")),
        },
        "finch": {
            **fixed,
            "program": ("northfield",),
            "id": ("finch-m", "finch-a", "finch-b", "northfield", written["northfield"]),
            "send_id": (campus.mail_about("finch-a"), campus.mail_about("finch-b")),
        },
    }


FORMS: dict[str, dict[str, str]] = {
    "approve_intervention": {},
    "withdraw_intervention": {},
    "check_intervention": LETTER,
    "write_intervention": LETTER,
    "act": {"do": "acknowledge", "kind": "flag", "ref": "canary-f"},
    "show_names": {"show": "yes", "then": "/console/eastgate/mentorships"},
    "look_at_proposal": {},
    "end_session": {},
    "try_draft": {"path": "rules/x.yaml", "text": "rules: []"},
    "check_draft": {"path": "rules/x.yaml", "text": "rules: []"},
    "pass_gate": {"name": "kim"},
    "stop_rule": {},
    "resume_rule": {},
    "release_held": {},
    "drop_held": {},
}
LEAVES = {"sign_out"}
"""Ends the session; `test_login` has it."""
ASKED = (
    "",
    "?program=eastgate&q=canary&to=canary&group=canary-group&at=2026-03-03T15:00:00Z&asked=q%3Dcanary&advisor=ines%40example.org",
)


def rules_of(app: Flask) -> list[Rule]:
    return [each for each in app.url_map.iter_rules() if each.endpoint.startswith("console.")]


def addresses(rule: Rule, values: dict[str, tuple[str, ...]]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield every address of a route, with its parts. Fails where a part is not known here."""
    names = sorted(rule.arguments)
    unknown = [name for name in names if name not in values]
    assert not unknown, f"{rule.rule}: say in `values` what {unknown} can be, with ids of another program"
    for chosen in product(*(values[name] for name in names)):
        parts = dict(zip(names, chosen, strict=True))
        path = rule.rule
        for name, value in parts.items():
            path = re.sub(rf"<(?:[^<>]*:)?{name}>", value, path)
        yield path, parts


def walked(
    campus: Campus, visitor: Visitor, values: dict[str, tuple[str, ...]]
) -> Iterator[tuple[str, Rule, dict[str, str], TestResponse]]:
    """Yield every answer to everything that can be asked."""
    for rule in rules_of(campus.app):
        endpoint = rule.endpoint.removeprefix("console.")
        for path, parts in addresses(rule, values):
            if "GET" in (rule.methods or ()):
                for query in ASKED:
                    yield f"GET {path}{query}", rule, parts, visitor.get(path + query)
            if "POST" in (rule.methods or ()) and endpoint not in LEAVES:
                assert endpoint in FORMS, f"{path}: say in `FORMS` what it is sent, and what it must not do"
                yield f"POST {path} {FORMS[endpoint]}", rule, parts, visitor.post(path, **FORMS[endpoint])


def shown(answer: TestResponse, asked: str, words: tuple[str, ...]) -> list[str]:
    """Return which of the words an answer gives away. What was asked for itself is no secret to who asked."""
    headers = " ".join(value for name, value in answer.headers if name != "Location")
    text = f"{answer.text} {headers}".casefold()
    for each in set(re.findall(r"[\w-]*(?:canar|finch|eastgate)[\w-]*", f"{asked} {LETTER}".casefold())):
        text = re.sub(rf"(?<![\w-]){each}(?![\w-])", "", text)
    return [each for each in words if each in text]


def test_staff_of_one_program_never_see_anything_of_another(
    campus: Campus, values: dict[str, dict[str, tuple[str, ...]]]
) -> None:
    visitor, number = campus.visitor("north"), 0
    for asked, rule, parts, answer in walked(campus, visitor, values["canary"]):
        number += 1
        need = need_of(campus.app.view_functions[rule.endpoint])
        assert shown(answer, asked, ("canar", "eastgate")) == [], asked
        if parts.get("program") == "eastgate" or ("send_id" in parts):
            assert answer.status_code == 404, asked
        elif need is not None and need.where is Where.EVERYWHERE and need.permission is not None:
            assert answer.status_code == 403, asked
        assert answer.status_code != 500, asked
    assert number > 150


def test_an_advisor_never_sees_anybody_outside_their_caseload(
    campus: Campus, values: dict[str, dict[str, tuple[str, ...]]]
) -> None:
    visitor = campus.visitor("advisors", INES)
    assert "own-m" in visitor.get("/console/northfield/mentorships").text
    assert "own-m" in visitor.get("/console/northfield/mentorships.csv").text
    for words in ("canary", "finch"):
        for asked, _, parts, answer in walked(campus, visitor, values[words]):
            assert shown(answer, asked, ("canar", "finch", "eastgate")) == [], asked
            if parts.get("id", "").startswith(words) or "send_id" in parts:
                assert answer.status_code in (403, 404), asked
            assert answer.status_code != 500, asked


PERSONAL = ("finchada", "finchben", "finch-a@", "finch-b@")


def test_names_and_addresses_never_show_before_they_are_asked_for(
    campus: Campus, values: dict[str, dict[str, tuple[str, ...]]]
) -> None:
    visitor, seen = campus.visitor("all", names=False), 0
    for rule in rules_of(campus.app):
        for path, _ in addresses(rule, values["finch"]) if "GET" in (rule.methods or ()) else ():
            answer = visitor.get(path)
            seen += answer.status_code == 200
            assert [each for each in PERSONAL if each in answer.text.casefold()] == [], path
    assert seen > 25
    found = visitor.get("/console/northfield/mentorships?q=finchada").text
    assert "finch-m" not in found, "a search by a name that is masked tells whose it is"
    named = campus.visitor("all").get("/console/northfield/mentorships").text.casefold()
    assert "finchada" in named


def test_who_may_not_ask_for_names_is_shown_none(campus: Campus) -> None:
    visitor = campus.visitor("looking", names=False)
    assert "Show names" not in visitor.get("/console/northfield/mentorships").text
    assert visitor.post("/console/names", show="yes").status_code == 403
    assert visitor.get("/console/northfield/mentorships.csv").status_code == 403


def test_what_must_not_be_seen_is_there(campus: Campus, written: dict[str, str]) -> None:
    """Or the walks above would find nothing because there is nothing."""
    visitor = campus.visitor("all")
    for path in (
        "/console/eastgate/mentorships",
        "/console/eastgate/mentorships.csv",
        "/console/eastgate/participants/canary-a",
        "/console/eastgate/queue",
        "/console/eastgate/newsletter",
        f"/console/eastgate/interventions/{written['eastgate']}",
        f"/console/mail/{campus.mail_about('canary-a')}",
        f"/console/mail/{campus.mail_about('canary-a')}/html",
        "/console/mail",
        "/console/audit",
    ):
        answer = visitor.get(path)
        assert answer.status_code == 200, path
        assert "canar" in answer.text.casefold(), path
    assert "eastgate" in visitor.get("/console/").text


def test_what_was_not_allowed_did_not_happen(campus: Campus) -> None:
    """After the walks: no event of another program came from a page."""
    with campus.stage.intouch.store.reading() as snapshot:
        done = [row for _, row in snapshot.audit_page(["eastgate"], 2**62, 500) if row.who in ("u-north", "u-advisors")]
    assert done == []
