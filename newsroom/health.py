"""Is it alive, is it ready: for load balancers and supervisors, as JSON.

Decides what “ready” means: the database answers, its migrations are all applied, the data folder can be
written, and no scheduled story waits for the desk to notice it. Says which part is not, and nothing that an
outsider could use.
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

log = structlog.get_logger(__name__)

#: How long a due story may wait for the sweep before the worker counts as not running.
_LAG = dt.timedelta(seconds=60)


@never_cache
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """Answer 200 as long as this process answers at all. No query."""
    return JsonResponse({"alive": True})


@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Answer 200 when stories can be read and written, 503 with the failing part's name otherwise."""
    parts = {"database": False, "migrations": False, "storage": False, "scheduler": False}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        parts["database"] = True
        executor = MigrationExecutor(connection)
        parts["migrations"] = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        if parts["migrations"]:
            parts["scheduler"] = not Article.objects.due(at=timezone.now() - _LAG).exists()
    except DatabaseError as error:
        log.error("not ready", error=str(error))
    parts["storage"] = os.access(settings.NEWSROOM_DATA, os.W_OK | os.X_OK)
    ok = all(parts.values())
    return JsonResponse({"ready": ok, **parts}, status=200 if ok else 503)
