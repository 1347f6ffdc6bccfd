"""Pages of long lists: where the next page begins, told by the last row instead of by a number of rows.

Decides what a cursor in an address looks like and which rows come after it. A page costs the same at the
beginning of a list and a million rows in, and a row that comes or goes moves no other row from page to page.
Every order here is a time and then the row's number, so that no two rows stand in the same place.
"""

import datetime as dt
from dataclasses import dataclass

from django.db.models import F, Q

from articles.models import Article
from articles.models.article import ArticleQuerySet

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Order:
    """An order of stories by a time column. Where the column may be empty, stories without a time come last."""

    field: str
    newest_first: bool = False
    optional: bool = False

    def sort(self, stories: ArticleQuerySet) -> ArticleQuerySet:
        """Return the stories in this order."""
        if self.newest_first:
            return stories.order_by(f"-{self.field}", "-pk")
        return stories.order_by(F(self.field).asc(nulls_last=True) if self.optional else self.field, "pk")

    def key(self, at: dt.datetime | None, pk: int) -> tuple[bool, float, int]:
        """Return what sorts rows in Python as `sort` does in the database."""
        sign = -1 if self.newest_first else 1
        return at is None, sign * (at.timestamp() if at else 0.0), sign * pk

    def cursor(self, at: dt.datetime | None, pk: int) -> str:
        """Return the place of a row in this order, for an address."""
        return f"{(at - _EPOCH) // _MICROSECOND if at else 'none'}.{pk}"

    def cursor_of(self, article: Article) -> str:
        """Return the place of a story in this order."""
        return self.cursor(getattr(article, self.field), article.pk)

    def after(self, stories: ArticleQuerySet, cursor: str) -> ArticleQuerySet:
        """Return the stories that come after a place; a cursor that is none changes nothing."""
        place = self._read(cursor)
        if place is None:
            return stories
        at, pk = place
        if at is None:
            return stories.filter(**{f"{self.field}__isnull": True}, pk__gt=pk) if self.optional else stories
        further, from_here, beyond = ("lt", "lte", "lt") if self.newest_first else ("gt", "gte", "gt")
        later = Q(**{f"{self.field}__{further}": at}) | Q(**{self.field: at, f"pk__{beyond}": pk})
        if self.optional:
            return stories.filter(later | Q(**{f"{self.field}__isnull": True}))
        # The first condition says nothing new; it is what lets the index be entered at the place.
        return stories.filter(Q(**{f"{self.field}__{from_here}": at}) & later)

    def _read(self, cursor: str) -> tuple[dt.datetime | None, int] | None:
        at, _, pk = cursor.partition(".")
        if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
            return None
        if at == "none":
            return None, int(pk)
        if not (at.isascii() and at.removeprefix("-").isdigit() and len(at) < 18):
            return None
        try:
            return _EPOCH + int(at) * _MICROSECOND, int(pk)
        except OverflowError:
            return None


#: The list of all stories, home, drafts.
NEWEST_CHANGE = Order("changed_at", newest_first=True)
#: What waits longest comes first.
LONGEST_WAIT = Order("changed_at")
DUE_FIRST = Order("due_at", optional=True)
NEXT_OUT = Order("publish_at")
