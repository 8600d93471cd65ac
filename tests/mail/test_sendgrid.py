"""SendGrid: what it is asked, and what each of its replies means, against one of our own that can misbehave."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from service.adapters.mail.sendgrid import SendGridAccount, SendGridMailer
from service.adapters.mail.sendgrid_payload import payload
from service.domain.errors import OperatorError, ProviderError
from service.flow.mail_port import Fate
from tests.mail.emails import email
from tests.mail.fake_sendgrid import CHECK, CUT, KEY, SILENCE, FakeSendGrid, Reply, fake_sendgrid
from tests.ports import free_port

NOW_S = 1_772_460_000.0


@pytest.fixture(name="fake")
def _fake() -> Iterator[FakeSendGrid]:
    with fake_sendgrid() as running:
        yield running


def mailer_to(url: str, **waits: float) -> SendGridMailer:
    return SendGridMailer(SendGridAccount(host=url, read_key=lambda: KEY), lambda: NOW_S, **waits)


def error_of(fake: FakeSendGrid, reply: Reply, **waits: float) -> ProviderError:
    fake.replies.append(reply)
    mailer = mailer_to(fake.url, **waits)
    with pytest.raises(ProviderError) as caught:
        mailer.send(email())
    mailer.close()
    return caught.value


def test_an_email_is_taken_once_with_its_id_and_nothing_else_that_tells_of_people(fake: FakeSendGrid) -> None:
    mailer = mailer_to(fake.url)
    assert mailer.send(email(headers=(("List-Id", "northfield"),))) == "sg-1"
    mailer.close()
    (taken,) = fake.accepted
    (to,) = taken["personalizations"]
    assert to["to"] == [{"email": "jonas@example.org", "name": "Jonas Lindqvist"}]
    assert to["custom_args"] == {"send_id": "s-01JNB"}
    assert to["headers"]["Message-ID"] == "<s-01JNB@northfield.example.org>"
    assert to["headers"]["List-Id"] == "northfield"
    assert [each["type"] for each in taken["content"]] == ["text/plain", "text/html"]
    assert not {"categories", "custom_args", "mail_settings"} & taken.keys()
    assert taken["tracking_settings"]["open_tracking"] == {"enable": False}
    assert taken["tracking_settings"]["click_tracking"]["enable"] is False


def test_nothing_breaks_out_of_a_name_or_subject() -> None:
    """No line break, and none of the signs that SendGrid refuses in names."""
    hostile = 'Eve\r\nBcc: all@example.org, "x"; y\u2028z'
    asked = payload(email(to_name=hostile, from_name=hostile, subject=hostile), sandbox=False)
    assert not list(CHECK.iter_errors(asked))
    to = asked["personalizations"][0]["to"][0]
    for name in (to["name"], asked["from"]["name"]):
        assert not set("\r\n\u2028,;") & set(name)
    assert not set("\r\n\u2028") & set(asked["subject"])
    assert to["email"] == "jonas@example.org"


@pytest.mark.parametrize("address", ["a@example.org,b@example.org", "Eve <eve@example.org>", "eve", "a b@example.org"])
def test_only_one_plain_address_is_asked_for(fake: FakeSendGrid, address: str) -> None:
    with pytest.raises(ProviderError):
        mailer_to(fake.url).send(email(to=address))
    assert fake.accepted == []


def test_the_sandbox_checks_and_sends_nothing(fake: FakeSendGrid) -> None:
    fake.replies.append(Reply(200))
    account = SendGridAccount(host=fake.url, read_key=lambda: KEY, sandbox=True)
    SendGridMailer(account, lambda: NOW_S).send(email())
    assert payload(email(), sandbox=True)["mail_settings"] == {"sandbox_mode": {"enable": True}}


TEMPORARY, PERMANENT, UNKNOWN = (True, False), (False, False), (True, True)


@pytest.mark.parametrize(
    ("reply", "outcome", "rest_s"),
    [
        (Reply(400), PERMANENT, None),
        (Reply(413), PERMANENT, None),
        (Reply(404), PERMANENT, None),
        (Reply(401), TEMPORARY, 300.0),
        (Reply(403), TEMPORARY, 300.0),
        (Reply(429, headers={"X-RateLimit-Reset": str(int(NOW_S) + 42)}), TEMPORARY, 42.0),
        (Reply(429, headers={"X-RateLimit-Reset": "soon"}), TEMPORARY, 30.0),
        (Reply(429, headers={"X-RateLimit-Reset": str(int(NOW_S) - 9)}), TEMPORARY, 1.0),
        (Reply(429, headers={"X-RateLimit-Reset": "99999999999"}), TEMPORARY, 3600.0),
        (Reply(429), TEMPORARY, 30.0),
        (Reply(503), TEMPORARY, None),
        (Reply(500), UNKNOWN, None),
        (Reply(502), UNKNOWN, None),
        (Reply(504, taken=True), UNKNOWN, None),
        (Reply(302, headers={"Location": "http://elsewhere.example.org/"}), UNKNOWN, None),
        (Reply(CUT), UNKNOWN, None),
        (Reply(CUT, taken=True), UNKNOWN, None),
    ],
    ids=lambda each: str(each.what) if isinstance(each, Reply) else None,
)
def test_each_reply_has_its_class(
    fake: FakeSendGrid, reply: Reply, outcome: tuple[bool, bool], rest_s: float | None
) -> None:
    error = error_of(fake, reply)
    assert (error.temporary, error.unknown) == outcome
    assert error.retry_after_s == rest_s


def test_silence_is_not_waited_out(fake: FakeSendGrid) -> None:
    error = error_of(fake, Reply(SILENCE, taken=True), answer_s=0.2)
    assert (error.temporary, error.unknown) == UNKNOWN


def test_a_server_that_is_not_there_may_be_asked_again() -> None:
    with pytest.raises(ProviderError) as caught:
        mailer_to(f"http://127.0.0.1:{free_port()}").send(email())
    assert (caught.value.temporary, caught.value.unknown) == TEMPORARY


def test_what_is_wrong_is_named_by_field_and_without_its_words(fake: FakeSendGrid) -> None:
    said = {"errors": [{"message": "jonas@example.org is bad", "field": "personalizations.0.to.0.email"}]}
    error = error_of(fake, Reply(400, body=json.dumps(said).encode()))
    assert "personalizations.0.to.0.email" in str(error)
    assert "jonas" not in str(error)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"errors": 3}', b'{"errors": ["x"]}', b"\xff"])
def test_a_refusal_in_strange_words_is_a_refusal(fake: FakeSendGrid, body: bytes) -> None:
    assert not error_of(fake, Reply(400, body=body)).temporary


def test_the_key_is_read_anew_for_every_email_and_never_shown(fake: FakeSendGrid) -> None:
    keys = iter(["SG.old", "SG.new", "SG.wrong"])
    mailer = SendGridMailer(SendGridAccount(host=fake.url, read_key=lambda: next(keys)), lambda: NOW_S)
    for key in ("SG.old", "SG.new"):
        fake.key = key
        mailer.send(email())
    with pytest.raises(ProviderError) as caught:
        mailer.send(email())
    assert "INTOUCH_SENDGRID_KEY" in str(caught.value)
    assert "SG." not in str(caught.value)


def test_a_key_that_cannot_be_read_makes_the_channel_rest(fake: FakeSendGrid) -> None:
    def gone() -> str:
        raise OperatorError("INTOUCH_SENDGRID_KEY_FILE names a file that cannot be read.")

    with pytest.raises(ProviderError, match="cannot be read") as caught:
        SendGridMailer(SendGridAccount(host=fake.url, read_key=gone), lambda: NOW_S).send(email())
    assert (caught.value.temporary, caught.value.unknown) == TEMPORARY
    assert fake.accepted == []


def test_one_connection_carries_many_emails(fake: FakeSendGrid) -> None:
    mailer = mailer_to(fake.url)
    for number in range(5):
        mailer.send(email(send_id=f"s-{number}"))
    mailer.close()
    assert (len(fake.accepted), fake.connections) == (5, 1)


def test_it_cannot_be_asked_what_became_of_an_email(fake: FakeSendGrid) -> None:
    assert mailer_to(fake.url).settle("s-1") is Fate.UNKNOWN


def test_the_published_description_would_find_a_mistake() -> None:
    asked: dict[str, Any] = payload(email(), sandbox=False)
    assert not list(CHECK.iter_errors(asked))
    assert list(CHECK.iter_errors({**asked, "subject": ""}))
    assert list(CHECK.iter_errors({**asked, "from": {}}))
