"""The public pages of resources."""

import re
from base64 import b64encode
from hashlib import sha256

import pytest

from tests.console.site import Site, read

SLUG = "tips-for-your-first-message"


def test_a_resource_is_shown_in_its_programs_look(site: Site) -> None:
    html = site.get(f"/resources/{SLUG}?program=northfield").text
    assert "Northfield Peer Mentoring" in html
    assert "#7a1f2b" in html
    eastgate = site.get(f"/resources/{SLUG}?program=eastgate").text
    assert "Eastgate Mentors" in eastgate
    assert "#1d4e6b" in eastgate


@pytest.mark.parametrize("program", ["", "?program=nobody", "?program=%3Cb%3E", "?program=a&program=b"])
def test_a_program_nobody_knows_gets_a_neutral_look(site: Site, program: str) -> None:
    response = site.get(f"/resources/{SLUG}{program}")
    assert response.status_code == 200
    assert "Mentoring resources" in response.text
    assert "nobody" not in response.text
    assert "<b>" not in response.text


def test_anybody_may_read_it_under_any_name(site: Site) -> None:
    assert site.get(f"/resources/{SLUG}", host="mentoring.example.org").status_code == 200


@pytest.mark.parametrize(
    "path", ["/resources/none", "/resources/", "/resources", "/resources/a/b", "/resources/..%2Fx"]
)
def test_an_unknown_resource_is_a_friendly_page(site: Site, path: str) -> None:
    response = site.get(path)
    assert response.status_code == 404
    assert read(response.text).headings == [(1, "We could not find this page")]


@pytest.mark.parametrize("path", [f"/resources/{SLUG}?program=northfield", "/resources/none"])
def test_only_its_own_style_may_apply(site: Site, path: str) -> None:
    response = site.get(path)
    policy = response.headers["Content-Security-Policy"]
    (style,) = re.findall(r"<style>(.*?)</style>", response.text, re.DOTALL)
    assert f"style-src 'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'" in policy
    assert "default-src 'none'" in policy
    assert " style=" not in response.text
    assert "<script" not in response.text
