"""A browser that is signed in: it keeps cookies, and sends the forms that pages of the console made for it."""

from collections.abc import Mapping
from http.cookies import SimpleCookie
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from service.console.wall import form_token
from service.flow.sessions import AT_THIS_MACHINE, Sessions

HOST = "127.0.0.1:8080"
OWN = {"Host": HOST, "Origin": f"http://{HOST}", "Sec-Fetch-Site": "same-origin"}
"""What a browser says of a form on a page of ours."""


class Visitor:
    """Asks a console as one person's browser does; `cookies` are what it keeps, for whatever name it asks by."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client(use_cookies=False)
        self.cookies: dict[str, str] = {}

    def get(self, path: str, host: str = HOST, **more: Any) -> TestResponse:
        return self._ask("GET", path, {"Host": host}, **more)

    def post(self, path: str, headers: Mapping[str, str] = OWN, /, **form: str) -> TestResponse:
        """Send a form, with what belongs to its session."""
        return self._ask("POST", path, headers, data={"csrf": self.token(), **form})

    def token(self) -> str:
        """Return what the forms of this session carry."""
        return form_token(self.cookies.get("intouch-console", ""))

    def enter(self, sessions: Sessions, *, names: bool = True, person: str = AT_THIS_MACHINE) -> "Visitor":
        """Come in by a link as it is printed, and ask for names; return the visitor."""
        answer = self.get(f"/console/enter/{sessions.print_link(person)}")
        assert (answer.status_code, answer.location) == (303, "/console/"), answer.text
        if names:
            assert self.post("/console/names", show="yes").status_code == 303
        return self

    def _ask(self, method: str, path: str, headers: Mapping[str, str], **more: Any) -> TestResponse:
        said = {**headers, "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        answer = self.client.open(path, method=method, headers=said, buffered=True, **more)
        for each in answer.headers.getlist("Set-Cookie"):
            for name, morsel in SimpleCookie(each).items():
                self.cookies[name] = morsel.value
                if morsel["max-age"] == "0":
                    del self.cookies[name]
        return answer
