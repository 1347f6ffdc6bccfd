"""Taking notices out of the building: one task for each mail and each chat message.

Decides when a delivery is tried, given up or not wanted any more. The words are `mail.py`'s and `chat.py`'s. A
worker may die, or run a task twice: whoever sends holds the delivery's lock, and a delivery that was sent is never
sent again, so twice happens only where a worker died between sending and writing that down; mails then carry the
same Message-ID, which mail programs know a copy by.
"""

import structlog
from django.db import transaction
from django.tasks import task
from django.utils import timezone

from articles.notices import chat, mail
from articles.notices.kinds import Channel
from articles.notices.models import Delivery, Notice, Webhook
from articles.notices.webhooks import NotTaken

log = structlog.get_logger(__name__)

#: How often a delivery is tried; the worker stops trying then as well (`newsroom.tasks.runner.MAX_RETRIES`).
ATTEMPTS = 6


class NotDelivered(Exception):
    """A delivery failed this time; the worker tries again later."""


@task(queue_name="post")
def hand_out(numbers: list[int]) -> None:
    """Make a task of each of these deliveries. A query for each, and one."""
    with transaction.atomic():
        waiting = Delivery.objects.filter(pk__in=numbers, state=Delivery.State.WAITING)
        for number in waiting.values_list("pk", flat=True):
            deliver.enqueue(number)


@task(queue_name="post")
def deliver(number: int) -> None:
    """Send one notice by one way, once. Raises NotDelivered when it is to be tried again.

    Given up after ATTEMPTS, or at once where trying again would not help; the notice then shows on the desk with
    what went wrong, whatever its recipient chose. About four queries.
    """
    failure = ""
    with transaction.atomic():
        delivery = (
            Delivery.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("notice__recipient", "notice__article", "notice__event")
            .filter(pk=number, state=Delivery.State.WAITING)
            .first()
        )
        if delivery is None:
            return  # sent already, or another worker is at it
        delivery.attempts += 1
        delivery.error = ""
        for_good = False
        try:
            delivery.state = Delivery.State.SENT if _send(delivery) else Delivery.State.DROPPED
        except NotTaken as refusal:
            failure, for_good = str(refusal), refusal.for_good
        except (OSError, mail.SMTPException) as error:
            # the words of the error may hold an address or a password: they stay out of the row and of the log
            failure, for_good = mail.explained(error), mail.is_for_good(error)
        if failure:
            delivery.error = failure[:200]
            if for_good or delivery.attempts >= ATTEMPTS:
                delivery.state = Delivery.State.FAILED
                Notice.objects.filter(pk=delivery.notice_id, recipient__isnull=False).update(on_desk=True)
        delivery.changed_at = timezone.now()
        delivery.save(update_fields=["attempts", "error", "state", "changed_at"])
    words = {"delivery": delivery.pk, "way": delivery.channel, "attempt": delivery.attempts}
    if delivery.state == Delivery.State.FAILED:
        log.error("notice could not be sent, given up", **words, reason=failure)
    elif failure:
        raise NotDelivered(failure)
    else:
        log.info("notice", **words, state=delivery.state)


def _send(delivery: Delivery) -> bool:
    """Send it; False where nobody is there to take it any more."""
    notice = delivery.notice
    if notice.recipient is not None and not notice.recipient.is_active:
        return False
    if delivery.channel == Channel.MAIL:
        assert notice.recipient is not None  # only people have mail
        mail.send(notice, to=notice.recipient)
        return True
    hook = Webhook.objects.filter(person=notice.recipient).first()
    if hook is None:
        return False
    chat.send(notice, url=hook.url)
    return True
