"""The one place where an event of a story is written.

Decides what an event records of the moment: the states before and after, and the newest revision. Whoever it
concerns is told in the same transaction by `articles/notices/telling.py`.
"""

import datetime as dt

import structlog

from articles.models import Article, Event
from articles.notices.telling import tell
from authors.models import User

log = structlog.get_logger(__name__)


def record(
    article: Article,
    verb: str,
    *,
    actor: User | None,
    now: dt.datetime,
    before: str | None = None,
    note: str = "",
    data: dict[str, object] | None = None,
) -> Event:
    """Write an event of a story, and tell whom it concerns. Inside the caller's transaction.

    `before` is the status that the story had; left out, the event moved it nowhere: a note, a plan.
    `articles.notices.kinds` says which data names people. About ten queries at most.
    """
    revision = article.revisions.newest_first().only("pk").first()
    event = Event.objects.create(
        article=article,
        verb=verb,
        actor=actor,
        at=now,
        from_status=article.status if before is None else before,
        to_status=article.status,
        revision=revision,
        note=note,
        data=data or {},
    )
    tell(event)
    log.info("story", verb=verb, article=article.pk, actor=actor.pk if actor else None, status=article.status)
    return event
