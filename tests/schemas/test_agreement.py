"""jsonschema-rs at the door and jsonschema where people read: one verdict, and the same words."""

from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tests.schemas.samples import SCHEMAS, SOURCES, TYPES, cloudevent, examples

EXAMPLES = list(examples())

# Where validators are known to part: the end of a line, other scripts' digits, leap seconds, ISO 8601 beyond RFC 3339,
# whole numbers written as fractions, true as 1, addresses and references at the edge of their grammar.
EDGES: list[Any] = [
    *(
        "",
        " ",
        "\u00a0",
        "a\n",
        "a\r\n",
        "a\u2028",
        "\x00",
        "\x85",
        "\ud7ff",
        "é",
        "e\u0301",
        "💥",
        "a" * 64,
        "a" * 129,
    ),
    *("2026-03-02", "2026-02-29", "2026-3-2", "20260302", "2026-W10-1", "2026-061", "٢٠٢٦-٠٣-٠٢", "2026-03-02\n"),
    *("2026-03-02T15:00:00Z", "2026-03-02T15:00:00z", "2026-03-02t15:00:00+00:00", "2026-03-02 15:00:00Z"),
    *(
        "2026-03-02T15:00:00Z\n",
        "2026-03-02T15:00:00,5Z",
        "2026-03-02T15:00:00.Z",
        "2026-03-02T15:00:00." + "1" * 30 + "Z",
    ),
    *("2026-03-02T24:00:00Z", "2026-03-02T15:60:00Z", "2026-03-02T15:00:00+24:00", "2026-03-02T15:00:00+0000"),
    *("2016-12-31T23:59:60Z", "2016-12-31T15:59:60-08:00", "2016-12-31T22:59:60Z", "2016-12-31T23:59:61Z"),
    *(
        "2026-03-02T15:00Z",
        "2026-03-02T15Z",
        "2026-03-02T15:00:00-00:00",
        "2099-12-31T23:59:60Z",
        "2026-03-02T15:00:00",
    ),
    *(
        "kim@example.org",
        "kim@example",
        "a@b@c.example",
        "kim@EXAMPLE.ORG",
        "kim@example.org.",
        "k" * 64 + "@x.example",
    ),
    *("America/Chicago", "right/UTC", "UTC", "Etc/GMT+5", "../UTC", "/UTC", "america/chicago"),
    *(
        "/a",
        "//",
        "//[::1]",
        "//[::1",
        "http://[v1.x]",
        "%41",
        "%zz",
        "%",
        "a:b:c",
        ":",
        "?#",
        "##",
        "[",
        "a|b",
        "http:",
    ),
    *(
        "mentor",
        "mentee",
        "staff",
        "Mentor",
        "mentor ",
        "immediate",
        "stress",
        "unmatch_no_rematch",
        "both",
        "newsletter",
    ),
    *("en", "es-MX", "EN-us-x-private", "gone-quiet", "gone--quiet", "-", "a_b", "m-812", "_", "a.b~c:d+e=f"),
    *(0, 1, 1000, 1001, -1, 2**31, 2**53, 2**63, 2**64, 1e20, 1.0, 2.0, 1.5, -0.0, True, False, None),
    *(
        [],
        [[]],
        {},
        {"a": 1},
        ["stress"],
        ["stress", "stress"],
        ["stress", 1],
        ["nonsense"],
        [None],
        [1, True],
        ["x"] * 60,
    ),
]

JSON: SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=5,
)
# Neither empty nor a number: both refuse "" and take "007", but jsonschema-rs spoils the path of what it holds.
NAMES = st.text(min_size=1, max_size=10).filter(lambda name: not name.lstrip("+-").isdigit())
VALUES = st.sampled_from(EDGES) | JSON
ATTRIBUTES = ["specversion", "id", "source", "type", "subject", "program", "time", "recordedtime", "dataschema"]
OTHERS = ["datacontenttype", "traceparent", "tracestate", "data", "data_base64", "sequence", "Bad-Name"]


@st.composite
def events(draw: DrawFn) -> dict[str, Any]:
    """Return an example of some type, mutated as often as not: values replaced, names dropped, added, misspelt."""
    name, data = draw(st.sampled_from(EXAMPLES))
    fields = [*TYPES[name].fields, *data, "note"]
    data = dict(data)
    for _ in range(draw(st.integers(0, 2))):
        field = draw(st.sampled_from(fields) | st.text(max_size=10))
        if draw(st.booleans()) or field not in data:
            data[field] = draw(VALUES)
        else:
            del data[field]
    event = cloudevent(name, data)
    for _ in range(draw(st.integers(0, 2)) if draw(st.booleans()) else 0):
        attribute = draw(st.sampled_from(ATTRIBUTES + OTHERS) | NAMES)
        if draw(st.booleans()) or attribute not in event:
            event[attribute] = draw(VALUES)
        else:
            del event[attribute]
    return event


SEEN: Counter[str] = Counter()


@given(events())
@settings(max_examples=max(800, settings().max_examples))
def check_random_events(event: dict[str, Any]) -> None:
    door, reading = SCHEMAS.validate(event), SCHEMAS.read(event)
    SEEN["valid" if not door else "invalid"] += 1
    assert {fault.pointer for fault in door} == {fault.pointer for fault in reading}
    assert set(door) == set(reading)


def test_both_say_the_same_of_random_events() -> None:
    SEEN.clear()
    check_random_events()
    assert min(SEEN["valid"], SEEN["invalid"]) > 100, SEEN


def test_both_say_the_same_of_every_edge_in_every_field() -> None:
    """Each edge value in each field, those of one word in `words.json` once, and in each attribute."""
    fields = {str(schema): (name, field) for name in SOURCES for field, schema in SOURCES[name]["properties"].items()}
    for name, field in fields.values():
        base = cloudevent(name)
        for edge in EDGES:
            agree({**base, "data": {**base["data"], field: edge}})
    for attribute in ATTRIBUTES + OTHERS:
        for edge in EDGES:
            agree(cloudevent("mentorship.message_sent", **{attribute: edge}))


def agree(event: dict[str, Any]) -> None:
    assert set(SCHEMAS.validate(event)) == set(SCHEMAS.read(event)), event
