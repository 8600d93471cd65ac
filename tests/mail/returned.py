"""Mail that came back, written as mail servers write it, about one send of ours."""

SEND = "0123456789abcdef0123456789abcdef"
BEN = "ben@example.org"
DATE = "Mon, 02 Mar 2026 15:05:00 +0000"

_COPY = f"""From: "Northfield" <mentoring@northfield.example.org>
To: "Ben" <{BEN}>
Subject: How to begin
Date: Mon, 02 Mar 2026 15:00:00 +0000
Message-ID: <{SEND}@northfield.example.org>
Auto-Submitted: auto-generated
"""


def report(
    status: str, diagnostic: str, *, action: str = "failed", to: str = BEN, copy: str = _COPY, date: str = DATE
) -> bytes:
    """Return a report as Postfix writes it."""
    return f"""Return-Path: <>
Received: by mx.example.org (Postfix) id 4F1; {date}
Date: {date}
From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: mentoring@northfield.example.org
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

This is a MIME-encapsulated message.

--B
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I could not hand your mail over.

<{to}>: {diagnostic}

--B
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
X-Postfix-Queue-ID: 4F1
Arrival-Date: {date}

Final-Recipient: rfc822; {to}
Original-Recipient: rfc822;{to}
Action: {action}
Status: {status}
Diagnostic-Code: {diagnostic}

--B
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

{copy}
--B--
""".encode()


EXIM_OLD = f"""Return-path: <>
X-Failed-Recipients: {BEN}
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mx.example.net>
To: mentoring@northfield.example.org
Subject: Mail delivery failed: returning message to sender
Message-Id: <E1abc-0001@mx.example.net>
Date: {DATE}

Your mail was not handed over to one or more of those it was for.

  {BEN}
    host mx.example.org [192.0.2.7]
    SMTP error from remote mail server after RCPT TO:<{BEN}>:
    550 No such user here

------ This is a copy of the message, including all the headers. ------

{_COPY}
Hello.
""".encode()

QMAIL = f"""Return-Path: <>
Date: {DATE}
From: MAILER-DAEMON@mx.example.net
To: mentoring@northfield.example.org
Subject: failure notice

Hi. This is the program that carries mail at mx.example.net.

<{BEN}>:
192.0.2.7 does not like recipient.
Remote host said: 550 5.1.1 unknown user
Giving up on 192.0.2.7.

--- Below this line is a copy of the message.

Return-Path: <mentoring@northfield.example.org>
{_COPY}
Hello.
""".encode()

EXCHANGE = f"""From: Microsoft Outlook <postmaster@example.onmicrosoft.example>
To: <mentoring@northfield.example.org>
Date: {DATE}
Content-Type: multipart/report; report-type=delivery-status; boundary="X"
Message-ID: <f00@example.onmicrosoft.example>
In-Reply-To: <{SEND}@northfield.example.org>
References: <{SEND}@northfield.example.org>
Subject: Undeliverable: How to begin
Auto-Submitted: auto-replied
MIME-Version: 1.0

--X
Content-Type: multipart/alternative; boundary="Y"

--Y
Content-Type: text/html; charset="utf-8"
Content-Transfer-Encoding: base64

PHA+WW91ciBtZXNzYWdlIGNvdWxkbid0IGJlIGhhbmRlZCBvdmVyLjwvcD4=

--Y--
--X
Content-Type: message/delivery-status

Reporting-MTA: dns;AM0.example.outlook.example
Received-From-MTA: dns;smtp.example.org
Arrival-Date: {DATE}

Original-Recipient: rfc822;Ben@Example.org
Final-Recipient: rfc822;ben.gone@example.org
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found by SMTP address lookup

--X
Content-Type: message/rfc822

From: Northfield <mentoring@northfield.example.org>
To: Ben <ben@example.org>
Subject: How to begin

--X--
""".encode()

GMAIL = f"""Return-Path: <>
From: Mail Delivery Subsystem <mailer-daemon@mail.example.com>
To: bounces+{SEND}@northfield.example.org
Auto-Submitted: auto-replied
Subject: Delivery Status Notification (Failure)
References: <something-else@mail.example.com>
X-Failed-Recipients: {BEN}
Message-ID: <65f@mx.example.com>
Date: {DATE}
Content-Type: multipart/report; boundary="G"; report-type=delivery-status

--G
Content-Type: text/plain; charset="UTF-8"

Nobody has this address.

--G
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.com
Arrival-Date: {DATE}

Final-Recipient: rfc822; {BEN}
Action: failed
Status: 5.1.1
Remote-MTA: dns; gmail-smtp-in.l.example.com
Diagnostic-Code: smtp; 550-5.1.1 The account that you tried to reach does not exist.
 550 5.1.1 Learn more at https://support.example.com/mail/?p=NoSuchUser

--G--
""".encode()

AWAY = f"""From: Ben <{BEN}>
To: mentoring@northfield.example.org
Subject: Automatic reply: How to begin
In-Reply-To: <{SEND}@northfield.example.org>
Auto-Submitted: auto-replied
Date: {DATE}

I am away until 5.1.2027. In urgent cases call 550 1234.
""".encode()
