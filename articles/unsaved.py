"""Keeping words that are no part of a story yet, and offering them back to whoever typed them.

Decides when newer words may take the place of older ones in the same row (only where no word goes missing), who may
see them (their writer alone) and when they are forgotten. Nothing here changes a story.
"""

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Sequence

import structlog
from django.db import transaction
from django.db.models import Q

from articles.content import plain
from articles.models import Article, Unsaved
from authors.models import User

log = structlog.get_logger(__name__)

#: A form as typed: names and values, in order; a name may stand there several times.
type Fields = Sequence[tuple[str, str]]

#: How long words stay after their writer decided on them, should the decision have been a slip.
REMEMBERED = dt.timedelta(days=30)
#: How many pieces of unsaved words a page offers.
OFFERED = 10
_WORD = re.compile(r"\w+", re.UNICODE)


def loses_nothing(old: Iterable[tuple[str, str]], new: Iterable[tuple[str, str]]) -> bool:
    """Tell whether every word of the old text is in the new one, or grew into a longer one there. Pure."""
    before, after = _words(old), _words(new)
    gained = list((after - before).elements())
    for word in sorted((before - after).elements(), key=len, reverse=True):
        grown = next((longer for longer in gained if longer.startswith(word)), None)
        if grown is None:
            return False
        gained.remove(grown)
    return True


def _words(fields: Iterable[tuple[str, str]]) -> Counter[str]:
    return Counter(word for _, value in fields for word in _WORD.findall(value))


def keep(
    *,
    person: User,
    article: Article | None,
    tab: str,
    version: int,
    fields: Fields,
    reason: str,
    now: dt.datetime,
) -> Unsaved:
    """Keep a form as it was typed. Newer words of the same tab take the place of older ones that they contain.

    About three queries, in a transaction of its own.
    """
    clean = [(plain(name), plain(value)) for name, value in fields]  # the database takes no control characters
    with transaction.atomic():
        rows = Unsaved.objects.open().of(person, article).filter(tab=tab)
        latest = rows.select_for_update().order_by("-pk").first()
        if latest is None or not loses_nothing(latest.fields, clean):
            latest = Unsaved(person=person, article=article, tab=tab, started_at=now)
        latest.version, latest.fields = version, [list(pair) for pair in clean]
        latest.reason, latest.kept_at = reason[:500], now
        latest.save()
    return latest


def offered(person: User, article: Article | None, *, but_not: int = 0) -> list[Unsaved]:
    """Return the words to offer back, newest first, without the row that the page shows already. One query."""
    rows = Unsaved.objects.open().of(person, article).exclude(pk=but_not)
    return list(rows.defer("fields").order_by("-kept_at", "-pk")[:OFFERED])


def find(person: User, article: Article | None, number: int) -> Unsaved | None:
    """Return one piece of this person's own words that is not decided on, None where there is none. One query."""
    return Unsaved.objects.open().of(person, article).filter(pk=number).first()


def saved(person: User, article: Article, *, tab: str, now: dt.datetime) -> None:
    """Note that the words of a tab are part of the story now, also those from before the story was started."""
    if tab:
        rows = Unsaved.objects.open().filter(Q(article=article) | Q(article=None), person=person, tab=tab)
        rows.update(ended_at=now, article=article)


def end(person: User, number: int, *, now: dt.datetime) -> Unsaved | None:
    """Stop offering a piece of one's own words, and return it; None where there is none. Two queries."""
    row = Unsaved.objects.open().filter(person=person, pk=number).first()
    if row is not None:
        row.ended_at = now
        row.save(update_fields=["ended_at"])
    return row


def forget(*, now: dt.datetime) -> None:
    """Remove words that were decided on long ago. Runs by the clock; one query."""
    removed, _ = Unsaved.objects.ended_before(now - REMEMBERED).delete()
    if removed:
        log.info("unsaved words forgotten", rows=removed)
