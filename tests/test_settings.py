"""Settings: a misspelt name stops Intouch; names that Kubernetes puts there do not."""

import pytest

from service.domain.errors import OperatorError
from service.settings import read_settings

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
