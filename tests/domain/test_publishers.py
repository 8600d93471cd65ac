"""What a credential lets in: its sources, its programs, and nothing else."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.publishers import CredentialKind, Publisher, covers, trespasses
from tests.store.samples import NOW, incoming, mentorship


def publisher(*, sources: tuple[str, ...] = ("/matching",), programs: tuple[str, ...] = ("northfield",)) -> Publisher:
    return Publisher(
        kind=CredentialKind.KEY, name="m", sources=sources, programs=programs, created_at=NOW, created_by="kim"
    )


def test_a_credential_lives_until_it_is_revoked() -> None:
    assert publisher().is_live
    assert not replace(publisher(), revoked_at=NOW).is_live


@pytest.mark.parametrize(
    ("allowed", "name", "covered"),
    [
        ("/matching", "/matching", True),
        ("/matching", "/matching/eu", False),
        ("/matching", "/match", False),
        ("/matching/*", "/matching/eu", True),
        ("/matching/*", "/matching", False),
        ("*", "/anything", True),
        ("north?", "north1", False),  # no other sign has a meaning
        ("[a]*", "a", False),
    ],
)
def test_a_name_is_met_exactly_and_a_star_ends_a_beginning(allowed: str, name: str, covered: bool) -> None:
    assert covers([allowed], name) is covered


@given(allowed=st.lists(st.text("ab/*"), max_size=3), name=st.text("ab/"))
def test_what_has_no_star_covers_only_itself(allowed: list[str], name: str) -> None:
    plain = [each for each in allowed if not each.endswith("*")]
    assert covers(plain, name) is (name in plain)


def test_each_trespass_says_where_and_what_would_be_allowed() -> None:
    events = [
        incoming("e-0"),
        incoming("e-1", mentorship("m-1", "riverside")),
        incoming("e-2", source="/surveys"),
        incoming("e-3", mentorship("m-1", "riverside"), source="/surveys"),
    ]
    found = trespasses(publisher(), events)
    assert [(each.index, each.pointer) for each in found] == [
        (1, "/program"),
        (2, "/source"),
        (3, "/program"),
        (3, "/source"),
    ]
    assert [each.message for each in found[:2]] == [
        "This credential publishes for the program northfield, and for no other.",
        "This credential publishes from the source /matching, and from no other.",
    ]
    assert [each.message for each in found[2:]] == [each.message for each in found[:2]]
    several = publisher(sources=("/matching", "/surveys/*"))
    (found_one,) = trespasses(several, [incoming("e-2", source="/chat")])
    assert found_one.message == "This credential publishes from the sources /matching, /surveys/*, and from no other."


def test_nobody_speaks_for_our_own_pages_whatever_they_are_bound_to() -> None:
    (found,) = trespasses(publisher(sources=("*",)), [incoming("e-1", source="/intouch/pages")])
    assert (found.index, found.pointer) == (0, "/source")
    assert found.message == "Sources that begin with /intouch/ are Intouch's own. Send a source of yours."
