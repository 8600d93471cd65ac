"""Events of Intouch's own are written as they have always been: other bytes would be another event of the same name."""

from json import dumps

from hypothesis import given
from hypothesis import strategies as st

from service.domain.calendar import format_rfc3339, parse_rfc3339
from service.domain.events import Subject, SubjectKind
from service.flow.found_out import SOURCE, found

NOW = parse_rfc3339("2026-03-02T15:00:00Z")
_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(_TEXTS, _TEXTS, st.dictionaries(_TEXTS, st.one_of(_TEXTS, st.booleans(), st.integers(-(2**53), 2**53))))
def test_the_bytes_are_sorted_json_in_ascii(id: str, name: str, data: dict[str, str | bool | int]) -> None:
    event = found("participant.address_failed", id, "northfield", Subject(SubjectKind.PARTICIPANT, name), data, NOW)
    told = {
        "specversion": "1.0",
        "id": id,
        "source": SOURCE,
        "type": "participant.address_failed",
        "subject": f"participants/{name}",
        "program": "northfield",
        "time": format_rfc3339(NOW),
        "data": data,
    }
    assert event.canonical == dumps(told, sort_keys=True, separators=(",", ":")).encode()
