"""Settings: a misspelt name stops Intouch; names that Kubernetes puts there do not."""

import re

import pytest

from service.domain.access import ConsoleRole
from service.domain.errors import OperatorError
from service.settings import read_settings, refuse_open_door

# As Kubernetes injects them into pods beside Services called intouch, intouch-serve and others, the first with a
# port that is called http: https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
FROM_KUBERNETES = {
    "INTOUCH_SERVICE_HOST": "10.0.0.11",
    "INTOUCH_SERVICE_PORT": "8080",
    "INTOUCH_SERVICE_PORT_HTTP": "8080",
    "INTOUCH_PORT": "tcp://10.0.0.11:8080",
    "INTOUCH_PORT_8080_TCP": "tcp://10.0.0.11:8080",
    "INTOUCH_PORT_8080_TCP_PROTO": "tcp",
    "INTOUCH_PORT_8080_TCP_PORT": "8080",
    "INTOUCH_PORT_8080_TCP_ADDR": "10.0.0.11",
    "INTOUCH_PORT_53_UDP": "udp://10.0.0.11:53",
    "INTOUCH_SERVE_SERVICE_HOST": "10.0.0.12",
    "INTOUCH_SERVE_PORT": "tcp://10.0.0.12:80",
    "INTOUCH_SERVE_PORT_80_TCP_ADDR": "10.0.0.12",
    "INTOUCH_HTTP_SERVICE_HOST": "10.0.0.13",
    "INTOUCH_HTTP_PORT": "tcp://10.0.0.13:80",
    "INTOUCH_CONSOLE_PORT": "tcp://10.0.0.14:80",
    "INTOUCH_METRICS_PORT": "tcp://10.0.0.14:80",
}


def test_names_that_kubernetes_injects_are_let_be_and_change_nothing() -> None:
    plain, beside = read_settings({}), read_settings(FROM_KUBERNETES)
    assert (beside.http, beside.database_url, beside.public_url) == (plain.http, plain.database_url, plain.public_url)


@pytest.mark.parametrize("name", FROM_KUBERNETES)
def test_each_of_them_alone_is_let_be(name: str) -> None:
    read_settings({name: FROM_KUBERNETES[name]})


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("INTOUCH_DATABSE_URL", "INTOUCH_DATABASE_URL"),
        ("INTOUCH_DATABASE_URL_FIL", "INTOUCH_DATABASE_URL_FILE"),
        ("INTOUCH_HTTPS", "INTOUCH_HTTP"),
        ("INTOUCH_PORT", "Known are: INTOUCH_APPROVE_ABOVE, "),
    ],
)
def test_a_name_that_nobody_injects_stops_it_with_a_hint(name: str, meant: str) -> None:
    with pytest.raises(OperatorError, match=f"{name} is no setting of Intouch") as told:
        read_settings({name: "8080"})
    assert meant in str(told.value)


LOGIN = {
    "INTOUCH_OIDC_ISSUER": "https://login.example.org/realms/campus",
    "INTOUCH_OIDC_CLIENT_ID": "intouch",
    "INTOUCH_OIDC_ROLES": "cn=staff,ou=people = northfield:staff, eastgate:viewer; admins = *:admin",
}


def test_a_provider_of_logins_gives_roles_by_what_it_says_of_people() -> None:
    login = read_settings(LOGIN).login
    assert login is not None
    assert login.roles == {
        "cn=staff,ou=people": {"northfield": {ConsoleRole.STAFF}, "eastgate": {ConsoleRole.VIEWER}},
        "admins": {"*": {ConsoleRole.ADMIN}},
    }
    assert read_settings({}).login is None


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"INTOUCH_OIDC_ISSUER": "http://login.example.org"}, "must begin with https://"),
        ({"INTOUCH_OIDC_ISSUER": ""}, "OIDC_CLIENT_ID is set and INTOUCH_OIDC_ISSUER is not"),
        ({"INTOUCH_OIDC_CLIENT_ID": ""}, "INTOUCH_OIDC_CLIENT_ID is not set"),
        ({"INTOUCH_OIDC_ROLES": ""}, "nobody could see anything"),
        ({"INTOUCH_OIDC_ROLES": "staff"}, "is not of the form VALUE = PROGRAM:ROLE"),
        ({"INTOUCH_OIDC_ROLES": "staff = northfield:boss"}, "and one of viewer, advisor, staff, approver, admin"),
        ({"INTOUCH_OIDC_SCOPES": "profile"}, "must name openid"),
    ],
)
def test_what_is_wrong_with_a_provider_is_said_in_a_sentence(more: dict[str, str], said: str) -> None:
    with pytest.raises(OperatorError, match=re.escape(said)):
        read_settings({**LOGIN, **more})


def test_a_login_is_never_sent_over_http_but_within_this_machine() -> None:
    refuse_open_door(read_settings(LOGIN), has_publishers=True)
    outside = {**LOGIN, "INTOUCH_CONSOLE_HTTP": "0.0.0.0:8082", "INTOUCH_CONSOLE_URL": "http://mentoring.example.org"}
    with pytest.raises(
        OperatorError, match=r"INTOUCH_CONSOLE_URL is http://mentoring.example.org, and a login over http"
    ):
        refuse_open_door(read_settings(outside), has_publishers=True)
    refuse_open_door(
        read_settings({**outside, "INTOUCH_CONSOLE_URL": "https://mentoring.example.org"}), has_publishers=True
    )
