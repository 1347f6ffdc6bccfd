"""The photo library's one table.

Decides what is known of a photo and which rows a reading rule means. How photos come in and change stands in
`library.py`, their sizes in `renditions.py`, their printed credit in `credits.py`. Photos are never deleted:
stories keep them for ever.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Concat, Upper
from django.urls import reverse

from media.credits import Credit, fold
from media.originals import originals
from media.renditions import Picture

# The fields in which people look for a photo, and the most words that are looked for.
SEARCHED = ("caption", "alt", "agency", "photographer", "source", "distributor")
SEARCH_WORDS = 8


def _with_breaks(fields: Iterable[str]) -> list[models.F | models.Value]:
    """Return fields with a line break before each, so that no word is found across two of them."""
    return [part for field in fields for part in (models.Value("\n"), models.F(field))]


class Format(models.TextChoices):
    """What an original is, told from its content."""

    JPEG = "jpeg", "JPEG"
    PNG = "png", "PNG"
    WEBP = "webp", "WebP"
    AVIF = "avif", "AVIF"


class PhotoQuerySet(models.QuerySet["Photo"]):
    """Reading rules for photos."""

    def by_digests(self, digests: Iterable[str]) -> Self:
        """Photos with these digests, in no order."""
        return self.filter(digest__in=list(digests))

    def released(self, *, at: datetime) -> Self:
        """Photos that readers may see at this moment."""
        return self.filter(released_at__lte=at)

    def uploaded_before(self, photo_id: int) -> Self:
        """Photos that came before this one: the next page of a list that runs newest first."""
        return self.filter(pk__lt=photo_id)

    def search(self, words: str) -> Self:
        """Photos of whose caption, alt text and credit together every word is a part, whatever its capitals."""
        found = self
        for word in fold(words).split()[:SEARCH_WORDS]:
            found = found.filter(searched__contains=Upper(models.Value(word)))
        return found


class Photo(models.Model):
    """One picture of the library. The credit belongs to it; each use in a story has a caption of its own."""

    digest = models.CharField("digest", max_length=64, unique=True, editable=False, help_text="SHA-256, in hex.")
    original = models.FileField("original", storage=originals, max_length=120, editable=False)
    format = models.CharField("format", max_length=8, choices=Format.choices, editable=False)
    bytes = models.PositiveBigIntegerField("size of the file", editable=False)
    width = models.PositiveIntegerField("width", editable=False, help_text="Pixels, after orientation.")
    height = models.PositiveIntegerField("height", editable=False, help_text="Pixels, after orientation.")
    alt = models.CharField(
        "alt text",
        max_length=500,
        blank=True,
        help_text="What the picture shows, for those who cannot see it. One sentence, without “photo of”.",
    )
    caption = models.TextField(
        "caption",
        max_length=1000,
        blank=True,
        help_text="Who, what, where and when. Each story may say it in its own words.",
    )
    agency = models.CharField(
        "agency", max_length=200, blank=True, help_text="Whose photographer it was, such as a news agency."
    )
    photographer = models.CharField(
        "photographer",
        max_length=200,
        blank=True,
        help_text="The person who took it, as they want to be named.",
    )
    source = models.CharField(
        "source",
        max_length=200,
        blank=True,
        help_text="Who gave it out: a ministry, a company, a family, an archive.",
    )
    distributor = models.CharField(
        "distributor", max_length=200, blank=True, help_text="Who passed it on to us; printed after “via”."
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="photos",
        editable=False,
        verbose_name="uploaded by",
    )
    uploaded_at = models.DateTimeField("uploaded", editable=False)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        help_text="Who changed last what stories print of it; they cannot approve these stories.",
    )
    released_at = models.DateTimeField(
        "released",
        null=True,
        blank=True,
        editable=False,
        help_text="From when readers may see it. Empty: only those who are signed in to the desk.",
    )

    # All that is searched, in capitals, as the database makes them; kept by the database itself.
    searched = models.GeneratedField(
        expression=Upper(Concat(*_with_breaks(SEARCHED), output_field=models.TextField())),
        output_field=models.TextField(),
        db_persist=True,
        editable=False,
    )

    objects = PhotoQuerySet.as_manager()

    class Meta:
        verbose_name = "photo"
        verbose_name_plural = "photos"
        ordering = ("-id",)
        default_permissions = ("view", "add", "change")
        # Trigrams, because a search is for any part of a word: "%bridge%" has no beginning to sort by.
        indexes = (GinIndex(fields=("searched",), name="photo_searched", opclasses=("gin_trgm_ops",)),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(digest__regex=r"^[0-9a-f]{64}$"),
                name="photo_digest_is_sha256",
                violation_error_message="The digest is 64 hexadecimal digits.",
            ),
            models.CheckConstraint(
                condition=models.Q(width__gt=0, height__gt=0, bytes__gt=0),
                name="photo_has_a_size",
                violation_error_message="A photo has at least one byte and one pixel.",
            ),
            models.CheckConstraint(
                condition=models.Q(format__in=Format.values),
                name="photo_format_known",
                violation_error_message="A photo is a JPEG, PNG, WebP or AVIF.",
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the path of its page on the desk."""
        return reverse("admin:media_photo_change", args=[self.pk])

    @property
    def title(self) -> str:
        """What the desk calls it in lists: the caption, else the alt text, else its number."""
        return self.caption or self.alt or f"Photo {self.pk}"

    @property
    def credit(self) -> Credit:
        """The parts of the credit."""
        return Credit(self.agency, self.photographer, self.source, self.distributor)

    @property
    def credit_line(self) -> str:
        """The credit as it is printed; empty when no part is known."""
        return self.credit.line

    @property
    def picture(self) -> Picture:
        """Its renditions and their addresses."""
        return Picture(self.digest, self.width, self.height)

    def is_released(self, *, at: datetime) -> bool:
        """Tell whether readers may see it at this moment."""
        return self.released_at is not None and self.released_at <= at
