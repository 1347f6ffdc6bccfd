"""The story's record: every version of its words, every approval, everything that was done.

Decides what is kept for ever. The database itself refuses to change or delete these rows, and refuses an
approval by somebody who wrote the words (four eyes; to suggest words is not to write them). Who may act stands in
`transitions.py`.
"""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from articles.content import StoryContent
from articles.models.article import Article
from articles.transitions import BY_NAME


class RevisionQuerySet(models.QuerySet["Revision"]):
    """Reading rules for revisions."""

    def newest_first(self) -> "RevisionQuerySet":
        """The newest revision first."""
        return self.order_by("-number")

    def since(self, number: int) -> "RevisionQuerySet":
        """Revisions after the one with this number."""
        return self.filter(number__gt=number)


class Revision(models.Model):
    """One version of a story's words: what, by whom, when, why. Append-only."""

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField("number")
    content = models.JSONField("content")
    content_hash = models.CharField("content hash", max_length=64)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="Empty: nobody at the story changed it; a photo’s credit or an author’s note did.",
    )
    created_at = models.DateTimeField("saved at")
    reason = models.CharField("reason", max_length=200, blank=True)
    touches = models.BooleanField(
        "touches the words",
        default=True,
        help_text="No: only suggestions changed, and a reader would see the same were they refused.",
    )

    objects: ClassVar[models.Manager["Revision"]] = RevisionQuerySet.as_manager()

    class Meta:
        ordering = ("-number",)
        constraints = (models.UniqueConstraint(fields=("article", "number"), name="revision_number_once"),)
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"Revision {self.number}"

    @property
    def story(self) -> StoryContent:
        """Return the version that this row keeps. No query."""
        return StoryContent.from_data(self.content)


#: Refuses an approval of other words, of old words, and by anybody who wrote what it would vouch for.
_FOUR_EYES = """
    SELECT * INTO approved FROM articles_revision WHERE id = NEW.revision_id;
    IF approved.article_id <> NEW.article_id OR approved.content_hash <> NEW.content_hash THEN
        RAISE EXCEPTION 'approval_of_other_words' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM articles_revision WHERE article_id = NEW.article_id AND number > approved.number) THEN
        RAISE EXCEPTION 'approval_of_old_words' USING ERRCODE = 'check_violation';
    END IF;
    SELECT COALESCE(MAX(r.number), 0) INTO vouched_for
        FROM articles_approval a JOIN articles_revision r ON r.id = a.revision_id
        WHERE a.article_id = NEW.article_id AND a.withdrawn_at IS NULL;
    IF NEW.override_reason = '' AND EXISTS (
        SELECT 1 FROM articles_revision
        WHERE article_id = NEW.article_id AND number > vouched_for AND created_by_id = NEW.approved_by_id AND touches
    ) THEN
        RAISE EXCEPTION 'four_eyes' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


class Approval(models.Model):
    """Somebody's word for exactly one version: this hash, by this person, at this time.

    An approval that words have moved away from still says that they were read once; one that an editor took
    back by sending the story back (`withdrawn_at`) no longer does. Nothing else of it can change.
    """

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="approvals")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="approvals")
    content_hash = models.CharField("content hash", max_length=64)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField("approved at")
    override_reason = models.CharField("reason for approving one’s own words", max_length=500, blank=True)
    withdrawn_at = models.DateTimeField("taken back at", null=True, editable=False)

    class Meta:
        ordering = ("-approved_at", "-pk")
        triggers = (
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="append_only",
                fields=["article", "revision", "content_hash", "approved_by", "approved_at", "override_reason"],
            ),
            pgtrigger.Trigger(
                name="four_eyes",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=_FOUR_EYES,
                declare=[("approved", "articles_revision%ROWTYPE"), ("vouched_for", "integer")],
            ),
        )

    def __str__(self) -> str:
        return f"Approval of {self.revision_id} by {self.approved_by_id}"


class Event(models.Model):
    """One thing that was done to a story. Append-only: the audit trail."""

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="events")
    verb = models.CharField("verb", max_length=20)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", help_text="Empty: the clock."
    )
    at = models.DateTimeField("at")
    from_status = models.CharField(max_length=12, blank=True)
    to_status = models.CharField(max_length=12)
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, null=True, related_name="+")
    note = models.TextField("note", blank=True)
    data = models.JSONField("details", default=dict)

    class Meta:
        ordering = ("-at", "-pk")
        indexes = (models.Index(fields=("article", "-at", "-id"), name="event_by_article"),)
        constraints = (models.CheckConstraint(condition=~Q(verb=""), name="event_has_a_verb"),)
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"{self.verb} {self.article_id}"

    @property
    def who(self) -> str:
        """Return who did it: a colleague, somebody outside by the name that they were given, or the clock. No query
        with the actor in hand."""
        return str(self.actor or self.data.get("outsider") or "the clock")

    @property
    def label(self) -> str:
        """Return what was done, as histories print it. No query."""
        verb = BY_NAME.get(self.verb)
        return self.data.get("label") or (verb.label if verb else self.verb.replace("_", " ").capitalize())
