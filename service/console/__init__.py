"""The console: what staff see in a browser. They work without JavaScript."""

from service.console.app import create_console
from service.console.delivery_pages import LetterTold
from service.console.mailbox import Mail, MailBody, Mailbox, MailPage
from service.console.rule_desk import RuleDesk

__all__ = ["LetterTold", "Mail", "MailBody", "MailPage", "Mailbox", "RuleDesk", "create_console"]
