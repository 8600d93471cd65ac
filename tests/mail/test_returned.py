"""What mail servers write of mail that came back, read; and what strangers may write, which breaks nothing."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.adapters.mail.returned import read_returned
from service.domain.calendar import parse_rfc3339
from service.flow.feedback import What
from service.flow.returned import Returned
from tests.mail.returned import AWAY, BEN, EXCHANGE, EXIM_OLD, GMAIL, QMAIL, SEND, report

AT = parse_rfc3339("2026-03-02T15:05:00Z")


def told(what: What, detail: str, *addresses: str) -> Returned:
    return Returned(send_id=SEND, what=what, at=AT, addresses=frozenset(addresses or (BEN,)), detail=detail)


@pytest.mark.parametrize(
    ("message", "expected"),
    {
        "postfix": (report("5.1.1", "smtp; 550 5.1.1 <ben@example.org>: no such mailbox"), ("5.1.1",)),
        "exim, with no code of its own": (report("5.0.0", "smtp; 550 No such user here"), ("5.0.0",)),
        "exim, whose server says more": (report("5.0.0", "smtp; 550-5.1.1 nobody\n 550 5.1.1 here"), ("5.1.1",)),
        "exim, before it wrote reports": (EXIM_OLD, ("550",)),
        "qmail": (QMAIL, ("5.1.1",)),
        "exchange": (EXCHANGE, ("5.1.10", "Ben@Example.org", "ben.gone@example.org")),
        "gmail": (GMAIL, ("5.1.1",)),
        "a domain that is not there": (report("5.4.4", "X-Postfix; Host or domain name not found"), ("5.4.4",)),
    }.values(),
)
def test_an_address_that_takes_no_mail(message: bytes, expected: tuple[str, ...]) -> None:
    assert read_returned(message) == [told(What.BOUNCED, *expected)]


@pytest.mark.parametrize(
    ("status", "diagnostic"),
    [
        ("5.2.2", "smtp; 552 5.2.2 mailbox full"),
        ("5.7.1", "smtp; 550 5.7.1 we take nothing from you"),
        ("5.0.0", "smtp; 550 5.7.26 not authenticated"),
        ("4.4.7", "smtp; 450 4.1.1 unknown user, tried for five days"),
        ("5.4.4", "X-Postfix; unable to look up host: try again"),
        ("5.3.4", "smtp; 552 5.3.4 too big"),
    ],
)
def test_what_says_nothing_about_the_address_blocks_nothing(status: str, diagnostic: str) -> None:
    assert [each.what for each in read_returned(report(status, diagnostic))] == [What.REFUSED]


@pytest.mark.parametrize(
    ("action", "what"), [("delayed", What.DEFERRED), ("delivered", What.DELIVERED), ("Relayed", What.TAKEN)]
)
def test_other_reports_say_what_they_say(action: str, what: What) -> None:
    assert [each.what for each in read_returned(report("4.4.1", "smtp; later", action=action))] == [what]


def test_an_automatic_reply_is_no_report() -> None:
    assert read_returned(AWAY) == []


def test_a_report_about_nothing_of_ours_says_nothing() -> None:
    assert read_returned(report("5.1.1", "smtp; 550 5.1.1 gone", copy="Subject: x\n")) == []


HOSTILE = {
    "nothing": b"",
    "noise": bytes(range(256)) * 50,
    "many parts": b"Content-Type: multipart/report; boundary=B\n\n" + b"--B\n\nx\n" * 20_000,
    "nested deeply": b"".join(b"Content-Type: multipart/mixed; boundary=%d\n\n--%d\n" % (n, n) for n in range(3_000)),
    "a field of a megabyte": b"From: MAILER-DAEMON " + b"a@b" * 400_000 + b"\n\n550 5.1.1",
    "an unknown charset": report("5.1.1", "smtp; 550 5.1.1").replace(b"us-ascii", b"no-such"),
    "a date of no calendar": report("5.1.1", "smtp; 550 5.1.1", date="Fri, 99 Foo 99999 99:99:99 +9999"),
}


@pytest.mark.parametrize("message", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_stranger_breaks_nothing(message: bytes) -> None:
    with suppress(ValueError):
        assert len(read_returned(message)) <= 1


@given(st.binary(max_size=300), st.integers(0, 2_000))
def test_a_report_with_anything_in_it_is_read_or_not(noise: bytes, place: int) -> None:
    whole = report("5.1.1", "smtp; 550 5.1.1 gone")
    for each in read_returned(whole[:place] + noise + whole[place:]):
        assert len(each.send_id) <= 120
        assert len(each.detail) <= 11
