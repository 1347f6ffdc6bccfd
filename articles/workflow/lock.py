"""What every verb goes through: the story's lock, the refusals, the last word of the database.

Decides in which order a verb is carried out, what time it goes by, and when a story whose time has come counts as
published on the desk. What the verb does in between is its own.
"""

import datetime as dt
import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from django.db import DataError, IntegrityError, transaction

from articles import publishing
from articles.conditions import Situation
from articles.content import one_line
from articles.models import Article
from articles.statuses import Status
from articles.transitions import BY_NAME
from articles.workflow.events import record
from articles.workflow.refusals import TOO_LONG, TransitionRefused, not_permitted, unmet, wrong_state
from authors.models import User

log = structlog.get_logger(__name__)

#: Waiting for a story's lock for longer than this counts as time that has passed since the request came.
_A_BLINK = 0.05
#: A scheduled time is not taken back any more when it is this near: readers could see the story before the
#: transaction that takes it back is committed, and clocks of two machines never agree to the millisecond.
_LAST_SECOND = dt.timedelta(seconds=1)


@contextmanager
def locked(
    article_id: int,
    name: str,
    *,
    actor: User,
    now: dt.datetime,
    note: str = "",
    publish_at: dt.datetime | None = None,
    override_reason: str = "",
    embargo_until: dt.datetime | None = None,
    embargo_reason: str = "",
) -> Iterator[Situation]:
    """Hold the story's lock while a verb works; refuse first, and let the database have the last word.

    What the verb goes by is `situation.now`: the moment of the request, moved on by as long as it waited for the lock.
    """
    asked = time.monotonic()
    try:
        with transaction.atomic():
            # First the lock, then the reading: a row that was waited for comes back new, but what is joined to it old,
            # and an approval given meanwhile would not be there.
            Article.objects.select_for_update().values_list("pk").get(pk=article_id)
            article = Article.objects.select_related("approval", "section__parent").get(pk=article_id)
            waited = time.monotonic() - asked
            now += dt.timedelta(seconds=waited if waited > _A_BLINK else 0)
            settle(article, now=now)
            situation = Situation(
                article,
                actor,
                now,
                BY_NAME[name],
                note=note.strip(),
                publish_at=publish_at,
                override_reason=one_line(override_reason),
                embargo_until=embargo_until,
                embargo_reason=one_line(embargo_reason),
            )
            refusal = not_permitted(situation) or wrong_state(situation) or unmet(situation)
            if not refusal:
                yield situation
        if refusal:  # only now: that the story's time has come stays written
            raise TransitionRefused(refusal)
    except Article.DoesNotExist:
        raise TransitionRefused("There is no such story.") from None
    except TransitionRefused as refused:
        log.info("verb refused", verb=name, article=article_id, actor=actor.pk, refusal=str(refused))
        raise
    except DataError as error:
        log.warning("words that do not fit", verb=name, article=article_id, actor=actor.pk, error=str(error))
        raise TransitionRefused(TOO_LONG) from error
    except IntegrityError as error:
        # The conditions above say the same in better words; this is what a race leaves for the database to find.
        log.warning("verb refused by the database", verb=name, article=article_id, actor=actor.pk, error=str(error))
        raise TransitionRefused(
            "Somebody else changed this story, or took its address, at the same moment. Look again."
        ) from error


def settle(article: Article, *, now: dt.datetime) -> bool:
    """Let a story whose time has come be published on the desk too, as it is for readers."""
    if article.status != Status.APPROVED or article.publish_at is None or article.publish_at > now:
        return False
    due, before = article.publish_at, article.status
    if not publishing.is_cut(article, scheduled_for=due):  # readers do not see it, so the desk must not say they do
        log.error("scheduled story did not go out", article=article.pk, due=due.isoformat())
        return False
    article.status, article.publish_at = Status.PUBLISHED, None
    article.first_published_at = article.first_published_at or due
    article.changed_at = due
    article.save(update_fields=["status", "publish_at", "first_published_at", "changed_at"])
    late = (now - due).total_seconds()
    record(
        article,
        "publish",
        actor=None,
        now=due,
        before=before,
        data={"label": "Published on schedule", "noticed_after_seconds": late},
    )
    if late > 60:
        log.warning("scheduled story noticed late", article=article.pk, seconds=late)
    return True


def take_time_back(article: Article, *, now: dt.datetime) -> None:
    """Undo a schedule, if there is one. Raises TransitionRefused in the last second before it."""
    if article.publish_at is None:
        return
    if article.publish_at - now < _LAST_SECOND and publishing.is_cut(article, scheduled_for=article.publish_at):
        raise TransitionRefused("This story goes out this very second, too late to stop it. Look again in a moment.")
    publishing.take_back(article, scheduled_for=article.publish_at, now=now)
    article.publish_at = None
