"""The board: every story that somebody works on, in a column for where it stands, and cards that move.

Decides which columns there are, what is in each and what moving a card means: always a verb, carried out by
`workflow/` like any other, asked for on the same page for mouse, keyboard and without script. What a card may
do is asked for one card at a time, when somebody takes hold of it; the board itself costs the same number of
queries with two cards and with two hundred.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.db.models import F, QuerySet, Value
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from articles import workflow
from articles.desk import times
from articles.desk.forms import GivenWithVerb
from articles.desk.keyset import DUE_FIRST, LONGEST_WAIT, NEWEST_CHANGE, NEXT_OUT, Order
from articles.desk.story import carry_out, find, person
from articles.desk.wanted import Wanted
from articles.models import Article
from articles.models.article import ArticleQuerySet
from articles.statuses import Status
from articles.transitions import BY_NAME, Verb
from articles.workflow import TransitionRefused
from authors.models import User

#: How many cards a column shows at first, and how many more each time.
CARDS = 20
#: How far a column is counted, and how many cards it shows without being asked for more again.
COUNTED = 99
#: How long a story that went out stays on the board.
_LATELY = dt.timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name in addresses and on the page, what stands in it, in which order."""

    name: str
    label: str
    order: Order
    stories: Callable[[ArticleQuerySet, dt.datetime], ArticleQuerySet]
    empty: str


COLUMNS: tuple[Column, ...] = (
    Column("planned", "Planned", DUE_FIRST, lambda stories, now: stories.planned(), "Nothing is planned."),
    Column("draft", "Draft", NEWEST_CHANGE, lambda stories, now: stories.in_writing(), "Nobody is writing."),
    Column("in_review", "In review", LONGEST_WAIT, lambda stories, now: stories.in_review(), "Nothing waits."),
    Column("approved", "Approved", LONGEST_WAIT, lambda stories, now: stories.ready(), "Nothing is ready to go out."),
    Column("scheduled", "Scheduled", NEXT_OUT, lambda stories, now: stories.scheduled(), "Nothing has a time."),
    Column(
        "published",
        "Published lately",
        NEWEST_CHANGE,
        lambda stories, now: stories.published_since(now - _LATELY),
        "Nothing went out in three days.",
    ),
)
_BY_NAME = {column.name: column for column in COLUMNS}


@dataclass(frozen=True, slots=True)
class Filled:
    """A column with its cards: how many there are, as far as they are counted, and where more begin."""

    column: Column
    cards: list[Article]
    count: str
    more: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """One verb that a card's page offers: with the column it leads to, and why not where it is refused."""

    verb: Verb
    refusal: str
    to: str

    @property
    def asks(self) -> bool:
        """Tell whether the verb wants something said or confirmed first."""
        return self.verb.name in {"send_back", "schedule", "publish", "spike", "approve", "embargo"}


# --- Reading ----------------------------------------------------------------------------------------------------


def fill(wanted: Wanted, *, now: dt.datetime, shown: dict[str, int] | None = None) -> list[Filled]:
    """Return every column with its first cards. Three queries, whatever stands on the board and in the archive.

    `shown` says of columns that somebody opened further how many cards they show.
    """
    parts = [_places(number, column, wanted, now=now) for number, column in enumerate(COLUMNS)]
    places: list[list[tuple[dt.datetime | None, int]]] = [[] for _ in COLUMNS]
    for number, at, pk in parts[0].union(*parts[1:], all=True).order_by():
        places[number].append((at, pk))
    filled = []
    limits = [min(max((shown or {}).get(column.name, CARDS), CARDS), COUNTED) for column in COLUMNS]
    for column, found in zip(COLUMNS, places, strict=True):
        found.sort(key=lambda place: column.order.key(*place))
    rows = Article.objects.for_lists().in_bulk(
        [pk for found, limit in zip(places, limits, strict=True) for _, pk in found[:limit]]
    )
    for column, found, limit in zip(COLUMNS, places, limits, strict=True):
        filled.append(
            Filled(
                column,
                cards=[rows[pk] for _, pk in found[:limit] if pk in rows],
                count=f"{COUNTED}+" if len(found) > COUNTED else str(len(found)),
                more=column.order.cursor(*found[limit - 1]) if len(found) > limit else "",
            )
        )
    return filled


def _places(number: int, column: Column, wanted: Wanted, *, now: dt.datetime) -> QuerySet[Any, Any]:
    """Return where the first stories of a column stand: as many as are counted, and one more."""
    stories = column.order.sort(wanted.narrow(column.stories(Article.objects.all(), now)))
    return stories.values_list(Value(number), F(column.order.field), "pk")[: COUNTED + 1]


def further(column: Column, wanted: Wanted, *, after: str, now: dt.datetime) -> Filled:
    """Return the cards of one column that come after a place. Two queries."""
    stories = column.order.after(wanted.narrow(column.stories(Article.objects.for_lists(), now)), after)
    cards = list(column.order.sort(stories)[: CARDS + 1])
    more = column.order.cursor_of(cards[CARDS - 1]) if len(cards) > CARDS else ""
    return Filled(column, cards[:CARDS], count="", more=more)


def column_of(article: Article) -> str:
    """Return the name of the column in which a story stands; a spiked one stands in none. No query."""
    if article.status == Status.SPIKED:
        return ""
    if article.is_planned:
        return "planned"
    return "scheduled" if article.is_scheduled else str(article.status)


def moves(article: Article, *, actor: User, now: dt.datetime) -> list[Move]:
    """Return what this person could do with a card now, refusals with their reason. See `workflow.offers`."""
    return [
        Move(offer.verb, offer.refusal, _leads_to(article, offer.verb))
        for offer in workflow.offers(article, actor=actor, now=now)
        if offer.verb.name != "save_draft"
    ]


def _leads_to(article: Article, verb: Verb) -> str:
    after = verb.moves[Status(article.status)]
    if verb.name in {"schedule", "unschedule"}:
        return "scheduled" if verb.name == "schedule" else "approved"
    if after == article.status:
        return ""  # it stays where it is
    if after == Status.DRAFT:
        return "draft" if article.word_count else "planned"
    return "" if after == Status.SPIKED else str(after)


# --- Pages ------------------------------------------------------------------------------------------------------


@never_cache
def board(request: HttpRequest) -> HttpResponse:
    """Show the board; `?part=columns` is its columns alone, `?part=cards&column=…&after=…` more of one column."""
    person(request)
    now = timezone.now()
    wanted = Wanted.read(request.GET, now=now)
    part = request.GET.get("part", "")
    context = {"wanted": wanted, "now": now}
    column = _BY_NAME.get(request.GET.get("column", ""))
    if column is not None:
        filled = further(column, wanted, after=request.GET.get("after", ""), now=now)
        if part == "cards":
            return render(request, "desk/board/_cards.html", {**context, "filled": filled})
        columns = [filled]
    else:
        columns = fill(wanted, now=now, shown=_shown(request.GET.getlist("shown")))
    if part == "columns":
        return render(request, "desk/board/_columns.html", {**context, "columns": columns})
    context |= {
        **admin.site.each_context(request),
        "title": "Board",
        "columns": columns,
        "only": column,
        "is_empty": not any(filled.cards for filled in columns),
    }
    return render(request, "desk/board/board.html", context)


@never_cache
def card(request: HttpRequest, story_id: int) -> HttpResponse:
    """Show what this person may do with one card; `?part=moves` is that alone, for a dialog."""
    return _card(request, find(story_id))


def move(request: HttpRequest, story_id: int, verb: str) -> HttpResponse:
    """Carry out a verb on a card. The answer is JSON for a script, and else the board or the card's page again."""
    if verb not in BY_NAME or verb == "save_draft":
        raise Http404("There is no such verb.")
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    article = find(story_id)
    given = GivenWithVerb(request.POST)
    if not given.is_valid():
        sentence = " ".join(str(error) for errors in given.errors.values() for error in errors)
        return _refused(request, article, sentence, given=given, verb=verb)
    try:
        article = carry_out(article.pk, verb, given.cleaned_data, actor=person(request), now=timezone.now())
    except TransitionRefused as refused:
        return _refused(request, article, str(refused), given=given, verb=verb)
    said = f"“{article.short_name}” is now {article.state.lower()}."
    if _wants_json(request):
        return JsonResponse({"done": True, "said": said, "column": column_of(article)})
    messages.success(request, said)
    return redirect("admin:board")


def _refused(request: HttpRequest, article: Article, sentence: str, *, given: GivenWithVerb, verb: str) -> HttpResponse:
    if _wants_json(request):
        return JsonResponse({"done": False, "said": sentence}, status=409)
    return _card(request, find(article.pk), refusal=sentence, given=given, verb=verb, status=409)


def _card(
    request: HttpRequest,
    article: Article,
    *,
    refusal: str = "",
    given: GivenWithVerb | None = None,
    verb: str = "",
    status: int = 200,
) -> HttpResponse:
    actor, now = person(request), timezone.now()
    content_hash = article.content().hash
    context = {
        "article": article,
        "moves": moves(article, actor=actor, now=now),
        "column": column_of(article),
        "given": given or GivenWithVerb(initial=times.given(article) | {"content_hash": content_hash}),
        "given_verb": verb,
        "content_hash": content_hash,
        "needs_override": workflow.needs_override(article, actor=actor),
        "refusal": refusal,
        "now": now,
    }
    if request.GET.get("part") == "moves":
        return render(request, "desk/board/_moves.html", context, status=status)
    context |= {**admin.site.each_context(request), "title": f"Move “{article.short_name}”"}
    return render(request, "desk/board/card.html", context, status=status)


def _wants_json(request: HttpRequest) -> bool:
    return request.accepts("application/json") and not request.accepts("text/html")


def _shown(given: list[str]) -> dict[str, int]:
    """Read how far columns are open, from `?shown=draft:40`; what is not of this form says nothing."""
    shown = {}
    for text in given[: len(COLUMNS)]:
        name, _, number = text.partition(":")
        if name in _BY_NAME and number.isascii() and number.isdigit() and len(number) < 4:
            shown[name] = int(number)
    return shown
