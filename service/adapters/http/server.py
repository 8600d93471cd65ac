"""Serves the app with waitress, in a thread of its own, until told to stop.

One thread runs the loop and alone touches the sockets; `stop` only sets a flag and wakes it. Stopping, the
loop takes what has already knocked, closes the door, lets requests in flight finish, and ends.
"""

import errno
import logging
import socket
import threading
import time
from contextlib import suppress
from typing import Any, cast

from flask import Flask
from waitress import wasyncore
from waitress.server import create_server

from service.adapters.http.channel import IntakeChannel
from service.domain.errors import OperatorError

_BODY_ROOM = 8 * 1024 * 1024
"""Bodies up to this are read to the end, so that their sender gets the app's 413 and no broken connection."""

_LOOP_TIMEOUT_S = 0.5

# It warns of every request that has to wait a moment, hundreds of times a second when we are busy.
logging.getLogger("waitress.queue").setLevel(logging.ERROR)


def parse_address(text: str) -> tuple[str, int]:
    """Return host and port of `127.0.0.1:8080` or `[::1]:8080`. Raises: OperatorError."""
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not (port.isascii() and port.isdigit()) or int(port) > 65_535:
        raise OperatorError(f'"{text}" is not an address to listen on: write HOST:PORT, such as 127.0.0.1:8080')
    return host, int(port)


class HttpServer:
    """A running server; `app` is what it serves, `address` where, the chosen port included where 0 was asked for."""

    def __init__(
        self,
        app: Flask,
        listen: str,
        *,
        setting: str = "INTOUCH_HTTP",
        threads: int = 8,
        body_within_s: float = 30,
    ) -> None:
        """Bind, so that a wrong or taken address is known at once; `setting` is where the address was chosen.

        Raises: OperatorError.
        """
        bound = _bind(listen, setting)
        host, port = bound.getsockname()[:2]
        self.app = app
        self.address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self._map: dict[int, Any] = {}
        self._server = cast(
            Any,
            create_server(
                app,
                map=self._map,
                sockets=[bound],
                threads=threads,
                ident=None,
                max_request_body_size=_BODY_ROOM,
                connection_limit=1_000,
                channel_timeout=int(body_within_s) or 1,
                cleanup_interval=max(1, min(5, int(body_within_s))),
                asyncore_use_poll=True,
            ),
        )
        self._server.channel_class = IntakeChannel
        self._server.request_within_s = body_within_s
        self._stopping = threading.Event()
        self._drain_s = 0.0
        self._thread = threading.Thread(target=self._run, name="http", daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self, within_s: float = 25) -> None:
        """Take no new requests, finish those in flight, and return when that is done or the time is over."""
        self._drain_s = within_s
        self._stopping.set()
        if self._thread.is_alive():
            # The loop may have seen the flag by itself, and closed what would wake it.
            with suppress(OSError):
                self._server.pull_trigger()
            self._thread.join()
        else:
            self._close()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._turn(_LOOP_TIMEOUT_S)
        self._turn(0)
        self._server.accepting = False
        self._server.del_channel(self._map)
        self._server.socket.close()
        deadline = time.monotonic() + self._drain_s
        while any(map(_is_busy, self._channels())) and time.monotonic() < deadline:
            self._turn(0.05)
        self._close()

    def _turn(self, timeout_s: float) -> None:
        wasyncore.loop(timeout=timeout_s, use_poll=True, map=self._map, count=1)

    def _channels(self) -> list[Any]:
        return list(self._server.active_channels.values())

    def _close(self) -> None:
        self._server.task_dispatcher.shutdown(timeout=0.2)
        for channel in self._channels():
            channel.handle_close()
        self._server.socket.close()
        self._server.trigger.close()


def _is_busy(channel: Any) -> bool:
    return bool(channel.requests or channel.request is not None or channel.total_outbufs_len)


def _bind(listen: str, setting: str) -> socket.socket:
    host, port = parse_address(listen)
    bound: socket.socket | None = None
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, kind, protocol)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(where)
        # Two sockets may bind one address with SO_REUSEADDR; only one may listen.
        bound.listen(1024)
    except OSError as error:
        if bound is not None:
            bound.close()
        raise OperatorError(_unbound(listen, setting, error)) from error
    return bound


def _unbound(listen: str, setting: str, error: OSError) -> str:
    host, _, port = listen.rpartition(":")
    if error.errno == errno.EADDRINUSE:
        other = f"{host}:{int(port) + 1}"
        return f"{listen} is in use: stop the other program, or set {setting} to another port, as in {other}"
    return f"cannot listen on {listen} ({error.strerror}): set {setting} to an address of this machine"
