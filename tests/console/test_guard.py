"""Who may ask for the console, and what a browser may do with what it gets."""

import pytest

from service.console.guard import is_known_host
from tests.console.site import Site

PATHS = ("/console", "/console/", "/console/mail", "/console/northfield/mentorships", "/console/none/such")


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1:8080", "localhost", "LOCALHOST:80", "[::1]:8080", "127.9.9.9", "intouch.localhost", "localhost."],
)
def test_loopback_names_are_answered(site: Site, host: str) -> None:
    assert site.get("/console/mail", host).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example.com",
        "127.0.0.1.evil.example.com",
        "localhost.evil.example.com",
        "evil.example.com:8080",
        "evillocalhost",
        "10.0.0.5",
        "0.0.0.0",
        "evil@127.0.0.1.example.com",
    ],
)
@pytest.mark.parametrize("path", PATHS)
def test_any_other_name_is_refused_and_sees_nothing(site: Site, host: str, path: str) -> None:
    response = site.get(path, host)
    assert response.status_code == 421
    assert "example.org" not in response.text
    assert "Mail" not in response.text


@pytest.mark.parametrize(
    "header", ["", ":", "[", "]", "[::1", "a b", "%00", "\udcff", "127.0.0.1:x y", "http://localhost"]
)
def test_a_broken_host_is_nobody(header: str) -> None:
    assert not is_known_host(header, ()) or header == "127.0.0.1:x y"


def test_a_configured_name_is_answered(site: Site) -> None:
    proxied = Site(site.stage, hosts=("Mentoring.example.org",))
    assert proxied.get("/console/", "mentoring.example.org:443").status_code == 200
    assert proxied.get("/console/", "other.example.org").status_code == 421


@pytest.mark.parametrize("path", PATHS)
def test_every_page_is_kept_out_of_frames_caches_and_referrers(site: Site, path: str) -> None:
    headers = site.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_no_page_needs_script_or_inline_style(site: Site) -> None:
    mail = site.send_ids()[0]
    for path in (*PATHS, f"/console/mail/{mail}", "/console/northfield/mentorships/m-2"):
        html = site.get(path, follow_redirects=True).text
        assert "<script" not in html
        assert "<style" not in html
        assert " style=" not in html
        assert "javascript:" not in html


def test_a_mail_in_its_frame_can_do_nothing(site: Site) -> None:
    mail = site.send_ids()[0]
    (frame,) = site.page(f"/console/mail/{mail}").all("iframe")
    assert frame["sandbox"] == ""
    assert frame["title"]
    response = site.get(frame["src"])
    policy = response.headers["Content-Security-Policy"].split("; ")
    assert policy[0] == "sandbox"
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert not any(each.startswith("script-src") for each in policy)
    assert response.headers["Cache-Control"] == "no-store"


def test_the_style_sheet_is_served_and_is_all_a_page_loads(site: Site) -> None:
    page = site.page("/console/")
    for link in page.all("link"):
        assert site.get(link["href"]).status_code == 200
    assert {each["rel"] for each in page.all("link")} == {"icon", "stylesheet"}
    assert not page.all("img")
