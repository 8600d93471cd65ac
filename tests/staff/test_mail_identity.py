"""What receivers make of mail from a domain, told from its records: each trap by its name."""

from itertools import pairwise

import pytest

from service.staff.mail_identity import Sentence, explain_identity
from service.staff.mail_records import organization_of, read_records

KEY = "v=DKIM1; k=rsa; p=" + "A" * 392
GOOD = (
    'example.org. 300 IN TXT "v=spf1 a:mx.example.org ~all"',
    f'one._domainkey.example.org TXT "{KEY[:200]}" "{KEY[200:]}"',
    '_dmarc.example.org TXT "v=DMARC1; p=reject; rua=mailto:dmarc@example.org"',
)
SENDGRID = (
    "em1.example.org. 300 IN CNAME u1.wl.sendgrid.net.",
    "s1._domainkey.example.org. CNAME s1.domainkey.u1.wl.sendgrid.net.",
    "s2._domainkey.example.org. CNAME s2.domainkey.u1.wl.sendgrid.net.",
)


def told(*lines: str, domain: str = "example.org", sendgrid: bool = False) -> dict[str, list[Sentence]]:
    records, strange = read_records(lines)
    assert strange == []
    found: dict[str, list[Sentence]] = {}
    for each in explain_identity(records, domain, sendgrid=sendgrid):
        found.setdefault(each.about, []).append(each)
    return found


def only(sentences: list[Sentence]) -> Sentence:
    (one,) = sentences
    return one


def test_all_is_well_and_said_so() -> None:
    assert {about: [each.passes for each in said] for about, said in told(*GOOD).items()} == {
        "SPF": [True],
        "DKIM": [True],
        "DMARC": [True],
        "verdict": [True],
    }


@pytest.mark.parametrize(
    ("number", "instead", "about", "passes", "words"),
    [
        (0, "; none", "SPF", False, "There is no SPF record"),
        (0, 'example.org TXT "v=spf1 mx"', "SPF", None, "says nothing of all other servers"),
        (0, 'example.org TXT "v=spf1 mx +all"', "SPF", False, "lets the whole world send"),
        (0, 'example.org TXT "v=spf1 mx ?all"', "SPF", None, "ends in ?all"),
        (1, 'one._domainkey.example.org TXT "v=DKIM1; p="', "DKIM", False, "is revoked"),
        (1, f'one._domainkey.example.org TXT "v=DKIM1; p={"A" * 216}"', "DKIM", None, "shorter than 2048 bits"),
        (1, f'one._domainkey.other.example.net TXT "{KEY}"', "DKIM", False, "No DKIM key was given"),
        (2, "", "DMARC", False, "There is no DMARC record"),
        (2, '_dmarc.example.org TXT "v=DMARC1; p=nothing; rua=mailto:a@example.org"', "DMARC", False, "no policy"),
        (2, '_dmarc.example.org TXT "v=DMARC1; p=none; rua=mailto:a@example.org"', "DMARC", None, "only watches"),
    ],
)
def test_each_trap_is_named(number: int, instead: str, about: str, passes: bool | None, words: str) -> None:
    lines = list(GOOD)
    lines[number] = instead
    sentence = only(told(*lines)[about])
    assert sentence.passes is passes
    assert words in sentence.told
    assert sentence.todo


def test_two_spf_records_are_none() -> None:
    assert "2 SPF records" in only(told(*GOOD, 'example.org TXT "v=spf1 -all"')["SPF"]).told


def chain(length: int) -> list[str]:
    """Return SPF records of which each includes the next, and the last one nobody."""
    names = ["example.org", *(f"i{n}.example.net" for n in range(length))]
    return [f'{a} TXT "v=spf1 include:{b} ~all"' for a, b in pairwise(names)] + [
        f'{names[-1]} TXT "v=spf1 ip4:192.0.2.1 -all"'
    ]


def test_lookups_are_counted_through_all_that_is_included_and_ten_are_the_most() -> None:
    assert only(told(*chain(10), *GOOD[1:])["SPF"]).passes is True
    too_many = told(*chain(11), *GOOD[1:])
    assert "11 lookups" in only(too_many["SPF"]).told
    assert only(too_many["verdict"]).told == "DMARC passes by DKIM."


def test_what_is_included_in_a_circle_or_was_not_given_is_no_trouble_to_us() -> None:
    circle = 'example.org TXT "v=spf1 include:example.org include:_spf.example.net ~all"'
    passes, unknown = told(circle, *GOOD[1:])["SPF"]
    assert passes.passes is True
    assert "_spf.example.net" in unknown.told


def test_spf_alone_is_said_to_break_when_mail_is_forwarded() -> None:
    verdict = only(told(GOOD[0], GOOD[2])["verdict"])
    assert (verdict.passes, "forwarded" in verdict.told) == (None, True)


def test_nothing_that_passes_is_a_failure() -> None:
    assert only(told(GOOD[2])["verdict"]).passes is False


def test_sendgrid_is_aligned_by_its_cnames() -> None:
    said = told(*SENDGRID, GOOD[2], sendgrid=True)
    assert [each.passes for one in said.values() for each in one] == [True] * 4


def test_strict_spf_does_not_count_sendgrids_name_below_ours_and_strict_dkim_does() -> None:
    strict = '_dmarc.example.org TXT "v=DMARC1; p=reject; aspf=s; adkim=s; rua=mailto:a@example.org"'
    said = told(*SENDGRID, strict, sendgrid=True)
    assert only(said["SPF"]).passes is False
    assert "strict" in only(said["SPF"]).told
    assert only(said["verdict"]).told == "DMARC passes by DKIM."


def test_a_sender_below_the_domain_that_signs_is_aligned_unless_dmarc_is_strict() -> None:
    relaxed = told(*SENDGRID, GOOD[2], domain="mentoring.example.org", sendgrid=True)
    assert only(relaxed["DKIM"]).passes is True
    strict = '_dmarc.mentoring.example.org TXT "v=DMARC1; p=reject; adkim=s; aspf=s"'
    said = told(*SENDGRID, strict, domain="mentoring.example.org", sendgrid=True)
    assert only(said["DKIM"]).passes is False
    assert only(said["verdict"]).passes is False


def test_sendgrid_without_its_cnames_signs_as_itself() -> None:
    said = told(*GOOD, sendgrid=True)
    assert (only(said["SPF"]).passes, only(said["DKIM"]).passes, only(said["verdict"]).passes) == (False,) * 3


def test_one_key_of_sendgrids_two_is_told() -> None:
    assert [each.passes for each in told(*SENDGRID[:2], GOOD[2], sendgrid=True)["DKIM"]] == [True, None]


def test_who_registered_a_domain() -> None:
    assert organization_of("a.b.example.org") == "example.org"
    assert organization_of("mail.example.ac.uk") == "example.ac.uk"
    assert organization_of("example.org") == "example.org"


def test_lines_that_are_no_records_are_counted() -> None:
    assert read_records(["; a comment", "", "example.org TXT hello", "what is this"])[1] == [4]
