"""The worker is down at the due time: readers see the story, the desk says so in amber, the chief gets one mail."""

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client

from articles import lateness, workflow
from articles.models import Article, PublishedArticle
from articles.notices.models import Notice
from articles.statuses import Status
from articles.workflow import TransitionRefused
from newsroom import watchdog
from newsroom.tasks import runner
from tests.builders import NOW, make_story

DUE = NOW + dt.timedelta(hours=1)
SECOND = dt.timedelta(seconds=1)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def beside(monkeypatch):
    """Mail leaves in the same thread, so that a test sees it."""
    monkeypatch.setattr(watchdog, "beside", lateness.carry_out)


@pytest.fixture
def story(writer, editor, chief):
    """A story due at DUE; nobody sweeps unless a test does."""
    article = make_story(writer=writer, editor=editor, status=Status.APPROVED, headline="The bridge")
    return workflow.schedule(article.pk, publish_at=DUE, actor=editor, now=NOW)


def unseen(article):
    """Take the version to come away behind the desk's back: the fault that no sweep mends."""
    PublishedArticle.objects.filter(article=article).update(visible_until=DUE)


def worker_lives(at):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (%s)", [at])


def get(user, url="/desk/"):
    client = Client()
    client.force_login(user)
    return client.get(url).content.decode()


class TestWithoutAWorker:
    def test_readers_see_the_story_at_its_time(self, story, reader):
        address = story.published.get().get_absolute_url()
        for at, status in ((DUE - SECOND, 404), (DUE, 200), (DUE + dt.timedelta(days=1), 200)):
            with time_machine.travel(at, tick=False):
                assert reader.get(address).status_code == status
        assert Article.objects.get().status == Status.APPROVED

    def test_the_desk_settles_on_the_next_verb_or_sweep(self, story, writer):
        with pytest.raises(TransitionRefused, match="this story is published"):
            workflow.submit(story.pk, actor=writer, now=DUE + 5 * MINUTE)
        assert Article.objects.get().status == Status.PUBLISHED
        assert lateness.late(now=DUE + 5 * MINUTE) == []

    @pytest.mark.parametrize("url", ["/desk/", "/desk/articles/article/", "/desk/media/photo/"])
    def test_after_a_minute_every_page_of_the_desk_shows_amber_to_editors(self, story, editor, url):
        with time_machine.travel(DUE + MINUTE - SECOND, tick=False):
            assert "Late." not in get(editor, url)
        with time_machine.travel(DUE + 2 * MINUTE, tick=False):
            html = get(editor, url)
        assert "Late." in html
        assert "19 June, 15:05 CEST" in html
        assert "2 minutes ago" in html
        assert "Readers see it; the desk has not noticed" in html

    def test_writers_are_not_troubled_but_their_visit_is_noticed(self, story, writer):
        with time_machine.travel(DUE + 2 * MINUTE, tick=False):
            assert "Late." not in get(writer)
        assert Notice.objects.filter(event__verb="late").exists()

    def test_the_chief_gets_one_mail_whoever_looks_and_however_often(self, story, editor, writer, chief):
        for seconds in (61, 62, 130, 200):
            with time_machine.travel(DUE + dt.timedelta(seconds=seconds), tick=False):
                cache.clear()  # as if a minute had passed
                get(editor)
                get(writer)
                Client().get("/readyz")
        (sent,) = mail.outbox
        assert sent.to == [chief.email]
        assert "was due 19 June 2024, 15:05 CEST; readers see it, but the desk has not noticed" in sent.subject
        assert story.events.filter(verb="late").count() == 1

    def test_a_mail_that_went_out_beside_is_not_sent_again_by_the_worker(self, story, editor):
        from articles.notices.deliveries import deliver
        from articles.notices.models import Delivery

        with time_machine.travel(DUE + 2 * MINUTE, tick=False):
            get(editor)
            for delivery in Delivery.objects.all():
                deliver.call(delivery.pk)
        assert len(mail.outbox) == 1

    def test_a_dead_mail_server_harms_no_page(self, story, editor, monkeypatch):
        from articles.notices import mail as letters

        def dead(*args, **options):
            raise ConnectionRefusedError("nobody there")

        monkeypatch.setattr(letters, "send", dead)
        with time_machine.travel(DUE + 2 * MINUTE, tick=False):
            assert "Late." in get(editor)
        assert mail.outbox == []

    def test_another_due_time_is_another_mail(self, story, editor):
        unseen(story)
        with time_machine.travel(DUE + 2 * MINUTE, tick=False):
            get(editor)
            workflow.unschedule(story.pk, actor=editor, now=DUE + 2 * MINUTE)
            workflow.schedule(story.pk, publish_at=DUE + 10 * MINUTE, actor=editor, now=DUE + 2 * MINUTE)
        with time_machine.travel(DUE + 12 * MINUTE, tick=False):
            cache.clear()
            get(editor)
        assert len(mail.outbox) == 2

    def test_looking_costs_one_query_while_nothing_is_late(self, story, django_assert_num_queries):
        with django_assert_num_queries(1):
            assert watchdog.look_from_the_web(now=DUE + 30 * SECOND) == []


class TestAStoryThatNoReaderSees:
    def test_it_is_not_called_published_and_the_page_says_what_to_do(self, story, editor):
        unseen(story)
        assert workflow.sweep(now=DUE + 2 * MINUTE) == 0
        assert Article.objects.get().status == Status.APPROVED
        with time_machine.travel(DUE + 2 * MINUTE, tick=False):
            assert "Readers do not see it. Unschedule it and publish it now." in get(editor)

    def test_the_way_on_works(self, story, editor):
        unseen(story)
        workflow.unschedule(story.pk, actor=editor, now=DUE + 2 * MINUTE)
        workflow.publish(story.pk, actor=editor, now=DUE + 2 * MINUTE)
        assert PublishedArticle.objects.visible(at=DUE + 2 * MINUTE).filter(article=story).exists()
        assert lateness.late(now=DUE + 9 * MINUTE) == []


class TestWithAWorker:
    def test_the_worker_tells_and_the_web_side_sends_nothing_itself(self, story, editor):
        worker_lives(DUE + 2 * MINUTE)
        unseen(story)
        assert len(watchdog.look(now=DUE + 2 * MINUTE)) == 1
        with time_machine.travel(DUE + 2 * MINUTE, tick=False):
            get(editor)
        assert mail.outbox == []  # its tasks do that
        assert Notice.objects.filter(event__verb="late").count() == 1

    def test_it_looks_by_the_clock(self):
        assert "newsroom.watchdog.look" in {entry.does for entry in runner.PERIODIC}


class TestReadiness:
    def ready(self, at):
        with time_machine.travel(at, tick=False):
            response = Client().get("/readyz")
        return response.status_code, response.json()

    def test_it_says_how_far_the_scheduler_lags_and_when_a_worker_was_heard_of(self, story):
        status, told = self.ready(NOW)
        assert (status, told["lag_seconds"], told["worker_seen_seconds_ago"]) == (200, 0, None)
        worker_lives(DUE)
        status, told = self.ready(DUE + 5 * SECOND)
        assert (status, told["lag_seconds"], told["worker_seen_seconds_ago"]) == (200, 5, 5)

    def test_a_late_story_makes_it_unready(self, story):
        status, told = self.ready(DUE + 61 * SECOND)
        assert (status, told["ready"], told["scheduler"], told["lag_seconds"]) == (503, False, False, 61)


def test_forty_late_stories_cost_a_page_no_more_than_two(writer, editor, chief, as_user, django_assert_max_num_queries):
    client = as_user(editor)
    for count in (2, 38):
        for _ in range(count):
            article = make_story(writer=writer, editor=editor, status=Status.APPROVED)
            workflow.schedule(article.pk, publish_at=DUE, actor=editor, now=NOW)
        with time_machine.travel(DUE + 2 * MINUTE, tick=False):
            cache.add("watchdog", True)  # somebody else tells
            with django_assert_max_num_queries(25):
                client.get("/desk/articles/article/")
