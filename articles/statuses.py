"""The states of a story's working copy, and the named sets of them that rules speak of."""

from django.db import models


class Status(models.TextChoices):
    """Where a story stands on the desk. Whether readers can see a version of it is another question."""

    DRAFT = "draft", "Draft"
    IN_REVIEW = "in_review", "In review"
    APPROVED = "approved", "Approved"
    PUBLISHED = "published", "Published"
    SPIKED = "spiked", "Spiked"


#: Somebody still has to do something with it.
OPEN = frozenset({Status.DRAFT, Status.IN_REVIEW, Status.APPROVED})
