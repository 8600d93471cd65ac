"""Coming in by a printed link, staying, and leaving; forms that belong to a session; and what the audit keeps of it."""

import sqlite3

import pytest

from service.domain.calendar import HOUR, MINUTE
from service.flow.ports import Action, AuditRow
from service.flow.session_port import Origin
from service.flow.sessions import Arrival
from tests.console.site import MONDAY, Site, read
from tests.console.visitor import OWN, Visitor
from tests.flow.events import pair

PAGE = "/console/northfield/mentorships/m-1"


@pytest.fixture
def one(empty: Site) -> Site:
    """A program with one pair."""
    empty.stage.take(*pair(MONDAY))
    empty.stage.work_until(MONDAY)
    return empty


def audit(site: Site, action: Action) -> list[AuditRow]:
    with site.stage.intouch.store.reading() as snapshot:
        return list(snapshot.audit(action))


@pytest.mark.parametrize("path", ["/console/", PAGE, "/console/mail", "/console/nothing", "/console/audit"])
def test_a_stranger_sees_nothing_but_how_to_come_in(one: Site, path: str) -> None:
    answer = Visitor(one.app).get(path)
    assert answer.status_code == 401
    assert "intouch console" in answer.text
    assert not {"northfield", "Ada", "m-1"} & set(answer.text.split())
    assert [href for _, href in read(answer.text).links if "mail" in href or "rules" in href] == []


def test_a_link_lets_one_person_in_once(one: Site) -> None:
    link = f"/console/enter/{one.stage.intouch.sessions.print_link()}"
    first, second = Visitor(one.app), Visitor(one.app)
    assert first.client.head(link, headers={"Host": "127.0.0.1:8080"}).status_code == 200
    answer = first.get(link)
    assert answer.status_code == 303
    (cookie,) = (each for each in answer.headers.getlist("Set-Cookie") if each.startswith("intouch-console="))
    assert {"HttpOnly", "SameSite=Lax", "Path=/console"} <= {each.strip() for each in cookie.split(";")}
    assert second.get(link).status_code == 410
    assert first.get(PAGE).status_code == 200
    assert second.get(PAGE).status_code == 401


def test_a_link_that_is_older_than_an_hour_lets_nobody_in(one: Site) -> None:
    token = one.stage.intouch.sessions.print_link()
    one.stage.clock.now += HOUR + 1
    assert Visitor(one.app).get(f"/console/enter/{token}").status_code == 410


@pytest.mark.parametrize("token", ["x", "0" * 43, "%00", "é"])
def test_what_was_never_printed_lets_nobody_in(one: Site, token: str) -> None:
    assert Visitor(one.app).get(f"/console/enter/{token}").status_code == 410


def test_a_new_way_in_ends_the_session_before_it(one: Site) -> None:
    visitor = Visitor(one.app).enter(one.stage.intouch.sessions)
    former = dict(visitor.cookies)
    visitor.enter(one.stage.intouch.sessions)
    assert visitor.cookies != former
    visitor.cookies = former
    assert visitor.get(PAGE).status_code == 401


def test_the_store_keeps_nothing_that_lets_anybody_in(one: Site) -> None:
    link = one.stage.intouch.sessions.print_link()
    visitor = Visitor(one.app).enter(one.stage.intouch.sessions)
    kept = "\n".join(sqlite3.connect(one.stage.folder / "intouch.db").iterdump())
    assert "CREATE TABLE sessions" in kept
    for secret in (link, visitor.cookies["intouch-console"], visitor.token()):
        assert secret not in kept
        assert secret.encode().hex() not in kept.casefold()


@pytest.mark.parametrize("forged", [{"csrf": ""}, {"csrf": "0" * 64}])
def test_a_form_without_the_token_of_its_session_does_nothing(one: Site, forged: dict[str, str]) -> None:
    visitor = Visitor(one.app).enter(one.stage.intouch.sessions, names=False)
    assert visitor.post("/console/names", show="yes", **forged).status_code == 403
    assert "Show names" in visitor.get("/console/").text
    assert visitor.post("/console/sign-out", **forged).status_code == 403
    assert visitor.get("/console/").status_code == 200


def test_the_token_of_another_session_does_nothing_here(one: Site) -> None:
    mine, other = (Visitor(one.app).enter(one.stage.intouch.sessions) for _ in range(2))
    assert mine.post("/console/sign-out", csrf=other.token()).status_code == 403


def test_each_form_of_each_page_carries_the_token(site: Site) -> None:
    for path in ("/console/", "/console/northfield", "/console/northfield/queue", f"{PAGE}", "/console/sessions"):
        html = site.get(path).text
        forms = [each.partition("</form>")[0] for each in html.split("<form")[1:]]
        posted = [each for each in forms if 'method="post"' in each]
        assert posted
        assert all(f'name="csrf" value="{site.visitor.token()}"' in each for each in posted), path


def test_a_stranger_who_sends_a_form_is_asked_to_come_in(one: Site) -> None:
    assert Visitor(one.app).post("/console/names", OWN, show="yes").status_code == 401


def test_names_show_when_they_are_asked_for_and_hide_again(one: Site) -> None:
    visitor = Visitor(one.app).enter(one.stage.intouch.sessions, names=False)
    assert "Ada" not in visitor.get(PAGE).text
    there = visitor.post("/console/names", show="yes", then=PAGE).location
    assert there == PAGE
    assert "Ada" in visitor.get(PAGE).text
    visitor.post("/console/names", show="no")
    assert "Ada" not in visitor.get(PAGE).text
    visitor.post("/console/names", show="yes")
    one.stage.clock.now += 31 * MINUTE
    assert "Ada" not in visitor.get(PAGE).text
    assert len(audit(one, Action.NAMES_SHOWN)) == 2


def test_each_look_at_a_person_is_in_the_audit_without_their_name(one: Site) -> None:
    visitor = Visitor(one.app).enter(one.stage.intouch.sessions)
    visitor.get(PAGE)
    visitor.get("/console/northfield/participants/ada")
    assert [each.about for each in audit(one, Action.PERSON_SEEN)] == ["participants/ada", "mentorships/m-1"]
    visitor.get("/console/northfield/mentorships")
    visitor.get("/console/northfield/mentorships.csv?q=Ada")
    mail = one.stage.mailbox.page(at_most=1).mails[0].send_id
    visitor.get(f"/console/mail/{mail}")
    assert audit(one, Action.PEOPLE_LISTED)[0].detail["shown"] == ["mentorships/m-1"]
    assert audit(one, Action.PEOPLE_EXPORTED)[0].detail["rows"] == 1
    assert audit(one, Action.MAIL_READ)[0].about == f"mail/{mail}"
    with one.stage.intouch.store.reading() as snapshot:
        everything = [row for _, row in snapshot.audit_page(None, 2**62, 100)]
    assert {each.who for each in everything if each.program} == {"local"}
    assert not any(word in str(everything) for word in ("Ada", "Ben", "@"))


def test_a_list_whose_names_are_masked_is_no_look_at_anybody(one: Site) -> None:
    visitor = Visitor(one.app).enter(one.stage.intouch.sessions, names=False)
    assert "m-1" in visitor.get("/console/northfield/mentorships").text
    assert audit(one, Action.PEOPLE_LISTED) == []


def test_an_admin_reads_the_audit_and_ends_a_session_at_once(one: Site) -> None:
    sessions = one.stage.intouch.sessions
    admin, other = (Visitor(one.app).enter(sessions) for _ in range(2))
    other.get(PAGE)
    page = read(admin.get("/console/audit").text)
    assert "local looked at mentorships/m-1" in page.text
    with one.stage.intouch.store.reading() as snapshot:
        theirs = next(each.id for each in snapshot.sessions() if each.id in admin.get("/console/sessions").text)
        ids = [each.id for each in snapshot.sessions()]
    assert theirs in ids
    for each in ids:
        visitor = admin if admin.get(PAGE).status_code == 200 else other
        if visitor.get(PAGE).status_code == 200:
            visitor.post(f"/console/sessions/{each}/end")
    assert {admin.get(PAGE).status_code, other.get(PAGE).status_code} == {401}
    assert len(audit(one, Action.SESSION_ENDED)) == 2


def test_who_may_end_no_session_is_refused(one: Site) -> None:
    token = one.stage.intouch.sessions.begin(Origin.LOGIN, Arrival(person="u-1", values=("nothing",)))
    visitor = Visitor(one.app)
    visitor.cookies["intouch-console"] = token
    assert visitor.get("/console/sessions").status_code == 403
    assert visitor.post("/console/sessions/x/end").status_code == 403
    assert visitor.get(PAGE).status_code == 404
