"""The budget: what a day is to bring, a line a story, edited where it stands and printed on one sheet.

Decides which lines belong to a day, how a cell is changed and how a new line starts. A planning fact changes by
`workflow.arrange`; headline and section are words and change by `workflow.save_draft`, as everywhere, and only
while the story is a draft.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.cache import never_cache

from articles import workflow
from articles.content import StoryContent
from articles.desk.forms import Line as OneLine
from articles.desk.forms import SectionChoice
from articles.desk.keyset import DUE_FIRST, NEWEST_CHANGE
from articles.desk.plan import LineForm, PlanForm
from articles.desk.story import find, person
from articles.desk.wanted import day_bounds, day_words, read_day
from articles.models import Article
from articles.models.article import section_label
from articles.statuses import Status
from articles.workflow import TransitionRefused
from authors.models import User

#: How many lines one page shows; a day that has more goes on on the next.
LINES = 100
#: The pages that are no day.
_OTHER = {"none": "Without a date", "overdue": "Overdue"}
#: By what the lines of a page can be sorted; “due” is how they are read.
_SORTS = ("due", "slugline", "writer", "section", "state")


class CellsForm(PlanForm):
    """One line of the budget as it is typed: its plan, its headline and its section."""

    headline = OneLine(label="Headline", required=False, max_length=300)
    section = SectionChoice(label="Section", required=False, empty_label="No section yet")

    def __init__(self, *args: Any, line: int = 0, **options: Any) -> None:
        super().__init__(*args, **options)
        del self.fields["brief"]  # it has no column; the story's own page has room for it
        for field in self.fields.values():
            if line:
                field.widget.attrs["form"] = f"form-{line}"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a line: its words, and where it can be changed the fact, its value as typed, or its control."""

    css: str
    words: str
    label: str = ""
    fact: str = ""
    value: str = ""
    field: BoundField | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One line: the story, its cells, and its form where it is being changed whole."""

    article: Article
    cells: list[Cell]
    may_plan: bool
    form: CellsForm | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Which lines are shown: those of a day, or of one of the pages that are no day."""

    key: str
    title: str
    day: dt.date | None
    today: dt.date

    @property
    def previous(self) -> str:
        """Return the day before, for an address."""
        return (self.day - dt.timedelta(days=1)).isoformat() if self.day else ""

    @property
    def next(self) -> str:
        """Return the day after, for an address."""
        return (self.day + dt.timedelta(days=1)).isoformat() if self.day else ""

    @property
    def is_today(self) -> bool:
        """Tell whether it is today's."""
        return self.day == self.today

    @classmethod
    def read(cls, key: str, *, now: dt.datetime) -> "Page":
        """Read which page an address names; what names none is today."""
        today = timezone.localdate(now)
        if key in _OTHER:
            return cls(key, _OTHER[key], None, today)
        day = read_day(key) or today
        return cls(day.isoformat(), day_words(day, today=today), day, today)


# --- Pages ------------------------------------------------------------------------------------------------------


@never_cache
def budget(request: HttpRequest) -> HttpResponse:
    """Show the lines of a day, and start a new one. A bounded number of queries, whatever the number of lines."""
    actor, now = person(request), timezone.now()
    page = Page.read(request.GET.get("day", ""), now=now)
    new: LineForm | None = None
    if request.method == "POST":
        new = LineForm(request.POST, actor=actor, prefix=None, auto_id="new_%s")
        if (answer := _started(request, page, new, actor=actor, now=now)) is not None:
            return answer
    return _page(request, page, new, now=now)


def line(request: HttpRequest, story_id: int) -> HttpResponse:
    """Change cells of a line: the fields that were sent, and no others.

    A script (`?part=line`) gets the line back, or JSON with the refusal; without one the page comes back.
    """
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    actor, now = person(request), timezone.now()
    page = Page.read(request.GET.get("day", ""), now=now)
    script = request.GET.get("part") == "line"
    article = find(story_id)
    try:
        _change(article, request.POST, actor=actor, now=now)
    except TransitionRefused as refused:
        if script:
            return JsonResponse({"said": str(refused)}, status=409)
        form = CellsForm(request.POST, article=article, actor=actor, line=article.pk, auto_id=f"line_{article.pk}_%s")
        return _page(request, page, None, now=now, editing=article.pk, form=form, refusal=str(refused))
    if script:
        article = Article.objects.for_lists().get(pk=article.pk)
        return render(request, "desk/budget/_line.html", {"row": _row(article, actor, page), "page": page, "now": now})
    messages.success(request, f"“{article.short_name}” is changed.")
    return redirect(f"{reverse('admin:budget')}?day={page.key}")


# --- What they do -------------------------------------------------------------------------------------------------


def _started(request: HttpRequest, page: Page, form: LineForm, *, actor: User, now: dt.datetime) -> HttpResponse | None:
    """Start the story of a new line, or return None with the reason in the form."""
    if not actor.has_perm("articles.add_article"):
        raise PermissionDenied
    if not form.is_valid():
        return None
    if not form.cleaned_data["slugline"]:
        form.add_error("slugline", "Give the line a short name.")
        return None
    section = form.cleaned_data["section"]
    content = StoryContent(section=section_label(section))
    try:
        article = workflow.start(content=content, plan=form.given(), actor=actor, now=now)
    except TransitionRefused as refused:
        form.add_error(None, str(refused))
        return None
    messages.success(request, f"“{article.short_name}” is planned.")
    key = timezone.localdate(article.due_at).isoformat() if article.due_at else "none"
    return redirect(f"{reverse('admin:budget')}?day={key}" + ("#new-line" if key == page.key else ""))


def _change(article: Article, data: QueryDict, *, actor: User, now: dt.datetime) -> None:
    """Carry out what was typed into cells: facts of the plan, and where they were sent headline and section."""
    form = CellsForm(data, article=article, actor=actor)
    if not form.is_valid():
        raise TransitionRefused(form.sentences())
    words: dict[str, Any] = {}
    if "headline" in data:
        words["headline"] = form.cleaned_data["headline"]
    if "section" in data:
        words["section"] = section_label(form.cleaned_data["section"])
    if words and article.status != Status.DRAFT:
        raise TransitionRefused(f"This story is {article.state.lower()}. Change its words on its own page.")
    with transaction.atomic():  # all of a line or nothing of it
        if words:
            content = article.content().changed(**words)
            workflow.save_draft(article.pk, content=content, version=article.version, actor=actor, now=now)
        if given := form.given():
            workflow.arrange(article.pk, actor=actor, now=now, **given)


def _page(
    request: HttpRequest,
    page: Page,
    new: LineForm | None,
    *,
    now: dt.datetime,
    editing: int = 0,
    form: CellsForm | None = None,
    refusal: str = "",
) -> HttpResponse:
    actor = person(request)
    after = request.GET.get("after", "")
    articles, more = _lines(page, after=after, now=now)
    sort = request.GET.get("sort", "due")
    if sort in _SORTS and sort != "due":
        articles.sort(key=lambda article: _sorted_by(sort, article))
    editing = editing or _number(request.GET.get("edit", ""))
    rows = [_row(article, actor, page, editing=article.pk == editing, form=form) for article in articles]
    late = 0 if page.key == "overdue" else Article.objects.overdue(at=now)[:100].count()
    evening = dt.time(18)
    start = {"due_at": dt.datetime.combine(page.day, evening, timezone.get_current_timezone())} if page.day else {}
    context = {
        **admin.site.each_context(request),
        "title": "Budget",
        "page": page,
        "rows": rows,
        "more": more,
        "after": after,
        "sort": sort if sort in _SORTS else "due",
        "sorts": _SORTS,
        "editing": editing,
        "refusal": refusal,
        "overdue": "99+" if late > 99 else late,
        "new": new or LineForm(actor=actor, initial=start, auto_id="new_%s"),
        # the controls that cells are edited with: made once, copied by the script
        "controls": CellsForm(actor=actor, auto_id=False),
        "totals": _totals(articles),
        "now": now,
        "newsroom_zone": timezone.localtime(now).tzname(),
    }
    return render(request, "desk/budget/budget.html", context, status=409 if refusal else 422 if new else 200)


def _lines(page: Page, *, after: str, now: dt.datetime) -> tuple[list[Article], str]:
    """Return the lines of a page and where more begin. Two queries."""
    stories = Article.objects.for_lists()
    order = NEWEST_CHANGE if page.key == "none" else DUE_FIRST
    if page.day is not None:
        stories = stories.due_between(*day_bounds(page.day))
    elif page.key == "overdue":
        stories = stories.overdue(at=now)
    else:
        stories = stories.without_a_date()
    found = list(order.sort(order.after(stories, after))[: LINES + 1])
    return found[:LINES], order.cursor_of(found[LINES - 1]) if len(found) > LINES else ""


def _row(article: Article, actor: User, page: Page, *, editing: bool = False, form: CellsForm | None = None) -> Row:
    """Make a line: what the verbs would let this person change of it, from what `for_lists` fetched. No query
    unless it is being changed whole.
    """
    own = actor.pk in {article.created_by_id, article.assigned_to_id} or any(
        byline.author.user_id == actor.pk for byline in article.bylines.all()
    )
    may_plan = article.status != Status.SPIKED and (actor.has_perm("articles.assign") or own)
    may_write = article.status == Status.DRAFT and (actor.has_perm("articles.edit_any") or own)
    if editing and may_plan and form is None:
        initial = {"headline": article.headline, "section": article.section_id}
        form = CellsForm(
            article=article, actor=actor, initial=initial, line=article.pk, auto_id=f"line_{article.pk}_%s"
        )

    def cell(css: str, fact: str, label: str, words: object, value: object = None, *, may: bool = may_plan) -> Cell:
        shown = "" if words is None else str(words)
        typed = shown if value is None else str(value)
        if not may:
            return Cell(css, shown, label)
        return Cell(css, shown, label, fact, typed, form[fact] if form else None)

    place = article.section.name if article.section else ""
    names = ", ".join(str(byline) for byline in article.bylines.all())
    due = timezone.localtime(article.due_at).strftime("%Y-%m-%dT%H:%M") if article.due_at else ""
    cells = [
        cell("slug", "slugline", "Slugline", article.slugline),
        cell("head", "headline", "Headline", article.headline, may=may_write),
        cell("who", "assigned_to", "Writer", article.assigned_to or names, article.assigned_to_id or ""),
        cell("who", "asked_editor", "Editor", article.asked_editor, article.asked_editor_id or ""),
        cell("place", "section", "Section", place, article.section_id or "", may=may_write),
        cell("number", "words_planned", "Words planned", article.words_planned),
        Cell("number", str(article.word_count or ""), "Words there"),
        cell("number", "pictures_planned", "Pictures planned", article.pictures_planned),
        Cell("number", str(article.picture_count or ""), "Pictures there"),
        cell("due", "due_at", "Due", _due_on(article, page.day), due),
    ]
    return Row(article, cells, may_plan, form if editing else None)


def _sorted_by(sort: str, article: Article) -> tuple[bool, str]:
    """Return what a line is sorted by; lines that lack it come last."""
    words = {
        "slugline": article.slugline or article.headline,
        "writer": str(article.assigned_to or ""),
        "section": str(article.section or ""),
        "state": str(list(Status.values).index(article.status)),
    }[sort].casefold()
    return not words, words


def _totals(articles: list[Article]) -> dict[str, int]:
    """Add up what the lines of a page plan and have."""
    return {
        "words": sum(article.word_count for article in articles),
        "words_planned": sum(article.words_planned or 0 for article in articles),
        "pictures": sum(article.picture_count for article in articles),
        "pictures_planned": sum(article.pictures_planned or 0 for article in articles),
    }


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _due_on(article: Article, day: dt.date | None) -> str:
    """Return when a story is due as a page of the budget prints it: the hour on its day, and else the day too."""
    if article.due_at is None:
        return ""
    local = timezone.localtime(article.due_at)
    return date_format(local, "H:i") if local.date() == day else date_format(local, "D j M, H:i")
