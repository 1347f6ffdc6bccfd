"""“What did readers see at 14:05 on Tuesday”: the version of a story that stood on the site at a moment.

Decides how a moment is asked for, also in an hour that a clock change repeats or skips, and how a moment without
a version is explained. The rows are the ones that readers were given; nothing is cut anew.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache

from articles.desk.story import find
from articles.desk.times import zone_in_words
from articles.models import Article, PublishedArticle
from articles.public.pages import story_page


@dataclass(frozen=True, slots=True)
class Asked:
    """A moment (UTC) that somebody asked for, and what the page should say about it."""

    at: dt.datetime
    remark: str = ""
    other: dt.datetime | None = None


def asked(text: str, *, now: dt.datetime) -> Asked:
    """Return the moment of an address: with its offset, or of the newsroom's zone. Nothing readable means now.

    An hour that comes twice means its first; an hour that a clock change skips means the moment it was skipped.
    """
    try:
        # a plus sign that was not escaped in an address arrives as a blank
        at = parse_datetime(text.strip().replace(" ", "+")) if text else None
    except ValueError:
        at = None
    if at is not None and not 1900 <= at.year <= 2200:  # at the ends of the calendar there is no other zone's time
        at = None
    try:
        if at is None:
            return Asked(now, "This is no date and time, so this is what readers see now." if text else "")
        if at.tzinfo is not None:
            return Asked(at.astimezone(dt.UTC))
        zone = timezone.get_current_timezone()
        first, second = (at.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
        if first.utcoffset() == second.utcoffset():
            return Asked(first.astimezone(dt.UTC))
        there_and_back = first.astimezone(dt.UTC).astimezone(zone)
        if there_and_back.replace(tzinfo=None) != at:
            return Asked(
                there_and_back.astimezone(dt.UTC),
                f"The clocks went forward over {at:%H:%M} that day; this is {there_and_back:%H:%M} "
                f"{there_and_back.tzname()}.",
            )
        return Asked(
            first.astimezone(dt.UTC),
            f"The clocks went back that day, so {at:%H:%M} came twice. This is the first, in {first.tzname()}.",
            other=second.astimezone(dt.UTC),
        )
    except OverflowError:
        return Asked(now, "This is no date and time, so this is what readers see now.")


def versions(article: Article) -> list[PublishedArticle]:
    """Return every version that readers were given or are to be given, oldest first, without bodies. One query."""
    rows = PublishedArticle.objects.filter(article=article).exclude(visible_until=F("visible_from"))
    return list(
        rows.without_bodies()
        .select_related("revision", "approval__approved_by")
        .defer("revision__content")
        .order_by("visible_from", "pk")
    )


def why_nothing(article: Article, rows: list[PublishedArticle], *, at: dt.datetime, now: dt.datetime) -> str:
    """Return why readers saw nothing of a story at a moment, as a sentence. No query."""
    if not rows:
        return "Readers have never seen this story: nothing of it was published."
    if at < rows[0].visible_from:
        return (
            "Readers could not see this story yet: its first version was still to come."
            if rows[0].visible_from <= now
            else "Readers could not see this story: its first version is scheduled for later."
        )
    return "Readers could not see this story: it had been taken off the site."


@never_cache
def as_of(request: HttpRequest, story_id: int) -> HttpResponse:
    """Show what readers saw of a story at a moment, who approved it, and from when until when it stood.

    `?at=` is the moment, `?as=page` shows the readers' own page of it. A bounded number of queries.
    """
    article = find(story_id)
    now = timezone.now()
    wanted = asked(request.GET.get("at", ""), now=now)
    rows = versions(article)
    place = next(
        (
            number
            for number, row in enumerate(rows)
            if row.visible_from <= wanted.at and (row.visible_until is None or row.visible_until > wanted.at)
        ),
        None,
    )
    shown: PublishedArticle | None = None
    if place is not None:
        shown = (
            PublishedArticle.objects.with_sections()
            .select_related("revision", "approval__approved_by", "section__parent")
            .defer("revision__content")
            .get(pk=rows[place].pk)
        )
        if request.GET.get("as") == "page":
            return story_page(request, shown, preview=True)
    begun = sum(row.visible_from <= wanted.at for row in rows)
    earlier = begun - 1 if place is None else place - 1
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": "What readers saw",
        "article": article,
        "at": wanted.at,
        "asked": wanted,
        "field_value": timezone.localtime(wanted.at).strftime("%Y-%m-%dT%H:%M"),
        "newsroom_zone": zone_in_words(),
        "shown": shown,
        # the readers' own HTML, made when this version was approved and kept as they were given it
        "body_html": SafeString(shown.body_html) if shown else "",
        "number": place + 1 if place is not None else None,
        "versions": rows,
        "previous": rows[earlier] if earlier >= 0 else None,
        "following": rows[begun] if begun < len(rows) else None,
        "why": "" if shown else why_nothing(article, rows, at=wanted.at, now=now),
        "is_now": abs(wanted.at - now) < dt.timedelta(minutes=1),
        "now": now,
    }
    return render(request, "desk/as_of.html", context)
