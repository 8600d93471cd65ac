"""What SendGrid is asked to send, as its own package builds it, from values that cannot break out of their place.

The package keeps a line break in a name or subject, and SendGrid refuses commas and semicolons in names, so every
value is put on one line first. Personal data stands only where SendGrid needs it: arguments carry the send's id alone.
"""

from typing import Any, Final

from sendgrid.helpers.mail import (
    Asm,
    ClickTracking,
    Content,
    CustomArg,
    GroupId,
    Header,
    Mail,
    MailSettings,
    OpenTracking,
    Personalization,
    ReplyTo,
    SandBoxMode,
    TrackingSettings,
)
from sendgrid.helpers.mail import Email as Address

from service.adapters.mail.addresses import one_address
from service.adapters.mail.mime import message_id, one_line
from service.flow.mail_port import MOST_MARKS, Outgoing

SEND_ID: Final = "send_id"
"""The argument by which reports about a send find it again."""
MARKS: Final = "decisions"
"""The argument that holds the marks of what else it carries."""
_UNWANTED_IN_NAMES: Final = str.maketrans({",": " ", ";": " "})


def payload(outgoing: Outgoing, *, sandbox: bool, group: int | None = None) -> dict[str, Any]:
    """Return the body of the request for one email to one recipient.

    In the `sandbox` SendGrid checks it and sends nothing; `group` is the unsubscribe group that it belongs to.
    Raises: ProviderError for an address that is not one.
    """
    mail = Mail()
    mail.from_email = _address(outgoing.from_email, outgoing.from_name)
    mail.subject = one_line(outgoing.subject)
    if outgoing.reply_to:
        mail.reply_to = ReplyTo(one_address(outgoing.reply_to))
    mail.add_content(Content("text/plain", outgoing.text))
    mail.add_content(Content("text/html", outgoing.html))
    mail.add_personalization(_personalization(outgoing))
    mail.tracking_settings = _untracked()
    if group is not None:
        mail.asm = Asm(GroupId(group))
    if sandbox:
        mail.mail_settings = MailSettings(sandbox_mode=SandBoxMode(enable=True))
    body: dict[str, Any] = mail.get()
    return body


def _personalization(outgoing: Outgoing) -> Personalization:
    to = Personalization()
    to.add_to(_address(outgoing.to, outgoing.to_name))
    to.add_custom_arg(CustomArg(SEND_ID, outgoing.send_id))
    if outgoing.marks:
        to.add_custom_arg(CustomArg(MARKS, " ".join(outgoing.marks[:MOST_MARKS])))
    own = (("Message-ID", message_id(outgoing)), ("Auto-Submitted", "auto-generated"))
    for name, value in (*own, *outgoing.headers):
        to.add_header(Header(name, one_line(value)))
    return to


def _address(address: str, name: str) -> Address:
    plain = one_line(name.translate(_UNWANTED_IN_NAMES))
    return Address(one_address(address), plain or None)


def _untracked() -> TrackingSettings:
    """Return settings under which nobody follows who reads or clicks what."""
    settings = TrackingSettings()
    settings.click_tracking = ClickTracking(enable=False, enable_text=False)
    settings.open_tracking = OpenTracking(enable=False)
    return settings
