"""Notices as mail: plain text, one for each event and person.

Decides subject, words and headers. The subject is one line whatever a headline holds, so that no words of a story
become a header.
"""

import re
from smtplib import (
    SMTPAuthenticationError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from articles.content import one_line
from articles.notices.models import Notice
from authors.models import User

__all__ = ["SMTPException", "explained", "is_for_good", "send"]

_LONGEST_SUBJECT = 160


def subject(notice: Notice) -> str:
    """Return the subject: `[Story headline] sent back by Edda`. One line. No query."""
    if notice.article is None:
        return f"[{settings.SITE_NAME}] {one_line(notice.sentence)}"
    headline = one_line(str(notice.article))
    room = max(20, _LONGEST_SUBJECT - len(notice.sentence))
    if len(headline) > room:
        headline = headline[: room - 1].rstrip() + "…"
    return one_line(f"[{headline}] {notice.sentence}")[: 2 * _LONGEST_SUBJECT]


def link(notice: Notice) -> str:
    """Return the full address of what the notice is about: the story, or the page of notices. No query."""
    path = notice.article.get_absolute_url() if notice.article else reverse("admin:notices")
    return f"{settings.SITE_URL}{path}"


def message(notice: Notice, *, to: User) -> EmailMessage:
    """Return the mail. No query with the story, the event and the recipient in hand."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    words = render_to_string(
        "notices/mail.txt",
        {
            "notice": notice,
            "headline": one_line(str(notice.article)) if notice.article else "",
            "note": notice.event.note if notice.event else "",
            "to": to,
            "link": link(notice),
            "choices": f"{settings.SITE_URL}{reverse('admin:notices_choices')}",
            "site_name": settings.SITE_NAME,
        },
    )
    headers = {
        "Message-ID": f"<notice-{notice.pk}@{host}>",
        "List-Id": f"{re.sub(r'[^A-Za-z0-9 ]', '', settings.SITE_NAME)} desk <notices.{host}>",
        "Auto-Submitted": "auto-generated",  # RFC 3834: no out-of-office answers to us
        "X-Auto-Response-Suppress": "All",
    }
    if notice.article is not None:  # mail programs show what happens to one story as one conversation
        headers["References"] = f"<story-{notice.article_id}@{host}>"
    return EmailMessage(subject(notice), words, to=[to.email], headers=headers)


def send(notice: Notice, *, to: User) -> None:
    """Send the mail now, waiting as long as the mailer's timeout. Raises OSError or SMTPException."""
    message(notice, to=to).send()


def is_for_good(error: Exception) -> bool:
    """Tell whether the mail server would say the same again: it does not take mail for this address."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    if isinstance(error, SMTPAuthenticationError | SMTPSenderRefused):
        return False  # ours to mend, and mended within minutes with luck
    return isinstance(error, SMTPResponseException) and error.smtp_code >= 500


def explained(error: Exception) -> str:
    """Return what went wrong in words that hold no address and no secret."""
    match error:
        case SMTPRecipientsRefused():
            return "the mail server does not take mail for this address."
        case SMTPAuthenticationError():
            return "the mail server did not accept our sign-in."
        case SMTPResponseException():
            return f"the mail server answered with the code {error.smtp_code}."
        case TimeoutError():
            return "the mail server did not answer in time."
    return "the mail server cannot be reached."
