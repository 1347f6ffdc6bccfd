"""Searching the desk: all stories in all states, by words, person, section, state and date.

Decides what may be asked, how a question becomes a query that stays cheap at any size of the archive, and how the
passage that was found is shown. Which words find a story stands in `models/words.py`. Nothing is counted beyond one
page, and the newest change comes first.
"""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.contrib.postgres.search import SearchHeadline, SearchQuery
from django.core.exceptions import PermissionDenied
from django.db.models import Func, Q, TextField, Value
from django.db.models.functions import Left
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache

from articles.content import one_line
from articles.desk.forms import SectionChoice
from articles.desk.story import person
from articles.models import Article
from articles.models.words import StoryWords
from articles.statuses import Status
from authors.models import Author

#: How many stories one page shows.
PAGE = 50
#: Characters of a story in which the passage is looked for; a story found further down shows its beginning.
_LOOKED_THROUGH = 60_000
#: Around what was found: characters that no stored text can hold.
_START, _STOP = "\x02", "\x03"
_FRAGMENTS = " … "
#: All quotation marks that a newsroom's keyboards write mean the plain one.
_QUOTATION_MARKS = str.maketrans(dict.fromkeys("“”„‟«»", '"'))
_BARE = re.compile(r"\w+(?:\s+\w+)*\Z")

DATES = {"changed": "changed_at", "started": "created_at", "published": "first_published_at"}


class Translate(Func):
    """Characters of a text, each replaced by another."""

    function = "TRANSLATE"
    output_field = TextField()


class Day(forms.DateField):
    """A day of the newsroom's zone."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class Question(forms.Form):
    """What is looked for. Every field may be empty; it stands in the address, so that it can be sent to somebody."""

    q = forms.CharField(
        label="Words",
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "aria-describedby": "search-help"}),
    )
    person = forms.ModelChoiceField(
        label="Person", required=False, queryset=Author.objects.order_by("name"), empty_label="Anybody"
    )
    section = SectionChoice(label="Section", required=False, empty_label="All sections")
    state = forms.ChoiceField(
        label="State", required=False, choices=[("", "All states"), *Status.choices, ("scheduled", "Scheduled")]
    )
    since = Day(label="From", required=False)
    until = Day(label="To", required=False)
    date = forms.ChoiceField(
        label="Date of",
        required=False,
        choices=[("changed", "Last change"), ("started", "Start"), ("published", "First publication")],
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", "auto_id": "search-%s", **options})

    def clean_q(self) -> str:
        """Return the words on one line, without control characters."""
        return one_line(self.cleaned_data["q"])


@dataclass(frozen=True, slots=True)
class Found:
    """A story that was found, and the runs of its words around what was looked for: (is it a hit, words)."""

    article: Article
    headline: list[tuple[bool, str]]
    passage: list[tuple[bool, str]]


@dataclass(frozen=True, slots=True)
class Results:
    """One page of what was found, and the place where the next begins."""

    found: list[Found]
    more: str


def query_of(words: str) -> SearchQuery | None:
    """Return the question in the database's form: None for no words.

    Plain words find every word that begins like them, in any order; with quotation marks, a minus or “or” it is
    PostgreSQL's web search. Never raises on any text.
    """
    words = words.translate(_QUOTATION_MARKS)
    if not words:
        return None
    if _BARE.match(words) and " or " not in f" {words.lower()} ":
        beginnings = " & ".join(f"{word}:*" if len(word) > 2 else word for word in words.split())
        return SearchQuery(beginnings, config="simple", search_type="raw")
    return SearchQuery(words, config="simple", search_type="websearch")


def search(question: dict[str, Any], *, before: str = "") -> Results:
    """Return a page of stories, the newest change first. Three queries at most, whatever is found.

    `question` is cleaned data of a Question. `before` is the `more` of an earlier page.
    """
    rows = Article.objects.for_lists()
    words = question.get("q", "")
    query = query_of(words)
    if query is not None:
        hits = Q(words__search=query)
        if len(words) > 2 and _BARE.match(words):
            hits |= Q(words__headline__icontains=words)
        rows = rows.filter(hits)
    if author := question.get("person"):
        mine = Q(pk__in=Article.objects.filter(bylines__author=author).values("pk"))
        rows = rows.filter(mine | Q(created_by=author.user_id) if author.user_id else mine)
    if section := question.get("section"):
        rows = rows.filter(Q(section=section) | Q(section__parent=section))
    match question.get("state", ""):
        case "scheduled":
            rows = rows.filter(status=Status.APPROVED, publish_at__isnull=False)
        case str(state) if state:
            rows = rows.filter(status=state)
    dates = DATES.get(question.get("date") or "changed", "changed_at")
    if since := question.get("since"):
        rows = rows.filter(**{f"{dates}__gte": _midnight(since)})
    if (until := question.get("until")) and until < dt.date.max:
        rows = rows.filter(**{f"{dates}__lt": _midnight(until + dt.timedelta(days=1))})
    if (place := _place(before)) is not None:
        at, key = place
        rows = rows.filter(Q(changed_at__lt=at) | Q(pk__lt=key), changed_at__lte=at)
    page = list(rows.order_by("-changed_at", "-pk")[: PAGE + 1])
    more = f"{page[PAGE - 1].changed_at.isoformat()}~{page[PAGE - 1].pk}" if len(page) > PAGE else ""
    return Results(_with_passages(page[:PAGE], query), more)


def _with_passages(page: Iterable[Article], query: SearchQuery | None) -> list[Found]:
    """Return the stories with the passages that the words were found in. One query, none without words."""
    passages: dict[int, tuple[str, str]] = {}
    if query is not None:
        marks: dict[str, Any] = {"config": "simple", "start_sel": _START, "stop_sel": _STOP}
        on_one_line = Translate(Left("text", _LOOKED_THROUGH), Value("\n"), Value(" "))
        rows = StoryWords.objects.filter(pk__in=[article.pk for article in page]).values_list(
            "pk",
            SearchHeadline("headline", query, highlight_all=True, **marks),
            SearchHeadline(
                on_one_line,
                query,
                max_fragments=2,
                max_words=22,
                min_words=8,
                fragment_delimiter=_FRAGMENTS,
                **marks,
            ),
        )
        passages = {pk: (headline, passage) for pk, headline, passage in rows}
    return [
        Found(
            article,
            runs(passages.get(article.pk, ("", ""))[0]) or [(False, str(article))],
            runs(passages.get(article.pk, ("", ""))[1]),
        )
        for article in page
    ]


def runs(marked: str) -> list[tuple[bool, str]]:
    """Return marked text as runs, each with whether it is a hit. What is in them is for templates to escape."""
    found = []
    for number, part in enumerate(marked.split(_START)):
        hit, stop, rest = part.partition(_STOP) if number else ("", "", part)
        found += [(bool(stop), hit), (False, rest)]
    return [run for run in found if run[1]]


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


def _place(cursor: str) -> tuple[dt.datetime, int] | None:
    at, _, key = cursor.partition("~")
    try:
        moment = parse_datetime(at)
    except ValueError:
        return None
    if moment is None or moment.tzinfo is None or not (key.isascii() and key.isdigit() and len(key) < 19):
        return None
    return moment, int(key)


@never_cache
def view(request: HttpRequest) -> HttpResponse:
    """Show the search, and what it found. At most six queries beside the session's."""
    actor = person(request)
    if not actor.has_perm("articles.view_article"):
        raise PermissionDenied
    form = Question(request.GET or None)
    asked = form.is_bound and form.is_valid()
    results = search(form.cleaned_data, before=request.GET.get("before", "")) if asked else None
    given = [(name, value) for name, value in request.GET.items() if value and name != "before"]
    context = {
        **admin.site.each_context(request),
        "title": "Search",
        "form": form,
        "results": results,
        "words": form.cleaned_data["q"] if asked else "",
        "more_url": f"?{urlencode([*given, ('before', results.more)])}" if results and results.more else "",
        "first_url": f"?{urlencode(given)}" if request.GET.get("before") else "",
        "page_size": PAGE,
        "filtered": any(name != "q" for name, _ in given),
    }
    return render(request, "desk/search.html", context)
