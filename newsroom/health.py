"""Is it alive, is it ready: for load balancers and supervisors, as JSON.

Decides what “ready” means: the database answers, its migrations are all applied, the data folder can be
written, and no scheduled story is late. Says which part is not, how far the scheduler lags and when a worker was
heard of, and nothing that an outsider could use. A dead worker alone does not make the site unready: readers do not
need it.
"""

import datetime as dt
import os

import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from articles.models import Article
from newsroom import watchdog
from newsroom.tasks.runner import last_heartbeat

log = structlog.get_logger(__name__)


@never_cache
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """Answer 200 as long as this process answers at all. No query."""
    return JsonResponse({"alive": True})


@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Answer 200 when stories can be read and written, 503 with the failing part's name otherwise."""
    told: dict[str, float | None] = {"lag_seconds": None, "worker_seen_seconds_ago": None}
    parts = {"database": False, "migrations": False, "storage": False, "scheduler": False}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        parts["database"] = True
        executor = MigrationExecutor(connection)
        parts["migrations"] = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        if parts["migrations"]:
            now = timezone.now()
            parts["scheduler"] = not watchdog.look_from_the_web(now=now)
            told = {"lag_seconds": _lag(now), "worker_seen_seconds_ago": _silence(now)}
    except DatabaseError as error:
        log.error("not ready", error=str(error))
    parts["storage"] = os.access(settings.NEWSROOM_DATA, os.W_OK | os.X_OK)
    ok = all(parts.values())
    return JsonResponse({"ready": ok, **parts, **told}, status=200 if ok else 503)


def _lag(now: dt.datetime) -> float:
    """Return for how many seconds the longest waiting story has been due. One query."""
    due = Article.objects.due(at=now).values_list("publish_at", flat=True).first()
    return round((now - due).total_seconds(), 1) if due else 0.0


def _silence(now: dt.datetime) -> float | None:
    """Return how many seconds ago a worker said that it lives, None when there is none. One query."""
    last = last_heartbeat()
    return round((now - last).total_seconds(), 1) if last else None
