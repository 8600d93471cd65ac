"""Signing in through a real provider over real HTTP: what it says holds, and what anybody bends of it opens nothing."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from joserfc.jwk import OctKey, RSAKey
from werkzeug.test import TestResponse

from service.domain.calendar import HOUR, MINUTE
from service.flow.ports import Action
from tests.console.site import MONDAY, campus
from tests.console.visitor import Visitor
from tests.flow.stage import Stage
from tests.login.provider import CLIENT, SECRET, Bend, Idp, provider

STAFF = {"sub": "u-7", "name": "Sam Stone", "groups": ["mentoring-staff", "chess"]}
URL = "http://127.0.0.1:8080"


@pytest.fixture(scope="module")
def idp() -> Iterator[Idp]:
    with provider() as running:
        yield running


@pytest.fixture(scope="module")
def stage(idp: Idp, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("campus")
    campus(folder).close()
    settings = {
        "INTOUCH_OIDC_ISSUER": idp.url,
        "INTOUCH_OIDC_CLIENT_ID": CLIENT,
        "INTOUCH_OIDC_CLIENT_SECRET": SECRET,
        "INTOUCH_OIDC_ROLES": "mentoring-staff = northfield:staff; advisors = northfield:advisor; cn=all = *:admin",
    }
    opened = Stage(folder, MONDAY, settings)
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def honest(idp: Idp) -> None:
    """Let the provider say what is so."""
    idp.somebody, idp.bend, idp.signs_with, idp.metadata = dict(STAFF), lambda claims: claims, None, {}


@pytest.fixture
def visitor(stage: Stage) -> Visitor:
    return Visitor(stage.intouch.door())


def gone(visitor: Visitor, then: str = "/console/mail") -> str:
    """Go to the provider and sign in there; return the address to which it sends back."""
    sent = visitor.get("/console/sign-in/go?" + urlencode({"then": then}))
    assert sent.status_code == 303
    answer = requests.get(sent.location, allow_redirects=False, timeout=20)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"].removeprefix(URL)


def come_in(visitor: Visitor, then: str = "/console/mail") -> TestResponse:
    return visitor.get(gone(visitor, then))


def test_a_stranger_is_sent_to_the_provider_and_comes_back_to_where_they_wanted(visitor: Visitor) -> None:
    wanted = "/console/northfield/mentorships?state=new"
    first = visitor.get(wanted)
    assert (first.status_code, urlsplit(first.location).path) == (303, "/console/sign-in/go")
    then = parse_qs(urlsplit(first.location).query)["then"][0]
    assert then == wanted
    answer = come_in(visitor, then)
    assert (answer.status_code, answer.location) == (303, wanted)
    page = visitor.get(wanted)
    assert page.status_code == 200
    assert "Sam Stone" in page.text


def test_what_is_asked_of_the_provider_is_bound_to_this_browser_and_this_request(visitor: Visitor) -> None:
    asked = parse_qs(urlsplit(visitor.get("/console/sign-in/go").location).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [f"{URL}/console/sign-in/back"]
    assert asked["response_type"] == ["code"]
    assert {"state", "nonce", "code_challenge"} <= asked.keys()
    assert visitor.cookies["intouch-console-state"] == asked["state"][0]


def test_what_the_roles_give_is_seen_and_nothing_else(visitor: Visitor) -> None:
    come_in(visitor)
    assert visitor.get("/console/northfield/mentorships").status_code == 200
    assert visitor.get("/console/eastgate/mentorships").status_code == 404
    assert visitor.get("/console/audit").status_code == 403
    assert visitor.get("/console/rules").status_code == 403


def test_who_has_no_role_is_not_let_in(visitor: Visitor, idp: Idp) -> None:
    idp.somebody = {"sub": "u-9", "groups": ["chess"]}
    answer = come_in(visitor)
    assert answer.status_code == 403
    assert "have no role here yet" in answer.text
    assert "intouch-console" not in visitor.cookies


def later(**claims: Any) -> Bend:
    return lambda said: {name: value for name, value in {**said, **claims}.items() if value is not None}


NOW = int(time.time())


@pytest.mark.parametrize(
    "bend",
    [
        pytest.param(later(exp=NOW - 600, iat=NOW - 900), id="expired"),
        pytest.param(later(iss="http://127.0.0.1:1"), id="another issuer"),
        pytest.param(later(aud="another-client"), id="for another client"),
        pytest.param(later(aud="another-client", azp=CLIENT), id="for another client, given to us"),
        pytest.param(later(nonce="of another request"), id="of another request"),
        pytest.param(later(nonce=None), id="of no request"),
        pytest.param(later(exp=None), id="for ever"),
        pytest.param(later(sub=None), id="of nobody"),
    ],
)
def test_a_token_that_is_not_for_this_request_opens_nothing(visitor: Visitor, idp: Idp, bend: Bend) -> None:
    idp.bend = bend
    refused(come_in(visitor), visitor)


@pytest.mark.parametrize(
    ("key", "header"),
    [
        (RSAKey.generate_key(2048, {"kid": "1"}), {"alg": "RS256", "kid": "1"}),
        (RSAKey.generate_key(2048, {"kid": "2"}), {"alg": "RS256", "kid": "2"}),
        (OctKey.import_key(SECRET), {"alg": "HS256", "kid": "1"}),
    ],
    ids=["another's key", "a key that is not the provider's", "the client's secret"],
)
def test_a_forged_token_opens_nothing(visitor: Visitor, idp: Idp, key: Any, header: dict[str, str]) -> None:
    idp.signs_with, idp.bend = key, later(header=header)
    refused(come_in(visitor), visitor)


def test_a_code_that_another_browser_brought_back_opens_nothing(visitor: Visitor, stage: Stage) -> None:
    back = gone(visitor)
    other = Visitor(stage.intouch.door())
    refused(other.get(back), other)
    visitor.get("/console/sign-in/go")  # now this browser is at another sign-in
    refused(visitor.get(back), visitor)


def test_what_came_back_once_opens_nothing_again(visitor: Visitor) -> None:
    back = gone(visitor)
    state = visitor.cookies["intouch-console-state"]
    assert visitor.get(back).status_code == 303
    visitor.cookies = {"intouch-console-state": state}
    refused(visitor.get(back), visitor)


def test_a_sign_in_that_took_too_long_opens_nothing(visitor: Visitor, stage: Stage) -> None:
    back = gone(visitor)
    stage.clock.now += 11 * MINUTE
    refused(visitor.get(back), visitor)


@pytest.mark.parametrize("query", ["", "?code=x", "?state=x", "?state=&code=x", "?error=access_denied&state=x"])
def test_whatever_else_comes_back_opens_nothing(visitor: Visitor, query: str) -> None:
    refused(visitor.get(f"/console/sign-in/back{query}"), visitor)


def test_a_code_is_good_for_who_began_only(visitor: Visitor, idp: Idp) -> None:
    back = gone(visitor)
    for code in idp.codes.values():
        code.code_challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    refused(visitor.get(back), visitor)


def refused(answer: TestResponse, visitor: Visitor) -> None:
    assert answer.status_code == 403, answer.text
    assert "You are not signed in" in answer.text
    assert "Traceback" not in answer.text
    assert "intouch-console" not in visitor.cookies


def test_a_provider_that_is_away_is_told_with_what_to_do(stage: Stage) -> None:
    with provider() as other:
        gone_url = other.url
    settings = {"INTOUCH_OIDC_ISSUER": gone_url, "INTOUCH_OIDC_CLIENT_ID": "x", "INTOUCH_OIDC_ROLES": "a = *:admin"}
    away = Stage(stage.folder, MONDAY, settings)
    answer = Visitor(away.intouch.door()).get("/console/sign-in/go")
    away.close()
    assert answer.status_code == 503
    assert "cannot be reached. Try again in a moment" in answer.text


def test_a_provider_that_calls_itself_otherwise_is_not_believed(stage: Stage) -> None:
    with provider() as other:
        other.metadata = {"issuer": "https://login.example.org"}
        settings = {
            "INTOUCH_OIDC_ISSUER": other.url,
            "INTOUCH_OIDC_CLIENT_ID": "x",
            "INTOUCH_OIDC_ROLES": "a = *:admin",
        }
        wrong = Stage(stage.folder, MONDAY, settings)
        answer = Visitor(wrong.intouch.door()).get("/console/sign-in/go")
        wrong.close()
    assert answer.status_code == 503
    assert "calls itself otherwise" in answer.text


def test_signing_out_ends_it_here_and_leads_to_the_provider(visitor: Visitor, idp: Idp) -> None:
    come_in(visitor)
    kept = dict(visitor.cookies)
    answer = visitor.post("/console/sign-out")
    assert answer.status_code == 200
    assert f"{idp.url}/end?" in answer.text
    assert "intouch-console" not in visitor.cookies
    visitor.cookies = kept
    assert visitor.get("/console/mail").status_code == 303


def test_a_printed_link_lets_nobody_in_where_a_provider_knows_staff(visitor: Visitor, stage: Stage) -> None:
    assert stage.intouch.entry_link() is None
    assert visitor.get(f"/console/enter/{stage.intouch.sessions.print_link()}").status_code == 404


@pytest.mark.parametrize(
    "then", ["https://evil.example.com/", "//evil.example.com", "/evil", "/console/\\evil", "/console\n/"]
)
def test_nobody_is_led_elsewhere_after_signing_in(visitor: Visitor, then: str) -> None:
    assert come_in(visitor, then).location == "/console/"


def test_what_the_settings_no_longer_give_is_gone_at_the_next_start(visitor: Visitor, stage: Stage) -> None:
    come_in(visitor)
    others = {"INTOUCH_OIDC_ROLES": "somebody-else = *:admin"}
    anew = Stage(stage.folder, stage.clock.now, {**stage.environment, **others})
    later_on = Visitor(anew.intouch.door())
    later_on.cookies = visitor.cookies
    assert later_on.get("/console/northfield/mentorships").status_code == 404
    anew.close()


def test_the_audit_knows_who_came_by_an_id_alone(visitor: Visitor, stage: Stage) -> None:
    come_in(visitor)
    with stage.intouch.store.reading() as snapshot:
        (newest, *_) = snapshot.audit(Action.SIGNED_IN)
    assert newest.who == "u-7"
    assert "Sam" not in str(newest)


def test_an_advisor_is_known_by_a_verified_address_alone(visitor: Visitor, idp: Idp) -> None:
    advisor = {"sub": "u-3", "groups": ["advisors"], "email": "ines@example.org"}
    for verified, status in ((True, 200), (False, 404), (None, 404)):
        idp.somebody = {**advisor, "email_verified": verified}
        come_in(visitor)
        assert visitor.get("/console/northfield/mentorships").status_code == status


def test_a_session_ends_by_idleness_and_by_age(visitor: Visitor, stage: Stage) -> None:
    come_in(visitor)
    stage.clock.now += 2 * HOUR - 1
    assert visitor.get("/console/mail").status_code == 200
    stage.clock.now += 2 * HOUR
    assert visitor.get("/console/mail").status_code == 303
    come_in(visitor)
    for _ in range(11):
        stage.clock.now += HOUR
        assert visitor.get("/console/mail").status_code == 200
    stage.clock.now += HOUR
    assert visitor.get("/console/mail").status_code == 303


def test_over_https_the_cookie_is_for_this_host_alone(stage: Stage) -> None:
    secure = Stage(stage.folder, MONDAY, {**stage.environment, "INTOUCH_CONSOLE_URL": "https://mentoring.example.org"})
    answer = Visitor(secure.intouch.door()).get("/console/sign-in/go", "mentoring.example.org")
    secure.close()
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-")
    said = {each.strip().lower() for each in cookie.split(";")}
    assert {"secure", "httponly", "samesite=lax", "path=/"} <= said
