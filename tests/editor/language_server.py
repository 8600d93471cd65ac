"""The YAML language server that editors run, spoken to as an editor does: JSON-RPC over its standard streams."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Any

SERVER = Path(__file__).parent / "node_modules/.bin/yaml-language-server"
PATIENCE_S = 30


def server_path() -> Path:
    """Return the server's program; the test run ends here with one sentence where it is not installed."""
    assert SERVER.exists(), (
        "The editor's language server is missing: run `python -m tests.equipment`, which `make test` does first."
    )
    return SERVER


class LanguageServer:
    """One running server."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        self._messages: Queue[dict[str, Any]] = Queue()
        self._diagnostics: dict[str, list[dict[str, Any]]] = {}
        self._last = 0
        self._listening = Thread(target=self._listen, daemon=True)
        self._listening.start()

    def stop(self) -> None:
        """Read what the killed server still said, so that its streams can be closed."""
        self._listening.join()

    def start(self, root: Path) -> None:
        """Greet it as an editor that has opened the folder."""
        capabilities = {"textDocument": {"hover": {"contentFormat": ["markdown"]}, "completion": {}}}
        self.ask("initialize", {"processId": None, "rootUri": root.as_uri(), "capabilities": capabilities})
        self.tell("initialized", {})
        # Only what the file itself names: nothing is fetched, and no schema is guessed from a file's name.
        settings = {"yaml": {"schemaStore": {"enable": False}, "hover": True, "completion": True, "validate": True}}
        self.tell("workspace/didChangeConfiguration", {"settings": settings})

    def open(self, path: Path, text: str) -> list[dict[str, Any]]:
        """Open a file with this text, and return what the editor would underline in it."""
        uri = path.as_uri()
        self._diagnostics.pop(uri, None)
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": document})
        while uri not in self._diagnostics:
            self._take()
        return self._diagnostics[uri]

    def close(self, path: Path) -> None:
        self.tell("textDocument/didClose", {"textDocument": {"uri": path.as_uri()}})

    def complete(self, path: Path, line: int, column: int) -> list[str]:
        """Return what the editor offers at a place, both counted from 0."""
        found = self.ask("textDocument/completion", _at(path, line, column))
        items = found["items"] if isinstance(found, dict) else found or []
        return [each["label"] for each in items]

    def hover(self, path: Path, line: int, column: int) -> str:
        """Return what the editor explains at a place."""
        found = self.ask("textDocument/hover", _at(path, line, column))
        return "" if found is None else str(found["contents"]["value"])

    def ask(self, method: str, params: dict[str, Any]) -> Any:
        """Send a request, and return its result."""
        self._last += 1
        number = self._last
        self._send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        while True:
            message = self._take()
            if message.get("id") == number and "method" not in message:
                assert "error" not in message, message
                return message["result"]

    def tell(self, method: str, params: dict[str, Any]) -> None:
        """Send what needs no answer."""
        self._send({"jsonrpc": "2.0", "method": method, "params": params})

    def _take(self) -> dict[str, Any]:
        """Return the next message; answer what the server asks of every editor, and keep its diagnostics."""
        try:
            message = self._messages.get(timeout=PATIENCE_S)
        except Empty:
            raise AssertionError("the language server said nothing") from None
        if message.get("method") == "textDocument/publishDiagnostics":
            self._diagnostics[message["params"]["uri"]] = message["params"]["diagnostics"]
        elif "method" in message and "id" in message:
            asked = message["params"].get("items", []) if message["method"] == "workspace/configuration" else None
            self._send({"jsonrpc": "2.0", "id": message["id"], "result": asked and [None for _ in asked]})
        return message

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps(message).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._process.stdin.flush()

    def _listen(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        while header := stream.readline():
            length = int(header.split(b":")[1])
            while stream.readline().strip():
                pass
            self._messages.put(json.loads(stream.read(length)))


def _at(path: Path, line: int, column: int) -> dict[str, Any]:
    return {"textDocument": {"uri": path.as_uri()}, "position": {"line": line, "character": column}}


@contextmanager
def language_server(root: Path) -> Iterator[LanguageServer]:
    """Run a server for an editor that has opened the folder; it is stopped at the end."""
    command = [str(server_path()), "--stdio"]
    with subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        server = LanguageServer(process)
        try:
            server.start(root)
            yield server
        finally:
            process.kill()
            server.stop()
