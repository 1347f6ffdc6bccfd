"""Which stories a list shows, and how one pages through it.

Decides the queries behind the front page, sections, topics, authors and feeds. Lists are read in slices by key:
a page deep in the archive costs what the first costs, and nothing is counted. A section with subsections is read
as one slice of each, which an index gives ready sorted, put together by the database.
"""

import datetime as dt
import string
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from django.db.models import Q

from articles.models import PublishedArticle
from articles.models.published import PublishedArticleQuerySet

#: The rows of a list as they are at a moment: sets that do not overlap, put together by `newest`.
type Rows = Callable[[dt.datetime], Sequence[PublishedArticleQuerySet]]

PAGE_SIZE = 20

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)
_LARGEST_KEY = 2**63 - 1
_DIGITS = string.digits + string.ascii_lowercase


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a list ordered by first publication: right after the story with this time and key."""

    at: dt.datetime
    key: int

    @classmethod
    def behind(cls, story: PublishedArticle) -> Self:
        """Return the place right after a story."""
        return cls(story.first_published_at, story.pk)

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what `str` wrote. Raises ValueError for everything else, other spellings of the same included."""
        moment, separator, key = text.partition("-")
        if not separator or len(text) > 40 or not text.isascii():
            raise ValueError("not a cursor")
        try:
            cursor = cls(_EPOCH + int(moment, 36) * _MICROSECOND, int(key, 36))
        except OverflowError as error:
            raise ValueError("not a moment") from error
        if cursor.key > _LARGEST_KEY or str(cursor) != text:
            raise ValueError("not a cursor as we write it")
        return cursor

    def __str__(self) -> str:
        return f"{_base36((self.at - _EPOCH) // _MICROSECOND)}-{_base36(self.key)}"


@dataclass(frozen=True, slots=True)
class Page:
    """A slice of a list, and where the next one begins; None when there is none."""

    stories: list[PublishedArticle]
    older: Cursor | None


def page_of(rows: Sequence[PublishedArticleQuerySet], *, behind: Cursor | None = None, size: int = PAGE_SIZE) -> Page:
    """Return one page of the newest stories in several sets of rows, which must not overlap. One query."""
    stories = newest(rows, behind=behind, size=size + 1)
    return Page(stories[:size], Cursor.behind(stories[size - 1]) if len(stories) > size else None)


def newest(
    rows: Sequence[PublishedArticleQuerySet], *, behind: Cursor | None = None, size: int
) -> list[PublishedArticle]:
    """Return the newest stories of several sets of rows, which must not overlap. One query."""
    first, *others = [_slice(part, behind, size) for part in rows]
    if not others:
        return list(first)
    return list(first.union(*others, all=True).order_by("-first_published_at", "-pk")[:size])


def newest_of_each(rows: Sequence[PublishedArticleQuerySet], *, size: int) -> list[PublishedArticle]:
    """Return the newest stories of each of several sets of rows, `size` of each at most, mixed. One query."""
    if not rows:
        return []
    first, *others = [_slice(part, None, size) for part in rows]
    return list(first.union(*others, all=True)) if others else list(first)


def in_sections(keys: Iterable[int], *, at: dt.datetime) -> list[PublishedArticleQuerySet]:
    """Return the rows that readers see at a moment, a set for each section."""
    seen = PublishedArticle.objects.visible(at=at).without_bodies()
    return [seen.filter(section=key) for key in keys]


def last_change(*, at: dt.datetime) -> dt.datetime | None:
    """Return when a story last came, changed or went, as seen at a moment; None on an empty site. One query.

    This is the `Last-Modified` of lists: the newest time among the stories shown would go back when the newest
    story is withdrawn, and a reader who asks by date would keep it.
    """
    came = PublishedArticle.objects.filter(visible_from__lte=at).order_by("-visible_from")
    went = PublishedArticle.objects.filter(visible_until__lte=at).order_by("-visible_until")
    moments = came.values_list("visible_from", flat=True)[:1].union(
        went.values_list("visible_until", flat=True)[:1], all=True
    )
    return max(moments.order_by(), default=None)


def _slice(rows: PublishedArticleQuerySet, behind: Cursor | None, size: int) -> PublishedArticleQuerySet:
    if behind is not None:
        # the first condition bounds the walk along the index, the second is right about equal times
        rows = rows.filter(
            Q(first_published_at__lt=behind.at) | Q(pk__lt=behind.key), first_published_at__lte=behind.at
        )
    return rows.newest_first()[:size]


def _base36(number: int) -> str:
    if number < 0:
        return "-" + _base36(-number)
    digits = ""
    while True:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
        if not number:
            return digits
