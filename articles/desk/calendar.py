"""The calendar: what is planned, scheduled and published, by day and by week, and moving what is scheduled.

Decides what stands on which day of the newsroom's clock, and how a move reaches the verb **Schedule**. A page shows a
week at most; the number of its queries does not depend on what there is. Days and hours are `clock.py`'s, so that a day
of a clock change has its 23 or 25 hours.
"""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from articles import clock, workflow
from articles.desk.story import find, person
from articles.desk.times import LocalTime, newsroom_zone
from articles.models import Article, PublishedArticle, Section
from articles.statuses import OPEN
from articles.workflow import TransitionRefused

#: No list of a page is longer; a newsroom that fills more sees so, and filters by section.
MOST = 300
_DAYS = {"day": 1, "week": 7}
_MOVED = "calendar_moved"


class Move(forms.Form):
    """What moving a story asks for."""

    publish_at = LocalTime(label="Publish at")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of the calendar somebody wants to see."""

    view: str
    on: dt.date
    section: str = ""

    @property
    def first(self) -> dt.date:
        """The first day shown; weeks begin on Monday."""
        return self.on - dt.timedelta(days=self.on.weekday()) if self.view == "week" else self.on

    @property
    def days(self) -> int:
        """How many days are shown."""
        return _DAYS[self.view]

    def url(self, **changes: Any) -> str:
        """Return the address of this part, or of another one."""
        return f"{reverse('admin:calendar')}?{self.query(**changes)}"

    def query(self, **changes: Any) -> str:
        """Return the same as a query string."""
        wanted = {"view": self.view, "on": self.on.isoformat(), "section": self.section, **changes}
        return urlencode({name: value for name, value in wanted.items() if value})


@dataclass(frozen=True, slots=True)
class Entry:
    """One story at one time: planned, scheduled, published, or the end of an embargo."""

    kind: str
    at: dt.datetime
    story: int
    headline: str
    language: str
    section: Section | None
    state: str
    status: str
    article: Article | None = None
    versions: int = 1
    movable: bool = False


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of a day, as the clock names it, with what stands in it."""

    begins: dt.datetime
    label: str
    entries: list[Entry] = field(default_factory=list)

    @property
    def names(self) -> tuple[str, str]:
        """The hour and its offset, as a script puts them together with minutes: 2024-10-27T02, +0200."""
        return f"{self.begins:%Y-%m-%dT%H}", f"{self.begins:%z}"


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the newsroom's clock."""

    date: dt.date
    is_today: bool
    remark: str
    entries: list[Entry]
    hours: list[Hour] = field(default_factory=list)


@never_cache
def page(request: HttpRequest) -> HttpResponse:
    """Show a day or a week. A bounded number of queries, whatever stands in it."""
    return _page(request)


def move(request: HttpRequest, story_id: int) -> HttpResponse:
    """Give a scheduled story another time, as the verb Schedule does; refused or not, the answer is the calendar."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    article = find(story_id)
    before = article.publish_at
    form = Move(request.POST)
    if not form.is_valid():
        sentence = " ".join(str(error) for errors in form.errors.values() for error in errors)
        return _page(request, moving=article, form=form, refusal=sentence, status=422)
    try:
        if before is None:
            raise TransitionRefused("Only a scheduled story can be moved. Look at its page.")
        moved = workflow.schedule(
            article.pk, publish_at=form.cleaned_data["publish_at"], actor=person(request), now=timezone.now()
        )
    except TransitionRefused as refused:
        return _page(request, moving=article, form=form, refusal=str(refused), status=409)
    assert moved.publish_at is not None
    request.session[_MOVED] = {"story": article.pk, "before": before.isoformat()}
    on = moved.publish_at.astimezone(newsroom_zone()).date()
    return redirect(_wanted(request).url(on=on.isoformat()))


def _page(
    request: HttpRequest,
    *,
    moving: Article | None = None,
    form: Move | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    actor, now, zone = person(request), timezone.now(), newsroom_zone()
    if not actor.has_perm("articles.view_article"):
        raise PermissionDenied
    wanted = _wanted(request)
    sections = sorted(Section.objects.with_parent(), key=str)
    chosen = [each.pk for each in sections if f"{each.path}/".startswith(f"{wanted.section}/")]
    start, end = clock.span_of_days(wanted.first, wanted.days, zone)
    may_move = actor.has_perm("articles.publish")
    found = [
        *_scheduled(start, end, chosen, filtered=bool(chosen), may_move=may_move, now=now),
        *_published(start, min(end, now + dt.timedelta(microseconds=1)), chosen, filtered=bool(chosen)),
        *_planned(start, end, chosen, filtered=bool(chosen)),
    ]
    if moving is None and (number := request.GET.get("move")):
        moving = next((entry.article for entry in found if entry.movable and str(entry.story) == number), None)
    today = now.astimezone(zone).date()
    days = [_day(wanted, place, found, today=today) for place in range(wanted.days)]
    shows_today = any(day.is_today for day in days)
    step = dt.timedelta(days=wanted.days)
    return render(
        request,
        "desk/calendar.html",
        {
            **admin.site.each_context(request),
            "title": "Calendar",
            "wanted": wanted,
            "range": _range(wanted),
            "days": days,
            "is_empty": not found,
            "is_cut": len(found) >= MOST,
            "most": MOST,
            "sections": sections,
            "previous": wanted.url(on=(wanted.on - step).isoformat()),
            "following": wanted.url(on=(wanted.on + step).isoformat()),
            "today": wanted.url(on=today.isoformat()),
            "shows_today": shows_today,
            "by_day": wanted.url(view="day", on=(today if shows_today else wanted.on).isoformat()),
            "by_week": wanted.url(view="week"),
            "here": wanted.url(),
            "query": wanted.query(),
            "moving": moving,
            "form": form or Move(initial={"publish_at": moving.publish_at if moving else None}),
            "refusal": refusal,
            "moved": _moved(request),
        },
        status=status,
    )


def _wanted(request: HttpRequest) -> Wanted:
    """Return what the address asks for; what cannot be read means this week."""
    view = request.GET.get("view", "week")
    try:
        on = dt.date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        on = timezone.now().astimezone(newsroom_zone()).date()
    on = min(max(on, dt.date(1900, 1, 8)), dt.date(2200, 1, 1))
    return Wanted(view if view in _DAYS else "week", on, request.GET.get("section", "")[:130].strip("/"))


def _moved(request: HttpRequest) -> dict[str, Any] | None:
    """Return what was moved last, once: the story, and the time before, for undoing. One query."""
    told = request.session.pop(_MOVED, None)
    article = told and Article.objects.scheduled().filter(pk=told["story"]).only("headline", "publish_at").first()
    if not article:
        return None
    before = dt.datetime.fromisoformat(told["before"]).astimezone(newsroom_zone())
    return {"article": article, "before": before, "exactly": f"{before:%Y-%m-%dT%H:%M:%S%z}"}


# --- What stands on the days ------------------------------------------------------------------------------------


def _of_sections(rows: Any, chosen: Collection[int], filtered: bool) -> Any:
    return rows.filter(section__in=chosen) if filtered else rows


_COLUMNS = ("headline", "slugline", "language", "status", "publish_at", "due_at", "embargo_until")
_SECTION = ("section__name", "section__slug", "section__parent__name", "section__parent__slug")


def _entry(article: Article, kind: str, at: dt.datetime, *, movable: bool = False) -> Entry:
    return Entry(
        kind,
        at,
        article.pk,
        str(article),
        article.language,
        article.section,
        article.state,
        "scheduled" if article.is_scheduled else article.status,
        article=article,
        movable=movable,
    )


def _scheduled(
    start: dt.datetime, end: dt.datetime, chosen: Collection[int], *, filtered: bool, may_move: bool, now: dt.datetime
) -> list[Entry]:
    """Return what goes out in a span, and what was due in it and is not out on the desk yet. One query."""
    rows = Article.objects.scheduled().filter(publish_at__gte=start, publish_at__lt=end)
    rows = _of_sections(rows, chosen, filtered).select_related("section__parent").only(*_COLUMNS, *_SECTION)
    return [_entry(row, "scheduled", row.publish_at, movable=may_move and row.publish_at > now) for row in rows[:MOST]]


def _planned(start: dt.datetime, end: dt.datetime, chosen: Collection[int], *, filtered: bool) -> list[Entry]:
    """Return what is due in a span without having a time, and embargoes that end in it. One query."""
    due = Q(due_at__gte=start, due_at__lt=end)
    embargo = Q(embargo_until__gte=start, embargo_until__lt=end)
    rows = Article.objects.filter(due | embargo, status__in=OPEN, publish_at=None).order_by("due_at", "pk")
    rows = _of_sections(rows, chosen, filtered).select_related("section__parent").only(*_COLUMNS, *_SECTION)
    found = []
    for row in rows[:MOST]:
        if row.due_at and start <= row.due_at < end:
            found.append(_entry(row, "planned", row.due_at))
        if row.embargo_until and start <= row.embargo_until < end:
            found.append(_entry(row, "embargo", row.embargo_until))
    return found


def _published(start: dt.datetime, end: dt.datetime, chosen: Collection[int], *, filtered: bool) -> list[Entry]:
    """Return what readers got in a span: a story once a day, with the number of its versions. One query."""
    rows = (
        PublishedArticle.objects.filter(visible_from__gte=start, visible_from__lt=end)
        .exclude(visible_until=F("visible_from"))
        .select_related("section__parent")
        .only("article_id", "visible_from", "first_published_at", "headline", "language", *_SECTION)
        .order_by("visible_from", "pk")
    )
    rows = _of_sections(rows, chosen, filtered)
    zone = newsroom_zone()
    by_day: dict[tuple[dt.date, int], list[PublishedArticle]] = {}
    for row in rows[:MOST]:
        by_day.setdefault((row.visible_from.astimezone(zone).date(), row.article_id), []).append(row)
    return [
        Entry(
            "published",
            versions[0].visible_from,
            versions[0].article_id,
            versions[-1].headline,
            versions[-1].language,
            versions[-1].section,
            "Published" if (new := versions[0].visible_from == versions[0].first_published_at) else "Updated",
            "published" if new else "updated",
            versions=len(versions),
        )
        for versions in by_day.values()
    ]


def _day(wanted: Wanted, place: int, found: Iterable[Entry], *, today: dt.date) -> Day:
    zone, date = newsroom_zone(), wanted.first + dt.timedelta(days=place)
    start, end = clock.span_of_days(date, 1, zone)
    entries = sorted((entry for entry in found if start <= entry.at < end), key=lambda entry: (entry.at, entry.story))
    hours: list[Hour] = []
    if wanted.view == "day":
        begins = clock.hours(date, zone)
        hours = [Hour(at, f"{at:%H:%M} {at.tzname()}" if _is_change(start, end) else f"{at:%H:%M}") for at in begins]
        for entry in entries:
            next(hour for hour in reversed(hours) if hour.begins.astimezone(dt.UTC) <= entry.at).entries.append(entry)
    return Day(date, date == today, _remark(start, end), entries, hours)


def _is_change(start: dt.datetime, end: dt.datetime) -> bool:
    return end - start != dt.timedelta(days=1)


def _remark(start: dt.datetime, end: dt.datetime) -> str:
    if not _is_change(start, end):
        return ""
    hours = (end - start).total_seconds() / 3600
    return f"The clocks go {'forward' if hours < 24 else 'back'}: a day of {hours:g} hours."


def _range(wanted: Wanted) -> str:
    """Return the days shown in words: Wednesday 19 June 2024; 17 to 23 June 2024."""
    first, last = wanted.first, wanted.first + dt.timedelta(days=wanted.days - 1)
    if first == last:
        return f"{first:%A} {clock.day_words(first)}"
    begins = clock.day_words(first)
    if first.year == last.year:
        begins = begins.removesuffix(f" {first.year}")
    if (first.year, first.month) == (last.year, last.month):
        begins = str(first.day)
    return f"{begins} to {clock.day_words(last)}"
