"""Notes on a story: what colleagues say to each other about it, on a passage or on the whole.

Decides how notes are kept. They are record: the words, who said them and the quotation never change; a note is
resolved and reopened, and moves along with its passage. No part of the story's content, so no part of an approval.
Who may do what with them stands in `articles/notes.py`, how a passage is followed in `articles/passages.py`.
"""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from articles.models.article import Article

#: Characters of a note, and of the passage that it hangs on.
LONGEST_NOTE = 5_000
LONGEST_PASSAGE = 1_000

#: An answer stands under a note of the same story, never under an answer.
_ONE_LEVEL = """
    IF NOT EXISTS (
        SELECT 1 FROM articles_note
        WHERE id = NEW.parent_id AND parent_id IS NULL AND article_id = NEW.article_id
    ) THEN
        RAISE EXCEPTION 'answer_to_an_answer' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


class NoteQuerySet(models.QuerySet["Note"]):
    """Reading rules for notes."""

    def threads(self) -> "NoteQuerySet":
        """Notes themselves, without their answers."""
        return self.filter(parent=None)

    def open(self) -> "NoteQuerySet":
        """Notes that nobody has resolved."""
        return self.threads().filter(resolved_at=None)

    def blocking(self) -> "NoteQuerySet":
        """Open notes that must be resolved before the story goes to the editors again."""
        return self.open().filter(must_fix=True)

    def on_passages(self) -> "NoteQuerySet":
        """Notes that hang on a passage, whether it is still there or not."""
        return self.threads().exclude(quote="")


class Note(models.Model):
    """Something said about a story, or an answer to it.

    `start` and `end` count characters in the flat text of the working copy's body (`body.flat`, joined); both are
    empty when the note is on the whole story, or when its passage is gone: then `quote` says what it was.
    """

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="notes")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="answers")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    outsider = models.CharField("somebody outside", max_length=80, blank=True)
    text = models.TextField("note", max_length=LONGEST_NOTE)
    at = models.DateTimeField("written at")
    start = models.PositiveIntegerField(null=True, editable=False)
    end = models.PositiveIntegerField(null=True, editable=False)
    quote = models.TextField("passage", max_length=LONGEST_PASSAGE, blank=True)
    must_fix = models.BooleanField("must fix", default=False)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    resolved_at = models.DateTimeField("resolved at", null=True)
    reopened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    reopened_at = models.DateTimeField("reopened at", null=True)

    objects: ClassVar[NoteQuerySet] = NoteQuerySet.as_manager()  # type: ignore[assignment]  # a manager made of the query set

    class Meta:
        ordering = ("at", "pk")
        indexes = (
            models.Index(
                fields=("article",), condition=Q(parent__isnull=True, resolved_at__isnull=True), name="note_open"
            ),
        )
        constraints = (
            models.CheckConstraint(condition=~Q(text=""), name="note_says_something"),
            models.CheckConstraint(
                condition=Q(author__isnull=False, outsider="") | Q(author__isnull=True) & ~Q(outsider=""),
                name="note_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(start__isnull=True, end__isnull=True) | (Q(end__gt=F("start")) & ~Q(quote="")),
                name="note_passage_whole",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | Q(quote="", must_fix=False, resolved_at__isnull=True),
                name="note_answer_is_only_words",
            ),
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=True, resolved_by__isnull=True)
                | Q(resolved_at__isnull=False, resolved_by__isnull=False),
                name="note_resolved_by_somebody",
            ),
        )
        triggers = (
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="words_never_change",
                fields=["article", "parent", "author", "outsider", "text", "at", "quote", "must_fix"],
            ),
            pgtrigger.Trigger(
                name="one_level",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__parent__isnull=False),
                func=_ONE_LEVEL,
            ),
        )

    def __str__(self) -> str:
        return f"Note {self.pk}"

    @property
    def who(self) -> str:
        """Return who wrote it: a colleague, or somebody outside by the name that they were given. No query with the
        author in hand."""
        return str(self.author or f"{self.outsider} (outside)")

    @property
    def is_open(self) -> bool:
        """Tell whether nobody has resolved it. No query."""
        return self.resolved_at is None

    @property
    def is_lost(self) -> bool:
        """Tell whether its passage is gone from the text. No query."""
        return bool(self.quote) and self.start is None
