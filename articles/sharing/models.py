"""Preview links, and the sign-offs of those who got one.

Decides what is kept. Of a link's token only the hash is: whoever reads the database cannot open a preview with it.
"""

import datetime as dt
import hashlib
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from articles.models import Article, Revision
from articles.statuses import Status


def hash_of(token: str) -> str:
    """Return what is kept of a token. It is random, so that no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


class LinkQuerySet(models.QuerySet["Link"]):
    """Reading rules for links."""

    def standing(self, *, at: dt.datetime) -> "LinkQuerySet":
        """Links that are neither over nor revoked, of stories that are not spiked, by people who are still here."""
        return self.filter(expires_at__gt=at, revoked_at=None, created_by__is_active=True).exclude(
            article__status=Status.SPIKED
        )

    def of_token(self, token: str) -> "LinkQuerySet":
        """The link with this token, if there is one."""
        return self.filter(token_hash=hash_of(token))


class Link(models.Model):
    """A preview of one story for one person outside. The newest words, or one revision for good."""

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="links")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    given_to = models.CharField("for whom", max_length=80)
    revision = models.ForeignKey(
        Revision, on_delete=models.PROTECT, null=True, related_name="+", help_text="Empty: always the newest words."
    )
    comments = models.BooleanField("may comment", default=False)
    sign_off = models.BooleanField("is asked to sign off", default=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField("made at")
    expires_at = models.DateTimeField("until")
    opened_at = models.DateTimeField("first opened", null=True)
    revoked_at = models.DateTimeField("revoked at", null=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    objects: ClassVar[models.Manager["Link"]] = LinkQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        constraints = (
            models.CheckConstraint(condition=~Q(given_to=""), name="link_for_somebody"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at"))
                & Q(expires_at__lte=F("created_at") + dt.timedelta(days=30)),
                name="link_for_thirty_days_at_most",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="link_revoked_by_somebody",
            ),
        )
        triggers = (
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="as_it_was_given", exclude=["opened_at", "revoked_at", "revoked_by"]),
        )

    def __str__(self) -> str:
        return f"Preview for {self.given_to}"


class SignOff(models.Model):
    """Somebody outside vouches for exactly the words that they were shown. Append-only."""

    link = models.ForeignKey(Link, on_delete=models.PROTECT, related_name="sign_offs")
    content_hash = models.CharField(max_length=64)
    text = models.TextField("remark", max_length=5_000, blank=True)
    at = models.DateTimeField("at")

    class Meta:
        ordering = ("-at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=("link", "content_hash"), name="signed_off_once_for_the_same_words"),
        )
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"Signed off by {self.link.given_to}"
