"""The lines that announce an email to an SMTP server, before its content: none of them can make it deliver."""

import smtplib
from typing import Final

Answer = tuple[int, bytes]
"""A code, and the words after it."""
GO_ON: Final = 354
RECIPIENT_TAKEN: Final = (250, 251)
LINES: Final = (("mail FROM:<{0}>", (250,)), ("rcpt TO:<{1}>", RECIPIENT_TAKEN), ("data", (GO_ON,)))
"""The lines before an email's content, and what answers let it come."""


def announce(connection: smtplib.SMTP, sender: str, recipient: str) -> list[Answer]:
    """Return the answers to the lines before an email's content, up to the first refusal.

    A server that takes several lines at once is asked so, and answers all: that saves two of four ways there and
    back. Source: RFC 2920. Raises: SMTPException, OSError.
    """
    lines = [line.format(sender, recipient) for line, _ in LINES]
    if connection.has_extn("pipelining"):
        connection.send("".join(f"{line}\r\n" for line in lines))
        return [connection.getreply() for _ in lines]
    answers: list[Answer] = []
    while len(answers) < len(lines) and is_announced(answers):
        answers.append(connection.docmd(lines[len(answers)]))
    return answers


def is_announced(answers: list[Answer]) -> bool:
    """Return whether all that was answered lets the email come."""
    return all(code in good for (code, _), (_, good) in zip(answers, LINES, strict=False))
