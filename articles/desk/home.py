"""The desk's home page: my stories, what waits for me, what is scheduled, what went out last."""

from dataclasses import dataclass
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery, TextField, Value
from django.http import HttpRequest
from django.utils import timezone

from articles.desk.keyset import DUE_FIRST, LONGEST_WAIT, NEWEST_CHANGE, NEXT_OUT, Order
from articles.desk.story import person
from articles.models import Article, Event, PublishedArticle
from articles.models.article import ArticleQuerySet
from articles.statuses import Status
from articles.transitions import BY_NAME
from authors.models import User

#: How many rows each list shows; the rest is one click away in the list of stories.
_ROWS = 8


@dataclass(frozen=True, slots=True)
class _List:
    """One list of stories: its name in the template, which stories, and in what order they stand."""

    name: str
    stories: ArticleQuerySet
    order: Order
    asked: User | None = None  # whose own come first

    def places(self, number: int) -> QuerySet[Any, Any]:
        """Return which stories the list shows, each with the note of the verb that put it there, where there is one."""
        stories = self.order.sort(self.stories)
        if self.asked:
            stories = stories.asked_first(self.asked)
        note = F("last_note") if "last_note" in stories.query.annotations else Value("", output_field=TextField())
        return stories.values_list(Value(number), "pk", note)[:_ROWS]

    def place(self, article: Article) -> tuple[object, ...]:
        """Return what sorts rows as the database does."""
        asked = self.asked is not None and article.asked_editor_id == self.asked.pk
        return not asked, self.order.key(getattr(article, self.order.field), article.pk)


def context(request: HttpRequest) -> dict[str, Any]:
    """Return what the home page lists for this person. Four queries, whatever the archive's size and their role."""
    actor, now = person(request), timezone.now()
    reviews = actor.has_perm("articles.review")
    return {
        **_filled(_lists(actor, reviews=reviews)),
        "now": now,
        "reviews": reviews,
        "published": PublishedArticle.objects.visible(at=now)
        .without_bodies()
        .with_sections()
        .order_by("-visible_from", "-pk")[:_ROWS],
    }


def _lists(actor: User, *, reviews: bool) -> list[_List]:
    stories = Article.objects.all()
    mine = stories.of(actor)
    # the last move: notes and plans leave events, too
    last_event = Event.objects.filter(article=OuterRef("pk"), verb__in=BY_NAME).order_by("-at", "-pk")
    sent_back = (
        mine.filter(status=Status.DRAFT)
        .annotate(last_verb=Subquery(last_event.values("verb")[:1]), last_note=Subquery(last_event.values("note")[:1]))
        .filter(last_verb="send_back")
    )
    lists = [
        _List("sent_back", sent_back, NEWEST_CHANGE),
        _List("assigned", stories.to_write(actor), DUE_FIRST),
        # what is assigned stands above
        _List("mine", mine.open().exclude(status=Status.DRAFT, assigned_to=actor), NEWEST_CHANGE),
        _List("scheduled", stories.scheduled(), NEXT_OUT),
    ]
    if reviews:
        lists.append(_List("to_review", stories.in_review(), LONGEST_WAIT, asked=actor))
        lists.append(_List("to_publish", stories.ready(), LONGEST_WAIT))
    return lists


def _filled(lists: list[_List]) -> dict[str, list[Article]]:
    """Return the rows of every list. Three queries: which stories stand in which, the stories, their bylines."""
    places, *others = (each.places(number) for number, each in enumerate(lists))
    found = list(places.union(*others, all=True).order_by())
    rows = Article.objects.for_lists().in_bulk([pk for _, pk, _ in found])
    filled: dict[str, list[Article]] = {}
    for number, each in enumerate(lists):
        own = [rows[pk] for place, pk, _ in found if place == number and pk in rows]
        filled[each.name] = sorted(own, key=each.place)
    notes = {pk: note for number, pk, note in found if note and lists[number].name == "sent_back"}
    for article in filled["sent_back"]:
        article.sent_back_with = notes.get(article.pk, "")  # type: ignore[attr-defined]  # for the template alone
    return filled
