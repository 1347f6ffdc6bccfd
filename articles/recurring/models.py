"""What a recurring story starts from.

Decides what a template keeps of a story: the words and pictures, section, topics and language. Not its slug, for
each story has its own; not its bylines, for whoever starts a story stands under it. Open suggestions are left out.
"""

import datetime as dt
from typing import ClassVar, Self

from django.conf import settings
from django.db import models

from articles import restoring, suggestions
from articles.content import StoryContent
from articles.models import Article, Section
from articles.models.article import known_today


class StoryTemplateQuerySet(models.QuerySet["StoryTemplate"]):
    """Reading rules for templates."""

    def offered(self) -> Self:
        """Templates in the order in which they are offered: by section, then by name, without their words."""
        return (
            self.select_related("section", "section__parent")
            .defer("content")
            .order_by("section__parent__name", "section__name", "name")
        )


class StoryTemplate(models.Model):
    """One thing to start from, by name. No record: it may be changed and deleted, stories made from it stay."""

    name = models.CharField("name", max_length=80, unique=True, error_messages={"unique": "There is already one."})
    section = models.ForeignKey(
        Section, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="section"
    )
    content = models.JSONField("content", editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False, verbose_name="made by"
    )
    changed_at = models.DateTimeField("last changed", editable=False)

    objects: ClassVar[models.Manager["StoryTemplate"]] = StoryTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = "story template"
        ordering = ("name",)
        constraints = (models.CheckConstraint(condition=~models.Q(name=""), name="template_has_a_name"),)

    def __str__(self) -> str:
        return self.name

    @property
    def story(self) -> StoryContent:
        """Return the version that was kept. No query."""
        return StoryContent.from_data(self.content)

    def content_today(self) -> StoryContent:
        """Return what a story starts with, by the names and credits of today. Four queries.

        What is gone since is left out. The section is the template's own.
        """
        then = self.story
        found, _ = restoring.restored(StoryContent(), then, known=known_today(then), fields=list(restoring.FIELDS))
        return found


def kept(content: StoryContent) -> StoryContent:
    """Return what a template keeps of a version. No query."""
    return content.changed(body=suggestions.refused(content.body), slug="", bylines=())


def template_from(article: Article, *, name: str, by: int, now: dt.datetime) -> StoryTemplate:
    """Return a template of a story's words, unsaved."""
    content = kept(article.content())
    return StoryTemplate(
        name=name, section=article.section, content=content.to_data(), created_by_id=by, changed_at=now
    )
