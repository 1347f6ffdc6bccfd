"""Embargo: until it is over nothing of a story leaves by any door; when it is over nothing happens by itself."""

import datetime as dt

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from articles import workflow
from articles.models import Article, PublishedArticle
from articles.statuses import Status
from articles.workflow import TransitionRefused
from tests.builders import NOW, make_photo, make_story
from tests.newsroom.test_nothing_leaks import CANARY, STARTS, canary_story, crawl

HOUR = dt.timedelta(hours=1)
UNTIL = NOW + 3 * HOUR
REASON = "Ministry of Transport"


def embargoed(*, writer, editor, status=Status.APPROVED, until=UNTIL, **values):
    article = make_story(writer=writer, editor=editor, status=status, **values)
    return workflow.embargo(article.pk, until=until, reason=REASON, actor=editor, now=NOW)


class TestWhatAnEmbargoStops:
    def test_nothing_is_published_before_it_is_over(self, writer, editor):
        article = embargoed(writer=writer, editor=editor)
        with pytest.raises(
            TransitionRefused, match=r"under embargo until 19 June 2024, 17:05 CEST \(Ministry of Transp"
        ):
            workflow.publish(article.pk, actor=editor, now=UNTIL - dt.timedelta(seconds=1))
        assert workflow.publish(article.pk, actor=editor, now=UNTIL).status == Status.PUBLISHED

    def test_nothing_is_scheduled_for_before_it_is_over(self, writer, editor):
        article = embargoed(writer=writer, editor=editor)
        with pytest.raises(TransitionRefused, match="Choose that time or a later one"):
            workflow.schedule(article.pk, publish_at=UNTIL - HOUR, actor=editor, now=NOW)
        assert workflow.schedule(article.pk, publish_at=UNTIL, actor=editor, now=NOW).is_scheduled
        with pytest.raises(TransitionRefused, match="under embargo"):
            workflow.schedule(article.pk, publish_at=UNTIL - HOUR, actor=editor, now=NOW)
        with pytest.raises(TransitionRefused, match="under embargo"):
            workflow.publish(article.pk, actor=editor, now=NOW)

    def test_not_even_the_chief_can_publish_under_it(self, writer, editor, chief):
        article = embargoed(writer=writer, editor=editor)
        with pytest.raises(TransitionRefused, match="under embargo"):
            workflow.publish(article.pk, actor=chief, now=NOW)

    def test_the_rest_of_the_work_goes_on(self, writer, editor):
        article = embargoed(writer=writer, editor=editor, status=Status.DRAFT)
        workflow.submit(article.pk, actor=writer, now=NOW)
        article = workflow.approve(article.pk, content_hash=article.content().hash, actor=editor, now=NOW)
        assert (article.status, article.embargo_until) == (Status.APPROVED, UNTIL)

    def test_when_it_is_over_nothing_happens_by_itself(self, writer, editor):
        article = embargoed(writer=writer, editor=editor)
        assert workflow.sweep(now=UNTIL + 24 * HOUR) == 0
        assert Article.objects.get().status == Status.APPROVED
        assert not PublishedArticle.objects.visible(at=UNTIL + 24 * HOUR).exists()
        assert not Article.objects.get().is_embargoed(at=UNTIL)
        assert article.is_embargoed(at=UNTIL - dt.timedelta(seconds=1))

    def test_no_door_lets_a_word_or_a_picture_out(self, writer, editor, reader):
        make_story(
            writer=writer, editor=editor, status=Status.PUBLISHED, headline="Public words", lead=make_photo(writer)
        )
        stories = [
            canary_story(writer=writer, editor=editor, status=status)
            for status in (Status.DRAFT, Status.IN_REVIEW, Status.APPROVED, Status.APPROVED)
        ]
        for story in stories:
            workflow.embargo(story.pk, until=UNTIL, reason=REASON, actor=editor, now=NOW)
        scheduled = workflow.schedule(stories[-1].pk, publish_at=UNTIL, actor=editor, now=NOW)
        address = scheduled.published.get().get_absolute_url()
        photo = scheduled.lead_photo
        assert photo.released_at == UNTIL
        with time_machine.travel(UNTIL - dt.timedelta(seconds=1), tick=False):
            for url, _, body, _ in crawl(reader, [*STARTS, "/search/?q=bridge"]):
                assert CANARY.encode() not in body, url
            for prefix in ("", "/lite"):
                assert reader.get(prefix + address).status_code == 404
            assert not photo.is_released(at=UNTIL - dt.timedelta(seconds=1))
        with time_machine.travel(UNTIL, tick=False):
            assert reader.get(address).status_code == 200


class TestSettingOne:
    def test_an_earlier_time_of_a_schedule_stands_in_the_way_and_the_sentence_says_the_way_on(self, writer, editor):
        article = make_story(writer=writer, editor=editor, status=Status.APPROVED)
        workflow.schedule(article.pk, publish_at=NOW + HOUR, actor=editor, now=NOW)
        with pytest.raises(TransitionRefused, match="scheduled for 19 June 2024, 15:05 CEST.*Unschedule it first"):
            workflow.embargo(article.pk, until=UNTIL, reason=REASON, actor=editor, now=NOW)
        workflow.unschedule(article.pk, actor=editor, now=NOW)
        assert workflow.embargo(article.pk, until=UNTIL, reason=REASON, actor=editor, now=NOW).embargo_until == UNTIL

    @pytest.mark.parametrize(
        ("until", "reason", "sentence"),
        [
            (NOW - HOUR, REASON, "has passed"),
            (UNTIL, "  ", "Say whose embargo it is"),
            (NOW + dt.timedelta(days=900), REASON, "more than two years"),
            (None, "", "The story is under no embargo"),
        ],
    )
    def test_what_is_no_embargo_is_refused_in_words(self, writer, until, reason, sentence):
        article = make_story(writer=writer)
        with pytest.raises(TransitionRefused, match=sentence):
            workflow.embargo(article.pk, until=until, reason=reason, actor=writer, now=NOW)

    def test_it_comes_too_late_for_a_story_that_readers_have(self, writer, editor):
        article = make_story(writer=writer, editor=editor, status=Status.PUBLISHED)
        with pytest.raises(TransitionRefused, match="not possible"):
            workflow.embargo(article.pk, until=UNTIL, reason=REASON, actor=editor, now=NOW)
        content = article.content().changed(headline="Again")
        workflow.save_draft(article.pk, content=content, version=1, actor=writer, now=NOW)
        with pytest.raises(TransitionRefused, match="comes too late"):
            workflow.embargo(article.pk, until=UNTIL, reason=REASON, actor=editor, now=NOW)

    def test_a_stranger_and_a_writer_whose_story_is_in_review_may_not(self, writer, second_writer):
        article = make_story(writer=writer)
        with pytest.raises(TransitionRefused, match="own writers"):
            workflow.embargo(article.pk, until=UNTIL, reason=REASON, actor=second_writer, now=NOW)
        workflow.submit(article.pk, actor=writer, now=NOW)
        with pytest.raises(TransitionRefused, match="The editors are reading"):
            workflow.embargo(article.pk, until=UNTIL, reason=REASON, actor=writer, now=NOW)

    def test_each_change_leaves_an_event_and_voids_nothing(self, writer, editor):
        article = embargoed(writer=writer, editor=editor)
        changed_at = article.changed_at
        workflow.embargo(article.pk, until=UNTIL + HOUR, reason=REASON, actor=editor, now=NOW + HOUR)
        workflow.embargo(article.pk, until=UNTIL + HOUR, reason=REASON, actor=editor, now=NOW + HOUR)
        article = workflow.embargo(article.pk, until=None, actor=editor, now=NOW + HOUR)
        events = [event for event in article.events.order_by("pk") if event.verb == "embargo"]
        assert [event.label for event in events] == [
            "Embargo until 19 June 2024, 17:05 CEST",
            "Embargo moved from 19 June 2024, 17:05 CEST to 19 June 2024, 18:05 CEST",
            "Embargo lifted",
        ]
        assert (events[1].data["before"], events[1].data["until"]) == (UNTIL.isoformat(), (UNTIL + HOUR).isoformat())
        assert (article.status, article.changed_at) == (Status.APPROVED, changed_at)
        assert (article.embargo_until, article.embargo_reason) == (None, "")


class TestTheDatabase:
    def test_not_even_sql_gives_readers_a_version_before_the_embargo(self, writer, editor):
        article = embargoed(writer=writer, editor=editor)
        workflow.schedule(article.pk, publish_at=UNTIL, actor=editor, now=NOW)
        with pytest.raises(IntegrityError, match="embargo_too_late"), transaction.atomic():
            Article.objects.update(embargo_until=UNTIL + HOUR)
        workflow.unschedule(article.pk, actor=editor, now=NOW)
        row = PublishedArticle.objects.get()
        row.pk, row.visible_from, row.visible_until = None, UNTIL - HOUR, None
        with pytest.raises(IntegrityError, match="under_embargo"), transaction.atomic():
            row.save(force_insert=True)
        Article.objects.update(embargo_until=UNTIL + HOUR)
        with pytest.raises(IntegrityError, match="under_embargo"), transaction.atomic():
            PublishedArticle.objects.update(visible_until=None)

    def test_an_embargo_is_somebodys(self, writer):
        make_story(writer=writer)
        with pytest.raises(IntegrityError, match="article_embargo_is_somebodys"), transaction.atomic():
            Article.objects.update(embargo_until=UNTIL)
        with connection.cursor() as cursor, pytest.raises(IntegrityError), transaction.atomic():
            cursor.execute("UPDATE articles_article SET embargo_reason = 'x'")


class TestOnTheDesk:
    @pytest.fixture(autouse=True)
    def clock(self):
        with time_machine.travel(NOW, tick=False):
            yield

    def post(self, client, article, **data):
        return client.post(reverse("admin:articles_article_do", args=[article.pk, "embargo"]), data, follow=True)

    def test_a_writer_sets_it_and_everybody_sees_it(self, as_user, writer, second_writer):
        article = make_story(writer=writer)
        html = self.post(
            as_user(writer), article, embargo_until="2024-06-19T17:05", embargo_reason=REASON
        ).content.decode()
        assert (
            "It is under embargo until Wednesday 19 June 2024, 17:05 in Berlin (CEST, UTC+02:00), in 3 hours." in html
        )
        seen = as_user(second_writer).get(article.get_absolute_url()).content.decode()
        assert "Nothing of this story leaves the newsroom before that." in seen
        assert REASON in seen
        assert "Embargo until <time" in as_user(second_writer).get("/desk/articles/article/").content.decode()
        assert "Embargo until <time" in as_user(writer).get("/desk/").content.decode()

    def test_an_empty_time_lifts_nothing(self, as_user, writer, editor):
        article = embargoed(writer=writer, editor=editor)
        html = self.post(as_user(editor), article, embargo_until="", embargo_reason="").content.decode()
        assert "or lift it" in html
        assert Article.objects.get().embargo_until == UNTIL
        assert "The embargo is lifted." in self.post(as_user(editor), article, lift="1").content.decode()
        assert Article.objects.get().embargo_until is None

    def test_the_hours_of_a_clock_change_are_asked_for_here_too(self, as_user, writer):
        article = make_story(writer=writer)
        html = self.post(
            as_user(writer), article, embargo_until="2024-10-27T02:30", embargo_reason=REASON
        ).content.decode()
        assert html.count('name="embargo_until_fold"') == 2

    def test_publish_now_says_what_stands_in_the_way(self, as_user, writer, editor):
        article = embargoed(writer=writer, editor=editor)
        html = as_user(editor).get(article.get_absolute_url()).content.decode()
        assert "The story is under embargo until 19 June 2024, 17:05 CEST (Ministry of Transport)." in html

    def test_afterwards_the_page_says_that_nothing_happens_by_itself(self, as_user, writer, editor):
        article = embargoed(writer=writer, editor=editor)
        with time_machine.travel(UNTIL + HOUR, tick=False):
            html = as_user(editor).get(article.get_absolute_url()).content.decode()
        assert "The embargo ended" in html
        assert "Nothing happens by itself" in html
