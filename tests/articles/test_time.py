"""Times of stories: schedule, reschedule, the second in which a story goes out, and the field that asks for a time."""

import datetime as dt
import threading
import time

import pytest
import time_machine
from django import forms
from django.db import connection, transaction
from django.test import override_settings
from django.urls import reverse

from articles import workflow
from articles.desk.times import LocalTime
from articles.models import Article, PublishedArticle
from articles.statuses import Status
from articles.workflow import TransitionRefused
from tests.builders import NOW, make_photo, make_story, make_user

HOUR = dt.timedelta(hours=1)
SECOND = dt.timedelta(seconds=1)


def visible(article, at):
    return PublishedArticle.objects.visible(at=at).filter(article=article).first()


def scheduled(*, writer, editor, at=NOW + HOUR, **values):
    article = make_story(writer=writer, editor=editor, status=Status.APPROVED, **values)
    return workflow.schedule(article.pk, publish_at=at, actor=editor, now=NOW)


class TestRescheduling:
    @pytest.mark.parametrize("later", [2 * HOUR, 48 * HOUR, HOUR / 2])
    def test_another_time_replaces_the_old_one_and_the_approval_stays(self, writer, editor, later):
        article = scheduled(writer=writer, editor=editor)
        approval = article.approval_id
        article = workflow.schedule(article.pk, publish_at=NOW + later, actor=editor, now=NOW)
        assert (article.status, article.publish_at, article.approval_id) == (Status.APPROVED, NOW + later, approval)
        assert visible(article, NOW + later - SECOND) is None
        assert visible(article, NOW + later) is not None
        assert PublishedArticle.objects.visible(at=NOW + 72 * HOUR).count() == 1

    def test_the_event_says_from_when_to_when(self, writer, editor):
        article = scheduled(writer=writer, editor=editor)
        workflow.schedule(article.pk, publish_at=NOW + 2 * HOUR, actor=editor, now=NOW)
        event = article.events.order_by("-pk").first()
        assert event.label == "Rescheduled from 19 June 2024, 15:05 CEST to 19 June 2024, 16:05 CEST"
        assert event.data["before"] == (NOW + HOUR).isoformat()
        assert event.data["publish_at"] == (NOW + 2 * HOUR).isoformat()

    def test_the_same_time_again_is_refused_in_words(self, writer, editor):
        article = scheduled(writer=writer, editor=editor)
        with pytest.raises(TransitionRefused, match="is scheduled for 19 June 2024, 15:05 CEST already"):
            workflow.schedule(article.pk, publish_at=NOW + HOUR, actor=editor, now=NOW)

    def test_a_refused_time_leaves_the_old_one(self, writer, editor):
        article = scheduled(writer=writer, editor=editor)
        with pytest.raises(TransitionRefused, match="has passed"):
            workflow.schedule(article.pk, publish_at=NOW - HOUR, actor=editor, now=NOW)
        assert Article.objects.get().publish_at == NOW + HOUR
        assert visible(article, NOW + HOUR) is not None

    def test_a_writer_may_not_reschedule(self, writer, editor):
        article = scheduled(writer=writer, editor=editor)
        with pytest.raises(TransitionRefused, match="Your role does not allow"):
            workflow.schedule(article.pk, publish_at=NOW + 2 * HOUR, actor=writer, now=NOW)

    def test_the_date_in_the_address_goes_with_the_time(self, writer, editor):
        article = scheduled(writer=writer, editor=editor)
        workflow.schedule(article.pk, publish_at=NOW + 24 * HOUR, actor=editor, now=NOW)
        assert visible(article, NOW + 24 * HOUR).published_on == dt.date(2024, 6, 20)

    def test_an_update_can_be_moved_while_readers_keep_the_old_version(self, writer, editor):
        article = make_story(writer=writer, editor=editor, status=Status.PUBLISHED, headline="Old")
        content = article.content().changed(headline="New")
        workflow.save_draft(article.pk, content=content, version=1, actor=writer, now=NOW)
        workflow.submit(article.pk, actor=writer, now=NOW)
        workflow.approve(article.pk, content_hash=content.hash, actor=editor, now=NOW)
        workflow.schedule(article.pk, publish_at=NOW + HOUR, actor=editor, now=NOW)
        workflow.schedule(article.pk, publish_at=NOW + 3 * HOUR, actor=editor, now=NOW)
        assert visible(article, NOW + 3 * HOUR - SECOND).headline == "Old"
        assert visible(article, NOW + 3 * HOUR).headline == "New"

    def test_photos_open_at_the_new_time(self, writer, editor):
        photo = make_photo(writer)
        article = scheduled(writer=writer, editor=editor, lead=photo)
        workflow.schedule(article.pk, publish_at=NOW + 3 * HOUR, actor=editor, now=NOW)
        photo.refresh_from_db()
        assert photo.released_at == NOW + 3 * HOUR


class TestTheSecondInWhichAStoryGoesOut:
    @pytest.mark.parametrize("verb", ["unschedule", "publish", "schedule", "save_draft"])
    def test_in_the_last_second_nothing_takes_the_time_back(self, writer, editor, verb):
        article = scheduled(writer=writer, editor=editor)
        now = NOW + HOUR - dt.timedelta(milliseconds=900)
        extra = {
            "schedule": {"publish_at": NOW + 2 * HOUR},
            "save_draft": {"content": article.content().changed(headline="Late idea"), "version": article.version},
        }.get(verb, {})
        with pytest.raises(TransitionRefused, match="goes out this very second"):
            getattr(workflow, verb)(article.pk, actor=editor, now=now, **extra)
        assert visible(article, NOW + HOUR) is not None

    def test_two_seconds_before_it_still_can_be(self, writer, editor):
        article = scheduled(writer=writer, editor=editor)
        workflow.unschedule(article.pk, actor=editor, now=NOW + HOUR - 2 * SECOND)
        assert visible(article, NOW + HOUR) is None

    def test_a_refused_verb_still_lets_the_desk_know_that_the_time_has_come(self, writer, editor):
        article = scheduled(writer=writer, editor=editor)
        with pytest.raises(TransitionRefused, match="this story is published"):
            workflow.unschedule(article.pk, actor=editor, now=NOW + HOUR)
        assert Article.objects.get().status == Status.PUBLISHED
        assert article.events.first().label == "Published on schedule"

    @pytest.mark.django_db(transaction=True)
    def test_a_verb_that_waited_for_the_lock_judges_by_the_moment_when_it_got_it(self):
        writer, editor = make_user("writer@example.org"), make_user("editor@example.org", role="editor")
        article = scheduled(writer=writer, editor=editor, at=NOW + 2 * SECOND)
        held, free = threading.Event(), threading.Event()

        def hold():
            with transaction.atomic():
                Article.objects.select_for_update().get(pk=article.pk)
                held.set()
                free.wait(20)
            connection.close()

        other = threading.Thread(target=hold)
        other.start()
        assert held.wait(20)
        threading.Timer(2.2, free.set).start()
        begun = time.monotonic()
        # Asked in time, two seconds before: but readers see the story by the moment the lock is free.
        with pytest.raises(TransitionRefused, match="this story is published"):
            workflow.unschedule(article.pk, actor=editor, now=NOW)
        other.join()
        assert time.monotonic() - begun > 2
        assert visible(article, NOW + 2 * SECOND) is not None


class TestTheField:
    def clean(self, text, fold="", **options):
        field = LocalTime(**options)
        return field.clean(field.widget.value_from_datadict({"at": text, "at_fold": fold}, {}, "at"))

    def test_a_time_is_the_newsrooms(self):
        assert self.clean("2024-06-19T14:05") == NOW

    def test_an_hour_that_comes_twice_is_asked_for(self):
        with pytest.raises(forms.ValidationError) as refused:
            self.clean("2024-10-27T02:30")
        assert refused.value.code == "repeated"
        assert self.clean("2024-10-27T02:30", "0") == dt.datetime(2024, 10, 27, 0, 30, tzinfo=dt.UTC)
        assert self.clean("2024-10-27T02:30", "1") == dt.datetime(2024, 10, 27, 1, 30, tzinfo=dt.UTC)

    def test_an_hour_that_does_not_come_is_refused_whatever_is_chosen(self):
        for fold in ("", "0", "1"):
            with pytest.raises(forms.ValidationError, match="02:30 does not come") as refused:
                self.clean("2024-03-31T02:30", fold)
            assert refused.value.code == "skipped"

    @override_settings(TIME_ZONE="America/St_Johns")
    def test_every_newsroom_has_its_own_changes(self):
        with pytest.raises(forms.ValidationError, match="clocks in St Johns go forward from 02:00 to 03:00"):
            self.clean("2024-03-10T02:15")

    def test_a_time_with_its_offset_is_taken_as_it_stands(self):
        assert self.clean("2024-10-27T02:30:00+01:00") == dt.datetime(2024, 10, 27, 1, 30, tzinfo=dt.UTC)

    @pytest.mark.parametrize(
        "text", ["tomorrow", "0001-01-01T00:00", "9999-12-31T24:00", "2024-06-19T14:05<script>", "1"]
    )
    def test_what_is_no_time_is_refused(self, text):
        with pytest.raises(forms.ValidationError, match="Enter a valid date and time"):
            self.clean(text)

    def test_a_moment_of_a_repeated_hour_comes_back_as_it_was(self):
        for at in (dt.datetime(2024, 10, 27, hour, 30, tzinfo=dt.UTC) for hour in (0, 1)):
            typed = LocalTime().prepare_value(at)
            assert self.clean(typed.text, typed.fold) == at


class TestTheDialog:
    @pytest.fixture(autouse=True)
    def clock(self):
        with time_machine.travel(NOW, tick=False):
            yield

    def post(self, client, article, **data):
        return client.post(reverse("admin:articles_article_do", args=[article.pk, "schedule"]), data)

    def test_the_page_says_the_time_with_zone_offset_and_distance(self, as_user, writer, editor):
        article = scheduled(writer=writer, editor=editor, at=NOW + dt.timedelta(hours=3, minutes=20))
        html = as_user(writer).get(article.get_absolute_url()).content.decode()
        assert "Wednesday 19 June 2024, 17:25 in Berlin (CEST, UTC+02:00)" in html
        assert "in 3 hours 20 minutes" in html

    def test_a_scheduled_story_has_both_buttons_and_the_dialog_starts_with_its_time(self, as_user, writer, editor):
        article = scheduled(writer=writer, editor=editor)
        html = as_user(editor).get(article.get_absolute_url()).content.decode()
        assert 'commandfor="dialog-schedule">Schedule</button>' in html
        assert ">Unschedule</button>" in html
        assert 'value="2024-06-19T15:05"' in html

    def test_moving_a_story_says_when_it_goes_out(self, as_user, writer, editor):
        article = scheduled(writer=writer, editor=editor)
        client = as_user(editor)
        self.post(client, article, publish_at="2024-06-20T06:00")
        assert "It goes out Thursday 20 June 2024, 06:00 in Berlin (CEST, UTC+02:00), in 15 hours 55 minutes." in (
            client.get(article.get_absolute_url()).content.decode()
        )

    def test_a_repeated_hour_comes_back_with_two_choices_and_either_works(self, as_user, writer, editor):
        article = make_story(writer=writer, editor=editor, status=Status.APPROVED)
        client = as_user(editor)
        html = self.post(client, article, publish_at="2024-10-27T02:30").content.decode()
        assert html.count('name="publish_at_fold"') == 2
        assert 'value="2024-10-27T02:30"' in html
        assert "data-open-now" in html
        for fold, hour in (("1", 1), ("0", 0)):
            self.post(client, article, publish_at="2024-10-27T02:30", publish_at_fold=fold)
            assert Article.objects.get().publish_at == dt.datetime(2024, 10, 27, hour, 30, tzinfo=dt.UTC)

    def test_a_story_of_the_second_half_past_two_keeps_it_in_its_dialog(self, as_user, writer, editor):
        at = dt.datetime(2024, 10, 27, 1, 30, tzinfo=dt.UTC)
        article = scheduled(writer=writer, editor=editor, at=at)
        html = as_user(editor).get(article.get_absolute_url()).content.decode()
        assert 'value="1" checked' in html
        assert "Sunday 27 October 2024, 02:30 in Berlin (CET, UTC+01:00)" in html

    def test_a_hour_that_does_not_come_is_refused_in_the_dialog(self, as_user, writer, editor):
        article = make_story(writer=writer, editor=editor, status=Status.APPROVED)
        response = self.post(as_user(editor), article, publish_at="2025-03-30T02:30")
        assert response.status_code == 422
        assert "The nearest times are 01:59 and 03:00." in response.content.decode()
        assert Article.objects.get().publish_at is None
