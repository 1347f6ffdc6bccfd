"""Who looks whether scheduled stories went out, and who tells the chiefs when they did not.

Decides when it is looked, and by whom the mail is sent. The worker looks by the clock. But the worker may be what is
broken: so whoever opens a page of the desk looks too, and so does `/readyz`, which a supervisor asks all the time. What
is late, and that each is told once, stands in `articles/lateness.py`.
"""

import datetime as dt
import threading

import structlog
from django.core.cache import cache
from django.db import connection

from articles import lateness
from articles.lateness import Late
from articles.models import Event
from newsroom.tasks.runner import STALLED_AFTER, last_heartbeat

log = structlog.get_logger(__name__)

#: How often the web side asks at most whether somebody has to be told, over all processes.
_EVERY = 60


def worker_lives(*, now: dt.datetime) -> bool:
    """Tell whether a worker said lately that it lives. One query."""
    last = last_heartbeat()
    return last is not None and now - last < dt.timedelta(seconds=STALLED_AFTER)


def look(*, now: dt.datetime) -> list[Late]:
    """Return what is late, and tell the chiefs of what nobody was told yet. The worker calls it by the clock.

    One query when nothing is late.
    """
    late = lateness.late(now=now)
    if late:
        lateness.tell(late, now=now)
    return late


def look_from_the_web(*, now: dt.datetime) -> list[Late]:
    """Return what is late; once a minute at most also tell the chiefs, without the worker if it is not there.

    One query when nothing is late. Mail leaves beside the request, which waits for no mail server.
    """
    late = lateness.late(now=now)
    if late and cache.add("watchdog", True, timeout=_EVERY):
        events = lateness.tell(late, now=now)
        if events and not worker_lives(now=now):
            log.error("no worker lives; the web side mails the chiefs", stories=len(events))
            beside(events)
    return late


def beside(events: list[Event]) -> None:
    """Send the mails of these events in a thread of their own."""

    def send() -> None:
        try:
            lateness.carry_out(events)
        except Exception:  # nobody else would ever hear of it: this thread has no caller
            log.exception("mails about late stories were not sent")
        finally:
            connection.close()

    threading.Thread(target=send, name="watchdog", daemon=True).start()
