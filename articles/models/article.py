"""The story as the desk works on it: columns, bylines, topics.

Decides how the working copy is stored and how it becomes a StoryContent and back. It changes through the
verbs in `workflow/` only; what readers see is a PublishedArticle and never this.
"""

import datetime as dt
from collections.abc import Mapping
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Concat, Upper
from django.urls import reverse

from articles import body, content
from articles.bylines import BylineRole
from articles.content import StoryContent, one_line
from articles.models.structure import Section, Topic
from articles.restoring import Known
from articles.statuses import OPEN, Status
from articles.transitions import STATUS_CHANGES
from authors.models import Author, User
from media.models import Photo

#: More words than this do not make a search more exact.
_SEARCH_WORDS = 8


class _OneOf(models.Func):
    """Tells whether a value is one of an array's."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = models.BooleanField()


class ArticleQuerySet(models.QuerySet["Article"]):
    """Reading rules for working copies. None of them is for readers."""

    def of(self, user: User) -> "ArticleQuerySet":
        """Stories that somebody started, stands under or is to write: three short looks at indexes, joined.

        As an array, not as a subquery: with `IN` the planner joins them to the index of the whole archive.
        """
        started = Article.objects.filter(created_by=user).order_by().values("pk")
        to_write = Article.objects.filter(assigned_to=user).order_by().values("pk")
        under = Byline.objects.filter(author__user=user).order_by().values("article")
        return self.filter(_OneOf("pk", ArraySubquery(started.union(to_write, under).order_by())))

    def to_write(self, user: User) -> "ArticleQuerySet":
        """Drafts that are assigned to somebody, what is due first coming first, what has no time last."""
        return self.filter(status=Status.DRAFT, assigned_to=user).order_by(F("due_at").asc(nulls_last=True), "pk")

    def open(self) -> "ArticleQuerySet":
        """Stories that somebody still has to do something with."""
        return self.filter(status__in=OPEN)

    def planned(self) -> "ArticleQuerySet":
        """Lines in the budget: drafts of which no word is written, in no order."""
        return self.filter(status=Status.DRAFT, word_count=0)

    def in_writing(self) -> "ArticleQuerySet":
        """Drafts that have words, in no order."""
        return self.filter(status=Status.DRAFT, word_count__gt=0)

    def ready(self) -> "ArticleQuerySet":
        """Approved stories that have no time yet, the longest waiting first."""
        return self.filter(status=Status.APPROVED, publish_at=None).order_by("changed_at", "pk")

    def published_since(self, at: dt.datetime) -> "ArticleQuerySet":
        """Stories that went out after `at` (aware) and are not edited again, in no order."""
        return self.filter(status=Status.PUBLISHED, changed_at__gt=at)

    def due_between(self, start: dt.datetime, end: dt.datetime) -> "ArticleQuerySet":
        """Stories of the budget that are due from `start` on and before `end` (both aware), spiked ones left out."""
        return self.filter(due_at__gte=start, due_at__lt=end).exclude(status=Status.SPIKED)

    def overdue(self, *, at: dt.datetime) -> "ArticleQuerySet":
        """Stories that were due by `at` (aware) and are still with their writers; see `Article.is_overdue`."""
        return self.filter(status=Status.DRAFT, first_published_at=None, due_at__lte=at)

    def without_a_date(self) -> "ArticleQuerySet":
        """Stories that somebody still has to do something with, and that are due at no time."""
        return self.open().filter(due_at=None, first_published_at=None)

    def called(self, words: str) -> "ArticleQuerySet":
        """Stories of whose headline, slugline and slug together every word is a part, whatever its capitals."""
        found = self
        for word in one_line(words).split()[:_SEARCH_WORDS]:
            found = found.filter(name_searched__contains=Upper(models.Value(word)))
        return found

    def in_review(self) -> "ArticleQuerySet":
        """Stories that wait for an editor, the longest waiting first."""
        return self.filter(status=Status.IN_REVIEW).order_by("changed_at", "pk")

    def asked_first(self, user: User) -> "ArticleQuerySet":
        """The same stories, those that somebody was asked to read before the others."""
        asked = models.Case(models.When(asked_editor=user, then=0), default=1)
        return self.order_by(asked, *self.query.order_by)

    def scheduled(self) -> "ArticleQuerySet":
        """Approved stories that have a time, the next one first."""
        return self.filter(status=Status.APPROVED, publish_at__isnull=False).order_by("publish_at", "pk")

    def due(self, *, at: dt.datetime) -> "ArticleQuerySet":
        """Scheduled stories whose time has come by `at` (aware): readers see them, the desk's state lags."""
        return self.scheduled().filter(publish_at__lte=at)

    def for_lists(self) -> "ArticleQuerySet":
        """Stories with all that one row of a list prints; bodies stay in the database."""
        return (
            self.select_related("section", "section__parent", "created_by", "assigned_to", "asked_editor", "approval")
            .prefetch_related(models.Prefetch("bylines", Byline.objects.select_related("author")))
            .defer("body", "standfirst", "name_searched")
        )


class Article(models.Model):
    """A story on the desk. `version` counts changes of the words; every save names the one it started from."""

    headline = models.CharField("headline", max_length=300, blank=True)
    standfirst = models.TextField("standfirst", max_length=1_000, blank=True)
    body = models.TextField("body", blank=True)
    slug = models.CharField("slug", max_length=120, blank=True)
    language = models.CharField("language", max_length=12)
    section = models.ForeignKey(Section, on_delete=models.PROTECT, null=True, blank=True, verbose_name="section")
    topics = models.ManyToManyField(Topic, blank=True, verbose_name="topics")
    lead_photo = models.ForeignKey(
        Photo, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="lead photo"
    )
    lead_alt = models.CharField("alt text", max_length=500, blank=True)
    lead_caption = models.CharField("caption", max_length=1_000, blank=True)

    status = models.CharField("status", max_length=12, choices=Status.choices, default=Status.DRAFT)
    version = models.PositiveIntegerField(default=0, editable=False)
    publish_at = models.DateTimeField("publish at", null=True, blank=True, editable=False)
    approval = models.ForeignKey(
        "articles.Approval", on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    first_published_at = models.DateTimeField("first published", null=True, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField("created")
    changed_at = models.DateTimeField("last changed")

    # What is planned: no part of what a reader sees (`planning.py`), changed by `workflow.arrange` alone.
    slugline = models.CharField("slugline", max_length=60, blank=True, editable=False)
    brief = models.TextField("brief", max_length=4_000, blank=True, editable=False)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    asked_editor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    due_at = models.DateTimeField("due", null=True, editable=False)
    words_planned = models.PositiveIntegerField("words planned", null=True, editable=False)
    pictures_planned = models.PositiveSmallIntegerField("pictures planned", null=True, editable=False)
    # Until when nothing of the story may reach a reader, and whose word that is; changed by `workflow.embargo` alone.
    embargo_until = models.DateTimeField("embargo until", null=True, editable=False)
    embargo_reason = models.CharField("whose embargo, and why", max_length=300, blank=True, editable=False)
    # What there is of it, counted at each save so that no list has to read a body.
    word_count = models.PositiveIntegerField("words", default=0, editable=False)
    picture_count = models.PositiveSmallIntegerField("pictures", default=0, editable=False)

    # What a story is called, in capitals as the database makes them; lists are searched by it.
    name_searched = models.GeneratedField(
        expression=Upper(
            Concat(
                "headline",
                models.Value("\n"),
                "slugline",
                models.Value("\n"),
                "slug",
                output_field=models.TextField(),
            )
        ),
        output_field=models.TextField(),
        db_persist=True,
        editable=False,
    )

    objects: ClassVar[models.Manager["Article"]] = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = "story"
        verbose_name_plural = "stories"
        ordering = ("-changed_at", "-pk")
        indexes = (
            models.Index(fields=("-changed_at", "-id"), name="article_newest_change"),
            models.Index(fields=("status", "changed_at", "id"), name="article_by_status"),
            models.Index(fields=("publish_at", "id"), condition=Q(publish_at__isnull=False), name="article_scheduled"),
            models.Index(
                fields=("assigned_to", "due_at", "id"), condition=Q(status=Status.DRAFT), name="article_to_write"
            ),
            # The board's columns and the budget's pages, each in its order.
            models.Index(
                fields=("due_at", "id"), condition=Q(status=Status.DRAFT, word_count=0), name="article_planned"
            ),
            models.Index(
                fields=("-changed_at", "-id"),
                condition=Q(status=Status.DRAFT, word_count__gt=0),
                name="article_in_writing",
            ),
            models.Index(fields=("-changed_at", "-id"), condition=Q(status__in=sorted(OPEN)), name="article_open"),
            models.Index(fields=("due_at", "id"), condition=Q(due_at__isnull=False), name="article_due"),
            models.Index(
                fields=("-changed_at", "-id"),
                condition=Q(due_at__isnull=True, first_published_at__isnull=True, status__in=sorted(OPEN)),
                name="article_without_a_date",
            ),
            models.Index(fields=("section", "-changed_at", "-id"), name="article_by_section"),
            models.Index(
                fields=("embargo_until", "id"), condition=Q(embargo_until__isnull=False), name="article_embargo"
            ),
            GinIndex(fields=("name_searched",), name="article_called", opclasses=("gin_trgm_ops",)),
        )
        constraints = (
            models.CheckConstraint(condition=Q(status__in=Status.values), name="article_status_known"),
            models.CheckConstraint(
                condition=Q(approval__isnull=False) | ~Q(status__in=[Status.APPROVED, Status.PUBLISHED]),
                name="article_approved_means_approval",
            ),
            models.CheckConstraint(
                condition=Q(publish_at__isnull=True) | Q(status=Status.APPROVED),
                name="article_only_approved_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(embargo_until__isnull=True, embargo_reason="")
                | (Q(embargo_until__isnull=False) & ~Q(embargo_reason="")),
                name="article_embargo_is_somebodys",
            ),
        )
        triggers = (
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            # Not even SQL takes a draft to readers: only the changes that the table of verbs knows.
            pgtrigger.FSM(name="status_by_table", field="status", transitions=sorted(STATUS_CHANGES)),
            # The other half of this rule stands at PublishedArticle: neither door opens before the embargo is over.
            pgtrigger.Trigger(
                name="embargo_before_readers",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("embargo_until"),  # type: ignore[no-untyped-call]  # pgtrigger has no types
                func="""
                    IF NEW.embargo_until IS DISTINCT FROM OLD.embargo_until AND EXISTS (
                        SELECT 1 FROM articles_publishedarticle p
                        WHERE p.article_id = NEW.id AND p.visible_from < NEW.embargo_until
                          AND p.visible_until IS DISTINCT FROM p.visible_from
                    ) THEN
                        RAISE EXCEPTION 'embargo_too_late' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        )

    def __str__(self) -> str:
        return self.headline or self.slugline or "Untitled story"

    def get_absolute_url(self) -> str:
        """Return the path of the story's page on the desk; readers' addresses belong to PublishedArticle."""
        return reverse("admin:articles_article_change", args=[self.pk])

    @property
    def is_scheduled(self) -> bool:
        """Tell whether the story is approved and has a time. No query."""
        return self.status == Status.APPROVED and self.publish_at is not None

    @property
    def short_name(self) -> str:
        """Return what the desk calls the story in a breath: its slugline, or else its headline. No query."""
        return self.slugline or str(self)

    @property
    def is_planned(self) -> bool:
        """Tell whether the story is a line in the budget: a draft of which no word is written. No query."""
        return self.status == Status.DRAFT and not self.word_count

    def is_overdue(self, *, at: dt.datetime) -> bool:
        """Tell whether the story was due by `at` (aware) and is still with its writer. No query.

        A published story that is edited again is not: its words were there in time.
        """
        return (
            self.status == Status.DRAFT
            and self.first_published_at is None
            and self.due_at is not None
            and self.due_at <= at
        )

    @property
    def state(self) -> str:
        """Return the state in a word, as lists print it: the status, or Scheduled. No query."""
        return "Scheduled" if self.is_scheduled else Status(self.status).label

    def is_embargoed(self, *, at: dt.datetime) -> bool:
        """Tell whether nothing of the story may leave the newsroom yet at a moment (aware). No query."""
        return self.embargo_until is not None and at < self.embargo_until

    def content(self) -> StoryContent:
        """Read the working copy as one version of the story. At most five queries."""
        figures = body.figures(self.body)
        wanted = {figure.photo for figure in figures} | ({self.lead_photo_id} if self.lead_photo_id else set())
        photos = Photo.objects.in_bulk(wanted)
        bylines = self.bylines.select_related("author").order_by("position", "pk")
        return StoryContent(
            headline=self.headline,
            standfirst=self.standfirst,
            body=self.body,
            slug=self.slug,
            language=self.language,
            section=section_label(self.section),
            topics=tuple(topic_label(topic) for topic in self.topics.order_by("name")),
            bylines=tuple(byline.as_printed() for byline in bylines),
            lead=content.Lead(picture(photos[self.lead_photo_id]), self.lead_alt, self.lead_caption)
            if self.lead_photo_id
            else None,
            pictures=pictures_of(self.body, photos),
        )

    def take(self, version: StoryContent) -> None:
        """Write a version into the working copy: save the row, and replace bylines and topics. Six queries."""
        names = dict(Author.objects.filter(pk__in=[line.author for line in version.bylines]).values_list("pk", "name"))
        self.headline, self.standfirst, self.body = version.headline, version.standfirst, version.body
        self.slug, self.language = version.slug, version.language
        self.section_id = version.section.pk if version.section else None
        self.lead_photo_id = version.lead.picture.photo if version.lead else None
        self.lead_alt = version.lead.alt if version.lead else ""
        self.lead_caption = version.lead.caption if version.lead else ""
        self.word_count = body.word_count(version.body)
        self.picture_count = len(body.figures(version.body)) + (version.lead is not None)
        self.save()
        self.topics.set([topic.pk for topic in version.topics])
        self.bylines.all().delete()
        Byline.objects.bulk_create(
            Byline(
                article=self,
                author_id=line.author,
                role=line.role,
                printed_name="" if line.name == names[line.author] else line.name,
                position=position,
            )
            for position, line in enumerate(version.bylines)
        )


class Byline(models.Model):
    """One person under one story: who, as what, in which place, and by which name if not the usual one."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="bylines")
    author = models.ForeignKey(Author, on_delete=models.PROTECT, related_name="+", verbose_name="author")
    role = models.CharField("role", max_length=20, choices=BylineRole.choices, default=BylineRole.WRITER)
    printed_name = models.CharField(
        "printed as", max_length=120, blank=True, help_text="Only where it differs from the author’s name."
    )
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("article", "author", "role"),
                name="byline_once_per_role",
                violation_error_message="This author already stands under the story in this role.",
            ),
        )

    def __str__(self) -> str:
        return self.printed_name or self.author.name

    def as_printed(self) -> content.Byline:
        """Return the byline as a reader would see it now. Needs the author in hand."""
        return byline(self.author, role=self.role, printed_name=self.printed_name)


# --- Facts of rows, as a version writes them down ---------------------------------------------------------------


def section_label(section: Section | None) -> content.Label | None:
    """Return a section as a version names it."""
    return content.Label(section.pk, str(section), section.path) if section else None


def topic_label(topic: Topic) -> content.Label:
    """Return a topic as a version names it."""
    return content.Label(topic.pk, topic.name, topic.slug)


def byline(author: Author, *, role: str, printed_name: str = "") -> content.Byline:
    """Return one person under a story, with their note as it stands."""
    name, note = content.one_line(printed_name or author.name), content.one_line(author.note)
    return content.Byline(author.pk, name, author.slug, role, note)


def picture(photo: Photo) -> content.Picture:
    """Return a photo's facts as they stand, the printed credit included."""
    return content.Picture(photo.pk, photo.digest, photo.width, photo.height, photo.credit_line)


def pictures_of(source: str, photos: Mapping[int, Photo]) -> tuple[content.Picture, ...]:
    """Return the facts of the photos that a body shows, each once, in order of number; unknown ones are left out."""
    numbers = sorted({figure.photo for figure in body.figures(source)})
    return tuple(picture(photos[number]) for number in numbers if number in photos)


def photos_in(source: str) -> dict[int, Photo]:
    """Return the photos of the library that a body shows, by number. One query."""
    return Photo.objects.in_bulk({figure.photo for figure in body.figures(source)})


def known_today(version: StoryContent) -> Known:
    """Return what a version names, as it is called and credited today. Four queries."""
    sections = Section.objects.with_parent().filter(pk=version.section.pk if version.section else 0)
    topics = Topic.objects.filter(pk__in=[topic.pk for topic in version.topics]).order_by("name")
    authors = Author.objects.filter(pk__in=[line.author for line in version.bylines])
    photos = Photo.objects.filter(pk=version.lead.picture.photo if version.lead else 0)
    return Known(
        sections={section.pk: content.Label(section.pk, str(section), section.path) for section in sections},
        topics={topic.pk: topic_label(topic) for topic in topics},
        authors={author.pk: byline(author, role="") for author in authors},
        pictures={photo.pk: picture(photo) for photo in photos},
    )
