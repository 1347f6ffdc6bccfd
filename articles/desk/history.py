"""A story's history: who did what, when and why, and what differs between two versions."""

import datetime as dt
from dataclasses import dataclass, field

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from articles import diff
from articles.desk.story import find
from articles.models import Article, Event, PublishedArticle, Revision

#: Saves of one person that are no further apart than this are one sitting, and one line.
SITTING = dt.timedelta(minutes=30)
#: How many saves and events one page shows; more are a click away.
_PAGE = 200


@dataclass
class Entry:
    """One line of the history: something that was done, or the saves of one sitting."""

    at: dt.datetime
    event: Event | None = None
    revisions: list[Revision] = field(default_factory=list)

    @property
    def newest(self) -> Revision | None:
        """The last save of the sitting."""
        return self.revisions[0] if self.revisions else None

    @property
    def before(self) -> int:
        """The number of the revision before the sitting; 0 where it was the first."""
        return self.revisions[-1].number - 1 if self.revisions else 0


def entries(article: Article) -> list[Entry]:
    """Return the history, newest first: saves folded by sitting, events one by one. Two queries."""
    revisions = article.revisions.newest_first().select_related("created_by").defer("content")[:_PAGE]
    events = article.events.select_related("actor")[:_PAGE]
    # Of things at the same moment the event came last: one saves, then submits.
    pieces: list[tuple[dt.datetime, int, int, Event | Revision]] = [
        *((event.at, 1, event.pk, event) for event in events if event.verb != "start"),
        *((revision.created_at, 0, revision.number, revision) for revision in revisions),
    ]
    found: list[Entry] = []
    for at, _, _, piece in sorted(pieces, key=lambda piece: piece[:3], reverse=True):
        if isinstance(piece, Event):
            found.append(Entry(at, event=piece))
            continue
        sitting = found[-1].revisions if found else []
        if (
            sitting
            and sitting[-1].created_by_id == piece.created_by_id
            and sitting[-1].created_at - at <= SITTING
            and not piece.reason
            and not sitting[-1].reason
        ):
            sitting.append(piece)
        else:
            found.append(Entry(at, revisions=[piece]))
    return found


def timeline(request: HttpRequest, story_id: int) -> HttpResponse:
    """Show who did what, when and why."""
    article = find(story_id)
    context = {
        **admin.site.each_context(request),
        "title": "History",
        "article": article,
        "entries": entries(article),
        "live": PublishedArticle.objects.visible(at=timezone.now()).filter(article=article).first(),
    }
    return render(request, "desk/history.html", context)


def compare(request: HttpRequest, story_id: int) -> HttpResponse:
    """Show what differs between two revisions, or between what readers see and the newest one."""
    article = find(story_id)
    newest = article.revisions.newest_first().first()
    live = (
        PublishedArticle.objects.visible(at=timezone.now()).filter(article=article).select_related("revision").first()
    )
    new = _revision(article, request.GET.get("to", "")) or newest
    if request.GET.get("from") == "live" and live is not None:
        old: Revision | None = live.revision
    else:
        old = _revision(article, request.GET.get("from", "")) or (
            article.revisions.filter(number__lt=new.number).newest_first().first() if new else None
        )
    context = {
        **admin.site.each_context(request),
        "title": "What changed",
        "article": article,
        "old": old,
        "new": new,
        "live": live,
        "changes": diff.compare(old.story, new.story) if old and new else [],
    }
    return render(request, "desk/compare.html", context)


def _revision(article: Article, number: str) -> Revision | None:
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        return None
    return article.revisions.select_related("created_by").filter(number=int(number)).first()
