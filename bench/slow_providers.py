"""Providers on this machine that take every email, over TLS, each answer 50 ms after what it answers.

Connecting and agreeing on keys wait for nothing, which is in favour of whoever connects anew for each email.
"""

import asyncio
import multiprocessing
import ssl
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Event as Signal
from pathlib import Path
from typing import Any, Final

CERTIFICATE: Final = Path(__file__).resolve().parent.parent / "tests" / "mail" / "localhost.pem"
LATENCY_S: Final = 0.05

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter, Callable[[], None]], Awaitable[None]]


async def sendgrid(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, note_taken: Callable[[], None]) -> None:
    """Answer 202 to each request."""
    while head := await reader.readuntil(b"\r\n\r\n"):
        lines = head.lower().split(b"\r\n")
        length = next(int(each.partition(b":")[2]) for each in lines if each.startswith(b"content-length:"))
        await reader.readexactly(length)
        await asyncio.sleep(LATENCY_S)
        writer.write(b"HTTP/1.1 202 Accepted\r\nX-Message-Id: m\r\nContent-Length: 0\r\n\r\n")
        note_taken()


async def smtp(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, note_taken: Callable[[], None]) -> None:
    """Answer each line; an email ends with a line of one dot. Who asks several at once gets the answers together."""
    later = asyncio.get_running_loop().call_later
    said = {b"": b"220 ready", b"EHLO": b"250-me\r\n250 PIPELINING", b"DATA": b"354 go on"}
    word = b""
    while word != b"QUIT":
        later(LATENCY_S, writer.write, said.get(word, b"250 ok") + b"\r\n")
        if word == b"DATA":
            await reader.readuntil(b"\r\n.\r\n")
            later(LATENCY_S, writer.write, b"250 taken\r\n")
            note_taken()
        word = (await reader.readuntil(b"\r\n"))[:4].upper()
    await asyncio.sleep(LATENCY_S)
    writer.write(b"221 bye\r\n")


@contextmanager
def serving(talk: Talk) -> Iterator[tuple[int, Any]]:
    """Serve in a process of its own; give the port, and the number of emails that were taken so far."""
    context = multiprocessing.get_context("spawn")
    port, taken, stop = context.Value("i", 0), context.Value("i", 0), context.Event()
    provider = context.Process(target=serve, args=(talk, port, taken, stop), daemon=True)
    provider.start()
    while not port.value:
        time.sleep(0.02)
    yield port.value, taken
    stop.set()
    provider.join()


def serve(talk: Talk, port: Any, taken: Any, stop: Signal) -> None:
    """Serve until told to stop; `port` and `taken` are numbers shared with whoever asked."""
    asyncio.run(_serve(talk, port, taken, stop))


async def _serve(talk: Talk, port: Any, taken: Any, stop: Signal) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE)

    def note_taken() -> None:
        taken.value += 1

    async def serve_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer, note_taken)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # it is through, and has hung up
        finally:
            writer.close()

    server = await asyncio.start_server(serve_one, "127.0.0.1", 0, ssl=context, backlog=200)
    port.value = server.sockets[0].getsockname()[1]
    await asyncio.to_thread(stop.wait)
    server.close()
