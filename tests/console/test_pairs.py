"""The list of mentorships: whatever staff ask for is in it, and nothing else."""

import csv
import re
from io import StringIO
from urllib.parse import quote

import pytest

from service.console.pair_query import PairQuery, query_of
from service.console.pairs import PAGE_SIZE
from service.console.spreadsheet import spreadsheet
from service.domain.calendar import DAY, HOUR
from service.flow.footing_port import Place
from tests.console.site import MONDAY, Site
from tests.flow.events import event, pair, registered

PATH = "/console/northfield/mentorships"


def shown(site: Site, asked: str) -> list[str]:
    links = (href for _, href in site.page(f"{PATH}?{asked}").links)
    return [found[1] for href in links if (found := re.fullmatch(rf"{PATH}/([^?]+)", href))]


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        ("", ["m-1", "m-2", "m-3"]),
        ("state=connected", ["m-2"]),
        ("state=not_yet_connected", ["m-1"]),
        ("state=new", ["m-3"]),
        ("state=drifting", []),
        ("talks=0", ["m-1", "m-3"]),
        ("talks=1-2", ["m-2"]),
        ("talks=3%2B", []),
        ("quiet=3", ["m-1", "m-2"]),
        ("quiet=8", ["m-1"]),
        ("flags=open", ["m-2"]),
        ("help=open", ["m-1"]),
        ("flags=open&help=open", []),
        ("q=KIM", ["m-2"]),
        ("q=ben", ["m-1"]),
        ("q=m-3", ["m-3"]),
        ("q=lea+max", ["m-3"]),
        ("q=%25", []),
        ("q=m_1", []),
        ("sort=quiet", ["m-1", "m-2", "m-3"]),
        ("sort=newest", ["m-3", "m-1", "m-2"]),
        ("sort=conversations", ["m-2", "m-1", "m-3"]),
        ("state=nonsense&talks=9&quiet=-1&sort=up&after=x", ["m-1", "m-2", "m-3"]),
    ],
)
def test_a_filter_shows_those_it_names(site: Site, asked: str, ids: list[str]) -> None:
    assert shown(site, asked) == ids


def test_the_states_lead_to_their_mentorships(site: Site) -> None:
    page = site.page(PATH)
    assert page.address_of("Not yet connected 1") == f"{PATH}?state=not_yet_connected"
    assert page.address_of("Drifting 0") == f"{PATH}?state=drifting"


@pytest.mark.parametrize("sort", ["id", "quiet", "newest", "conversations"])
def test_pages_of_a_filter_have_each_mentorship_once(empty: Site, sort: str) -> None:
    match = {"mentor_id": "ada", "mentee_id": "ben"}
    ids = [f"m-{number:03}" for number in range(PAGE_SIZE + 9)]
    subjects = (f"mentorships/{each}" for each in ids)
    empty.stage.take(*(event("mentorship.matched", each, MONDAY - n % 7, **match) for n, each in enumerate(subjects)))
    empty.stage.work_until(MONDAY)
    first = empty.page(f"{PATH}?state=new&sort={sort}")
    second = first.address_of("Next page").partition("?")[2]
    both = shown(empty, f"state=new&sort={sort}") + shown(empty, second)
    assert sorted(both) == ids
    assert len(shown(empty, second)) == 9


def test_a_name_that_changes_is_found_by_the_new_one(empty: Site) -> None:
    empty.stage.take(*pair(MONDAY))
    empty.stage.work_until(MONDAY)
    empty.stage.clock.now = MONDAY + DAY
    empty.stage.take(registered("ben", "mentee", MONDAY + DAY, first_name="Benedikt"))
    empty.stage.work_until(MONDAY + DAY)
    assert shown(empty, "q=benedikt") == ["m-1"]


def test_an_advisors_mentorships_are_found_by_their_address(empty: Site) -> None:
    for n, advisor in enumerate(("ines@example.org", "omar@example.org")):
        empty.stage.take(*pair(MONDAY, f"m-{n}", f"mentor-{n}", f"mentee-{n}"))
        at = empty.stage.clock.now
        empty.stage.take(event("participant.updated", f"participants/mentee-{n}", at, advisor_email=advisor))
    empty.stage.work_until(MONDAY + HOUR)
    assert shown(empty, "advisor=Ines%40example.org") == ["m-0"]
    assert shown(empty, "advisor=nobody%40example.org") == []
    written = empty.visitor.post(
        "/console/northfield/interventions/new",
        asked="advisor=omar%40example.org",
        message="word-from-staff",
        heading="Hello",
        text="Come by.",
    )
    page = empty.page(str(written.headers["Location"]))
    assert "advised by omar@example.org" in page.text
    assert "Mentee-1" in page.text
    assert "Mentee-0" not in page.text


def test_an_ended_mentorship_is_in_no_state_and_not_quiet(empty: Site) -> None:
    empty.stage.take(*pair(MONDAY), event("mentorship.completed", "mentorships/m-1", MONDAY))
    empty.stage.work_until(MONDAY + 30 * DAY)
    assert "Ada and Ben m-1 ended" in empty.page(PATH).text
    assert shown(empty, "quiet=1") == []
    assert shown(empty, "state=not_connected") == []


def test_the_file_has_all_that_was_asked_for(site: Site) -> None:
    response = site.get(f"{PATH}.csv?state=connected")
    rows = list(csv.reader(StringIO(response.text.removeprefix("\ufeff"))))
    assert response.content_type == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == "attachment; filename=mentorships.csv"
    assert rows[0][:4] == ["id", "mentor", "mentee", "state"]
    assert rows[1:] == [
        ["m-2", "<b>Zoe</b>", "Kim", "connected", "2026-03-02", "1", "2026-03-07", "2026-03-07", "3", "1", "no", ""]
    ]


def cells(text: str) -> list[str]:
    """Return the cells of a file's second line."""
    return list(csv.reader(StringIO(text.removeprefix("\ufeff"), newline="")))[1]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", "\n=", " =", "＝"])
def test_a_cell_is_no_formula(start: str) -> None:
    formula = f"{start}1+1"
    assert cells(spreadsheet("x.csv", ["name"], [[formula]]).get_data(as_text=True)) == [f"'{formula}"]


def test_a_cell_is_otherwise_as_it_was() -> None:
    row = ["Ann-Marie", "a=b", 'Ann "Annie", of 5', -3, None]
    file = spreadsheet("x.csv", ["name"], [row]).get_data(as_text=True)
    assert cells(file) == ["Ann-Marie", "a=b", 'Ann "Annie", of 5', "-3", ""]


def test_a_name_that_is_a_formula_is_text_in_the_file(empty: Site) -> None:
    name = '=HYPERLINK("https://example.org")'
    empty.stage.take(*pair(MONDAY)[1:], registered("ada", "mentor", MONDAY, first_name=name))
    empty.stage.work_until(MONDAY)
    assert cells(empty.get(f"{PATH}.csv").text)[1] == f"'{name}"


@pytest.mark.parametrize(
    "query",
    [
        PairQuery(),
        PairQuery(
            quiet_days=14, text="Ann ~", talks="3+", asking=True, advisor="i@x.example.org", after=Place(-7, "m~1")
        ),
    ],
)
def test_an_address_says_all_that_is_asked(query: PairQuery) -> None:
    assert query_of(query.address(query.after if query.after.id else None)) == query


def test_no_program_of_another_name_is_shown(site: Site) -> None:
    for path in ("/console/other/mentorships", "/console/other/mentorships.csv", f"{PATH}/{quote('m-1')}.csv"):
        assert site.get(path).status_code == 404
