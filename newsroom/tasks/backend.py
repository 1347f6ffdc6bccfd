"""The way into the queue: a backend of Django's Tasks that writes a row for procrastinate.

Decides nothing about how often a task is tried and what runs beside it; see `runner` and `queues`. The row is
written on Django's own connection, so it is part of the transaction that enqueues it: what is rolled back is never
run, and no worker sees a task before the rows it is about.
"""

from __future__ import annotations  # Django's Task and TaskResult are generic for type checkers only

from typing import Any

from django.tasks import Task, TaskResult, TaskResultStatus
from django.tasks.backends.base import BaseTaskBackend
from django.tasks.signals import task_enqueued
from django.utils import timezone
from django.utils.json import normalize_json
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task

from newsroom.tasks.queues import QUEUES, RUN


class ProcrastinateBackend(BaseTaskBackend):
    """Runs tasks in the worker: later and by priority if asked, again after a failure.

    Results are not kept: a task that has something to say writes it where its readers look. A task may run twice
    (its worker may die between the work and the note of it), so each must bear that.
    """

    supports_defer = True
    supports_priority = True
    supports_async_task = True
    supports_get_result = False

    def __init__(self, alias: str, params: dict[str, Any]) -> None:
        super().__init__(alias, {"QUEUES": list(QUEUES), **params})

    def enqueue(self, task: Task[Any, Any], args: Any, kwargs: Any) -> TaskResult[Any, Any]:
        """Queue a task, in the transaction that is open if there is one.

        Costs one query. Raises `InvalidTask` for a queue that no worker serves or a naive `run_after`, and
        `TypeError` when the arguments are not JSON.
        """
        self.validate_task(task)
        plain: dict[str, Any] = {"args": normalize_json(list(args)), "kwargs": normalize_json(dict(kwargs))}
        result: TaskResult[Any, Any] = TaskResult(
            task=task,
            id="",
            status=TaskResultStatus.READY,
            enqueued_at=timezone.now(),
            started_at=None,
            finished_at=None,
            last_attempted_at=None,
            **plain,
            backend=self.alias,
            errors=[],
            worker_ids=[],
        )
        # procrastinate's own app would do outside the worker. Inside it, that app has connections of its own, and a
        # task that enqueues another one would not do so in its transaction.
        row = configure_task(
            name=RUN,
            job_manager=JobManager(DjangoConnector()),
            queue=task.queue_name,
            priority=task.priority,
            schedule_at=task.run_after,
        ).defer(path=task.module_path, **plain)
        object.__setattr__(result, "id", str(row))  # a frozen dataclass that Django's own backends fill in like this
        task_enqueued.send(type(self), task_result=result)
        return result
