"""What happens to a story by the clock, with nobody asking.

Decides how the worker brings the desk's state up to what readers see already, and how it puts on record what is late.
"""

import datetime as dt

import structlog
from django.db import transaction

from articles.conditions import moment
from articles.models import Article, Event
from articles.statuses import Status
from articles.workflow.events import record
from articles.workflow.lock import settle

log = structlog.get_logger(__name__)


def sweep(*, now: dt.datetime) -> int:
    """Bring the desk's state of stories whose time has come up to what readers see already. Returns how many.

    Runs every few seconds in the worker. Readers do not depend on it: a scheduled version is visible from its
    time on. One short transaction a story; rows that somebody else holds are left for the next run.
    """
    swept = 0
    for article_id in list(Article.objects.due(at=now).values_list("pk", flat=True)[:500]):
        with transaction.atomic():
            article = Article.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=article_id).first()
            if article is not None and settle(article, now=now):
                swept += 1
    return swept


def tell_late(article_id: int, *, due: dt.datetime, seen: bool, now: dt.datetime) -> Event | None:
    """Put on record that a scheduled story is late, once for each time it was due; None when that was done before.

    `seen` tells whether readers see it all the same. Returns None too while somebody else holds the story.
    """
    with transaction.atomic():
        waiting = Article.objects.select_for_update(skip_locked=True, of=("self",))
        article = waiting.filter(pk=article_id, publish_at=due, status=Status.APPROVED).first()
        if article is None or article.events.filter(verb="late", data__publish_at=due.isoformat()).exists():
            return None
        label = f"Late: due {moment(due)}, {'readers see it' if seen else 'readers do not see it'}"
        log.error("scheduled story is late", article=article_id, due=due.isoformat(), seen=seen)
        told = {"publish_at": due.isoformat(), "seen": seen, "label": label}
        return record(article, "late", actor=None, now=now, before=article.status, data=told)
