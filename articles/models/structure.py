"""Sections and topics: where a story stands in the paper, and what it is about.

Decides names, addresses and the two levels of sections. Sections and topics are not part of what a version
of a story copies word for word on the reader's page: a renamed section is renamed everywhere at once.
"""

import re
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse

#: First parts of addresses that mean something else; a section with such a slug could never be reached.
RESERVED_SLUGS = frozenset(
    {"accounts", "api", "authors", "corrections", "desk", "feed", "healthz", "lite", "photos", "readyz", "robots"}
    | {"search", "sitemap", "static", "topics", "media", "about", "preview"}
)

#: What the last part of an address may be.
SLUG = RegexValidator(re.compile(r"\A[a-z0-9]+(?:-[a-z0-9]+)*\Z"), "Use small letters, digits and single hyphens.")


class SectionQuerySet(models.QuerySet["Section"]):
    """Reading rules for sections."""

    def top_level(self) -> "SectionQuerySet":
        """Sections that stand in the navigation, in its order."""
        return self.filter(parent=None).order_by("position", "name")

    def with_parent(self) -> "SectionQuerySet":
        """Sections with their parent in the same query."""
        return self.select_related("parent")


class Section(models.Model):
    """A section (News) or a subsection (World). There are two levels, as readers can hold no more in mind."""

    name = models.CharField("name", max_length=60)
    slug = models.CharField("slug", max_length=60, validators=[SLUG], help_text="Last part of the section’s address.")
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="subsections", verbose_name="part of"
    )
    position = models.PositiveSmallIntegerField("position", default=0, help_text="Small numbers come first.")

    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        help_text="Who changed last what stories print of it; they cannot approve these stories.",
    )

    objects: ClassVar[models.Manager["Section"]] = SectionQuerySet.as_manager()

    class Meta:
        ordering = ("position", "name")
        constraints = (
            models.UniqueConstraint(
                fields=("parent", "slug"),
                nulls_distinct=False,
                name="section_slug_once",
                violation_error_message="There is already a section with this address.",
            ),
            models.CheckConstraint(
                condition=models.Q(parent__isnull=False) | ~models.Q(slug__in=sorted(RESERVED_SLUGS)),
                name="section_slug_not_reserved",
                violation_error_message="This word is the address of another page; choose another slug.",
            ),
            models.CheckConstraint(
                condition=models.Q(parent__isnull=True) | ~models.Q(parent=models.F("id")),
                name="section_not_its_own_parent",
                violation_error_message="A section cannot be part of itself.",
            ),
        )

    def __str__(self) -> str:
        return " › ".join(section.name for section in self.labels)

    def get_absolute_url(self) -> str:
        """Return the path of the section's page."""
        if self.parent is not None:
            return reverse("public:subsection", args=[self.parent.slug, self.slug])
        return reverse("public:section", args=[self.slug])

    @property
    def labels(self) -> "list[Section]":
        """Return the section and what it is part of, from the outside in: News, World."""
        return [self.parent, self] if self.parent is not None else [self]

    @property
    def path(self) -> str:
        """Return the section's slugs joined, such as `news/world`."""
        return "/".join(section.slug for section in self.labels)

    def clean(self) -> None:
        """Keep to two levels. One query."""
        if self.parent is None:
            return
        if self.parent.parent_id is not None:
            raise ValidationError({"parent": "Sections have two levels; choose a section that is not part of another."})
        if self.pk and Section.objects.filter(parent_id=self.pk).exists():
            raise ValidationError({"parent": "This section has subsections of its own, so it cannot become one."})


class Topic(models.Model):
    """What stories are about, across sections: a name with a page."""

    name = models.CharField("name", max_length=80, unique=True)
    slug = models.CharField("slug", max_length=80, unique=True, validators=[SLUG])
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        help_text="Who changed last what stories print of it; they cannot approve these stories.",
    )

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the path of the topic's page."""
        return reverse("public:topic", args=[self.slug])
