"""What somebody read of a story last.

Decides what is kept so that an editor can be shown what changed since they looked. When a look counts as a new
one stands in `articles/looks.py`.
"""

from django.conf import settings
from django.db import models

from articles.models.article import Article


class Look(models.Model):
    """The newest revision of a story that somebody has seen, and the one that they compare it with."""

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="looks")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("looked at")
    number = models.PositiveIntegerField("revision seen")
    baseline = models.PositiveIntegerField(
        "revision compared with", help_text="0: this person had not read the story before."
    )
    baseline_at = models.DateTimeField("compared with what was seen at", null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("article", "person"), name="look_once_per_person"),)

    def __str__(self) -> str:
        return f"{self.person_id} saw revision {self.number} of {self.article_id}"
