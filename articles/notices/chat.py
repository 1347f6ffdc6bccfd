"""Notices as chat messages, in the format of Slack's incoming webhooks, which Mattermost, Rocket.Chat and others take.

Decides the words and makes sure that none of them commands the chat: no `<!channel>`, no link of a headline's own.
Where they may be sent is `webhooks.py`'s to say. The format: https://docs.slack.dev/messaging/formatting-message-text
"""

from typing import Any

from django.conf import settings

from articles.content import one_line
from articles.notices import webhooks
from articles.notices.mail import link
from articles.notices.models import Notice

#: Between @ and a name, so that no chat rings everybody's bell for words of a story. A word joiner: it shows nothing.
_QUIET_AT = "@\u2060"
_LONGEST_NOTE = 600


def escaped(text: str) -> str:
    """Return text that a chat shows as it is: the three signs of Slack's markup escaped, mentions made mute."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("@", _QUIET_AT)


def payload(notice: Notice) -> dict[str, Any]:
    """Return the message as Slack takes it. No query with the story and the event in hand."""
    if notice.article is None:
        text = escaped(f"{settings.SITE_NAME}: {one_line(notice.sentence)}")
    else:
        headline = escaped(one_line(str(notice.article))).replace("|", "¦")  # | ends the address of a link
        text = f"<{link(notice)}|{headline}>: {escaped(one_line(notice.sentence))}"
    note = one_line(notice.event.note) if notice.event else ""
    if note:
        shown = note if len(note) <= _LONGEST_NOTE else note[: _LONGEST_NOTE - 1] + "…"
        text += f"\n> {escaped(shown)}"
    return {"text": text, "unfurl_links": False, "unfurl_media": False}


def send(notice: Notice, *, url: str) -> None:
    """Send the message now. Raises `webhooks.NotTaken`."""
    webhooks.post(url, payload(notice))
