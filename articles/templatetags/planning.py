"""What templates say of a plan: when something is due, and how much of it there is."""

import datetime as dt

from django import template
from django.utils import timezone
from django.utils.formats import date_format

from articles.desk.wanted import day_words
from articles.models import Article

register = template.Library()


@register.filter
def due_words(article: Article, now: dt.datetime) -> str:
    """Return when a story is due by the newsroom's clock: “Due today, 18:00 CEST”, “Overdue since …”."""
    if article.due_at is None:
        return ""
    local = timezone.localtime(article.due_at)
    day = day_words(local.date(), today=timezone.localdate(now))
    lead = "Overdue since" if article.is_overdue(at=now) else "Due"
    day = day.lower() if day in {"Today", "Tomorrow", "Yesterday"} else day
    return f"{lead} {day}, {date_format(local, 'H:i')} {local.tzname()}"


@register.filter
def is_overdue(article: Article, now: dt.datetime) -> bool:
    """Tell whether a story is due and still with its writer."""
    return article.is_overdue(at=now)


@register.filter
def words_of_plan(article: Article) -> str:
    """Return how long a story is and should be: “420 of 600 words”, “0 of 600 words”, “1 word”."""
    return _of(article.word_count, article.words_planned, "word", "words")


@register.filter
def pictures_of_plan(article: Article) -> str:
    """Return how many pictures a story has and should have: “1 of 2 pictures”, “2 pictures”."""
    return _of(article.picture_count, article.pictures_planned, "picture", "pictures")


def _of(there: int, planned: int | None, one: str, many: str) -> str:
    if planned is not None:
        return f"{there} of {planned} {one if planned == 1 else many}"
    return f"{there} {one if there == 1 else many}" if there else ""
