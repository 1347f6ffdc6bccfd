"""What is going on at the writing pages: who has a story open, and words that are no part of a story yet.

Neither is record. Presence is forgotten within a minute or two; unsaved words are kept until their writer took them
over, saved them or threw them away, and for a month after that. When words are kept here instead of being saved
stands in `workflow.save_draft`; how they are kept in `articles/unsaved.py`.
"""

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from articles.models.article import Article
from authors.models import User


class UnsavedQuerySet(models.QuerySet["Unsaved"]):
    """Reading rules for unsaved words. They are for the person who typed them, and for nobody else."""

    def open(self) -> "UnsavedQuerySet":
        """Words whose writer has not decided yet."""
        return self.filter(ended_at=None)

    def of(self, person: User, article: Article | None) -> "UnsavedQuerySet":
        """One person's words for one story, or for a story that was never started."""
        return self.filter(person=person, article=article)

    def ended_before(self, at: dt.datetime) -> "UnsavedQuerySet":
        """Words that were decided on before a moment."""
        return self.filter(ended_at__lt=at)


class Unsaved(models.Model):
    """What one browser tab's form held when it could not, or should not, be saved by itself.

    `fields` is the form as typed, a list of names and values, whether or not it would pass. `version` is the one
    that the writer started from.
    """

    article = models.ForeignKey(Article, on_delete=models.CASCADE, null=True, related_name="unsaved")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    tab = models.CharField(max_length=40)
    version = models.PositiveIntegerField(default=0)
    fields = models.JSONField()
    reason = models.CharField(max_length=500, blank=True)
    started_at = models.DateTimeField()
    kept_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["Unsaved"]] = UnsavedQuerySet.as_manager()

    class Meta:
        ordering = ("-kept_at", "-pk")
        indexes = (
            models.Index(fields=("person", "article"), condition=Q(ended_at=None), name="unsaved_open"),
            models.Index(fields=("ended_at",), condition=Q(ended_at__isnull=False), name="unsaved_ended"),
        )

    def __str__(self) -> str:
        return f"Unsaved words of {self.person_id}, {self.kept_at:%Y-%m-%d %H:%M}"


class PresenceQuerySet(models.QuerySet["Presence"]):
    """Reading rules for presence."""

    def here(self, article_id: int, *, at: dt.datetime) -> "PresenceQuerySet":
        """Everybody who has a story open at a moment, one row a tab."""
        return self.filter(article_id=article_id, until__gt=at)


class Presence(models.Model):
    """One open tab of one person on one story, believed until `until` unless it says so again."""

    tab = models.CharField(max_length=40, primary_key=True)
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    writing = models.BooleanField(default=False)
    until = models.DateTimeField()

    objects: ClassVar[models.Manager["Presence"]] = PresenceQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(fields=("article", "until"), name="presence_by_story"),)

    def __str__(self) -> str:
        return f"{self.person_id} at {self.article_id}"
