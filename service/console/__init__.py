"""The console: what staff see in a browser. Read only, without JavaScript."""

from service.console.app import create_console
from service.console.mailbox import Mail, MailBody, Mailbox, MailPage
from service.console.rule_desk import RuleDesk

__all__ = ["Mail", "MailBody", "MailPage", "Mailbox", "RuleDesk", "create_console"]
