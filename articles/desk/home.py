"""The desk's home page: my stories, what waits for me, what is scheduled, what went out last."""

from typing import Any

from django.db.models import OuterRef, Subquery
from django.http import HttpRequest
from django.utils import timezone

from articles.desk.story import person
from articles.models import Article, Event, PublishedArticle
from articles.statuses import Status
from articles.transitions import BY_NAME

#: How many rows each list shows; the rest is one click away in the list of stories.
_ROWS = 8


def context(request: HttpRequest) -> dict[str, Any]:
    """Return what the home page lists for this person. At most twelve queries, whatever the archive's size."""
    actor, now = person(request), timezone.now()
    stories = Article.objects.for_lists()
    # the last move: notes and plans leave events, too
    last_event = Event.objects.filter(article=OuterRef("pk"), verb__in=BY_NAME).order_by("-at", "-pk")
    mine = stories.filter(pk__in=Article.objects.of(actor).values("pk"))
    sent_back = (
        mine.filter(status=Status.DRAFT)
        .annotate(last_verb=Subquery(last_event.values("verb")[:1]), note=Subquery(last_event.values("note")[:1]))
        .filter(last_verb="send_back")
    )
    reviews = actor.has_perm("articles.review")
    return {
        "mine": mine.open()
        .exclude(status=Status.DRAFT, assigned_to=actor)  # they stand above
        .order_by("-changed_at", "-pk")[:_ROWS],
        "assigned": stories.to_write(actor)[:_ROWS],
        "now": now,
        "sent_back": sent_back.order_by("-changed_at", "-pk")[:_ROWS],
        "reviews": reviews,
        "to_review": stories.in_review().asked_first(actor)[:_ROWS] if reviews else [],
        "to_publish": stories.filter(status=Status.APPROVED, publish_at=None).order_by("changed_at", "pk")[:_ROWS]
        if reviews
        else [],
        "scheduled": stories.scheduled()[:_ROWS],
        "published": PublishedArticle.objects.visible(at=now)
        .without_bodies()
        .with_sections()
        .order_by("-visible_from", "-pk")[:_ROWS],
    }
