"""The way out of the queue: how a task is run and tried again, and what is done by the clock.

Decides the retries, the rescue of what a dead worker left, and the table of periodic jobs. What a job does stands
where its row of the table points to. `manage.py worker` runs it; procrastinate imports this module because the
setting PROCRASTINATE_IMPORT_PATHS names it.
"""

from __future__ import annotations  # Django's Task and TaskResult are generic for type checkers only

import asyncio
import inspect
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.contrib.sessions.models import Session
from django.db.models import Max
from django.tasks import Task, TaskContext, TaskResult, TaskResultStatus
from django.tasks.signals import task_finished, task_started
from django.utils import timezone
from django.utils.module_loading import import_string
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateWorker
from procrastinate.jobs import DeleteJobCondition, Status
from procrastinate.manager import JobManager

from newsroom.tasks.queues import CLOCK, LANES, RUN

log = structlog.get_logger(__name__)

# --- Running a task ---------------------------------------------------------------------------------------------

# After a failure a task is tried again in 3, 9, 27, 81 and 243 seconds: six times in some six minutes, which
# outlasts the restart of whatever it needed. Then it is given up: an error in the log, a row that says `failed`.
MAX_RETRIES = 5
BACK_OFF = 3


@app.task(name=RUN, pass_context=True, retry=RetryStrategy(max_attempts=MAX_RETRIES, exponential_wait=BACK_OFF))
def run(context: JobContext, path: str, args: list[Any], kwargs: dict[str, Any]) -> None:
    """Run the task at a dotted path, as Django's Tasks mean it. Whatever it raises is logged and raised."""
    job = context.job
    words = {"task": path, "job": job.id, "attempt": job.attempts + 1}
    started = time.monotonic()
    result: TaskResult[Any, Any] | None = None
    try:
        task: Task[Any, Any] = import_string(path)
        result = _result(task, job.id, job.attempts, args, kwargs)
        task_started.send(run, task_result=result)
        task.call(*([TaskContext(task_result=result)] if task.takes_context else []), *args, **kwargs)
    except Exception:
        seconds = round(time.monotonic() - started, 3)
        if job.attempts < MAX_RETRIES:
            log.warning("task failed, to be tried again", **words, seconds=seconds, exc_info=True)
        else:
            log.exception("task failed, given up", **words, seconds=seconds)
            _finish(result, TaskResultStatus.FAILED)
        raise
    _finish(result, TaskResultStatus.SUCCESSFUL)
    log.info("task done", **words, seconds=round(time.monotonic() - started, 3))


def _finish(result: TaskResult[Any, Any] | None, status: TaskResultStatus) -> None:
    """Tell whoever listens to Django's signals that a task is over."""
    if result is not None:
        object.__setattr__(result, "status", status)
        object.__setattr__(result, "finished_at", timezone.now())
        task_finished.send(run, task_result=result)


def _result(
    task: Task[Any, Any], job: int | None, earlier_attempts: int, args: list[Any], kwargs: dict[str, Any]
) -> TaskResult[Any, Any]:
    now = timezone.now()
    return TaskResult(
        task=task,
        id=str(job),
        status=TaskResultStatus.RUNNING,
        enqueued_at=None,
        started_at=now,
        finished_at=None,
        last_attempted_at=now,
        args=args,
        kwargs=kwargs,
        backend=task.backend,
        errors=[],
        worker_ids=[""] * (earlier_attempts + 1),  # `TaskContext.attempt` counts these
    )


# --- By the clock -----------------------------------------------------------------------------------------------

# A worker says every few seconds that it lives. One that has been silent for STALLED_AFTER seconds is dead, and
# what it was doing is given to another.
HEARTBEAT = 5.0
STALLED_AFTER = 20.0
# How long the row of a task that was given up stays for people to look at. Those that went well leave at once.
KEEP_FAILED_HOURS = 30 * 24
# Calls that take longer, or begin later, than so many seconds are worth a warning.
SLOW = 5.0
LATE = 30.0


async def rescue(jobs: JobManager) -> None:
    """Give the tasks of dead workers to a living one; give up those whose worker died each time.

    Costs a query, and one for each task. Logs each, as a warning, or as an error when it is given up.
    """
    for job in await jobs.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER):
        words = {"task": job.task_kwargs.get("path", job.task_name), "job": job.id, "attempt": job.attempts + 1}
        if job.task_name != RUN:
            await jobs.finish_job(job, status=Status.FAILED, delete_job=True)  # the clock calls again by itself
            log.warning("periodic job of a dead worker", **words)
        elif job.attempts >= MAX_RETRIES:
            await jobs.finish_job(job, status=Status.FAILED, delete_job=False)
            log.error("task given up: its worker died each time", **words)
        else:
            await jobs.retry_job(job)
            log.warning("task of a dead worker, to be tried again", **words)


async def forget_failed(jobs: JobManager) -> None:
    """Remove the rows of tasks that failed long ago. Costs one query."""
    await jobs.delete_old_jobs(
        nb_hours=KEEP_FAILED_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
    )


def clear_sessions(*, now: datetime) -> None:
    """Remove the sessions that have run out. Costs one query."""
    Session.objects.filter(expire_date__lt=now).delete()


@dataclass(frozen=True, slots=True)
class Periodic:
    """Something done by the clock; several workers share the calls.

    `cron` is in UTC, with seconds as a sixth field. `does` is a function that takes `now`, or its dotted path,
    imported when it is called, or a coroutine function that takes procrastinate's jobs. It must bear being called
    twice at once. A call that fails is not tried again: the next one is never far.
    """

    name: str
    cron: str
    does: str | Callable[..., Any]


PERIODIC = (
    # Publishes what is due. A query says what that is, not the call: what one call misses, the next one finds.
    Periodic("sweep", "* * * * * */5", "articles.workflow.sweep"),
    # Says what the sweep did not manage. When no worker lives at all, the web side says it (`newsroom.watchdog`).
    Periodic("watchdog", "* * * * * */30", "newsroom.watchdog.look"),
    Periodic("rescue", "* * * * * */10", rescue),
    Periodic("forget-silent-tabs", "*/10 * * * *", "articles.presence.forget"),
    Periodic("forget-unsaved", "27 4 * * *", "articles.unsaved.forget"),
    Periodic("clear-sessions", "17 4 * * *", clear_sessions),
    Periodic("forget-notices", "47 4 * * *", "articles.notices.telling.forget"),
    Periodic("forget-failed", "37 4 * * *", forget_failed),
)


def _declare(entry: Periodic) -> None:
    """Make procrastinate call a row of the table."""

    def after(timestamp: int, started: float) -> None:
        late, lasted = started - timestamp, time.time() - started
        if lasted > SLOW or late > LATE:
            log.warning("periodic job was slow or late", job=entry.name, seconds=round(lasted, 1), late=round(late, 1))

    does = entry.does

    async def upkeep(context: JobContext, timestamp: int) -> None:
        started = time.time()
        await does(context.app.job_manager)  # type: ignore[operator]  # a name or a function
        after(timestamp, started)

    def call(_context: JobContext, timestamp: int) -> None:
        started = time.time()
        (import_string(does) if isinstance(does, str) else does)(now=timezone.now())
        after(timestamp, started)

    chosen = upkeep if inspect.iscoroutinefunction(does) else call
    # The queueing lock lets one call wait, not a heap of them, when no worker was there for a while.
    task = app.task(name=entry.name, queue=CLOCK, queueing_lock=entry.name, pass_context=True)(chosen)
    app.periodic(cron=entry.cron, periodic_id=entry.name)(task)


for _entry in PERIODIC:
    _declare(_entry)


def last_heartbeat() -> datetime | None:
    """Return when a worker last said that it lives, None when there is none. Costs one query."""
    return ProcrastinateWorker.objects.aggregate(last=Max("last_heartbeat"))["last"]  # type: ignore[no-any-return]  # an aggregate has no type


# --- The worker -------------------------------------------------------------------------------------------------


class Lost(Exception):
    """The worker ended without having been asked to; the log says why."""


def reason(error: BaseException) -> str:
    """Return what an error says in one line, and what the one behind it says, which tells more."""
    words = [" ".join(str(each).split()) for each in (error, error.__cause__) if each]
    return " ".join(words) or type(error).__name__


async def work(*, until_idle: bool = False) -> None:
    """Run tasks until SIGTERM or SIGINT, finishing those that have begun; or only those that wait now.

    Raises `Lost` when the worker cannot go on, as when the database restarts: start it again.
    """
    with app.replace_connector(app.connector.get_worker_connector()):  # type: ignore[attr-defined]  # procrastinate’s connectors have it, its base class does not
        async with app.open_async():
            lanes = [
                asyncio.create_task(
                    app.run_worker_async(
                        name="+".join(lane.queues),
                        queues=list(lane.queues),  # a tuple becomes a row, not an array, on its way to PostgreSQL
                        concurrency=lane.side_by_side,
                        wait=not until_idle,
                        fetch_job_polling_interval=1.0,
                        delete_jobs=DeleteJobCondition.SUCCESSFUL,
                        update_heartbeat_interval=HEARTBEAT,
                        stalled_worker_timeout=STALLED_AFTER,
                        install_signal_handlers=False,  # it would know of one lane only
                    )
                )
                for lane in LANES
            ]
            asked = asyncio.Event()

            def stop() -> None:
                asked.set()
                for lane in lanes:
                    lane.cancel()  # procrastinate's word for: finish what you are doing

            if until_idle:
                await asyncio.gather(*lanes)
                return
            for number in (signal.SIGTERM, signal.SIGINT):
                asyncio.get_running_loop().add_signal_handler(number, stop)
            await asyncio.wait(lanes, return_when=asyncio.FIRST_COMPLETED)
            if not asked.is_set():
                stop()
                asked.clear()
            ends = await asyncio.gather(*lanes, return_exceptions=True)
            if not asked.is_set():
                raise Lost(
                    "; ".join(sorted({reason(end) for end in ends if isinstance(end, Exception)})) or "see above"
                )
