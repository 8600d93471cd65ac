"""A browser that is signed in: it keeps cookies, and sends the forms that pages of the console made for it."""

from collections.abc import Mapping
from typing import Any

from flask import Flask
from werkzeug.test import Client, TestResponse

HOST = "127.0.0.1:8080"
OWN = {"Host": HOST, "Origin": f"http://{HOST}", "Sec-Fetch-Site": "same-origin"}
"""What a browser says of a form on a page of ours."""


class Visitor:
    """Asks a console as one person's browser does."""

    def __init__(self, app: Flask) -> None:
        self.client: Client = app.test_client()

    def get(self, path: str, host: str = HOST, **more: Any) -> TestResponse:
        return self.client.get(path, headers={"Host": host}, buffered=True, **more)

    def post(self, path: str, headers: Mapping[str, str] = OWN, /, **form: str) -> TestResponse:
        """Send a form, with what belongs to its session."""
        form = {"csrf": self.token(), **form}
        return self.client.post(path, headers=dict(headers), data=form, buffered=True)

    def token(self) -> str:
        """Return what the forms of this session carry."""
        return "none yet"
