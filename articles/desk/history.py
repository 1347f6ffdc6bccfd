"""A story's history: who did what, when and why, what differs between two versions, and taking old words back.

Decides how thousands of saves become lines that a person can read: saves of one sitting are one line, and pages
hold a bounded number of lines. What readers saw at a moment stands in `as_of.py`.
"""

import datetime as dt
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.db import connection
from django.db.models import F, Value
from django.db.models.functions import Mod
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from articles import diff, restoring, workflow
from articles.desk.story import find, person
from articles.models import Article, Event, PublishedArticle, Revision
from articles.transitions import BY_NAME
from articles.workflow import StaleSave, TransitionRefused

#: Saves of one person that are no further apart than this are one sitting, and one line.
SITTING = dt.timedelta(minutes=30)
#: How many lines one page shows; the page says how many more there are.
PAGE = 60
#: What was done with a story, as against what was written: every verb of the table but the saving, and the start.
MILESTONES: frozenset[str] = (frozenset(BY_NAME) | {"start", "correct", "retract"}) - {"save_draft"}

#: One line of history a row, newest first. A line is one event, or the saves of one sitting: of one person, no
#: further apart than SITTING, with no event between them, none of them with a reason of its own.
_LINES = """
    WITH pieces AS (
        SELECT created_at AS at, 0 AS kind, number::bigint AS id, created_by_id AS who, reason
        FROM articles_revision WHERE article_id = %(article)s AND NOT %(milestones)s
        UNION ALL
        SELECT at, 1, id, actor_id, '' FROM articles_event
        WHERE article_id = %(article)s
          AND CASE WHEN %(milestones)s THEN verb = ANY(%(verbs)s) ELSE verb <> 'start' END
    ), marked AS (
        SELECT *, CASE WHEN kind = 0 AND lag(kind) OVER places = 0 AND who IS NOT DISTINCT FROM lag(who) OVER places
            AND at - lag(at) OVER places <= %(sitting)s AND reason = '' AND lag(reason) OVER places = ''
            THEN 0 ELSE 1 END AS begins
        FROM pieces
        WHERE %(at)s::timestamptz IS NULL OR (at, kind, id) < (%(at)s::timestamptz, %(kind)s, %(id)s)
        WINDOW places AS (ORDER BY at, kind, id)
    ), placed AS (SELECT *, sum(begins) OVER (ORDER BY at, kind, id) AS line FROM marked)
    SELECT min(kind), max(id), min(id), max(at), min(at), count(*), count(*) OVER ()
    FROM placed GROUP BY line ORDER BY line DESC LIMIT %(size)s
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the history: something that was done, or the saves of one sitting."""

    at: dt.datetime
    began: dt.datetime
    saves: int
    event: Event | None = None
    newest: Revision | None = None
    before: int = 0

    @property
    def first(self) -> int:
        """The number of the first save of the line."""
        return self.before + 1

    @property
    def is_milestone(self) -> bool:
        """Whether this moved the story."""
        return self.event is not None and self.event.verb in MILESTONES


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines of history, how many older ones there are, and the address's part that leads to them."""

    entries: list[Entry]
    older: int
    cursor: str

    @property
    def days(self) -> list[tuple[dt.date, list[Entry]]]:
        """Return the lines by day of the newsroom's zone."""
        return [
            (day, list(lines)) for day, lines in groupby(self.entries, key=lambda entry: timezone.localdate(entry.at))
        ]


def read(article: Article, *, before: str = "", milestones: bool = False) -> Page:
    """Return a page of history, newest first. Three queries, whatever the number of saves.

    `before` is the `cursor` of a page; anything else that is no cursor begins at the newest line.
    """
    at, kind, number = _place(before)
    given: dict[str, Any] = {
        "article": article.pk,
        "milestones": milestones,
        "verbs": sorted(MILESTONES),
        "sitting": SITTING,
        "at": at,
        "kind": kind,
        "id": number,
        "size": PAGE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LINES, given)
        lines = cursor.fetchall()
    events = Event.objects.select_related("actor", "revision").defer("revision__content")
    by_event = events.in_bulk([line[1] for line in lines if line[0] == 1])
    saves = article.revisions.select_related("created_by").defer("content")
    saves = saves.filter(number__in=[line[1] for line in lines if line[0] == 0])
    by_number = {revision.number: revision for revision in saves}
    found = [
        Entry(last, first, count, event=by_event[newest])
        if kind
        else Entry(last, first, count, newest=by_number[newest], before=oldest - 1)
        for kind, newest, oldest, last, first, count, _ in lines
    ]
    older = lines[0][6] - len(lines) if lines else 0
    rest = f"{lines[-1][4].isoformat()}~{lines[-1][0]}~{lines[-1][2]}" if older else ""
    return Page(found, older, rest)


def opened(article: Article, *, first: int, last: int) -> Page:
    """Return the saves from one number to another as lines, newest first, at most PAGE of them. One query.

    Where there are more saves, each line stands for as many as it takes, and can be opened again.
    """
    width = max(1, -(-(last - first + 1) // PAGE))
    saves = (
        article.revisions.select_related("created_by")
        .defer("content")
        .filter(number__range=(first, last))
        .annotate(behind=Value(last) - F("number"))
        .annotate(place=Mod("behind", Value(width)))
        .filter(place=0)
    )
    found = []
    for revision in saves.newest_first():
        before = max(first - 1, revision.number - width)
        count = revision.number - before
        found.append(Entry(revision.created_at, revision.created_at, count, newest=revision, before=before))
    return Page(found, 0, "")


def _range(text: str) -> tuple[int, int] | None:
    """Return the two numbers of an address’s “3-40”, or None."""
    first, _, last = text.partition("-")
    numbers = _number(first), _number(last)
    return numbers if 0 < numbers[0] <= numbers[1] else None


def _place(cursor: str) -> tuple[dt.datetime | None, int, int]:
    at, _, rest = cursor.partition("~")
    kind, _, number = rest.partition("~")
    try:
        moment = parse_datetime(at)
    except ValueError:
        moment = None
    if (
        moment is None
        or moment.tzinfo is None
        or kind not in {"0", "1"}
        or not (number.isascii() and number.isdigit() and len(number) < 19)
    ):
        return None, 0, 0
    return moment, int(kind), int(number)


def timeline(request: HttpRequest, story_id: int) -> HttpResponse:
    """Show who did what, when and why."""
    article = find(story_id)
    milestones = request.GET.get("only") == "milestones"
    saves = _range(request.GET.get("saves", ""))
    page = (
        opened(article, first=saves[0], last=saves[1])
        if saves
        else read(article, before=request.GET.get("before", ""), milestones=milestones)
    )
    older = urlencode({**({"only": "milestones"} if milestones else {}), "before": page.cursor})
    context = {
        **admin.site.each_context(request),
        "title": "History",
        "article": article,
        "page": page,
        "milestones": milestones,
        "saves": saves,
        "from_the_top": not request.GET.get("before"),
        "older_url": f"?{older}" if page.older else "",
        "live": PublishedArticle.objects.visible(at=timezone.now()).filter(article=article).first(),
        "ever_published": article.first_published_at is not None,
    }
    return render(request, "desk/history.html", context)


def compare(request: HttpRequest, story_id: int, *, refusal: str = "") -> HttpResponse:
    """Show what differs between two revisions, or between what readers see and the newest one."""
    article = find(story_id)
    newest = article.revisions.newest_first().select_related("created_by").first()
    live = (
        PublishedArticle.objects.visible(at=timezone.now())
        .filter(article=article)
        .select_related("revision__created_by")
        .first()
    )
    new = _revision(article, request.GET.get("to", "")) or newest
    if request.GET.get("from") == "live" and live is not None:
        old: Revision | None = live.revision
    else:
        old = _revision(article, request.GET.get("from", "")) or (
            article.revisions.filter(number__lt=new.number).select_related("created_by").newest_first().first()
            if new
            else None
        )
    context = {
        **admin.site.each_context(request),
        "title": "What changed",
        "article": article,
        "old": old,
        "new": new,
        "newest": newest,
        "live": live,
        "changes": diff.compare(old.story, new.story) if old and new else [],
        "refusal": refusal,
        "restorable": frozenset(restoring.FIELDS)
        if old and not workflow.may_edit(article, actor=person(request), now=timezone.now())
        else frozenset(),
    }
    return render(request, "desk/compare.html", context, status=409 if refusal else 200)


def restore(request: HttpRequest, story_id: int) -> HttpResponse:
    """Take parts of an old revision back, and show the story with what came of it. Refused, show the comparison."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    asked = request.POST
    everything = "everything" in asked
    try:
        article = workflow.restore(
            find(story_id).pk,
            number=_number(asked.get("number", "")),
            version=_number(asked.get("version", "")),
            fields=list(restoring.FIELDS) if everything else asked.getlist("field"),
            blocks=[_number(block) for block in asked.getlist("block")],
            actor=person(request),
            now=timezone.now(),
        )
    except StaleSave as stale:
        return compare(request, story_id, refusal=str(stale))
    except TransitionRefused as refused:
        return compare(request, story_id, refusal=str(refused))
    newest = article.revisions.newest_first().only("reason").get(number=article.version)
    messages.success(request, f"{newest.reason}.")
    page = reverse("admin:articles_article_change", args=[article.pk])
    return redirect(page if "undo" in asked else f"{page}?restored={article.version}")


def _number(text: str) -> int:
    """Return a number from a form or an address; anything else is -1, the number of nothing."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _revision(article: Article, number: str) -> Revision | None:
    found = _number(number)
    return article.revisions.select_related("created_by").filter(number=found).first() if found >= 0 else None
