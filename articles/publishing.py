"""Cutting what readers see from an approved revision, and withdrawing it.

Decides how a version of a story becomes a PublishedArticle: its HTML, its address, its span of time, which
photos it sets free. Whether that may happen is `workflow/`'s to say; everything here runs inside its
transaction. The preview cuts the same row without saving it.
"""

import datetime as dt
from dataclasses import asdict

import structlog
from django.conf import settings
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import timezone

from articles import body
from articles.content import Picture, StoryContent
from articles.models import Approval, Article, PublishedArticle, Redirect
from media import library, renditions

log = structlog.get_logger(__name__)


def cut(
    version: StoryContent,
    *,
    article: Article,
    visible_from: dt.datetime,
    previous: PublishedArticle | None = None,
    photos_at: str = renditions.ROOT,
) -> PublishedArticle:
    """Return the row that readers would see of this version from `visible_from` on, unsaved. No query.

    `previous` is what readers saw before: it gives the address's date and the time of first publication, and
    tells whether the words changed. `photos_at` is where its pictures are: elsewhere only for a preview. The section
    is set by number; the row's links are made when it is saved.
    """
    unchanged = previous is not None and previous.content_hash == version.hash
    facts = {picture.photo: picture for picture in version.pictures}
    words = body.count_words("\n".join((version.headline, version.standfirst, body.text(version.body))))
    row = PublishedArticle(
        article=article,
        content_hash=version.hash,
        visible_from=visible_from,
        published_on=previous.published_on if previous else timezone.localdate(visible_from),
        slug=version.slug,
        first_published_at=previous.first_published_at if previous else visible_from,
        updated_at=(previous.updated_at if unchanged else visible_from) if previous else None,
        headline=version.headline,
        standfirst=version.standfirst,
        language=version.language,
        body_html=_rendered(version.body, facts, "articles/_figure.html", photos_at),
        lite_body_html=_rendered(version.body, facts, "lite/_figure.html", photos_at),
        bylines=[asdict(byline) for byline in version.bylines],
        topics=[{"name": topic.name, "slug": topic.path} for topic in version.topics],
        lead_data=asdict(version.lead) if version.lead else {},
        word_count=words,
    )
    if version.lead and photos_at != renditions.ROOT:
        row.lead_data["photos_at"] = photos_at
    if version.section is not None:  # a preview may be of a story that stands nowhere yet
        row.section_id = version.section.pk
    return row


def put_out(
    version: StoryContent, *, article: Article, approval: Approval, visible_from: dt.datetime, now: dt.datetime
) -> PublishedArticle:
    """Cut an approved version, save it with its links, end the span of the one before, and free its photos.

    A changed slug leaves a redirect. Raises IntegrityError when the database finds that nobody approved
    these words, or that the address is another story's at that time. About 12 queries.
    """
    previous = shown_before(article, at=visible_from)
    row = cut(version, article=article, visible_from=visible_from, previous=previous)
    row.approval, row.revision_id = approval, approval.revision_id
    if previous is not None:
        if previous.visible_until is None or previous.visible_until > visible_from:
            previous.visible_until = visible_from
            previous.save(update_fields=["visible_until"])
        if previous.slug != row.slug:
            Redirect.objects.get_or_create(
                published_on=previous.published_on,
                slug=previous.slug,
                defaults={"article": article, "created_at": now},
            )
    row.save(force_insert=True)
    photos = _photos(version)
    row.topic_links.set([topic.pk for topic in version.topics])
    row.author_links.set({byline.author for byline in version.bylines})
    row.photo_links.set(photos)
    library.release(photos, at=visible_from)
    return row


def shown_before(article: Article, *, at: dt.datetime) -> PublishedArticle | None:
    """Return the version that readers saw last before a moment, whether or not it still stands. One query."""
    rows = PublishedArticle.objects.filter(article=article, visible_from__lte=at)
    return rows.exclude(visible_until=F("visible_from")).order_by("-visible_from").first()


def is_cut(article: Article, *, scheduled_for: dt.datetime) -> bool:
    """Tell whether readers see, or will see, a version from this moment on. One query."""
    rows = PublishedArticle.objects.filter(article=article, visible_from=scheduled_for)
    return rows.exclude(visible_until=F("visible_from")).exists()


def take_back(article: Article, *, scheduled_for: dt.datetime, now: dt.datetime) -> None:
    """Undo a version that has not begun: its span becomes empty, and the one before goes on. About 6 queries."""
    pending = PublishedArticle.objects.filter(
        article=article, visible_from=scheduled_for, visible_until__isnull=True
    ).first()
    if pending is None:  # withdrawn meanwhile: nothing is left to undo, and the desk must be able to go on
        log.error("a scheduled story without a version to come", article=article.pk, scheduled_for=scheduled_for)
        return
    pending.visible_until = pending.visible_from
    pending.save(update_fields=["visible_until"])
    PublishedArticle.objects.filter(
        article=article, visible_until=scheduled_for, visible_from__lt=scheduled_for
    ).update(visible_until=None)
    _recall(pending, now=now)


def withdraw(article: Article, *, now: dt.datetime) -> None:
    """End what readers see of a story, and what they would have seen. Its address answers “gone” (HTTP 410).

    The desk's own state of the story is the caller's to change.
    """
    for row in PublishedArticle.objects.not_over(at=now).filter(article=article):
        row.visible_until = max(row.visible_from, now)  # one that has not begun gets an empty span
        row.save(update_fields=["visible_until"])
        _recall(row, now=now)


def address_is_free(article: Article, *, slug: str, on: dt.date) -> bool:
    """Tell whether no other story has or had this address. Two queries."""
    rows = PublishedArticle.objects.filter(published_on=on, slug=slug).exclude(article=article)
    # a schedule taken back (an empty span) was never an address
    shown = any(row["visible_until"] != row["visible_from"] for row in rows.values("visible_from", "visible_until"))
    return not shown and not Redirect.objects.filter(published_on=on, slug=slug).exclude(article=article).exists()


def _photos(version: StoryContent) -> set[int]:
    return {picture.photo for picture in version.pictures} | ({version.lead.picture.photo} if version.lead else set())


def _recall(row: PublishedArticle, *, now: dt.datetime) -> None:
    """Take the photos of a row from the public again, unless a version that stands, or is to come, shows them."""
    photos = set(row.photo_links.values_list("pk", flat=True))
    uses = (
        PublishedArticle.objects.not_over(at=now)
        .filter(photo_links__in=photos)
        .exclude(pk=row.pk)
        .exclude(visible_until=F("visible_from"))
        .values_list("photo_links", "visible_from")
    )
    since: dict[int, dt.datetime] = {}
    for photo, first in uses:
        since[photo] = min(first, since.get(photo, first))
    library.recall(photos)
    for photo in photos & since.keys():
        library.release([photo], at=since[photo])


def _rendered(source: str, facts: dict[int, Picture], template: str, photos_at: str) -> str:
    def figure(node: body.Figure) -> str:
        picture = facts.get(node.photo)
        if picture is None:  # the photo is not in the library; the desk's checks say so before approval
            return ""
        context = {
            "figure": node,
            "credit": picture.credit,
            "picture": renditions.Picture(picture.digest, picture.width, picture.height, photos_at),
        }
        return render_to_string(template, context).strip()

    return body.render(source, figure=figure, site=settings.SITE_URL)
