"""What an error tells those who must act on it."""

from service.domain.errors import FaultyEventError, ProviderError


def test_a_refused_email_says_whether_and_when_to_try_again() -> None:
    """A busy provider's wish to wait is kept, beside its code and its words."""
    error = ProviderError("The provider is busy.", temporary=True, retry_after_s=30.0, unknown=True, code="429")
    assert str(error) == "The provider is busy."
    assert (error.temporary, error.retry_after_s, error.unknown, error.code) == (True, 30.0, True, "429")
    assert error.address_is_bad is False


def test_unless_it_is_said_the_address_is_good_and_the_email_did_not_go() -> None:
    """Nobody is blocked, and nothing is taken for sent, by a refusal that says no more."""
    error = ProviderError("The provider did not take it.", temporary=False)
    assert (error.temporary, error.retry_after_s, error.code) == (False, None, "")
    assert (error.unknown, error.address_is_bad) == (False, False)
    assert ProviderError("No such address.", temporary=False, address_is_bad=True).address_is_bad is True
    assert error.of_recipient is False
    assert ProviderError("Her box is full.", temporary=True, of_recipient=True).of_recipient is True


def test_a_faulty_event_tells_of_each_fault_where_it_is() -> None:
    """A fault of the whole event is at its root."""
    faults = [("/data/by", "Send who acted."), ("", "Send an object.")]
    error = FaultyEventError(faults)
    assert (str(error), error.faults) == ("/data/by: Send who acted. /: Send an object.", faults)
