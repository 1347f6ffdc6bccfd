"""Work done later: what is enqueued runs once its transaction is over, is tried again, and never fails silently."""

import asyncio
import datetime as dt
import logging
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from croniter import croniter
from django.contrib.sessions.models import Session
from django.db import connection, connections, transaction
from django.tasks import TaskContext, task, task_backends
from django.tasks.exceptions import InvalidTask
from django.utils import timezone
from django.utils.module_loading import import_string
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from newsroom.tasks import queues, runner

with_worker = pytest.mark.usefixtures("committed")

done: list[str] = []


@task
def note(what: str) -> None:
    done.append(what)


@task(takes_context=True)
def fail(context: TaskContext) -> None:
    done.append(f"attempt {context.attempt}")
    raise ValueError("the printer is on fire")


@task
def note_inside_a_transaction(what: str, fails: bool) -> None:
    with transaction.atomic():
        note.enqueue(what)
        if fails:
            raise ValueError("rolled back")


@pytest.fixture(autouse=True)
def queue(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real queue, with nothing in it and no clock."""
    settings.TASKS = {"default": {"BACKEND": "newsroom.tasks.backend.ProcrastinateBackend"}}
    monkeypatch.setattr(app.periodic_registry, "periodic_tasks", {})
    done.clear()


@pytest.fixture
def committed(transactional_db: None) -> Iterator[None]:
    """A worker has connections of its own: what it is to see is committed, and what is left is removed here."""
    yield
    execute("DELETE FROM procrastinate_jobs")  # procrastinate's tables are not among those that Django empties


def in_a_thread(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine in a thread of its own, as a worker would in a process of its own.

    Playwright keeps an event loop running in the thread of the tests; a second one cannot be started there.
    """

    def run() -> None:
        try:
            asyncio.run(coroutine)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=1) as pool:
        pool.submit(run).result()


def work() -> None:
    in_a_thread(runner.work(until_idle=True))


def execute(sql: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def upkeep(job: Callable[[Any], Any]) -> None:
    """Call one of the runner's coroutines as the worker does."""

    async def call() -> None:
        async with app.open_async():
            await job(app.job_manager)

    with app.replace_connector(app.connector.get_worker_connector()):
        in_a_thread(call())


@with_worker
def test_a_task_runs_once_with_its_arguments_and_leaves_no_row() -> None:
    result = note.enqueue("hello")
    assert done == []
    assert ProcrastinateJob.objects.get().pk == int(result.id)
    work()
    work()
    assert done == ["hello"]
    assert not ProcrastinateJob.objects.exists()


@with_worker
def test_what_is_rolled_back_never_runs() -> None:
    def change() -> None:
        with transaction.atomic():
            note.enqueue("never")
            raise KeyError

    with pytest.raises(KeyError):
        change()
    work()
    assert done == []


@with_worker
def test_a_task_may_enqueue_another_in_its_own_transaction() -> None:
    note_inside_a_transaction.enqueue("first", fails=True)
    note_inside_a_transaction.enqueue("second", fails=False)
    work()
    work()
    assert done == ["second"]


@with_worker
def test_a_task_waits_for_its_time() -> None:
    note.using(run_after=timezone.now() + dt.timedelta(hours=1)).enqueue("later")
    work()
    assert done == []
    execute("UPDATE procrastinate_jobs SET scheduled_at = now() - interval '1 second'")
    work()
    assert done == ["later"]


@with_worker
def test_a_failed_task_is_logged_and_tried_again_later(caplog: pytest.LogCaptureFixture) -> None:
    fail.enqueue()
    before = timezone.now()
    with caplog.at_level(logging.WARNING):
        work()
    job = ProcrastinateJob.objects.get()
    assert (job.status, job.attempts) == ("todo", 1)
    assert dt.timedelta(seconds=2) < job.scheduled_at - before < dt.timedelta(seconds=10)
    assert "to be tried again" in caplog.text
    assert "the printer is on fire" in caplog.text
    execute("UPDATE procrastinate_jobs SET scheduled_at = NULL")
    work()
    assert done == ["attempt 1", "attempt 2"]
    assert ProcrastinateJob.objects.get().scheduled_at - timezone.now() > dt.timedelta(seconds=6)


@with_worker
def test_a_task_that_fails_every_time_is_given_up_as_an_error(caplog: pytest.LogCaptureFixture) -> None:
    fail.enqueue()
    execute("UPDATE procrastinate_jobs SET attempts = %s", runner.MAX_RETRIES)
    with caplog.at_level(logging.ERROR):
        work()
    assert ProcrastinateJob.objects.get().status == "failed"
    assert "given up" in caplog.text
    assert "the printer is on fire" in caplog.text


@with_worker
def test_a_task_whose_code_is_gone_is_not_lost(caplog: pytest.LogCaptureFixture) -> None:
    note.enqueue("x")
    execute("UPDATE procrastinate_jobs SET args = jsonb_set(args, '{path}', '\"no.such.task\"')")
    work()
    assert ProcrastinateJob.objects.get().status == "todo"
    assert "no.such.task" in caplog.text
    assert "to be tried again" in caplog.text


@with_worker
def test_the_task_of_a_dead_worker_is_given_to_another(caplog: pytest.LogCaptureFixture) -> None:
    note.enqueue("rescued")
    execute("UPDATE procrastinate_jobs SET status = 'doing'")
    upkeep(runner.rescue)
    assert "task of a dead worker" in caplog.text
    work()
    assert done == ["rescued"]


@with_worker
def test_a_task_that_kills_its_worker_each_time_is_given_up(caplog: pytest.LogCaptureFixture) -> None:
    note.enqueue("poison")
    execute("UPDATE procrastinate_jobs SET status = 'doing', attempts = %s", runner.MAX_RETRIES)
    upkeep(runner.rescue)
    work()
    assert done == []
    assert ProcrastinateJob.objects.get().status == "failed"
    assert "its worker died each time" in caplog.text


@with_worker
def test_a_task_of_a_living_worker_is_left_alone() -> None:
    note.enqueue("busy")
    execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())")
    execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT max(id) FROM procrastinate_workers)")
    upkeep(runner.rescue)
    assert ProcrastinateJob.objects.get().status == "doing"
    assert runner.last_heartbeat() is not None
    execute("DELETE FROM procrastinate_workers")


@with_worker
def test_failures_of_long_ago_are_forgotten() -> None:
    for status in ("failed", "failed"):
        note.enqueue(status)
    execute("UPDATE procrastinate_jobs SET status = 'failed'")
    newest = ProcrastinateJob.objects.latest("id").pk
    execute("UPDATE procrastinate_events SET at = at - interval '60 days' WHERE job_id <> %s", newest)
    upkeep(runner.forget_failed)
    assert [job.pk for job in ProcrastinateJob.objects.all()] == [newest]


@pytest.mark.django_db
def test_sessions_that_ran_out_are_removed() -> None:
    now = timezone.now()
    for key, hours in (("old", -1), ("new", 1)):
        Session.objects.create(session_key=key, session_data="", expire_date=now + dt.timedelta(hours=hours))
    runner.clear_sessions(now=now)
    assert [session.session_key for session in Session.objects.all()] == ["new"]


def test_only_queues_that_a_worker_serves_are_open() -> None:
    assert set(queues.QUEUES) == {"default", "pictures", "post"}
    assert task_backends["default"].queues == set(queues.QUEUES)
    for closed in ("clock", "no such queue"):
        with pytest.raises(InvalidTask, match="not valid for backend"):
            note.using(queue_name=closed).enqueue("x")


def test_every_row_of_the_table_has_a_time_and_something_to_call() -> None:
    assert len({entry.name for entry in runner.PERIODIC}) == len(runner.PERIODIC)
    for entry in runner.PERIODIC:
        assert croniter.is_valid(entry.cron), entry.name
        assert callable(import_string(entry.does) if isinstance(entry.does, str) else entry.does), entry.name
        assert app.tasks[entry.name].queue == queues.CLOCK


def test_what_is_due_is_looked_for_every_five_seconds() -> None:
    sweep = next(entry for entry in runner.PERIODIC if entry.name == "sweep")
    times = croniter(sweep.cron, dt.datetime(2024, 6, 19, 12, 0, tzinfo=dt.UTC))
    assert [times.get_next(dt.datetime).second for _ in range(3)] == [5, 10, 15]


@with_worker
def test_a_periodic_job_is_called_by_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("articles.workflow.sweep", lambda *, now: done.append(f"swept at {now.tzinfo}"))
    app.tasks["sweep"].configure().defer(timestamp=int(timezone.now().timestamp()))
    work()
    assert done == ["swept at UTC"]


@with_worker
def test_a_story_sent_back_is_mailed_by_the_worker_once_and_the_queue_is_empty_after(mailoutbox: list[Any]) -> None:
    from articles import workflow
    from articles.notices.models import Delivery
    from articles.statuses import Status as Stage
    from tests import builders

    writer = builders.make_user("writer@example.org", "Wilma Writer", "writer")
    editor = builders.make_user("editor@example.org", "Edda Editor", "editor")
    article = builders.make_story(writer=writer, status=Stage.IN_REVIEW)
    workflow.send_back(article.pk, actor=editor, now=builders.NOW, note="Who paid?")
    assert mailoutbox == []  # the verb sent nothing itself
    work()
    work()
    assert [mail.subject for mail in mailoutbox] == ["[The bridge opens again] sent back by Edda Editor"]
    assert [delivery.state for delivery in Delivery.objects.all()] == ["sent"]
