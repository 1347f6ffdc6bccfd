"""What was told to whom, by which way, and what each person chose.

Decides what is kept. A notice without a recipient is the newsroom's own, for its chat room. Notices are no record
of the story, which is what Events are: old ones are forgotten.
"""

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from articles.models import Article, Event
from articles.notices.kinds import BY_NAME, Channel
from authors.models import User

#: The count in the bar stops here; more is “9+”.
MOST_COUNTED = 9


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Reading rules for notices."""

    def on_desk_of(self, person: User) -> "NoticeQuerySet":
        """What somebody's page of notices lists, the newest first."""
        return self.filter(recipient=person, on_desk=True).order_by("-at", "-pk")

    def unread(self) -> "NoticeQuerySet":
        """What has not been read."""
        return self.filter(read_at=None)

    def older_than(self, at: dt.datetime, pk: int) -> "NoticeQuerySet":
        """What stands behind a place in the list: at an earlier moment, or at the same with a smaller number."""
        return self.filter(Q(at__lt=at) | Q(at=at, pk__lt=pk))

    def with_stories(self) -> "NoticeQuerySet":
        """With what one line of the list prints: the story, what was done, and how sending it went."""
        return self.select_related("article", "event").prefetch_related("deliveries").defer("article__body")


class Notice(models.Model):
    """One person told of one thing, once. `sentence` follows the story's headline."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, null=True, related_name="+", help_text="Empty: a test.")
    article = models.ForeignKey(Article, on_delete=models.PROTECT, null=True, related_name="+")
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="Empty: the newsroom’s chat room.",
    )
    kind = models.CharField("kind", max_length=20)
    sentence = models.CharField("sentence", max_length=600)
    on_desk = models.BooleanField("on the desk", default=True)
    at = models.DateTimeField("at")
    read_at = models.DateTimeField("read at", null=True)

    objects: ClassVar[models.Manager["Notice"]] = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("event", "recipient"),
                nulls_distinct=False,
                condition=Q(event__isnull=False),
                name="notice_once_for_each",
            ),
        )
        indexes = (
            models.Index(fields=("recipient", "-at", "-id"), condition=Q(on_desk=True), name="notice_on_the_desk"),
            models.Index(
                fields=("recipient", "article"), condition=Q(on_desk=True, read_at=None), name="notice_unread"
            ),
            models.Index(fields=("at",), name="notice_by_age"),
        )

    def __str__(self) -> str:
        return self.sentence

    @property
    def title(self) -> str:
        """Return what kind of notice it is, in words. No query."""
        kind = BY_NAME.get(self.kind)
        return kind.title if kind else "A test"

    @property
    def undelivered(self) -> list[str]:
        """Return a sentence for each way by which it could not be sent. No query with the deliveries in hand."""
        return [str(each) for each in self.deliveries.all() if each.state == Delivery.State.FAILED]


class Delivery(models.Model):
    """One notice on its way out by mail or chat. A task takes it there; see `deliveries.py`."""

    class State(models.TextChoices):
        """How far it has come."""

        WAITING = "waiting", "waiting"
        SENT = "sent", "sent"
        FAILED = "failed", "could not be sent"
        DROPPED = "dropped", "not wanted any more"

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField("way", max_length=4)
    state = models.CharField("state", max_length=8, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField("attempts", default=0)
    error = models.CharField("what went wrong", max_length=200, blank=True)
    changed_at = models.DateTimeField("last changed")

    class Meta:
        verbose_name_plural = "deliveries"
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("notice", "channel"), name="delivery_once_by_each_way"),
            models.CheckConstraint(
                condition=Q(channel__in=[Channel.MAIL.value, Channel.CHAT.value]), name="delivery_way_known"
            ),
        )

    def __str__(self) -> str:
        what = "mailed" if self.channel == Channel.MAIL else "sent to chat"
        match self.state:
            case self.State.FAILED:
                return f"Could not be {what}: {self.error}"
            case self.State.SENT:
                return f"Was {what}"
            case self.State.DROPPED:
                return f"Was not {what}: not wanted any more"
        return f"Waits to be {what}"


class Choice(models.Model):
    """Where somebody wants a kind otherwise than by default. Without a person: the newsroom's chat room."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField("kind", max_length=20)
    channel = models.CharField("way", max_length=4)
    wanted = models.BooleanField("wanted")

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("person", "kind", "channel"), nulls_distinct=False, name="choice_once_for_each"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} by {self.channel}: {'yes' if self.wanted else 'no'}"


class Webhook(models.Model):
    """Where somebody's chat messages go. The address is a secret: who has it can write there."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="Empty: the newsroom’s chat room.",
    )
    url = models.CharField("address", max_length=500)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField("set at")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("person",), nulls_distinct=False, name="webhook_once_for_each"),)

    def __str__(self) -> str:
        return self.shown

    @property
    def shown(self) -> str:
        """Return enough of the address to know it by, and not enough to use it."""
        host = self.url.partition("://")[2].partition("/")[0]
        return f"https://{host}/…{self.url[-4:]}"
