"""Stories that are due and not out: what counts as late, and telling of it once.

Decides which scheduled stories are late. Readers do not wait for the worker, so there are two kinds: the desk alone
has not noticed that the time has come, or no reader's page would show the story. Who looks, how often, and what
happens when no worker is there to carry the notices out, is decided in `newsroom/watchdog.py`.
"""

import datetime as dt
from dataclasses import dataclass

import structlog
from django.db.models import Exists, OuterRef

from articles import workflow
from articles.models import Article, Event, PublishedArticle
from articles.notices import deliveries
from articles.notices.kinds import Channel
from articles.notices.models import Delivery

log = structlog.get_logger(__name__)

#: How long after its time a story may still be on its way. The sweep comes every few seconds.
PATIENCE = dt.timedelta(seconds=60)
#: So many are named; when more are late, something is wrong that a longer list would not tell.
_MOST = 20


@dataclass(frozen=True, slots=True)
class Late:
    """A story whose time has passed: which, since when, and whether readers see it all the same."""

    article: Article
    due: dt.datetime
    seen: bool


def late(*, now: dt.datetime) -> list[Late]:
    """Return the stories that were due more than PATIENCE ago and are not out, the longest late first. One query."""
    shown = PublishedArticle.objects.visible(at=now).filter(article=OuterRef("pk"), visible_from=OuterRef("publish_at"))
    rows = Article.objects.due(at=now - PATIENCE).annotate(seen=Exists(shown))
    found = rows.only("pk", "headline", "language", "publish_at", "status")[:_MOST]
    return [Late(row, row.publish_at, row.seen) for row in found if row.publish_at is not None]


def tell(stories: list[Late], *, now: dt.datetime) -> list[Event]:
    """Write the event “late” for each story and due time of which nobody was told yet; the chiefs are told by it.

    Safe to call at once from many processes. About ten queries for each story that is new, two for the others.
    """
    events = [workflow.tell_late(each.article.pk, due=each.due, seen=each.seen, now=now) for each in stories]
    return [event for event in events if event is not None]


def carry_out(events: list[Event]) -> None:
    """Send the mails of these events now instead of in the worker. What fails is logged and left to the worker.

    A delivery that was sent is never sent again, so the worker's own task finds nothing to do when it comes.
    """
    waiting = Delivery.objects.filter(
        notice__event__in=events, channel=Channel.MAIL, state=Delivery.State.WAITING
    ).values_list("pk", flat=True)
    for number in list(waiting):
        try:
            deliveries.deliver.call(number)
        except deliveries.NotDelivered as failure:
            log.error("mail about a late story not sent, left to the worker", delivery=number, reason=str(failure))
