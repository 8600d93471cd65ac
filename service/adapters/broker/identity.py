"""What can be read of a message that is no event that Intouch takes: enough to tell its publisher which one it was."""

from hashlib import sha256
from typing import Final

from service.adapters.broker.binding import Decode, Message, read_event
from service.domain.errors import EventSenderError
from service.flow.outbound import Sent

_LONGEST: Final = 256
"""As long as an id or a source may be in an event that is valid."""


def identify(message: Message, decode: Decode) -> Sent:
    """Return what the message says of itself; what it does not say, or says at length, is ""."""
    try:
        event = read_event(message, decode)
    except EventSenderError:
        event = {}
    said = event if isinstance(event, dict) else {}
    source, id, type, program = (_text(said.get(name)) for name in ("source", "id", "type", "program"))
    return Sent(source=source, id=id, type=type, program=program, mark=mark_of(message))


def mark_of(message: Message) -> str:
    """Return the same text for the same message, whenever it is delivered."""
    marked = sha256(message.body)
    # What brokers and we add to a message on its way begins with x-.
    for name in sorted(each for each in message.headers if not each.startswith("x-")):
        marked.update(f"\n{name}={message.headers[name]}".encode())
    return marked.hexdigest()


def _text(value: object) -> str:
    return value if isinstance(value, str) and len(value) <= _LONGEST else ""
