"""Tokens of links: what was granted comes back, and nothing else does."""

from hypothesis import given, settings
from hypothesis import strategies as some

from service.adapters.link_tokens import LinkTokens
from service.domain.calendar import DAY
from service.domain.grants import GOOD_FOR_DAYS, Grant, Purpose, granted

TOKENS = LinkTokens(b"s" * 32)
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
ids = some.from_regex(r"[A-Za-z0-9_][A-Za-z0-9._~:+=-]{0,127}", fullmatch=True)
grants = some.builds(
    Grant,
    purpose=some.sampled_from(Purpose),
    program=some.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", fullmatch=True),
    recipient=ids,
    last_day=some.integers(0, 50_000),
    about=some.one_of(some.just(""), ids, some.tuples(ids, some.just("flag"), ids).map("/".join)),
)


@settings(max_examples=max(500, settings().max_examples))
@given(grants)
def test_what_was_granted_comes_back(grant: Grant) -> None:
    assert TOKENS.grant(TOKENS.token(grant)) == grant


@settings(max_examples=max(500, settings().max_examples))
@given(grants, some.data())
def test_a_token_with_any_character_changed_is_none(grant: Grant, data: some.DataObject) -> None:
    token = TOKENS.token(grant)
    place = data.draw(some.integers(0, len(token) - 1))
    other = data.draw(some.sampled_from([each for each in ALPHABET + "=.+/ é" if each != token[place]]))
    assert TOKENS.grant(token[:place] + other + token[place + 1 :]) is None


@settings(max_examples=max(500, settings().max_examples))
@given(grants, some.data())
def test_a_token_cut_short_or_gone_on_with_is_none(grant: Grant, data: some.DataObject) -> None:
    token = TOKENS.token(grant)
    assert TOKENS.grant(token[: data.draw(some.integers(0, len(token) - 1))]) is None
    assert TOKENS.grant(token + data.draw(some.text(ALPHABET + "=", min_size=1, max_size=4))) is None


@settings(max_examples=max(500, settings().max_examples))
@given(some.text())
def test_what_nobody_made_is_none(text: str) -> None:
    assert TOKENS.grant(text) is None


@settings(max_examples=max(500, settings().max_examples))
@given(grants, grants)
def test_two_grants_have_two_tokens(one: Grant, other: Grant) -> None:
    assert (TOKENS.token(one) == TOKENS.token(other)) is (one == other)


@given(grants)
def test_another_installation_opens_none_of_ours(grant: Grant) -> None:
    assert LinkTokens(b"t" * 32).grant(TOKENS.token(grant)) is None


@given(some.sampled_from(Purpose), some.integers(0, 100_000 * DAY))
def test_a_link_is_good_for_its_days_and_not_longer(purpose: Purpose, now: int) -> None:
    grant = granted(purpose, "northfield", "ada", now)
    assert not grant.is_over(now + GOOD_FOR_DAYS[purpose] * DAY)
    assert grant.is_over(now + (GOOD_FOR_DAYS[purpose] + 1) * DAY)
