"""History a person can read, and what readers saw at a moment."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from articles import publishing, workflow
from articles.desk import as_of, history
from articles.models import Article, PublishedArticle, Revision
from articles.statuses import Status
from tests.builders import NOW, make_published, make_story, publish_again


def minutes(count):
    return NOW + dt.timedelta(minutes=count)


def save(article, *, by, at, reason="", **values):
    article = Article.objects.get(pk=article.pk)
    content = article.content().changed(**(values or {"standfirst": f"Words of {at}"}))
    return workflow.save_draft(article.pk, content=content, version=article.version, actor=by, now=at, reason=reason)


def autosaves(article, *, by, count, since=NOW, every=dt.timedelta(seconds=2)):
    """Append saves as typing for hours does, without writing the working copy each time."""
    data, version = article.content().to_data(), article.version
    Revision.objects.bulk_create(
        Revision(
            article=article,
            number=version + n,
            content=data,
            content_hash="x",
            created_by=by,
            created_at=since + n * every,
        )
        for n in range(1, count + 1)
    )
    Article.objects.filter(pk=article.pk).update(version=version + count)
    return Article.objects.get(pk=article.pk)


def lines(article, **options):
    return [
        entry.event.verb if entry.event else (entry.newest.created_by.name.split()[0], entry.saves)
        for entry in history.read(article, **options).entries
    ]


class TestFolding:
    def test_saves_of_one_sitting_are_one_line_and_a_pause_begins_another(self, writer):
        article = make_story(writer=writer)
        for minute in (5, 10, 45, 50, 55):
            save(article, by=writer, at=minutes(minute))
        assert lines(article) == [("Wilma", 3), ("Wilma", 3)]

    def test_somebody_else_begins_a_line_and_so_does_coming_back(self, writer, editor):
        article = make_story(writer=writer)
        for minute, who in ((1, writer), (2, editor), (3, editor), (4, writer)):
            save(article, by=who, at=minutes(minute))
        assert lines(article) == [("Wilma", 1), ("Edda", 2), ("Wilma", 2)]

    def test_something_done_between_two_saves_parts_them(self, writer, editor):
        article = make_story(writer=writer)
        workflow.submit(article.pk, actor=writer, now=minutes(1))
        workflow.send_back(article.pk, actor=editor, now=minutes(2), note="More")
        save(article, by=writer, at=minutes(3))
        assert lines(article) == [("Wilma", 1), "send_back", "submit", ("Wilma", 1)]

    def test_a_save_with_a_reason_stands_alone(self, writer):
        article = make_story(writer=writer)
        save(article, by=writer, at=minutes(1), reason="Restored from revision 1: headline")
        save(article, by=writer, at=minutes(2))
        assert lines(article) == [("Wilma", 1), ("Wilma", 1), ("Wilma", 1)]

    def test_the_line_knows_where_its_sitting_began(self, writer):
        article = make_story(writer=writer)
        for minute in (40, 41, 42):
            save(article, by=writer, at=minutes(minute))
        newest = history.read(article).entries[0]
        assert (newest.newest.number, newest.before, newest.began, newest.at) == (4, 1, minutes(40), minutes(42))

    def test_three_thousand_autosaves_are_one_line_and_cost_what_three_do(self, writer, django_assert_num_queries):
        few, many = make_story(writer=writer), make_story(writer=writer)
        few = autosaves(few, by=writer, count=3)
        many = autosaves(many, by=writer, count=3_000)
        for article, count in ((few, 4), (many, 3_001)):
            with django_assert_num_queries(2):  # and a third where there are events
                assert lines(article) == [("Wilma", count)]

    def test_a_page_is_bounded_and_says_how_many_lines_are_older(self, writer, editor):
        article = make_story(writer=writer)
        for hour in range(1, history.PAGE + 20):
            autosaves(Article.objects.get(pk=article.pk), by=writer, count=3, since=NOW + dt.timedelta(hours=hour))
        first = history.read(article)
        second = history.read(article, before=first.cursor)
        assert (len(first.entries), first.older, len(second.entries), second.older) == (history.PAGE, 20, 20, 0)
        numbers = [entry.newest.number for entry in [*first.entries, *second.entries]]
        assert numbers == sorted(set(numbers), reverse=True)

    @pytest.mark.parametrize(
        "cursor", ["x", "~~", "2024-06-19T12:05:00Z~7~1", "2024-13-40T00:00:00Z~0~1", "2024-06-19~0~1"]
    )
    def test_a_place_that_is_none_begins_at_the_newest(self, writer, cursor):
        assert lines(make_story(writer=writer), before=cursor) == [("Wilma", 1)]

    def test_a_sitting_can_be_opened_down_to_each_save(self, writer, django_assert_num_queries):
        article = autosaves(make_story(writer=writer), by=writer, count=4_000)
        with django_assert_num_queries(1):
            page = history.opened(article, first=1, last=4_001)
        assert len(page.entries) <= history.PAGE
        assert (page.entries[0].newest.number, page.entries[-1].before) == (4_001, 0)
        for newer, older in zip(page.entries, page.entries[1:], strict=False):
            assert newer.before == older.newest.number
        line = page.entries[3]
        inner = history.opened(article, first=line.first, last=line.newest.number)
        assert len(inner.entries) > 1
        each = history.opened(article, first=inner.entries[0].first, last=inner.entries[0].newest.number)
        assert [entry.saves for entry in each.entries] == [1] * len(each.entries)

    @pytest.mark.parametrize("saves", ["x", "-", "0-4", "9-3", "1-99999999999", "-1-4", "2-2"])
    def test_no_range_is_an_error(self, as_user, writer, saves):
        url = reverse("admin:articles_article_history", args=[make_story(writer=writer).pk])
        assert as_user(writer).get(url, {"saves": saves}).status_code == 200

    def test_milestones_only(self, writer, editor):
        article = make_story(writer=writer, editor=editor, status=Status.PUBLISHED)
        autosaves(article, by=writer, count=50)
        assert lines(article, milestones=True) == ["publish", "approve", "submit", "start"]


class TestPage:
    def url(self, article, name="history"):
        return reverse(f"admin:articles_article_{name}", args=[article.pk])

    def test_days_milestones_and_times_with_their_zone(self, as_user, writer, editor):
        article = make_story(writer=writer, editor=editor, status=Status.PUBLISHED)
        save(article, by=writer, at=NOW + dt.timedelta(days=1))
        html = as_user(writer).get(self.url(article)).content.decode()
        assert html.index("Thursday 20 June 2024") < html.index("Wednesday 19 June 2024")
        assert html.count("Milestone: ") == 3
        assert "14:05 CEST" in html
        only = as_user(writer).get(self.url(article) + "?only=milestones").content.decode()
        assert "Thursday 20 June 2024" not in only
        assert "Published" in only or "Publish now" in only

    def test_the_page_costs_the_same_at_two_and_at_two_hundred_lines(
        self, as_user, writer, editor, django_assert_max_num_queries
    ):
        article = make_story(writer=writer)
        client = as_user(writer)
        for hour in (1, *range(2, 120)):
            article = autosaves(
                Article.objects.get(pk=article.pk), by=writer, count=2, since=NOW + dt.timedelta(hours=hour)
            )
            if hour in (2, 119):
                with django_assert_max_num_queries(11):
                    client.get(self.url(article))

    def test_older_lines_are_a_click_away(self, as_user, writer):
        article = make_story(writer=writer)
        for hour in range(1, history.PAGE + 5):
            article = autosaves(
                Article.objects.get(pk=article.pk), by=writer, count=1, since=NOW + dt.timedelta(hours=hour)
            )
        html = as_user(writer).get(self.url(article)).content.decode()
        assert "Older: 5 more lines" in html


# --- What readers saw ---------------------------------------------------------------------------------------------


def seen(client, article, at, **more):
    moment = at if isinstance(at, str) else at.isoformat()
    return client.get(reverse("admin:articles_article_as_of", args=[article.pk]), {"at": moment, **more})


class TestAsOf:
    @pytest.fixture
    def twice(self, writer, editor):
        """A story published at 12:05, changed for readers at 14:05."""
        row = make_published(writer=writer, editor=editor, headline="First words")
        publish_again(row.article, writer=writer, editor=editor, now=minutes(120), headline="Second words")
        return row.article

    def test_each_moment_has_its_version_with_who_approved_it(self, as_user, writer, twice):
        client = as_user(writer)
        first = seen(client, twice, minutes(119)).content.decode()
        assert "First words</h3>" in first
        assert "version 1 of 2" in first
        assert "approved by Edda Editor" in first
        second = seen(client, twice, minutes(120)).content.decode()
        assert "Second words</h3>" in second
        assert "from=1&amp;to=2" in second

    def test_the_field_means_the_newsrooms_zone(self, as_user, writer, twice):
        html = seen(as_user(writer), twice, "2024-06-19T14:04").content.decode()  # 12:04 UTC
        assert "could not see this story yet" in html
        html = seen(as_user(writer), twice, "2024-06-19T14:05").content.decode()
        assert "First words</h3>" in html
        assert "14:05 CEST" in html

    def test_before_the_first_version_it_says_when_that_was(self, as_user, writer, twice):
        html = seen(as_user(writer), twice, minutes(-5)).content.decode()
        assert "could not see this story yet" in html
        assert "Next after" in html

    def test_a_story_never_published(self, as_user, writer):
        html = seen(as_user(writer), make_story(writer=writer), NOW).content.decode()
        assert "Readers have never seen this story" in html

    def test_a_scheduled_version_is_seen_from_its_time_on(self, as_user, writer, editor):
        article = make_story(writer=writer, editor=editor, status=Status.APPROVED)
        with time_machine.travel(NOW, tick=False):
            workflow.schedule(article.pk, publish_at=minutes(60), actor=editor, now=NOW)
            client = as_user(writer)
            assert "scheduled for later" in seen(client, article, minutes(59)).content.decode()
            assert "version 1 of 1" in seen(client, article, minutes(61)).content.decode()

    def test_a_schedule_taken_back_was_never_seen(self, as_user, writer, editor):
        article = make_story(writer=writer, editor=editor, status=Status.APPROVED)
        workflow.schedule(article.pk, publish_at=minutes(60), actor=editor, now=NOW)
        workflow.unschedule(article.pk, actor=editor, now=minutes(1))
        assert "never seen" in seen(as_user(writer), article, minutes(61)).content.decode()

    def test_a_withdrawn_story(self, as_user, writer, editor, twice):
        publishing.withdraw(twice, now=minutes(180))
        html = seen(as_user(writer), twice, minutes(181)).content.decode()
        assert "had been taken off the site" in html
        assert "Last before" in html
        assert "Second words</h3>" in seen(as_user(writer), twice, minutes(179)).content.decode()

    def test_the_readers_own_page_of_that_moment(self, as_user, writer, twice):
        answer = seen(as_user(writer), twice, minutes(1), **{"as": "page"})
        assert "First words</h1>" in answer.content.decode()
        assert "no-store" in answer.headers["Cache-Control"]

    @pytest.mark.parametrize("at", ["", "nonsense", "2024-99-99T00:00", "9" * 40, "0001-01-01T00:00+14:00"])
    def test_no_moment_is_an_error(self, as_user, writer, twice, at):
        assert seen(as_user(writer), twice, at).status_code == 200

    def test_nobody_without_an_account(self, reader, twice):
        assert seen(reader, twice, NOW).status_code == 302

    def test_the_cost_does_not_grow_with_versions(self, as_user, writer, editor, twice, django_assert_max_num_queries):
        client = as_user(writer)
        for count in range(3, 9):
            publish_again(twice, writer=writer, editor=editor, now=minutes(60 * count), headline=f"Words {count}")
            if count in (3, 8):
                with django_assert_max_num_queries(11):
                    seen(client, twice, minutes(60 * count + 1))


class TestClockChanges:
    @pytest.fixture(autouse=True)
    def berlin(self):
        with timezone.override("Europe/Berlin"):
            yield

    def test_an_hour_that_comes_twice_means_the_first_and_offers_the_second(self):
        found = as_of.asked("2024-10-27T02:30", now=NOW)
        assert found.at.astimezone(dt.UTC) == dt.datetime(2024, 10, 27, 0, 30, tzinfo=dt.UTC)
        assert found.other.astimezone(dt.UTC) == dt.datetime(2024, 10, 27, 1, 30, tzinfo=dt.UTC)
        assert "came twice" in found.remark

    def test_an_hour_that_is_skipped_means_an_hour_later(self):
        found = as_of.asked("2024-03-31T02:30", now=NOW)
        assert found.at.astimezone(dt.UTC) == dt.datetime(2024, 3, 31, 1, 30, tzinfo=dt.UTC)
        assert "went forward" in found.remark

    def test_an_address_with_its_offset_is_taken_at_its_word(self):
        assert as_of.asked("2024-10-27T02:30:00+01:00", now=NOW).at == dt.datetime(2024, 10, 27, 1, 30, tzinfo=dt.UTC)
        assert as_of.asked("2024-10-27T02:30:00 01:00", now=NOW).remark == ""


def test_rows_of_readers_are_never_changed_by_looking(as_user, writer, editor):
    row = make_published(writer=writer, editor=editor)
    before = PublishedArticle.objects.values().get()
    seen(as_user(writer), row.article, NOW)
    assert PublishedArticle.objects.values().get() == before
