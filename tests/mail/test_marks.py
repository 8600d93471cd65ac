"""What a send carries besides its first decision goes along with it: to SendGrid as an argument, else as a field."""

from email import message_from_bytes

from service.adapters.mail.mime import as_bytes
from service.adapters.mail.sendgrid_payload import payload
from service.adapters.mail.sendgrid_reports import reports_of
from service.domain.delivery import LedgerKey
from service.flow.marks import Marks
from tests.mail.emails import email
from tests.mail.fake_sendgrid import CHECK

MARKS = tuple(f"{number:020x}" for number in range(7))
KEY = LedgerKey("rule", "mentorships/m", "s", 0, "ben", "")


def test_sendgrid_brings_the_marks_back() -> None:
    asked = payload(email(marks=MARKS), sandbox=False)
    assert not list(CHECK.iter_errors(asked))
    [person] = asked["personalizations"]
    reported = {**person["custom_args"], "event": "delivered", "email": "jonas@example.org", "timestamp": 1}
    assert [each.marks for each in reports_of([reported])] == [MARKS]


def test_no_email_grows_beyond_what_sendgrid_takes() -> None:
    many = tuple(f"{number:020x}" for number in range(2_000))
    [person] = payload(email(marks=many), sandbox=False)["personalizations"]
    assert 5_000 < sum(map(len, person["custom_args"].values())) < 9_000


def test_an_email_of_one_decision_carries_its_id_alone() -> None:
    [person] = payload(email(), sandbox=False)["personalizations"]
    assert person["custom_args"].keys() == {"send_id"}
    assert message_from_bytes(as_bytes(email()))["X-Decisions"] is None


def test_a_field_holds_the_marks_in_lines_of_bounded_length() -> None:
    written = as_bytes(email(marks=MARKS))
    assert message_from_bytes(written)["X-Decisions"].split() == list(MARKS)
    assert max(map(len, written.splitlines())) < 80


def test_what_a_stranger_writes_instead_of_marks_is_passed_over() -> None:
    reported = {"send_id": "s", "event": "delivered", "email": "jonas@example.org", "timestamp": 1}
    for odd in (None, 7, ["a"], "short", "x" * 21, "<b>" * 7):
        assert [each.marks for each in reports_of([{**reported, "decisions": odd}])] == [()]


def test_an_id_is_ours_only_with_our_secret() -> None:
    ours = Marks(b"secret")
    mark = ours.of("northfield", KEY)
    first, second = (ours.send_id(mark, nonce) for nonce in (b"abc", b"abd"))
    assert first != second
    assert ours.first_in(first) == ours.first_in(second) == mark
    assert Marks(b"other").first_in(first) is None
    assert {ours.first_in(odd) for odd in ("", first[:-1], first + "0", first[:-1] + "g", "é" * 32)} == {None}


def test_another_decision_or_program_has_another_mark() -> None:
    ours = Marks(b"secret")
    others = [KEY._replace(k=1), KEY._replace(recipient="amy"), KEY._replace(start="t"), KEY._replace(value="v")]
    marks = {ours.of("northfield", each) for each in (KEY, *others)} | {ours.of("eastgate", KEY)}
    assert len(marks) == 6
