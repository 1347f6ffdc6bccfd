"""What readers see: versions of stories, each with the span of time in which it is the one on the site.

Decides which version stands at which address at which moment. Rows are cut by `publishing.py` from approved
revisions; nothing of them changes but the end of their span, and they are never deleted, so that “what did
readers see at 14:05 on Tuesday” has an answer.
"""

import datetime as dt
from typing import Any, ClassVar

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.urls import reverse

from articles import body, content
from articles.bylines import BylineGroup, groups
from articles.models.article import Article
from articles.models.record import Approval, Revision
from articles.models.structure import Section, Topic
from authors.models import Author
from media import renditions
from media.models import Photo


class PublishedArticleQuerySet(models.QuerySet["PublishedArticle"]):
    """Reading rules for readers. Times are aware; a row's span holds its beginning and not its end."""

    def visible(self, *, at: dt.datetime) -> "PublishedArticleQuerySet":
        """What readers see at a moment: one version at most of each story."""
        return self.not_over(at=at).filter(visible_from__lte=at)

    def not_over(self, *, at: dt.datetime) -> "PublishedArticleQuerySet":
        """Versions that stand at a moment or are to come after it."""
        return self.filter(Q(visible_until__isnull=True) | Q(visible_until__gt=at))

    def with_sections(self) -> "PublishedArticleQuerySet":
        """Rows with section and parent section in the same query."""
        return self.select_related("section", "section__parent")

    def in_section(self, section: Section) -> "PublishedArticleQuerySet":
        """Stories of a section and of its subsections."""
        return self.filter(Q(section=section) | Q(section__parent=section))

    def newest_first(self) -> "PublishedArticleQuerySet":
        """The story first published last comes first; an update does not bring an old story up again."""
        return self.order_by("-first_published_at", "-pk")

    def without_bodies(self) -> "PublishedArticleQuerySet":
        """Rows for lists: the text of the story stays in the database."""
        return self.defer("body_html", "lite_body_html")


class PublishedArticle(models.Model):
    """One version of a story as readers see it, from `visible_from` until `visible_until` (or for good).

    Names, notes, captions and credits are copied as they stood when the version was approved. A scheduled
    version is a row whose span has not begun; a schedule taken back is a row whose span is empty.
    """

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="published")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="+")
    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, related_name="+")
    content_hash = models.CharField(max_length=64)
    visible_from = models.DateTimeField("visible from")
    visible_until = models.DateTimeField("visible until", null=True)
    published_on = models.DateField("date in the address")
    slug = models.CharField("slug", max_length=120)
    first_published_at = models.DateTimeField("first published")
    updated_at = models.DateTimeField("words last changed", null=True)

    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="+")
    topic_links = models.ManyToManyField(Topic, related_name="+")
    author_links = models.ManyToManyField(Author, related_name="+")
    photo_links = models.ManyToManyField(Photo, related_name="+")

    headline = models.CharField(max_length=300)
    standfirst = models.TextField(blank=True)
    language = models.CharField(max_length=12)
    body_html = models.TextField()
    lite_body_html = models.TextField()
    bylines = models.JSONField(default=list)
    topics = models.JSONField(default=list)
    lead_data = models.JSONField(default=dict)
    word_count = models.PositiveIntegerField()

    objects: ClassVar[models.Manager["PublishedArticle"]] = PublishedArticleQuerySet.as_manager()

    class Meta:
        ordering = ("-first_published_at", "-pk")
        indexes = (
            models.Index(fields=("-first_published_at", "-id"), name="published_newest"),
            models.Index(fields=("section", "-first_published_at", "-id"), name="published_by_section"),
            models.Index(fields=("published_on", "slug"), name="published_address"),
            models.Index(fields=("article", "-visible_from"), name="published_by_article"),
            # when something last came or went: the date of every list
            models.Index(fields=("visible_from",), name="published_came"),
            models.Index(fields=("visible_until",), name="published_went"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(visible_until__isnull=True) | Q(visible_until__gte=F("visible_from")),
                name="published_span_forwards",
            ),
            ExclusionConstraint(
                name="published_one_version_at_a_time",
                expressions=[
                    ("article", RangeOperators.EQUAL),
                    (
                        Func("visible_from", "visible_until", function="TSTZRANGE", output_field=DateTimeRangeField()),
                        "&&",
                    ),
                ],
            ),
            ExclusionConstraint(
                name="published_one_story_an_address",
                expressions=[
                    ("published_on", RangeOperators.EQUAL),
                    ("slug", RangeOperators.EQUAL),
                    ("article", RangeOperators.NOT_EQUAL),
                    (
                        Func("visible_from", "visible_until", function="TSTZRANGE", output_field=DateTimeRangeField()),
                        "&&",
                    ),
                ],
            ),
        )
        triggers = (
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="as_approved", exclude=["visible_until"]),
            pgtrigger.Trigger(
                name="only_approved_words",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM articles_approval a JOIN articles_revision r ON r.id = a.revision_id
                        WHERE a.id = NEW.approval_id AND a.article_id = NEW.article_id
                          AND a.content_hash = NEW.content_hash AND r.id = NEW.revision_id
                          AND r.content_hash = NEW.content_hash AND a.withdrawn_at IS NULL
                          AND r.content->>'headline' = NEW.headline AND r.content->>'standfirst' = NEW.standfirst
                          AND r.content->>'slug' = NEW.slug AND r.content->>'language' = NEW.language
                          AND (r.content->'section'->>'pk')::bigint = NEW.section_id
                          AND r.content->'bylines' = NEW.bylines
                          AND COALESCE(NULLIF(r.content->'lead', 'null'), '{}') = NEW.lead_data
                          AND (SELECT COALESCE(jsonb_agg(
                                  jsonb_build_object('name', topic->>'name', 'slug', topic->>'path') ORDER BY place
                              ), '[]')
                              FROM jsonb_array_elements(r.content->'topics') WITH ORDINALITY AS t(topic, place)
                          ) = NEW.topics
                    ) THEN
                        RAISE EXCEPTION 'not_approved' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="not_before_the_embargo",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                declare=[("embargo", "timestamptz")],
                # FOR SHARE waits for whoever changes the embargo at this moment, and makes them wait for us.
                func="""
                    SELECT embargo_until INTO embargo FROM articles_article WHERE id = NEW.article_id FOR SHARE;
                    IF NEW.visible_from < embargo AND NEW.visible_until IS DISTINCT FROM NEW.visible_from THEN
                        RAISE EXCEPTION 'under_embargo' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        )

    def __str__(self) -> str:
        return self.headline

    def get_absolute_url(self) -> str:
        """Return the story's permanent path."""
        return self._url("public:story")

    @property
    def lite_url(self) -> str:
        """Return the path of the lite edition of the same story."""
        return self._url("public:lite_story")

    def _url(self, name: str) -> str:
        day = self.published_on
        return reverse(name, args=[f"{day:%Y}", f"{day:%m}", f"{day:%d}", self.slug])

    @property
    def direction(self) -> str:
        """Return `rtl` or `ltr`, by the language. No query."""
        return content.direction(self.language)

    @property
    def reading_minutes(self) -> int:
        """Return the reading time in whole minutes. No query."""
        return body.reading_minutes(self.word_count)

    @property
    def byline_groups(self) -> list[BylineGroup]:
        """Return the bylines by role, as printed. No query."""
        return groups(self.bylines)

    @property
    def notes(self) -> list[dict[str, Any]]:
        """Return the bylines that have a note for the end of the story, each author once. No query."""
        by_author = {byline["author"]: byline for byline in reversed(self.bylines) if byline["note"]}
        return list(reversed(by_author.values()))

    @property
    def lead(self) -> "LeadPicture | None":
        """Return the lead photo as it stood, or None. No query."""
        return LeadPicture(self.lead_data) if self.lead_data else None


class LeadPicture:
    """The lead photo of a published version, with what templates ask of it."""

    def __init__(self, data: dict[str, Any]) -> None:
        facts = data["picture"]
        self.alt: str = data["alt"]
        self.caption: str = data["caption"]
        self.credit: str = facts["credit"]
        self.photo: int = facts["photo"]
        self.digest: str = facts["digest"]
        self.width: int = facts["width"]
        self.height: int = facts["height"]
        self.picture = renditions.Picture(self.digest, self.width, self.height, data.get("photos_at", renditions.ROOT))


class Redirect(models.Model):
    """An address that a story once had. It leads to the story for ever, wherever it has moved since."""

    published_on = models.DateField("date in the address")
    slug = models.CharField("slug", max_length=120)
    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField("since")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("published_on", "slug"), name="redirect_address_once"),)
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"/{self.published_on:%Y/%m/%d}/{self.slug}/"
